"""From a file or a text to a normalized workflow, with the line of whatever is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from blok.workflow.errors import WorkflowError, WorkflowSyntaxError
from blok.workflow.formats import Format, format_of, parse
from blok.workflow.model import Generation, Workflow
from blok.workflow.normalise1 import normalise_v1
from blok.workflow.normalise2 import normalise_v2
from blok.workflow.positions import SourceMap


def normalise(definition: Any, *, generation: Generation = 2, source: str | None = None) -> Workflow:
    """Turn a parsed document into the one normalized model, under the rules of a generation.

    Raises:
        WorkflowRejectedError: naming the rule that is broken, with the path inside the document.
    """
    return normalise_v1(definition, source) if generation == 1 else normalise_v2(definition, source)


def load_text(
    text: str, encoding: Format = "json", *, generation: Generation = 2, source: str | None = None
) -> Workflow:
    """Parse and normalise one text.

    Raises:
        WorkflowSyntaxError, WorkflowRejectedError: with line and column filled.
    """
    try:
        return normalise(parse(text, encoding), generation=generation, source=source)
    except WorkflowError as error:
        raise locate(error, text, encoding, source) from None


def locate(error: WorkflowError, text: str, encoding: Format, source: str | None) -> WorkflowError:
    """Fill line, column and source of an error from the text it came from."""
    error.source = error.source or source
    if error.line is None:
        error.line, error.column = SourceMap.of(text, encoding).locate(error.path)
    return error


def read_file(path: Path) -> tuple[str, Format]:
    """The text of a workflow file and its encoding.

    Raises:
        WorkflowSyntaxError: for another kind of file, or one that is not UTF-8.
        OSError: when it cannot be read.
    """
    encoding = format_of(path)
    if encoding is None:
        raise WorkflowSyntaxError(
            f"File type not supported: {path.suffix.lstrip('.') or path.name}",
            source=str(path),
            line=1,
            column=1,
        )
    try:
        return path.read_text("utf-8"), encoding
    except UnicodeDecodeError:
        raise WorkflowSyntaxError("The file is not UTF-8 text.", source=str(path), line=1, column=1) from None


def load_file(path: Path, *, generation: Generation = 2) -> Workflow:
    """Load one workflow file.

    Raises:
        WorkflowError: with file, line and column.
        OSError: when the file cannot be read.
    """
    text, encoding = read_file(path)
    return load_text(text, encoding, generation=generation, source=str(path))


def detect_generation(definition: Any) -> Generation:
    """The generation a document was written for, by its shape.

    A top-level ``nodes`` map, or steps with ``name`` and ``node`` and neither ``id`` nor ``use``, is
    generation 1; anything else is generation 2.
    """
    if not isinstance(definition, dict):
        return 2
    steps = definition.get("steps")
    if not isinstance(steps, list) or definition.get("schemaVersion") in {"2", 2}:
        return 1 if isinstance(definition.get("nodes"), dict) and definition.get("nodes") else 2
    shapes = [step for step in steps if isinstance(step, dict)]
    if any("id" in step or "use" in step for step in shapes):
        return 2
    return 1 if any("name" in step and "node" in step for step in shapes) else 2
