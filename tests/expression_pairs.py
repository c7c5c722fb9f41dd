"""Random expressions and contexts, and the question whether compiled code and the engine agree on them.

The generator leans towards what compiles, and towards the values where JavaScript is surprising: -0, NaN,
numbers near 2**53, numeric text, keys that look like indexes or inherited names, text beyond the basic plane.
"""

import math
import re
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from blok.expressions import UNDEFINED, Evaluator, ExpressionError
from blok.expressions.errors import Fallback
from blok.expressions.expression import Expression, checked_value_text
from blok.expressions.values import own_keys

KEYS = ["a", "b", "n", "s", "items", "name", "x y", "é", "ok"]
ODD_KEYS = ["0", "1", "10", "007", "length", "toString", "constructor", "__proto__", "valueOf", ""]
NUMBERS = [*range(8), 10, 42, 100, -1, -2, -7, 0.1, 0.5, 1.5, 2.5, -0.5, -1.5, -0.0, 1e21, 1e-7, 123456.789]
ODD_NUMBERS = [
    math.nan,
    math.inf,
    -math.inf,
    2**53,
    -(2**53),
    2**53 - 1,
    1e300,
    5e-324,
    2**31,
    -(2**31),
    1e20,
]
TEXTS = ["", "a", "b", "ab", "abc", "A", "Hello World", "a,b,c", "10", "5", " 7 ", "1.5", "-0", "0x1f", "1e3"]
ODD_TEXTS = [
    "é",
    "ß",
    "İ",
    "😀",
    "a😀b",
    "\ud83d",
    "\ude00x",
    "\uffff",
    "\x00",
    "\n",
    "\ufeff 3",
    "ﬁ",
    "\u2028",
]
ODD_TEXTS += [
    "null",
    "true",
    "Infinity",
    "NaN",
    "12px",
    "$&",
    "$$",
    "__proto__",
    "length",
    "%41",
    "%zz",
    "a b&c",
]
ODD_TEXTS += ['{"a":[1,2.50,"x"]}', "[1,", "-0"]


def pick(random: Random, usual: list[Any], odd: list[Any], share: float = 0.2) -> Any:
    return random.choice(odd if random.random() < share else usual)


def value(random: Random, depth: int = 0) -> Any:
    """Any JSON value, NaN and the infinities included."""
    draw = random.random()
    if draw < 0.28:
        return pick(random, NUMBERS, ODD_NUMBERS, 0.15)
    if draw < 0.5 or depth > 3:
        return pick(random, TEXTS, ODD_TEXTS, 0.25)
    if draw < 0.58:
        return random.choice([True, False])
    if draw < 0.64:
        return None
    if draw < 0.82:
        return array(random, depth)
    return record(random, depth)


def array(random: Random, depth: int) -> list[Any]:
    size = random.choice([0, 1, 2, 3, 3, 5])
    style = random.random()
    if style < 0.25:
        return [pick(random, NUMBERS, ODD_NUMBERS, 0.1) for _ in range(size)]
    if style < 0.45:
        return [pick(random, TEXTS, ODD_TEXTS, 0.15) for _ in range(size)]
    if style < 0.75:
        return [
            {"n": pick(random, NUMBERS, ODD_NUMBERS, 0.05), "s": random.choice(TEXTS)} for _ in range(size)
        ]
    return [value(random, depth + 1) for _ in range(size)]


def record(random: Random, depth: int) -> dict[str, Any]:
    size = random.choice([0, 1, 2, 3, 5])
    return {pick(random, KEYS, ODD_KEYS, 0.15): value(random, depth + 1) for _ in range(size)}


def context(random: Random) -> dict[str, Any]:
    """A ctx as a run would have it; state and vars are one object."""
    state = {"a": value(random), "n": pick(random, NUMBERS, ODD_NUMBERS), "s": pick(random, TEXTS, ODD_TEXTS)}
    state |= {"items": array(random, 1), "o": record(random, 1), "x y": value(random)}
    if random.random() < 0.3:
        state |= record(random, 1)
    ctx: dict[str, Any] = {
        "request": {
            "body": value(random)
            if random.random() < 0.3
            else record(random, 0) | {"items": array(random, 1)},
            "query": {"a": pick(random, TEXTS, ODD_TEXTS), "n": random.choice(["1", "20", "x", ""])},
            "params": {"name": pick(random, TEXTS, ODD_TEXTS)},
            "headers": {"x-a": random.choice(TEXTS)},
            "method": random.choice(["GET", "POST"]),
        },
        "response": {"data": value(random), "success": True, "error": None},
        "state": state,
        "vars": state,
    }
    return ctx


def _read_rules() -> dict[str, list[str]]:
    rules: dict[str, list[str]] = {}
    kind = ""
    for line in Path(__file__).with_name("expression_grammar.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("    "):
            rules[kind].append(line.strip())
        elif line and not line.startswith("#"):
            kind = line.rstrip(":")
            rules[kind] = []
    return rules


RULES = _read_rules()

# Every rule gets its turn as the outermost one.
TOP = [
    rule for kind in ("choice", "num", "text", "template", "truth", "list", "object") for rule in RULES[kind]
]
TOP += ["@call", "@path", "@path", "@path", "(@list).reduce(@reducer)", "Math.@Rounding(@num)"]


class Source:
    """Writes one random expression. `variables` are the parameters in scope."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.variables: list[str] = []
        self.count = 0

    def write(self, kind: str, depth: int) -> str:
        """One expression of a kind, nested up to a depth."""
        if kind.endswith("0"):
            kind, depth = kind[:-1], 0
        if kind in ("path", "quoted", "arrow", "reducer", "call"):
            return str(getattr(self, f"_{kind}")(depth))
        rules = RULES.get(f"{kind}0", RULES[kind]) if depth <= 0 else RULES[kind]
        return self.expand(self.random.choice(rules), depth - 1)

    def expand(self, rule: str, depth: int) -> str:
        """Fill in the parts of a rule."""
        return re.sub(r"@(\w+)", lambda found: self.write(found[1], depth), rule)

    def _path(self, _depth: int) -> str:
        if self.variables and self.random.random() < 0.6:
            return self.random.choice(self.variables) + (self._key() if self.random.random() < 0.5 else "")
        return self.write("root", 0) + "".join(
            self._key() for _ in range(self.random.choice([0, 1, 1, 1, 2]))
        )

    def _key(self) -> str:
        name = pick(self.random, KEYS, ODD_KEYS, 0.08)
        mark = "?." if self.random.random() < 0.15 else ""
        if self.random.random() < 0.1:
            return f"{mark}[{self.write(self.random.choice(['small', 'number', 'quoted']), 0)}]"
        if name.isidentifier() and self.random.random() < 0.9:
            return f"{mark or '.'}{name}"
        return f"{mark}[{self._quote(name)}]"

    def _quoted(self, _depth: int) -> str:
        return self._quote(pick(self.random, TEXTS, ODD_TEXTS))

    def _quote(self, text: str) -> str:
        mark = self.random.choice("'\"")
        return mark + "".join(self._escape(character, mark) for character in text) + mark

    def _escape(self, character: str, mark: str) -> str:
        code = ord(character)
        if character in (mark, "\\"):
            return "\\" + character
        if code < 32 or 0xD800 <= code <= 0xDFFF or code == 0x2028:
            return f"\\u{code:04x}"
        if code > 126 and self.random.random() < 0.5:
            return f"\\u{{{code:x}}}"
        return character

    def _fresh(self) -> str:
        self.count += 1
        return f"v{self.count}"

    def _body(self, names: list[str], depth: int) -> str:
        self.variables += names
        body = self.write("any", depth)
        del self.variables[len(self.variables) - len(names) :]
        return f"({body})" if body.startswith("{") else body

    def _arrow(self, depth: int) -> str:
        one, two = self._fresh(), self._fresh()
        draw = self.random.random()
        head, names = (one, [one])
        if draw < 0.3:
            head, names = f"({one}, {two})", [one, two]
        elif draw < 0.45:
            head = f"({{n: {one}}})"
        elif draw < 0.5:
            head, names = f"([{one}, {two}])", [one, two]
        return f"{head} => {self._body(names, min(depth, 2))}"

    def _reducer(self, depth: int) -> str:
        total, item = self._fresh(), self._fresh()
        body = self.random.choice([f"{total} + {item}.n", f"{total} + {item}", ""])
        start = self.random.choice(["", ", 0", ", ''", ", {}", ", []"])
        return f"({total}, {item}) => {body or self._body([total, item], min(depth, 2))}{start}"

    def _call(self, depth: int) -> str:
        name, inner = self._fresh(), self._fresh()
        argument = self.write("any", depth - 1)
        if self.random.random() < 0.7:
            return f"(({name}) => {self._body([name], depth - 1)})({argument})"
        first, last = self._body([name], depth - 1), self._body([name, inner], depth - 1)
        return f"(({name}) => {{ const {inner} = {first}; return {last}; }})({argument})"


def expression(random: Random) -> str:
    """The source of a random expression."""
    return Source(random).expand(random.choice(TOP), random.choice([0, 0, 1, 1, 2, 3]))


@dataclass
class Outcome:
    """What one side made of a pair."""

    value: Any = None
    error: str | None = None
    fell_back: bool = False


def compiled_outcome(made: Expression, ctx: dict[str, Any], data: Any, generation: int) -> Outcome:
    """Compiled code only; generation 0 asks for the value, 1 and 2 for the text in a template."""
    try:
        result = made._run(ctx, data, None, ctx.get("vars"), ())
        if generation:
            result = result if type(result) is str else checked_value_text(result, generation)
    except (Fallback, RecursionError):
        return Outcome(fell_back=True)
    except ExpressionError as error:
        return Outcome(error=error.name)
    return Outcome(result)


def engine_outcome(
    made: Expression, evaluator: Evaluator, ctx: dict[str, Any], data: Any, generation: int
) -> Outcome:
    """The engine only."""
    as_text = {0: 0, 1: 2, 2: 1}[generation]
    try:
        return Outcome(made.in_engine(evaluator, ctx, data, None, ctx.get("vars"), as_text=as_text))
    except ExpressionError as error:
        return Outcome(error=error.name)


def same(left: Any, right: Any) -> bool:
    """Whether two results are the same JavaScript value, member by member and in the same order."""
    if any(one is other for one in (left, right) for other in (True, False, None, UNDEFINED)):
        return left is right
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        if math.isnan(left) or math.isnan(right):
            return math.isnan(left) and math.isnan(right)
        return (
            type(left) is type(right) and left == right and math.copysign(1, left) == math.copysign(1, right)
        )
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return own_keys(left) == own_keys(right) and all(same(left[key], right[key]) for key in left)
    return type(left) is type(right) and bool(left == right)


def difference(
    made: Expression, evaluator: Evaluator, ctx: dict[str, Any], data: Any, generation: int
) -> str | None:
    """What the two disagree about; None when they agree, "" when compiled code left it to the engine."""
    ours = compiled_outcome(made, ctx, data, generation)
    if ours.fell_back:
        return ""
    theirs = engine_outcome(made, evaluator, ctx, data, generation)
    if ours.error != theirs.error or (ours.error is None and not same(ours.value, theirs.value)):
        given = f"ctx {ctx!a}\n  data {data!a} generation {generation}"
        return f"{made.source!a}\n  {given}\n  compiled {ours!a}\n  engine {theirs!a}"
    return None
