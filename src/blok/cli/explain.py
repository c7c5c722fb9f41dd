"""`blok explain`: what a workflow file will do, step by step, before it does it."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from blok.cli.output import console, fail, fail_workflow, print_json
from blok.workflow import (
    WorkflowError,
    describe_workflow,
    detect_generation,
    digest,
    load_text,
    parse,
    read_file,
)
from blok.workflow.model import (
    BranchStep,
    ForEachStep,
    LoopStep,
    NodeStep,
    Step,
    SubworkflowStep,
    SwitchStep,
    TryCatchStep,
    WaitStep,
)


def explain(
    file: Path,
    /,
    *,
    json_output: Annotated[bool, Parameter(name="--json", negative=())] = False,
    generation: int | None = None,
) -> None:
    """Show the steps of a workflow file, the nodes it uses and the hosts it calls.

    Parameters
    ----------
    file
        The workflow file.
    json_output
        Print JSON.
    generation
        1 or 2; found from the file's shape when not given.
    """
    if not file.is_file():
        fail(f"{file} does not exist.", code=2)
    try:
        text, encoding = read_file(file)
        chosen = generation if generation in {1, 2} else detect_generation(parse(text, encoding))
        workflow = load_text(text, encoding, generation=1 if chosen == 1 else 2, source=str(file))
    except WorkflowError as error:
        error.source = error.source or str(file)
        fail_workflow(error)
    about = describe_workflow(workflow)
    if json_output:
        plan = [
            {"depth": depth, "step": step.name, "does": text}
            for depth, step, text in _lines(workflow.steps, 0)
        ]
        print_json({**dataclasses.asdict(about), "digest": digest(workflow.definition), "plan": plan})
        return
    screen = console()
    screen.print(f"[bold]{workflow.name}[/] {workflow.version} [dim](generation {workflow.generation})[/]")
    for kind, block in workflow.trigger.items():
        detail = " ".join(str(block[key]) for key in ("method", "path", "schedule", "queue") if key in block)
        screen.print(f"  starts on {kind} {detail}")
    for depth, step, words in _lines(workflow.steps, 0):
        off = "" if step.active else " [yellow](inactive)[/]"
        screen.print(f"  {'  ' * depth}[bold]{step.name}[/]{off} {words}")
    if about.hosts:
        screen.print(
            f"  calls {', '.join(about.hosts)}" + (" and computed hosts" if about.dynamic_hosts else "")
        )
    elif about.dynamic_hosts:
        screen.print("  calls computed hosts")


def _lines(steps: tuple[Step, ...], depth: int) -> list[tuple[int, Step, str]]:
    found: list[tuple[int, Step, str]] = []
    for step in steps:
        found.append((depth, step, _words(step)))
        for label, inner in _blocks(step):
            if label:
                found.append((depth + 1, dataclasses.replace(step, name=label, active=True), ""))
            found.extend(_lines(inner, depth + (2 if label else 1)))
    return found


def _blocks(step: Step) -> list[tuple[str, tuple[Step, ...]]]:
    match step:
        case BranchStep(arms=arms):
            return [(f"if {arm.condition}" if arm.condition else "else", arm.steps) for arm in arms]
        case ForEachStep(steps=steps) | LoopStep(steps=steps):
            return [("", steps)]
        case SwitchStep(cases=cases, default=default):
            return [
                *((f"case {case.when!r}", case.steps) for case in cases),
                *([("default", default)] if default else []),
            ]
        case TryCatchStep(attempt=attempt, catch=catch, final=final):
            return [("try", attempt), ("catch", catch), *([("finally", final)] if final else [])]
        case _:
            return []


def _words(step: Any) -> str:  # noqa: PLR0911 - one sentence per kind of step
    match step:
        case NodeStep():
            extras = [
                text
                for wanted, text in (
                    (step.retry, f"retry {step.retry.max_attempts}x" if step.retry else ""),
                    (step.max_duration, f"at most {step.max_duration} ms"),
                    (step.idempotency_key, "remembered"),
                    (step.store_as, f"as {step.store_as}"),
                    (step.spread, "spread"),
                    (step.ephemeral, "not stored"),
                )
                if wanted
            ]
            return f"→ {step.node}" + (f" [dim]({', '.join(extras)})[/]" if extras else "")
        case ForEachStep():
            return f"for each {step.item_key} in {step.items}" + (
                f", {step.concurrency} at a time" if step.parallel else ""
            )
        case LoopStep():
            return f"while {step.condition}, at most {step.max_iterations} times"
        case SwitchStep():
            return f"switch on {step.on}"
        case WaitStep():
            return f"wait {step.mode} {step.value}"
        case SubworkflowStep():
            return f"→ workflow {step.target}" + ("" if step.wait else " [dim](not waited for)[/]")
        case _:
            return ""
