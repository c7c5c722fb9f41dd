"""What a node sees of the run it is part of."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from blok.expressions import compile_expression, truthy

if TYPE_CHECKING:
    from blok.runner.engine import Engine
    from blok.runner.run import Run

logger = logging.getLogger("blok.node")


class Request:
    """The request, read by attribute or by key: ``ctx.request.body``, ``ctx.request["body"]``."""

    __slots__ = ("_values",)

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    def __getattr__(self, name: str) -> Any:
        return self._values.get(name)

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def get(self, name: str, default: Any = None) -> Any:
        """One field of the request, or the default."""
        return self._values.get(name, default)


def previous_data(values: dict[str, Any]) -> Any:
    """``ctx.response.data || ctx.request.body``, with JavaScript's idea of what is empty."""
    response = values["response"]
    data = response.get("data") if type(response) is dict else None
    return data if truthy(data) else values["request"].get("body")


class Context:
    """The run as a node sees it. Reading is free; writing goes to ``state`` and ``publish``."""

    __slots__ = ("_run", "values")

    def __init__(self, run: Run, values: dict[str, Any]) -> None:
        self._run = run
        self.values = values

    @property
    def id(self) -> str:
        """The id of the request."""
        return str(self.values["id"])

    @property
    def run_id(self) -> str:
        """The id under which the run is recorded."""
        return self._run.id

    @property
    def workflow_name(self) -> str:
        """The name of the running workflow."""
        return str(self.values["workflow_name"])

    @property
    def workflow_path(self) -> str:
        """The key of the running workflow."""
        return str(self.values["workflow_path"])

    @property
    def request(self) -> Request:
        """The request: body, rawBody, headers, params, query, method, path, url."""
        return Request(self.values["request"])

    @property
    def response(self) -> Any:
        """The previous step's response envelope, or its raw result."""
        return self.values["response"]

    @property
    def data(self) -> Any:
        """The previous step's result."""
        response = self.values["response"]
        return response.get("data") if isinstance(response, dict) else response

    @property
    def input_data(self) -> Any:
        """The previous step's result, or the request body when that is empty: what bare names mean."""
        return previous_data(self.values)

    @property
    def state(self) -> dict[str, Any]:
        """Results of earlier steps by step id; generation 1 calls the same thing ``vars``."""
        state = self.values.get("state")
        if state is None:
            state = self.values.setdefault("vars", {})
        found: dict[str, Any] = state
        return found

    @property
    def vars(self) -> dict[str, Any]:
        """The same as ``state``."""
        return self.state

    @property
    def env(self) -> dict[str, str]:
        """The environment that workflows may read."""
        found: dict[str, str] = self.values["env"]
        return found

    @property
    def error(self) -> Any:
        """Inside a catch block, what was caught."""
        return self.values["error"]

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked this run to stop."""
        return self._run.cancelled

    @property
    def generation(self) -> int:
        """The generation whose rules the workflow runs under."""
        return self._run.plan.profile.generation

    @property
    def services(self) -> dict[str, Any]:
        """Things shared by all runs of one project, such as memory stores and the egress policy."""
        return self._run.engine.services

    @property
    def engine(self) -> Engine:
        """The engine that runs this."""
        return self._run.engine

    @property
    def stream(self) -> Any:
        """The event stream of an SSE run, or None."""
        return self._run.stream

    @property
    def connection(self) -> Any:
        """The connection of a WebSocket run, or None."""
        return self._run.connection

    @property
    def logger(self) -> logging.Logger:
        """The logger of nodes."""
        return logger

    def publish(self, name: str, value: Any) -> None:
        """Put a value into state under a name of its own."""
        self.state[name] = value

    def set_var(self, name: str, value: Any) -> None:
        """The same as ``publish``."""
        self.state[name] = value

    def get_var(self, name: str, default: Any = None) -> Any:
        """A value from state."""
        return self.state.get(name, default)

    def emit(self, snapshot: Any) -> None:
        """Record a partial result in the trace of the run."""
        self._run.note("PARTIAL_RESULT", snapshot)

    def evaluate(self, expression: str, data: Any = None, variables: Any = None) -> Any:
        """Evaluate a raw JavaScript expression with ``ctx``, ``data`` and ``vars`` in scope.

        Raises:
            ExpressionError: when it is malformed, fails, or meets a limit.
        """
        if variables is None:
            variables = self.values.get("vars")
        compiled = compile_expression(expression)
        return compiled.evaluate(self._run.evaluator, self.values, data, None, variables)
