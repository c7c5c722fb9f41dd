"""What others may know of runs: the events, and the nodes that the hub itself provides."""

from typing import Any, Literal

from blokhub.kernel.events import Event, event

RunStatus = Literal["completed", "failed", "timed_out", "refused"]


@event("runs.run.finished")
class RunFinished(Event, frozen=True):
    """A workflow was executed. `package_id` is empty for a definition that nobody published."""

    run_id: str
    package_id: str
    version: str
    digest: str
    status: RunStatus
    duration_ms: float


@event("runs.dry_run.finished")
class DryRunFinished(Event, frozen=True):
    """A submitted version was tried with its `examples`; `problem` says why it cannot be published, if so."""

    saga_id: str
    package_id: str
    version: str
    examples: int
    problem: dict[str, Any] | None


EVENTS: tuple[type[Event], ...] = (RunFinished, DryRunFinished)

# Stable name of the problem that a publication ends with when an example does not answer as recorded.
EXAMPLE_FAILED = "example_failed"

# Nodes that workflows on the hub can use beside the built-in ones, with the schema of their inputs.
HOST_NODES: dict[str, dict[str, Any]] = {
    "user-auth": {
        "description": "Registers and signs in accounts of this hub.",
        "input": {
            "type": "object",
            "required": ["operation"],
            "properties": {
                "operation": {"enum": ["register", "login", "refresh-token", "verify-token"]},
                "email": {"type": "string"},
                "password": {"type": "string"},
                "username": {"type": "string"},
                "token": {"type": "string"},
                "refreshToken": {"type": "string"},
            },
        },
    },
}
