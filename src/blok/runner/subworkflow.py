"""The sub-workflow step: another workflow, with a fresh context of its own."""

from __future__ import annotations

import difflib
import logging
from time import perf_counter, time
from typing import TYPE_CHECKING, Any

from blok.expressions import UNDEFINED, Profile, compile_template
from blok.nodes.errors import GlobalError
from blok.runner.calls import Ctx
from blok.runner.errors import WorkflowFailureError
from blok.runner.steps import Compiled, fail, fresh_inputs, kept_inputs
from blok.runner.trace import ABSENT, StepInfo
from blok.workflow.model import SubworkflowStep

if TYPE_CHECKING:
    from blok.runner.plan import Plan
    from blok.runner.run import Run

logger = logging.getLogger("blok.runner")


def compile_subworkflow(
    step: SubworkflowStep, info: StepInfo, profile: Profile, workflow: str, namespace: str | None
) -> Compiled:
    """Prepare a sub-workflow step; the workflow it names is looked up when it runs."""
    # `subworkflow` is the one place where `$.path` means ctx.path.
    computed = step.target.startswith(("js/", "$.")) or "${" in step.target
    target = f"js/ctx.{step.target[2:]}" if step.target.startswith("$.") else step.target
    target_template = compile_template(target, profile)
    name = step.name
    render = compile_template(dict(step.inputs or {}), profile).bound(name, workflow)

    make_inputs = kept_inputs(render, info) if step.retry is not None else fresh_inputs(render)

    def resolve(run: Run, ctx: Ctx) -> str:
        found = target_template.render(run.evaluator, ctx, None, step=name, workflow=workflow)
        if not isinstance(found, str) or not found.strip():
            shown = "undefined" if found is UNDEFINED else found
            raise WorkflowFailureError(
                f'Polymorphic sub-workflow name "{step.target}" resolved to {shown!r} '
                "(expected a non-empty string)."
            )
        if computed and namespace:
            found = f"{namespace}.{found}"
        if step.allow and found not in step.allow:
            raise WorkflowFailureError(
                f'Sub-workflow step "{name}": resolved name "{found}" is not in the step\'s `allowList`.'
            )
        return found

    async def execute(run: Run, ctx: Ctx) -> None:
        started = perf_counter()
        inputs: Any = ABSENT
        try:
            inputs = make_inputs(run, ctx)
            target_name = resolve(run, ctx)
            plan = _find(run, target_name)
            if step.dispatch == "http-self":
                response: Any = _envelope(await _over_http(run, plan, inputs))
            elif step.wait:
                response = await _inside(run, plan, inputs)
            else:
                response = _envelope(_detached(run, plan, inputs))
        except Exception as error:
            fail(run, info, started, inputs=inputs, error=error)
        ctx["response"] = ctx["prev"] = response
        data = response.get("data") if isinstance(response, dict) and "success" in response else response
        stored = response if step.wait and step.dispatch == "in-process" else data
        _store(step, ctx, stored, data)
        run.events.append((info, started, perf_counter(), inputs, data, None, {"subworkflow": target_name}))

    return Compiled(execute, info)


def _store(step: SubworkflowStep, ctx: Ctx, stored: Any, data: Any) -> None:
    if step.ephemeral or stored is UNDEFINED:
        return
    if step.spread:
        if isinstance(data, dict):
            ctx["state"].update(data)
    else:
        ctx["state"][step.state_key] = stored


def _envelope(data: Any) -> dict[str, Any]:
    return {"steps": [], "data": data, "error": None, "success": True, "contentType": ""}


def _find(run: Run, name: str) -> Plan:
    registered = run.engine.workflows
    plan = registered.get(name)
    if plan is None:
        near = difflib.get_close_matches(name, registered, n=1)
        hint = f' Did you mean "{near[0]}"?' if near else ""
        known = ", ".join(sorted(registered)[:20]) or "none"
        raise WorkflowFailureError(
            f'[blok] Sub-workflow "{name}" not found in WorkflowRegistry ({len(registered)} registered).'
            f"{hint} Available: {known}."
        )
    depth, limit = run.depth + 1, run.engine.settings.max_subworkflow_depth
    if depth > limit:
        raise WorkflowFailureError(
            f'[blok] Sub-workflow recursion limit exceeded (depth {depth} > {limit}) at "{name}".'
        )
    return plan


def _request(inputs: Any) -> dict[str, Any]:
    return {"body": {} if inputs is UNDEFINED else inputs, "headers": {}, "params": {}, "query": {}}


async def _inside(run: Run, plan: Plan, inputs: Any) -> Any:
    """Run the child and give its last response, envelope and all."""
    child = run.engine.child(run, plan, _request(inputs))
    outcome = await run.engine.execute(child)
    if outcome.error is not None:
        raise outcome.error
    return outcome.response


def _detached(run: Run, plan: Plan, inputs: Any) -> dict[str, Any]:
    """Start the child and go on; its failure is only logged."""
    child = run.engine.child(run, plan, _request(inputs))

    async def work() -> None:
        outcome = await run.engine.execute(child)
        if outcome.error is not None:
            logger.error('detached sub-workflow "%s" failed: %s', plan.name, outcome.error)

    run.engine.spawn(work())
    return {"runId": child.id, "workflowName": plan.name, "scheduledAt": round(time() * 1_000)}


async def _over_http(run: Run, plan: Plan, inputs: Any) -> Any:
    """Call the child through its own address, as any client would."""
    http = plan.workflow.trigger.get("http") or {}
    path = http.get("path")
    if not isinstance(path, str) or not path:
        raise WorkflowFailureError(f'Sub-workflow "{plan.name}" has no trigger.http.path to dispatch to.')
    method = str(http.get("method") or "POST").upper()
    if not run.engine.settings.self_base_url:
        raise WorkflowFailureError('`dispatch: "http-self"` is not available here.')
    headers = {"X-Blok-Subworkflow-Depth": str(run.depth + 1), "X-Blok-Parent-Run-Id": run.id}
    import httpx  # noqa: PLC0415 - slow to import, and few projects dispatch over HTTP

    async with httpx.AsyncClient(base_url=run.engine.settings.self_base_url, timeout=60) as client:
        reply = await client.request(
            "POST" if method == "ANY" else method, path, json=inputs, headers=headers
        )
    try:
        body: Any = reply.json()
    except ValueError:
        body = reply.text
    if not reply.is_success:
        raise GlobalError(
            f'Sub-workflow "{plan.name}" answered {reply.status_code}', code=reply.status_code, json=body
        )
    return body
