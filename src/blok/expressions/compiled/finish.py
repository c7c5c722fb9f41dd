"""Starting and ending an evaluation in compiled code."""

from typing import Any

from blok.expressions.compiled.frame import FIRST_FREE, WORK_PER_EVALUATION, Frame
from blok.expressions.values import UNDEFINED


def new_frame(data: Any, func: Any, vars: Any, more: tuple[Any, ...], places: int) -> Frame:
    """A frame for one evaluation."""
    return [
        WORK_PER_EVALUATION,
        False,
        {} if data is None else data,
        {} if func is None else func,
        {} if vars is None else vars,
        *more,
        *(None,) * (places - FIRST_FREE - len(more)),
    ]


def finished(value: Any) -> Any:
    """The value without undefined inside: left out of objects, null in arrays.

    Only containers that the expression made can hold one, so changing them in place is safe.
    """
    waiting, seen = [value], set()
    while waiting:
        container = waiting.pop()
        if id(container) in seen:
            continue
        seen.add(id(container))
        if type(container) is dict:
            for key in [key for key, item in container.items() if item is UNDEFINED]:
                del container[key]
            waiting.extend(item for item in container.values() if type(item) in (dict, list))
        elif type(container) is list:
            for index, item in enumerate(container):
                if item is UNDEFINED:
                    container[index] = None
            waiting.extend(item for item in container if type(item) in (dict, list))
    return value
