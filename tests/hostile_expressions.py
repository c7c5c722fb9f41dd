"""Ten thousand strings that mean harm: escapes, prototype tricks, endless work, memory bombs, broken syntax.

They are made from families of seeds, the same ones every time.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random

NOISE = "(){}[]`'\"$\\/*+-?.:;,=<>!&|^%~#@ \n\t\r\0\u2028é😀\ud800\udfffabcxyz0123456789_"
WORDS = (  # noqa: SIM905
    "ctx data func vars state request body return const let var function class new delete typeof void in of "
    "instanceof => ... ?. ?? ** >>> === !== ${ } js/ null undefined true false this async await yield"
).split()

NESTINGS = [
    "( )",
    "[ ]",
    "{a: }",
    "- ",
    "! ",
    "1+ ",
    "a? :1",
    "x=> ",
    "`${ }`",
    "f( )",
    "a[ ]",
    "a.b. ",
    "[... ]",
    "typeof_ ",
]
WRAPPINGS = (  # noqa: SIM905
    "@;;@;;(@);;[@];;{a: @};;`${@}`;;!@;;@ || ctx;;typeof @;;(() => @)();;[1, 2].map(x => @);;@, other;;"
    "(@;;@ //;;"
    "ctx.state.items.map(x => @);;(@).constructor;;(other) && (@);; @ ;;Object.keys(@);;JSON.stringify(@);;"
    "String(@);;(@)?.a.b;;ctx.x = @;;{...@}"
).split(";;")


def nested(random: Random) -> str:
    depth = random.choice([30, 70, 200, 1000, 5000, 20000])
    left, right = random.choice(NESTINGS).split(" ")
    return left.replace("_", " ") * depth + "1" + right * random.choice([depth, depth, depth - 1, 0])


def huge(random: Random) -> str:
    size = random.choice([1000, 20_000, 200_000])
    return random.choice(
        [
            "9" * size,
            "'" + "a" * size + "'",
            "[" + "1," * size + "]",
            "a" * size,
            "1+" * size + "1",
            "." * size,
            "{" + ",".join(f"a{i}:1" for i in range(size // 8)) + "}",
            "`" + "x" * size + "`",
            "ctx" + ".a" * size,
            "'\\u{" + "0" * size + "41}'",
            "0x" + "f" * size,
            "1e" + "9" * size,
            "/" + "a" * size + "/.test('a')",
        ]
    )


def _noise(random: Random) -> str:
    if random.random() < 0.5:
        return " ".join(random.choice(WORDS) for _ in range(random.randint(1, 25)))
    return "".join(random.choice(NOISE) for _ in range(random.randint(0, 60)))


def _families() -> tuple[list[str], list[str]]:
    harmful: list[str] = []
    costly: list[str] = []
    family = harmful
    for line in Path(__file__).with_name("hostile_seeds.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            family = costly if line in ("# endless", "# bombs") else harmful
        elif line:
            family.append(line)
    return harmful, costly


SEEDS, COSTLY = _families()


def _wrapped(random: Random, seed: str) -> str:
    return random.choice(WRAPPINGS).replace("other", random.choice(SEEDS)).replace("@", seed)


def hostile(count: int = 10_000, seed: int = 7) -> Iterator[str]:
    """`count` hostile strings."""
    return islice(_endless(Random(seed)), count)


def _endless(random: Random) -> Iterator[str]:
    yield from SEEDS
    yield from COSTLY
    while True:
        draw = random.random()
        if draw < 0.62:
            yield _wrapped(random, random.choice(SEEDS))
        elif draw < 0.66:
            yield _wrapped(random, random.choice(COSTLY))
        elif draw < 0.72:
            yield nested(random)
        elif draw < 0.74:
            yield huge(random)
        else:
            yield _noise(random)
