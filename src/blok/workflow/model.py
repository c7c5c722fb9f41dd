"""The one normalized shape that every workflow file becomes, whatever its format and generation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Json = Any
Generation = Literal[1, 2]


@dataclass(frozen=True, slots=True)
class Retry:
    """When a failing step is tried again. Times are milliseconds."""

    max_attempts: int
    min_timeout: float = 1_000
    max_timeout: float = 30_000
    factor: float = 2
    non_retryable: frozenset[str] = frozenset()

    def delay(self, attempt: int) -> float:
        """Milliseconds to wait after failed attempt number ``attempt`` (1-based)."""
        return min(self.max_timeout, self.min_timeout * self.factor ** (attempt - 1) // 1)


@dataclass(frozen=True, slots=True)
class Step:
    """What every step has. ``path`` is its place in the document, for messages."""

    name: str
    path: tuple[str | int, ...] = ()
    active: bool = True
    stop: bool = False


@dataclass(frozen=True, slots=True)
class Stored(Step):
    """A step whose result goes to state, and which can be retried, timed and remembered."""

    store_as: str | None = None
    spread: bool = False
    ephemeral: bool = False
    set_var: bool = False
    idempotency_key: Json = None
    idempotency_ttl: int = 86_400_000
    retry: Retry | None = None
    max_duration: int | None = None

    @property
    def state_key(self) -> str:
        """The key under which the result is kept."""
        return self.store_as or self.name


@dataclass(frozen=True, slots=True)
class NodeStep(Stored):
    """Call one node. ``inputs`` is None when the file gives none; ``config`` is its whole node entry."""

    node: str = ""
    type: str = "module"
    inputs: Mapping[str, Json] | None = None
    config: Mapping[str, Json] | None = None


@dataclass(frozen=True, slots=True)
class SubworkflowStep(Stored):
    """Run another workflow with its own context."""

    target: str = ""
    inputs: Mapping[str, Json] | None = None
    wait: bool = True
    allow: tuple[str, ...] = ()
    dispatch: Literal["in-process", "http-self"] = "in-process"


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm of a branch; no condition means it always matches."""

    condition: str | None
    steps: tuple[Step, ...]
    kind: str = "if"


@dataclass(frozen=True, slots=True)
class BranchStep(Step):
    """Take the first arm whose condition holds."""

    arms: tuple[Arm, ...] = ()
    node: str = "@blokjs/if-else"


@dataclass(frozen=True, slots=True)
class ForEachStep(Step):
    """Run the inner steps once per item, each with its own copy of state."""

    items: Json = None
    item_key: str = "item"
    parallel: bool = False
    concurrency: int = 10
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class LoopStep(Step):
    """Run the inner steps while the condition holds, on shared state."""

    condition: Json = None
    max_iterations: int = 1_000
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One case of a switch: a scalar, or a list of them, and what to do."""

    when: Json
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class SwitchStep(Step):
    """Take the case equal to the value. ``default`` is None when the file has none."""

    on: Json = None
    cases: tuple[Case, ...] = ()
    default: tuple[Step, ...] | None = None


@dataclass(frozen=True, slots=True)
class TryCatchStep(Step):
    """Run, catch, and finally."""

    attempt: tuple[Step, ...] = ()
    catch: tuple[Step, ...] = ()
    final: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class WaitStep(Step):
    """Go on later. Exactly one of the two is set: ``mode`` says which."""

    mode: Literal["for", "until"] = "for"
    value: Json = None
    store_as: str | None = None
    ephemeral: bool = False


@dataclass(frozen=True, slots=True)
class Workflow:
    """A workflow, ready to be compiled to a plan.

    ``config`` is the map of node entries as authors see it at ``ctx.config``; ``definition`` the document
    it came from; ``warnings`` are remarks that do not keep it from running.
    """

    name: str
    version: str
    generation: Generation
    trigger: Mapping[str, Mapping[str, Json]]
    steps: tuple[Step, ...]
    description: str | None = None
    is_middleware: bool = False
    middleware: tuple[str, ...] = ()
    config: Mapping[str, Json] = field(default_factory=dict)
    definition: Mapping[str, Json] = field(default_factory=dict)
    source: str | None = None
    warnings: tuple[str, ...] = ()
    input_schema: Json = None
    output_schema: Json = None


def inner_lists(step: Step) -> list[tuple[Step, ...]]:
    """The step lists nested directly inside a step, in the order they are written."""
    match step:
        case BranchStep(arms=arms):
            return [arm.steps for arm in arms]
        case ForEachStep(steps=steps) | LoopStep(steps=steps):
            return [steps]
        case SwitchStep(cases=cases, default=default):
            return [case.steps for case in cases] + ([default] if default is not None else [])
        case TryCatchStep(attempt=attempt, catch=catch, final=final):
            return [attempt, catch, final]
        case _:
            return []


def walk(steps: tuple[Step, ...]) -> list[Step]:
    """Every step of a list and everything nested in it, in document order."""
    found: list[Step] = []
    for step in steps:
        found.append(step)
        for nested in inner_lists(step):
            found.extend(walk(nested))
    return found
