"""What the closures of one evaluation share.

A closure is called with `(ctx, frame)`. The frame is a list: work left, whether an undefined was put into a
new container, then data, func, vars, values handed in besides, and the parameters of arrow functions.
"""

from collections.abc import Callable
from typing import Any, Final

from blok.expressions.errors import Fallback

Frame = list[Any]
Closure = Callable[[dict[str, Any], Any], Any]
# Puts an argument into the frame.
Bind = Callable[[dict[str, Any], Frame, Any], None]

WORK, DIRTY, DATA, FUNC, VARS, FIRST_FREE = range(6)

# Compiled code has no interrupt, so it counts: beyond this many steps over array elements the engine takes
# over, and with it the time limit. The text limits do the same for memory (inside callbacks they count many
# times).
WORK_PER_EVALUATION: Final = 20_000
LONGEST_TEXT: Final = 1 << 20
LONGEST_TEXT_IN_CALLBACK: Final = 1 << 15


class Unproven(Exception):
    """The compiler does not handle this form: the expression belongs to the engine."""


def spend(frame: Frame, steps: int) -> None:
    """Count work; raises Fallback when it is too much for compiled code."""
    left = frame[WORK] - steps
    if left < 0:
        raise Fallback
    frame[WORK] = left
