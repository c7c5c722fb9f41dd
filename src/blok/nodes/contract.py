"""The contract of a node: a function, or a class, with typed inputs and outputs."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, overload

from blok.nodes.context import Context
from blok.nodes.errors import GlobalError
from blok.nodes.models import Model, from_schema, model_of, plain_result

NodeFunction = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Node:
    """A node, ready to be called.

    ``execute`` takes the inputs, or the context and the inputs when ``wants_context``. ``blocking`` nodes
    run on a thread; ``flow`` nodes return a list of steps to run next; ``pure`` ones promise not to change
    their inputs.
    """

    name: str
    execute: NodeFunction
    description: str = ""
    is_async: bool = False
    wants_context: bool = False
    blocking: bool = False
    flow: bool = False
    input: Model = field(default_factory=lambda: Model({}))
    output: Model = field(default_factory=lambda: Model({}))
    to_plain: Callable[[Any], Any] | None = None
    content_type: str = ""
    runtime: str = "module"
    examples: tuple[Mapping[str, Any], ...] = ()
    tags: tuple[str, ...] = ()
    source: str | None = None
    checks_output: bool = True


@overload
def node(function: NodeFunction, /) -> Node: ...


@overload
def node(
    function: None = None,
    /,
    *,
    name: str | None = ...,
    description: str | None = ...,
    content_type: str = ...,
    flow: bool = ...,
    blocking: bool = ...,
    input_schema: Mapping[str, Any] | None = ...,
    output_schema: Mapping[str, Any] | None = ...,
    examples: typing.Sequence[Mapping[str, Any]] = ...,
    tags: typing.Sequence[str] = ...,
) -> Callable[[NodeFunction], Node]: ...


def node(
    function: NodeFunction | None = None,
    /,
    *,
    name: str | None = None,
    description: str | None = None,
    content_type: str = "",
    flow: bool = False,
    blocking: bool = False,
    input_schema: Mapping[str, Any] | None = None,
    output_schema: Mapping[str, Any] | None = None,
    examples: typing.Sequence[Mapping[str, Any]] = (),
    tags: typing.Sequence[str] = (),
) -> Node | Callable[[NodeFunction], Node]:
    """Make a node of a function.

    The function takes the inputs, or the context and the inputs; a parameter named ``ctx`` or annotated
    ``Context`` is the context. Annotations (msgspec structs, dataclasses, TypedDicts, pydantic models)
    become JSON Schema; without them the inputs are a plain dict. The name is the function's, with dashes,
    unless given; the description is the first line of the docstring.
    """

    def build(target: NodeFunction) -> Node:
        wants_context, takes_inputs, annotation, returned = _signature(target)
        taken = from_schema(input_schema) if input_schema is not None else model_of(annotation)
        given = from_schema(output_schema) if output_schema is not None else model_of(returned)
        return Node(
            name=name or target.__name__.replace("_", "-"),
            execute=_adapt(target, wants_context, takes_inputs),
            description=description or (inspect.getdoc(target) or "").partition("\n")[0],
            is_async=inspect.iscoroutinefunction(target),
            wants_context=wants_context,
            blocking=blocking,
            flow=flow,
            input=taken,
            output=given,
            to_plain=plain_result(returned),
            content_type=content_type,
            examples=tuple(examples),
            tags=tuple(tags),
            source=getattr(inspect.getmodule(target), "__file__", None),
        )

    return build(function) if function is not None else build


def _signature(target: NodeFunction) -> tuple[bool, bool, Any, Any]:
    """Whether a function takes the context, whether inputs, and the annotations of inputs and result."""
    try:
        hints = typing.get_type_hints(target, include_extras=True)
    except (NameError, TypeError):
        hints = {}
    parameters = [
        parameter
        for parameter in inspect.signature(target).parameters.values()
        if parameter.kind in {parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD}
    ]
    first = parameters[0] if parameters else None
    wants_context = first is not None and (
        first.name in {"ctx", "context", "_ctx"} or hints.get(first.name) is Context or len(parameters) > 1
    )
    rest = parameters[1:] if wants_context else parameters
    annotation = hints.get(rest[0].name, inspect.Parameter.empty) if rest else inspect.Parameter.empty
    return wants_context, bool(rest), annotation, hints.get("return", inspect.Parameter.empty)


def _adapt(target: NodeFunction, wants_context: bool, takes_inputs: bool) -> NodeFunction:
    if takes_inputs:
        return target
    if inspect.iscoroutinefunction(target):

        async def later(*arguments: Any) -> Any:
            return await target(*arguments[: int(wants_context)])

        return later
    return lambda *arguments: target(*arguments[: int(wants_context)])


class NodeResponse:
    """What a class-based node may return: data, or an error."""

    def __init__(self) -> None:
        self.data: Any = None
        self.error: GlobalError | None = None

    def set_success(self, data: Any) -> NodeResponse:
        """Keep the result."""
        self.data = data
        return self

    def set_error(self, error: GlobalError) -> NodeResponse:
        """Fail with this error."""
        self.error = error
        return self


class NodeBase:
    """The class form: set the schemas, implement ``handle``. One instance serves every run.

    Failures of the output schema are not reported, as in the first generation.
    """

    name: str = ""
    description: str = ""
    input_schema: Mapping[str, Any] = {}
    output_schema: Mapping[str, Any] = {}
    content_type: str = ""
    flow: bool = False
    blocking: bool = False

    def handle(self, ctx: Context, inputs: Any) -> Any:
        """Do the work; may be ``async``. Return data or a NodeResponse."""
        raise NotImplementedError(f"{type(self).__name__} must implement handle(ctx, inputs).")

    def as_node(self, name: str | None = None) -> Node:
        """The contract form of this instance."""
        handle = self.handle
        is_async = inspect.iscoroutinefunction(handle)

        def unwrap(result: Any) -> Any:
            if isinstance(result, NodeResponse):
                if result.error is not None:
                    raise result.error
                return result.data
            return result

        async def later(ctx: Context, inputs: Any) -> Any:
            return unwrap(await handle(ctx, inputs))

        return Node(
            name=name or self.name or type(self).__name__,
            execute=later if is_async else (lambda ctx, inputs: unwrap(handle(ctx, inputs))),
            description=self.description or (inspect.getdoc(type(self)) or "").partition("\n")[0],
            is_async=is_async,
            wants_context=True,
            blocking=self.blocking,
            flow=self.flow,
            input=from_schema(self.input_schema),
            output=Model(self.output_schema),
            content_type=self.content_type,
            source=getattr(inspect.getmodule(type(self)), "__file__", None),
            checks_output=False,
        )
