"""How values travel between Python and the JavaScript engine.

Going in, data is JSON text, and both sides number its containers in the same order, so that a container
which comes back is the very same Python object. What JSON cannot say (a container in two places or inside
itself, NaN, bytes, a callback) goes in as a table of numbered containers instead. Coming out, a value is
either plain JSON or an answer with `v` (value), `t` (new containers), `c` (changed containers), `x`
(callbacks to make) or `e` (error).
"""

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

from blok.expressions.errors import ExpressionError
from blok.expressions.values import SAFE_INTEGER, UNDEFINED, normal

_PLAIN = frozenset({str, int, float, bool, type(None)})
_DIGITS = "0123456789"
_to_json = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode


class _NeedsTable(Exception):
    pass


def pack(roots: dict[str, Any]) -> tuple[str, bool, list[Any]]:
    """Text for the engine, whether it is a table, and the containers by number."""
    containers: list[Any] = []
    try:
        _number(roots, containers, set())
        return _to_json(roots), False, containers
    except (_NeedsTable, TypeError, ValueError):
        pass
    except RecursionError:
        raise ExpressionError("RangeError", "the data is nested too deeply for an expression") from None
    return _pack_table(roots)


def _number(container: Any, containers: list[Any], seen: set[int]) -> None:
    """Number containers in JSON order; _NeedsTable when JSON would lose something."""
    if id(container) in seen:
        raise _NeedsTable
    seen.add(id(container))
    containers.append(container)
    if type(container) is list:
        for item in container:
            kind = type(item)
            if kind is dict or kind is list:
                _number(item, containers, seen)
            elif kind not in _PLAIN:
                raise _NeedsTable
        return
    for key, item in container.items():
        kind = type(item)
        if kind is dict or kind is list:
            if type(key) is not str or key[:1] in _DIGITS:  # JavaScript lists such keys in another order
                raise _NeedsTable
            _number(item, containers, seen)
        elif kind not in _PLAIN:
            raise _NeedsTable


def _pack_table(roots: dict[str, Any]) -> tuple[str, bool, list[Any]]:
    containers: list[Any] = [roots]
    numbers = {id(roots): 0}
    rows: list[list[Any]] = []

    def encode(value: Any) -> Any:
        kind = type(value)
        if kind in _PLAIN:
            if kind is float and not math.isfinite(value):
                return ["n", "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"]
            return value
        if value is UNDEFINED:
            return ["u"]
        number = numbers.get(id(value))
        if number is None:
            number = numbers[id(value)] = len(containers)
            containers.append(value)
        return ["r", number]

    for container in containers:  # grows while it is walked: that is the queue
        if isinstance(container, Mapping):
            row: list[Any] = ["o"]
            for key, value in container.items():
                row += (str(key), encode(value))
        elif isinstance(container, (list, tuple)):
            row = ["a", *map(encode, container)]
        else:
            row = ["f" if callable(container) else "x"]
        rows.append(row)
    return json.dumps(rows, separators=(",", ":")), True, containers


def unpack(reply: str, containers: list[Any]) -> Any:
    """The value the engine answered; applies changes to `containers` and makes the recorded callbacks.

    Raises ExpressionError for what the expression threw.
    """
    if reply == "u":
        return UNDEFINED
    try:
        answer = json.loads(reply)
        if type(answer) is not dict:
            return _primitive(answer)
        return _Answer(answer, containers).apply()
    except ExpressionError:
        raise
    except RecursionError:
        raise ExpressionError("RangeError", "the result is nested too deeply") from None
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise ExpressionError("Error", "the expression damaged the engine's own functions") from error


def _primitive(value: Any) -> Any:
    kind = type(value)
    if kind is int:
        return value if -SAFE_INTEGER <= value <= SAFE_INTEGER else float(value)
    return normal(value) if kind is float else value


class _Answer:
    """One decoded answer of the engine."""

    def __init__(self, answer: dict[str, Any], containers: list[Any]) -> None:
        self.answer = answer
        self.containers = containers
        self.rows: list[list[Any]] = answer.get("t", [])
        self.fresh: list[Any] = [[] if row[0] == "a" else {} for row in self.rows]

    def apply(self) -> Any:
        for container, row in zip(self.fresh, self.rows, strict=True):
            self.fill(container, row)
        for place, row in self.answer.get("c", ()):
            container = self.containers[place]
            if type(container) in (dict, list):
                values = self.row_values(row)
                container.clear()
                container.extend(values) if isinstance(container, list) else container.update(values)
        calls: list[tuple[Callable[..., Any], list[Any]]] = [
            (self.containers[place], self.decode(given)) for place, given in self.answer.get("x", ())
        ]
        for call, given in calls:
            call(*given)
        if "e" in self.answer:
            name, message = self.answer["e"]
            raise engine_error(str(name), str(message))
        return self.decode(self.answer["v"])

    def fill(self, container: Any, row: list[Any]) -> None:
        values = self.row_values(row)
        if isinstance(container, list):
            container.extend(values)
        else:
            container.update(values)

    def row_values(self, row: list[Any]) -> Any:
        if row[0] == "a":
            items = (self.decode(item) for item in row[1:])
            return [None if item is UNDEFINED else item for item in items]
        pairs = ((row[i], self.decode(row[i + 1])) for i in range(1, len(row), 2))
        return {key: value for key, value in pairs if value is not UNDEFINED}

    def decode(self, value: Any) -> Any:
        if type(value) is not list:
            return _primitive(value)
        match value[0]:
            case "r":
                return self.containers[value[1]]
            case "f":
                return self.fresh[value[1]]
            case "n":
                return float(value[1])
            case "b":
                return int(value[1])
        return UNDEFINED


_NULLISH_READ = "cannot read property '"


def engine_error(name: str, message: str) -> ExpressionError:
    """An engine error under the names and words that JavaScript authors know."""
    if name == "InternalError":
        if "interrupted" in message:
            return ExpressionError("TimeoutError", "the expression ran longer than its time limit")
        if "out of memory" in message:
            return ExpressionError("MemoryError", "the expression needed more memory than its limit")
        if "string too long" in message:
            return ExpressionError("RangeError", "Invalid string length")
        if "stack overflow" in message:
            return ExpressionError("RangeError", "Maximum call stack size exceeded")
    if name == "TypeError" and message.startswith(_NULLISH_READ):
        key, _, owner = message[len(_NULLISH_READ) :].rpartition("' of ")
        return ExpressionError(name, f"Cannot read properties of {owner} (reading '{key}')")
    return ExpressionError(name, message)
