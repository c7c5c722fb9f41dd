"""Steps that choose: branch, switch, and nodes that answer with steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Any

from blok.expressions import Profile, compile_template, strict_equals, truthy
from blok.expressions.conditions import Condition, compile_condition
from blok.nodes.errors import GlobalError
from blok.runner.calls import Ctx
from blok.runner.errors import WorkflowFailureError
from blok.runner.sequence import with_frame
from blok.runner.steps import Compiled, fail
from blok.runner.trace import ABSENT, StepInfo
from blok.workflow.model import BranchStep, SwitchStep

if TYPE_CHECKING:
    from blok.runner.run import Run


def compile_branch(step: BranchStep, info: StepInfo, arms: Sequence[Compiled], profile: Profile) -> Compiled:
    """Take the first arm whose condition holds; what it did stays on the same context."""
    generation = profile.generation
    problem = _arm_problem(step) or (_prefixed(step) if generation == 2 else None)
    executes = [arm.execute for arm in arms]
    labels = [arm.kind or ("then" if arm.condition is not None else "else") for arm in step.arms]
    taken = [{"took": {"arm": label, "index": index}} for index, label in enumerate(labels)]
    untaken = {"took": {"arm": None, "index": -1}}
    waits = any(arm.waits for arm in arms)
    numbered = list(enumerate(_prepared(arm.condition, generation) for arm in step.arms))
    clock = perf_counter

    def execute(run: Run, ctx: Ctx) -> Any:
        started = clock()
        chosen = -1
        try:
            if problem is not None:
                raise WorkflowFailureError(problem)
            if waits and run.resume:
                chosen = run.resume.pop(0)["arm"]
            else:
                response = ctx["response"]
                data = response.get("data") if type(response) is dict else None
                variables = ctx.get("vars")
                for index, condition in numbered:
                    if condition is None or condition(run.evaluator, ctx, data, variables):
                        chosen = index
                        break
        except Exception as error:
            fail(run, info, started, inputs=ABSENT, error=error, generation=generation)
        facts = taken[chosen] if chosen >= 0 else untaken
        run.events.append((info, started, clock(), ABSENT, ABSENT, None, facts))
        if chosen < 0:
            return None
        if waits:
            return with_frame(executes[chosen], run, ctx, {"arm": chosen})
        return executes[chosen](run, ctx)

    return Compiled(execute, info, plain=all(arm.plain for arm in arms), waits=waits)


def _prepared(condition: Any, generation: int) -> Condition | None:
    """A condition as a function; one that is no text (``true`` in a file) is judged as it is."""
    if condition is None:
        return None
    if isinstance(condition, str):
        return compile_condition(condition, generation)
    fixed = truthy(condition)
    return lambda _evaluator, _ctx, _data, _vars: fixed


def _arm_problem(step: BranchStep) -> str | None:
    """What generation 1 has to say about the arms; a ``branch`` has none of its kinds."""
    kinds = [arm.kind for arm in step.arms]
    if not kinds or not kinds[0]:
        return None
    if kinds[0] != "if":
        return "First condition must be an if"
    if len(kinds) > 1 and kinds[-1] != "else":
        return "Last condition must be an else"
    return None


def _prefixed(step: BranchStep) -> str | None:
    for arm in step.arms:
        if isinstance(arm.condition, str) and arm.condition.startswith("js/"):
            return (
                f'The condition of branch "{step.name}" is a raw expression; remove the js/ prefix: '
                f'"{arm.condition[3:]}".'
            )
    return None


def compile_switch(  # noqa: PLR0917 - one place calls it
    step: SwitchStep,
    info: StepInfo,
    arms: Sequence[Compiled],
    default: Compiled | None,
    profile: Profile,
    workflow: str,
) -> Compiled:
    """Take the case that equals the value, strictly; else the default; else nothing."""
    name = step.name
    on = compile_template(step.on, profile)
    whens = [compile_template(case.when, profile) for case in step.cases]
    waits = any(arm.waits for arm in [*arms, *([default] if default else [])])

    def choose(run: Run, ctx: Ctx) -> tuple[Any, Compiled | None, int]:
        value = on.render(run.evaluator, ctx, None, step=name, workflow=workflow)
        for index, when in enumerate(whens):
            wanted = when.render(run.evaluator, ctx, None, step=name, workflow=workflow)
            matches = wanted if type(wanted) is list else (wanted,)
            if any(strict_equals(value, one) for one in matches):
                return value, arms[index], index
        return value, default, -1

    async def execute(run: Run, ctx: Ctx) -> None:
        started = perf_counter()
        value: Any = ABSENT
        try:
            if waits and run.resume:
                index = run.resume.pop(0)["case"]
                arm: Compiled | None = default if index < 0 else arms[index]
            else:
                value, arm, index = choose(run, ctx)
            if arm is not None:
                await with_frame(arm.execute, run, ctx, {"case": index})
        except Exception as error:
            fail(run, info, started, inputs={"on": value}, error=error)
        result = ctx["response"] if arm is not None else None
        ctx["state"][name] = result
        run.events.append(
            (info, started, perf_counter(), {"on": value}, result, None, {"took": {"index": index}})
        )

    return Compiled(execute, info, waits=waits)


def compile_flow_node(inner: Compiled, compile_steps: Callable[[Any], Compiled], node: str) -> Compiled:
    """A node that answers with the steps to run next."""

    async def execute(run: Run, ctx: Ctx) -> None:
        before = ctx["response"]
        pending = inner.execute(run, ctx)
        if pending is not None:
            await pending
        response = ctx["response"]
        steps = response["data"] if type(response) is dict and "success" in response else response
        if not isinstance(steps, list):
            kind = "object" if isinstance(steps, dict) else type(steps).__name__
            raise GlobalError(f'Flow node "{node}" must return an array of steps, got {kind}.', code=500)
        ctx["response"] = before
        pending = compile_steps(steps).execute(run, ctx) if steps else None
        if pending is not None:
            await pending

    return Compiled(execute, inner.info)
