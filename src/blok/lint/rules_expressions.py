"""Rules about expressions: they parse, they use the right forms, and what they read exists."""

from __future__ import annotations

import difflib
import re

from blok.expressions import check_key
from blok.expressions.errors import UnresolvableKeyExpressionError
from blok.lint.document import Document, Use, texts
from blok.lint.problem import Edit
from blok.lint.types import paths_in
from blok.workflow.model import ForEachStep, LoopStep, NodeStep, Stored, SubworkflowStep, WaitStep

_SHORT_REQUEST = re.compile(r"\bctx\.(body|query|params|headers)\b")
_NEVER = (
    (re.compile(r"^\$\.[A-Za-z_]"), "`$.` paths are plain text"),
    (re.compile(r"\{\{\s*(?:ctx|state|vars|request)\."), "`{{…}}` is plain text"),
)


def check_expressions(document: Document) -> None:
    """Every expression of the file."""
    known = _state_keys(document)
    for use in document.uses():
        if not (_check_prefix(document, use) or _check_request(document, use)):
            _check_syntax(document, use)
        if known is not None:
            _check_state(document, use, known)
    _check_plain_texts(document)
    _check_keys(document)


def _check_request(document: Document, use: Use) -> bool:
    """`ctx.body` and the like: it is always `ctx.request.body`."""
    found = _SHORT_REQUEST.search(use.source)
    if found is None:
        return False
    right = _SHORT_REQUEST.sub(r"ctx.request.\1", use.text)
    document.report(
        "ctx-body", "error", use.path, f"ctx.{found[1]} is not there: it is ctx.request.{found[1]}.",
        f"Write ctx.request.{found[1]}.", Edit(use.path, use.text, right),
    )  # fmt: skip
    return True


def _check_prefix(document: Document, use: Use) -> bool:
    """Conditions are JavaScript already."""
    if use.syntax != "condition" or not use.text.startswith("js/"):
        return False
    document.report(
        "condition-prefix", "error", use.path, "A condition is JavaScript already: `js/` makes it fail.",
        "Remove the prefix.", Edit(use.path, use.text, use.text[3:]),
    )  # fmt: skip
    return True


def _check_syntax(document: Document, use: Use) -> None:
    if "${" in use.source and use.syntax == "condition":
        return  # filled in before it is compiled
    error = use.expression.error
    if error is None or (document.generation == 1 and "${" in use.source):
        return
    shown = use.source if len(use.source) <= 80 else f"{use.source[:77]}..."
    message = f"`{shown}` is not one JavaScript expression: {error.message}."
    fix = "Write one expression, without statements and without a trailing semicolon."
    document.report("expression-syntax", "error", use.path, message, fix)


def _check_state(document: Document, use: Use, known: set[str]) -> None:
    """Reading a step that is not there."""
    for path in paths_in(use.source):
        if len(path) < 3 or path[0] != "ctx" or path[1] not in ("state", "vars") or path[2] in known:
            continue
        close = difflib.get_close_matches(path[2], list(known), n=1)
        without = document.generation == 1 and any(step.name == path[2] for step in document.steps())
        document.report(
            "unknown-step", "warning", use.path, f"No step stores ctx.{path[1]}.{path[2]}.",
            'Give that step "set_var": true.' if without
            else f'Did you mean "{close[0]}"?' if close else "Check the step's id.",
        )  # fmt: skip


def _state_keys(document: Document) -> set[str] | None:
    """What ctx.state can hold; None when steps or expressions can put anything there."""
    keys: set[str] = set()
    for step in document.steps():
        if isinstance(step, Stored) and step.spread:
            return None
        if document.generation == 1:
            if isinstance(step, NodeStep) and step.set_var:
                keys.add(step.name)
            continue
        keys.add(step.state_key if isinstance(step, Stored) else step.name)
        if isinstance(step, NodeStep) and "publish" in step.node:
            return None
        if isinstance(step, ForEachStep):
            keys |= {step.item_key, f"{step.item_key}Index"}
        if isinstance(step, LoopStep):
            keys.add(f"{step.name}Index")
        if isinstance(step, WaitStep) and step.store_as:
            keys.add(step.store_as)
    middleware = document.workflow is not None and (
        document.workflow.middleware or document.workflow.is_middleware
    )
    changes = any(re.search(r"(?:state|vars)\S*\s*=[^=]|publish", use.source) for use in document.uses())
    return None if middleware or changes else keys


def _check_plain_texts(document: Document) -> None:
    """Forms that look like expressions and are none."""
    for step in document.steps():
        if not isinstance(step, NodeStep | SubworkflowStep) or step.inputs is None:
            continue
        for path, text in texts(step.inputs, document.inputs_path(step)):
            for pattern, what in _NEVER:
                if pattern.search(text) and not text.startswith("js/"):
                    document.report(
                        "never-resolves", "warning", path, f"{what}.", "Write js/ctx.… or ${ctx.…}."
                    )


def _check_keys(document: Document) -> None:
    for step in document.steps():
        if isinstance(step, Stored):
            try:
                check_key(step.idempotency_key)
            except UnresolvableKeyExpressionError as error:
                document.report("never-resolves", "error", (*step.path, "idempotencyKey"), str(error))
