"""The sandbox: full JavaScript in QuickJS, one fresh context per run, no host objects, hard limits."""

import json
import re
import time
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

import quickjs

from blok.expressions.errors import ExpressionError
from blok.expressions.wire import engine_error, pack, unpack


def _script(name: str) -> str:
    # Without indentation and comments: every run that needs the engine pays for reading it.
    source = files("blok.expressions").joinpath(name).read_text(encoding="utf-8")
    return re.sub(r"^\s*(?://.*)?\n?", "", source, flags=re.MULTILINE)


_SANDBOX = _script("sandbox.js")
_SANDBOX_DATA = _script("sandbox_data.js")
_PARAMETERS: Final = ("ctx", "data", "func", "vars")


@dataclass(frozen=True, slots=True)
class Limits:
    """What the expressions of one run may use.

    cpu_seconds bounds one evaluation. The engine counts the processor time of the process, so on a busy
    machine real time passes faster: wall_seconds bounds the real time of all evaluations of the run
    together.
    """

    cpu_seconds: float = 0.5
    wall_seconds: float = 5.0
    memory_bytes: int = 32 * 1024 * 1024
    stack_bytes: int = 256 * 1024


DEFAULT_LIMITS: Final = Limits()


class Evaluator:
    """Evaluates expressions for ONE run; costs nothing until an expression needs the engine."""

    __slots__ = ("_compiled", "_context", "_sandbox", "_wall_left", "limits")

    def __init__(self, limits: Limits = DEFAULT_LIMITS) -> None:
        self.limits = limits
        self._wall_left = limits.wall_seconds
        self._context: Any = None
        self._sandbox: Any = None

    def close(self) -> None:
        """Free the engine; the next evaluation would start a fresh one."""
        self._context = self._sandbox = None

    def _start(self) -> None:
        context = quickjs.Context()
        context.set_memory_limit(self.limits.memory_bytes)
        context.set_max_stack_size(self.limits.stack_bytes)
        self._sandbox = context.eval(_SANDBOX)(_SANDBOX_DATA)
        self._compiled: dict[tuple[str, ...], int] = {}
        self._context = context

    def compile(self, source: str, more: tuple[str, ...] = ()) -> int:
        """Compile an expression in this run's context and return its number; may raise ExpressionError."""
        if self._context is None:
            self._start()
        number = self._compiled.get((source, *more))
        if number is None:
            reply = self._guarded(json.dumps([*_PARAMETERS, *more, source]))
            if type(reply) is str:
                unpack(reply, [])
            number = self._compiled[(source, *more)] = int(reply)
        return number

    def run(
        self,
        source: str,
        roots: dict[str, Any],
        *,
        more: tuple[str, ...] = (),
        as_text: int = 0,
        may_change: bool = True,
    ) -> Any:
        """Evaluate `source` with `roots` (ctx, data, func, vars and `more` values) in scope.

        as_text: 0 for the value, 1 or 2 for its text inside a template of that generation (1 = v2, 2 = v1).
        may_change: whether the expression could change its data; then changes are written back.
        """
        number = self.compile(source, more)
        text, is_table, containers = pack(roots)
        reply = self._guarded(number, as_text, is_table, may_change, text)
        return unpack(reply, containers)

    def _guarded(self, *arguments: Any) -> Any:
        if self._wall_left <= 0:
            raise ExpressionError("TimeoutError", "the expressions of this run have used up their time")
        self._context.set_time_limit(min(self.limits.cpu_seconds, self._wall_left))
        started = time.perf_counter()
        try:
            return self._sandbox(*arguments)
        except quickjs.JSException as error:
            self.close()  # an interrupted engine may be left in any state
            name, _, message = str(error).partition("\n")[0].partition(": ")
            if name == "null":  # there was no memory left to make an error
                name, message = "InternalError", "out of memory"
            raise engine_error(name, message) from None
        except (MemoryError, SystemError, UnicodeError) as error:
            self.close()
            raise ExpressionError("MemoryError", "the engine could not give an answer") from error
        finally:
            self._wall_left -= time.perf_counter() - started
