"""Compare compiled expressions with the JavaScript engine on many random pairs.

Usage: python -m tests.fuzz_expressions [pairs] [seed]
"""

import sys
import time
from random import Random

from blok.expressions import Evaluator, Limits
from blok.expressions.expression import Expression
from tests.expression_pairs import context, difference, expression, value

PAIRS = 200_000
CONTEXTS_PER_EXPRESSION = 3
LONGEST_SECONDS = 900


def main(pairs: int = PAIRS, seed: int = 1) -> int:
    """Run until `pairs` answers of compiled code have been compared; the exit code is 1 when any differed."""
    random = Random(seed)
    compared = fell_back = differences = 0
    started = time.monotonic()
    while compared < pairs and time.monotonic() - started < LONGEST_SECONDS:
        made = Expression(expression(random))
        if made.compiled is None:
            continue
        evaluator = Evaluator(Limits(wall_seconds=60))
        for _ in range(CONTEXTS_PER_EXPRESSION):
            found = difference(made, evaluator, context(random), value(random), random.choice([0, 0, 1, 2]))
            if found == "":
                fell_back += 1
                continue
            compared += 1
            if found:
                differences += 1
                sys.stdout.write(f"\ndifference {differences}: {found}\n")
            if compared % 10_000 == 0:
                sys.stdout.write(
                    f"{compared} pairs, {differences} differences, {fell_back} left to the engine\n"
                )
                sys.stdout.flush()
    sys.stdout.write(f"{compared} pairs, {differences} differences\n")
    return 1 if differences or compared < pairs else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
