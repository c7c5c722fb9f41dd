"""A first README in the four parts that every package explains itself in, read from the workflow's steps."""

import re
from typing import Any

from blok.workflow import Description, Workflow, outline
from blokhub.services.content.domain.nodes import known_nodes

_MOST_STEPS = 60
_INDENT = "   "
_VERBS = {
    "branch": "takes one of the ways",
    "switch": "chooses",
    "forEach": "repeats for",
    "loop": "repeats",
    "tryCatch": "tries, and has an answer when that fails",
    "wait": "waits",
}
_MARKUP = re.compile(r"([\\`*_\[\]<>#|])")


def write_readme(workflow: Workflow, found: Description) -> str:
    """Markdown with Task, Why, How and Requirements. It says what the file says, and no more."""
    parts = {
        "Task": _task(workflow),
        "Why": _why(workflow, found),
        "How": _how(workflow),
        "Requirements": _requirements(found),
    }
    body = "\n\n".join(f"## {part}\n\n{text}" for part, text in parts.items())
    return f"# {_plain(workflow.name)}\n\n{body}\n"


def _task(workflow: Workflow) -> str:
    description = (workflow.description or "").strip()
    return _plain(description) if description else f"{_plain(workflow.name)}: {_occasion(workflow)}."


def _why(workflow: Workflow, found: Description) -> str:
    steps = "one step" if found.step_count == 1 else f"{found.step_count} steps"
    calls = f", or call {_listed(found.hosts)} themselves" if found.hosts else ""
    return f"It runs {_occasion(workflow)}, so that nobody has to do its {steps} by hand{calls}."


def _occasion(workflow: Workflow) -> str:
    """When it runs."""
    said = []
    for kind, block in workflow.trigger.items():
        if kind == "http":
            method = str(block.get("method") or "ANY").upper()
            path = str(block.get("path") or "/")
            said.append(f"for each request `{'' if method in ('ANY', '*') else method + ' '}{path}`")
        elif kind == "cron" and block.get("schedule"):
            said.append(f"on the schedule `{block['schedule']}`")
        else:
            said.append(f"when its {kind} trigger fires")
    return " and ".join(said) or "when it is called"


def _how(workflow: Workflow) -> str:
    lines: list[str] = []
    _write_steps(outline(workflow)["steps"], lines, "", set())
    if len(lines) > _MOST_STEPS:
        lines = [*lines[:_MOST_STEPS], f"… and {len(lines) - _MOST_STEPS} lines more: see the definition."]
    return "\n".join(lines)


def _write_steps(steps: list[dict[str, Any]], lines: list[str], indent: str, explained: set[str]) -> None:
    for number, step in enumerate(steps, start=1):
        lines.append(f"{indent}{number}. `{_code(step['name'])}` {_does(step, explained)}")
        inner = indent + _INDENT
        for arm in step.get("arms", []):
            if arm["steps"]:
                lines.append(f"{inner}- `{_code(arm['label'])}`:")
                _write_steps(arm["steps"], lines, inner + _INDENT, explained)
        _write_steps(step.get("body", []), lines, inner, explained)


def _does(step: dict[str, Any], explained: set[str]) -> str:
    """What a step does; a node is explained where it is used for the first time."""
    node, about = step["node"], f" `{_code(step['about'])}`" if step["about"] else ""
    if step["kind"] == "subworkflow":
        return f"runs the workflow `{_code(node)}`."
    if step["kind"] != "node":
        return f"{_VERBS[step['kind']]}{about}{':' if step.get('arms') or step.get('body') else '.'}"
    known = known_nodes().find(node)
    if known is None or not known.description or node in explained:
        return f"uses `{_code(node)}`."
    explained.add(node)
    return f"uses `{_code(node)}`. {_plain(known.description)}"


def _requirements(found: Description) -> str:
    needs = []
    if found.hosts:
        needs.append(f"Reaches {_listed(found.hosts)}.")
    if found.dynamic_hosts:
        needs.append("Some of the addresses that it reaches are computed while it runs.")
    if found.environment:
        needs.append(f"Reads {_listed(found.environment)} from the environment.")
    if found.subworkflows:
        needs.append(f"Calls the workflow{_plural(found.subworkflows)} {_listed(found.subworkflows)}.")
    others = sorted(node for node in found.nodes if known_nodes().find(node) is None)
    if others:
        needs.append(f"Needs the node{_plural(others)} {_listed(others)}, which no hub brings along.")
    if found.generation == 1:
        needs.append("It is written for the first generation of the format.")
    return " ".join(needs) or "Nothing beyond the runtime: it reaches no host and reads no environment."


def _plural(items: Any) -> str:
    return "" if len(items) == 1 else "s"


def _listed(items: Any) -> str:
    named = [f"`{_code(item)}`" for item in items]
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"


def _code(text: str) -> str:
    """Text that may stand between backticks, on one line and not too long."""
    line = " ".join(str(text).replace("`", "'").split())
    return line if len(line) <= 100 else f"{line[:99]}…"


def _plain(text: str) -> str:
    """Text that is no markup, whoever wrote it."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))[:2000]
