"""What can be said of a workflow file before it is sent: its problems, its outline, and a proposal."""

from typing import Any

import msgspec

from blok.lint import Problem, lint_text
from blok.workflow import DocPath, WorkflowError, digest, parse
from blokhub.services.content.contract import Outline
from blokhub.services.content.domain.definitions import Encoding, fix_of, pointer_of
from blokhub.services.content.domain.nodes import known_nodes
from blokhub.services.content.domain.outlines import outline_of
from blokhub.services.content.domain.proposal import Proposal, propose


class LintProblem(msgspec.Struct, frozen=True):
    """One problem. `line` and `column` count from 1; `pointer` is null where the text is no document."""

    rule: str
    severity: str
    message: str
    fix: str
    line: int
    column: int
    pointer: str | None


class Reading(msgspec.Struct, frozen=True):
    """A file as the hub understands it; what it does not is null."""

    problems: list[LintProblem]
    definition: dict[str, Any] | None = None
    digest: str | None = None
    outline: Outline | None = None
    proposal: Proposal | None = None


def read_workflow(text: str, encoding: Encoding) -> Reading:
    """Read the text of a workflow file. Never raises for what is wrong with the file."""
    try:
        problems = [_problem(found) for found in lint_text(text, f"workflow.{encoding}", known_nodes())]
        definition = parse(text, encoding)
        msgspec.json.encode(definition)  # a text that is no Unicode could not be answered with
        key = digest(definition)
    except WorkflowError as error:
        return Reading(problems or [_unreadable(str(error))])
    except RecursionError:
        return Reading([_unreadable("The file is nested too deeply.")])
    except UnicodeEncodeError:
        return Reading([_unreadable("A text of the file has half of a surrogate pair in it.")])
    if not isinstance(definition, dict):
        return Reading(problems)
    try:
        outline, description = outline_of(definition)
    except WorkflowError:
        return Reading(problems, definition, key)
    return Reading(problems, definition, key, outline, propose(definition, description))


def _problem(found: Problem) -> LintProblem:
    return LintProblem(
        rule=found.rule,
        severity=found.severity,
        message=found.message,
        fix=fix_of(found),
        line=found.line,
        column=found.column,
        pointer=_pointer(found.path),
    )


def _pointer(path: DocPath | None) -> str | None:
    return None if path is None else pointer_of(path)


def _unreadable(message: str) -> LintProblem:
    return LintProblem("syntax", "error", message, "Mend the file there.", 1, 1, None)
