"""How a node is called: its inputs made, checked at most once, and its errors shaped. All settled at load."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from blok.expressions import Evaluator, Profile, compile_template
from blok.nodes.context import previous_data
from blok.nodes.contract import Node
from blok.runner.errors import SIGNALS, raise_node_error
from blok.runner.trace import StepInfo
from blok.workflow.model import NodeStep

if TYPE_CHECKING:
    from blok.runner.run import Run

Ctx = dict[str, Any]
Render = Callable[[Evaluator, Ctx, Any], Any]


@dataclass(frozen=True, slots=True)
class Call:
    """``render`` makes the inputs, ``check`` takes or refuses them (None: they fit), ``now`` calls the node.

    ``now`` is None when the call has to be awaited; then ``later`` does it. ``shape`` is what ``now`` does to
    a result (None: nothing), for those who call the node themselves.
    """

    render: Render
    check: Callable[[Any], Any] | None
    now: Callable[[Run, Ctx, Any], Any] | None
    later: Callable[[Run, Ctx, Any], Awaitable[Any]]
    shape: Callable[[Any], Any] | None = None


def compile_call(step: NodeStep, node: Node, info: StepInfo, *, workflow: str, profile: Profile) -> Call:
    """Prepare mapping, checking, calling and shaping errors of one node."""
    generation, name, function, wants_context = (
        profile.generation,
        node.name,
        node.execute,
        node.wants_context,
    )
    render = (
        _absent(step.name) if step.inputs is None else compile_inputs(step.inputs, info, workflow, profile)
    )
    settled = step.inputs is None or _settled(node, step.inputs)
    convert = None if settled else node.input.convert
    shape = _shaper(node, generation)

    def check(inputs: Any) -> Any:
        try:
            return inputs if convert is None else convert(inputs)
        except Exception as error:
            raise_node_error(error, name, generation)

    def now(run: Run, ctx: Ctx, inputs: Any) -> Any:
        try:
            value = function(run.context(ctx), inputs) if wants_context else function(inputs)
            return value if shape is None else shape(value)
        except SIGNALS:
            raise
        except Exception as error:
            raise_node_error(error, name, generation)

    async def later(run: Run, ctx: Ctx, inputs: Any) -> Any:
        try:
            arguments = (run.context(ctx), inputs) if wants_context else (inputs,)
            if node.is_async:
                value = await function(*arguments)
            else:
                value = await asyncio.to_thread(function, *arguments)
            return value if shape is None else shape(value)
        except SIGNALS:
            raise
        except Exception as error:
            raise_node_error(error, name, generation)

    plain = None if node.is_async or node.blocking else now
    return Call(render, None if convert is None else check, plain, later, shape)


def _absent(step: str) -> Render:
    message = f'Step "{step}" has no inputs. Give it at least an empty object: "inputs": {{}}.'

    def refuse(_evaluator: Evaluator, _ctx: Ctx, _data: Any) -> Any:
        raise ValueError(message)

    return refuse


def compile_inputs(inputs: Mapping[str, Any], info: StepInfo, workflow: str, profile: Profile) -> Render:
    """How the inputs of a module node are made."""
    template = compile_template(dict(inputs), profile)
    if template.constant:
        if all(isinstance(value, str | int | float | bool | None) for value in inputs.values()):
            constant = dict(inputs)
            return lambda _evaluator, _ctx, _data: constant.copy()
        return lambda _evaluator, _ctx, _data: copy.deepcopy(template.value)
    if profile.strict:
        # A strict template leaves nothing for the second pass, so there is none.
        return template.bound(info.name, workflow)
    twice = template.bound(info.name, workflow, twice=True)
    return lambda evaluator, ctx, _data: twice(evaluator, ctx, previous_data(ctx))


def _settled(node: Node, inputs: Mapping[str, Any]) -> bool:
    """Whether the input check would say yes to everything these inputs can become."""
    model = node.input
    if model.convert is None:
        return True
    if not model.keeps or model.check is None:
        return False
    constants = {key: value for key, value in inputs.items() if _is_constant(value)}
    properties, required = model.check.schema.get("properties", {}), model.check.schema.get("required", ())
    for key in inputs.keys() - constants.keys():
        # A dynamic value may turn out undefined, and then its key is missing.
        if key in required or not _accepts_any(properties.get(key, True), inputs[key]):
            return False
    return model.check(constants)


def _is_constant(value: Any) -> bool:
    """Whether a value has no expression in it (and if in doubt, that it has one)."""
    if isinstance(value, str):
        return not value.startswith("js/") and "${" not in value
    if isinstance(value, dict):
        return all(map(_is_constant, value.values()))
    return all(map(_is_constant, value)) if isinstance(value, list) else True


def _accepts_any(schema: Any, value: Any) -> bool:
    """Whether a field takes whatever its expression gives."""
    if schema is True or schema == {}:
        return True
    # An object literal with expressions inside stays an object.
    return bool(schema == {"type": "object"} and isinstance(value, dict))


def _shaper(node: Node, generation: int) -> Callable[[Any], Any] | None:
    """How a result becomes checked JSON values; None when there is nothing to do."""
    to_plain = node.to_plain
    convert = node.output.convert if node.checks_output and generation != 1 else None
    quick = node.output.quick
    if to_plain is not None:
        plain = to_plain
        if convert is None or not node.output.keeps:
            return plain
        checked = convert
        return lambda value: checked(plain(value))
    if convert is None or quick is None:
        return convert
    fits, slowly = quick, convert
    return lambda value: value if fits(value) else slowly(value)
