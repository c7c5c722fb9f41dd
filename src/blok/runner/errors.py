"""How a run can end badly, and what a failing step looks like from outside."""

from __future__ import annotations

from typing import Any, NoReturn

from blok.expressions import ExpressionError
from blok.nodes.errors import GlobalError, InputError


class RunCancelledError(Exception):
    """Somebody asked the run to stop; no catch block sees this."""

    name = "RunCancelledError"


class StepTimeoutError(Exception):
    """One attempt of a step took longer than its ``maxDuration``."""

    name = "StepTimeoutError"

    def __init__(self, step: str, milliseconds: int) -> None:
        super().__init__(f"Step '{step}' exceeded maxDuration of {milliseconds}ms")


class LoopMaxIterationsError(Exception):
    """A loop reached its bound with its condition still true."""

    name = "LoopMaxIterationsError"

    def __init__(self, step: str, limit: int) -> None:
        super().__init__(
            f'Loop "{step}" exceeded maxIterations={limit} (ran {limit} times). '
            "Raise `maxIterations`, or make the condition become false."
        )


class WorkflowFailureError(Exception):
    """The workflow itself cannot go on: a missing sub-workflow, too deep a recursion, a bad wait."""


class Deferred(Exception):
    """A wait lies in the future. ``at`` is the moment in seconds since 1970."""

    def __init__(self, at: float, step: str) -> None:
        super().__init__(f"deferred until {at}")
        self.at = at
        self.step = step
        self.frames: list[dict[str, Any]] = []


SIGNALS = (RunCancelledError, Deferred)


def error_chain(error: BaseException) -> list[BaseException]:
    """The error and its causes, outermost first."""
    chain: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in chain:
        chain.append(current)
        current = current.__cause__
    return chain


def find_global(error: BaseException) -> GlobalError | None:
    """The first error of the chain whose code and body are meant for the caller."""
    return next((item for item in error_chain(error) if isinstance(item, GlobalError)), None)


def error_name(error: BaseException) -> str:
    """The name an author sees: the JavaScript one where there is one."""
    name = getattr(error, "name", None)
    if isinstance(name, str) and name:
        return name
    return "Error" if isinstance(error, GlobalError) or type(error) is Exception else type(error).__name__


def error_message(error: BaseException) -> str:
    """The message without the name in front."""
    if isinstance(error, ExpressionError | GlobalError):
        return error.message
    if isinstance(error, KeyError) and error.args:
        return f"missing key {error.args[0]!r}"
    return str(error) or type(error).__name__


def raise_node_error(error: Exception, node_name: str, generation: int) -> NoReturn:
    """Raise what a node raised as the error callers get: status 500 unless it says otherwise."""
    if isinstance(error, GlobalError):
        if generation == 1 and isinstance(error, InputError):
            raise error.as_v1()
        if error.code is None:
            error.code = 500
        raise error
    raise GlobalError(error_message(error), code=500, name=node_name) from error


def step_error(error: Exception, *, place: str, generation: int) -> Exception:
    """What happens to an error on its way out of a step: prefixed unless somebody already shaped it."""
    if isinstance(error, SIGNALS) or find_global(error) is not None:
        return error
    message = error_message(error)
    wrapped = GlobalError(message if generation == 1 else f"{place} failed: {message}", code=500)
    wrapped.__cause__ = error
    return wrapped


def error_envelope(error: BaseException, step: str | None) -> dict[str, Any]:
    """``ctx.error`` inside a catch block: the deepest cause speaks, the first shaped error gives the code."""
    deepest = error_chain(error)[-1]
    envelope: dict[str, Any] = {"message": error_message(deepest), "name": error_name(deepest)}
    if isinstance(deepest, GlobalError) and not deepest.name:
        envelope["name"] = "GlobalError"
    envelope["stack"] = f"{envelope['name']}: {envelope['message']}"
    shaped = find_global(error)
    if shaped is not None and shaped.code is not None:
        envelope["code"] = shaped.code
    if step is not None:
        envelope["stepId"] = step
    return envelope
