"""A first README in the four parts that every package explains itself in, read from the workflow's steps."""

import re
from typing import Any

from blok.workflow import Description, Workflow, outline
from blokhub.services.content.domain.nodes import known_nodes

_MOST_STEPS = 60
_INDENT = "   "
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
    """Whatever else it is good for: these steps need not be written again."""
    steps = f"{found.step_count} step{'' if found.step_count == 1 else 's'}"
    reached = f", with {_listed(found.hosts)} behind it" if found.hosts else ""
    return f"It does its work {_occasion(workflow)}, in {steps}{reached}."


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
    _write_steps(outline(workflow)["steps"], lines, "")
    if len(lines) > _MOST_STEPS:
        lines = [*lines[:_MOST_STEPS], f"… and {len(lines) - _MOST_STEPS} lines more: see the definition."]
    return "\n".join(lines)


def _write_steps(steps: list[dict[str, Any]], lines: list[str], indent: str) -> None:
    for number, step in enumerate(steps, start=1):
        lines.append(f"{indent}{number}. `{_code(step['name'])}` {_does(step)}")
        inner = indent + _INDENT
        for arm in step.get("arms", []):
            if arm["steps"]:
                lines.append(f"{inner}- `{_code(arm['label'])}`:")
                _write_steps(arm["steps"], lines, inner + _INDENT)
        _write_steps(step.get("body", []), lines, inner)


def _does(step: dict[str, Any]) -> str:
    about = f" ({_plain(step['about'])})" if step["about"] else ""
    if step["kind"] != "node":
        target = f" `{_code(step['node'])}`" if step["node"] else ""
        return f"is a {step['kind']}{target}{about}."
    node = known_nodes().find(step["node"])
    said = f": {_plain(node.description.rstrip('.'))}" if node is not None and node.description else ""
    return f"uses `{_code(step['node'])}`{said}{about}."


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
    """Text that may stand between backticks."""
    return " ".join(str(text).replace("`", "'").split())[:120]


def _plain(text: str) -> str:
    """Text that is no markup, whoever wrote it."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))[:2000]
