"""The linter of workflow files, as a library: for the command line, the editor and the hub.

problems = lint_text(text, "orders.json", registry)
better = fix_text(text, "orders.json", registry)
"""

from __future__ import annotations

from blok.lint import fixing
from blok.lint.document import Document
from blok.lint.problem import Edit, Problem
from blok.lint.rules_expressions import check_expressions
from blok.lint.rules_nodes import check_nodes
from blok.lint.rules_secrets import check_secrets
from blok.lint.rules_shape import check_format, check_names, check_schema, check_trigger, check_unreachable
from blok.nodes.registry import NodeRegistry
from blok.workflow import Generation, SourceMap, WorkflowSyntaxError, detect_generation, format_of, parse

__all__ = ["RULES", "Edit", "Problem", "fix_text", "lint_text"]

# The rules, in the order in which they look at a file. The first makes the workflow that later ones read.
RULES = (
    check_format,
    check_schema,
    check_names,
    check_trigger,
    check_unreachable,
    check_nodes,
    check_expressions,
    check_secrets,
)
_MOST_ROUNDS = 5


def lint_text(
    text: str, filename: str, registry: NodeRegistry | None = None, generation: Generation | None = None
) -> list[Problem]:
    """Every problem of a workflow file, in the order of its lines.

    The encoding follows from the file's name (JSON when it says nothing), the generation from the file's
    shape unless given. Nodes are looked up in `registry`, by default the built-in ones.
    """
    encoding = format_of(filename) or "json"
    try:
        definition = parse(text, encoding)
    except WorkflowSyntaxError as error:
        fix = f"Mend the {encoding.upper()} there, or just before."
        return [Problem("syntax", "error", filename, error.line or 1, error.column or 1, error.message, fix)]
    document = Document(
        file=filename,
        definition=definition,
        generation=generation or detect_generation(definition),
        places=SourceMap.of(text, encoding),
        registry=registry if registry is not None else NodeRegistry(),
    )
    for rule in RULES:
        rule(document)
    found = dict.fromkeys(document.problems)
    return sorted(found, key=lambda problem: (problem.line, problem.column, problem.rule))


def fix_text(
    text: str, filename: str, registry: NodeRegistry | None = None, generation: Generation | None = None
) -> str:
    """The text with every problem mended that has exactly one right answer; the rest stays as it is."""
    encoding = format_of(filename) or "json"
    for _ in range(_MOST_ROUNDS):
        problems = lint_text(text, filename, registry, generation)
        edits = [problem.edit for problem in problems if problem.edit is not None]
        changed = fixing.apply(text, encoding, edits)
        if changed == text:
            break
        text = changed
    return text
