"""Rules about the shape of the file: the schema, the loader's rules, names, and steps that never run."""

from __future__ import annotations

from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from blok.lint.document import Document
from blok.workflow import DocPath, Step, WorkflowError, definition_schema, normalise
from blok.workflow.model import BranchStep, NodeStep, inner_lists
from blok.workflow.names import STEP_TYPES


def check_schema(document: Document) -> None:
    """What the published schema does not allow. The runtime is more tolerant, so these are warnings."""
    validator = Draft202012Validator(definition_schema(document.generation))
    for error in validator.iter_errors(document.definition):
        telling = _most_telling(error)
        message = telling.message if len(telling.message) <= 300 else f"{telling.message[:297]}..."
        document.report("schema", "warning", tuple(telling.absolute_path), message, "Follow the JSON Schema.")


def _most_telling(error: ValidationError) -> ValidationError:
    """Of a choice of schemas that all failed, the deepest complaint."""
    while error.context:
        error = max(error.context, key=lambda inner: len(inner.absolute_path))
    return error


def check_format(document: Document) -> None:
    """What keeps the file from loading."""
    try:
        document.workflow = normalise(
            document.definition, generation=document.generation, source=document.file
        )
    except WorkflowError as error:
        document.report(
            "format", "error", error.path, error.message, "The workflow cannot be loaded like this."
        )
        return
    for warning in document.workflow.warnings:
        document.report("format", "warning", (), warning)


def check_names(document: Document) -> None:
    """Steps and node entries of a v1 file belong together, one to one; every step type is known."""
    for step in document.steps():
        if isinstance(step, NodeStep) and step.type not in STEP_TYPES:
            known = ", ".join(STEP_TYPES)
            document.report(
                "unknown-type",
                "error",
                step.path,
                f'Step "{step.name}" has the type {step.type!r}.',
                f"Use one of: {known}.",
            )
    if document.generation != 1 or not isinstance(document.definition, dict):
        return
    entries = document.definition.get("nodes")
    names: dict[str, DocPath] = {}
    for step in document.steps():
        if step.name in names and names[step.name] != step.path:
            document.report(
                "duplicate-step", "error", step.path, f'The name "{step.name}" is used twice.', "Rename one."
            )
        names.setdefault(step.name, step.path)
        if isinstance(entries, dict) and step.name not in entries:
            document.report(
                "step-without-node-entry",
                "error",
                step.path,
                f'Step "{step.name}" has no entry under "nodes".',
                f'Add "{step.name}": {{"inputs": {{}}}} to "nodes".',
            )
    for name in entries if isinstance(entries, dict) else ():
        if document.workflow is not None and name not in names:
            document.report(
                "node-entry-without-step",
                "warning",
                ("nodes", name),
                f'No step is named "{name}".',
                "Remove the entry.",
            )


def check_trigger(document: Document) -> None:
    """In a v1 file the URL starts with the file's name, so the path is "/" unless it has parameters."""
    if document.generation != 1 or document.workflow is None:
        return
    http = document.workflow.trigger.get("http")
    path = http.get("path") if isinstance(http, dict) else None
    if isinstance(path, str) and path != "/" and ":" not in path and "*" not in path:
        document.report(
            "root-path",
            "warning",
            ("trigger", "http", "path"),
            f"The path {path!r} has no parameters; it comes after the name of the file.",
            'Use "/" unless callers expect this path.',
        )


def check_unreachable(document: Document) -> None:
    """Steps that can never run."""
    if document.workflow is not None:
        _check_list(document, document.workflow.steps)


def _check_list(document: Document, steps: tuple[Step, ...]) -> None:
    stopped: Step | None = None
    for step in steps:
        if stopped is not None:
            document.report(
                "unreachable-step",
                "warning",
                step.path,
                f'Step "{step.name}" never runs: the list ends before "{stopped.name}", which has `stop`.',
                "Remove the step, or the `stop`.",
            )
            continue
        if step.stop and step.active:
            stopped = step
        if isinstance(step, BranchStep):
            _check_arms(document, step)
        for inner in inner_lists(step):
            _check_list(document, inner)


def _check_arms(document: Document, step: BranchStep) -> None:
    always: str | None = None
    for arm in step.arms:
        if always is not None and arm.steps:
            document.report(
                "unreachable-step",
                "warning",
                arm.steps[0].path,
                f'These steps never run: the condition {always!r} of "{step.name}" always holds.',
                "Mend the condition, or remove the steps.",
            )
        value = _constant(arm.condition)
        if value is not None and value[0] and always is None:
            always = arm.condition
        elif value is not None and not value[0] and arm.steps:
            document.report(
                "unreachable-step",
                "warning",
                arm.steps[0].path,
                f'These steps never run: the condition {arm.condition!r} of "{step.name}" never holds.',
                "Mend the condition, or remove the steps.",
            )


def _constant(condition: Any) -> tuple[bool] | None:
    return {"true": (True,), "1": (True,), "false": (False,), "0": (False,)}.get(str(condition).strip())
