"""Mending what has exactly one right answer, in the text itself, so that layout and comments stay."""

from __future__ import annotations

import json
from typing import Any

from blok.lint.problem import Edit
from blok.workflow import Format, SourceMap, parse


def apply(text: str, encoding: Format, edits: list[Edit]) -> str:
    """The text with the edits made. An edit that would change anything else in the document is left out."""
    for edit in edits:
        text = _apply(text, encoding, edit)
    return text


def _apply(text: str, encoding: Format, edit: Edit) -> str:
    line, column = SourceMap.of(text, encoding).locate(edit.path)
    starts = [0]
    for written in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(written))
    begin = starts[min(line - 1, len(starts) - 1)] + column - 1
    wanted = _replaced(parse(text, encoding), edit)
    for old, new in _spellings(edit, encoding):
        at = text.find(old, begin)
        while at >= 0:
            changed = text[:at] + new + text[at + len(old) :]
            try:
                if parse(changed, encoding) == wanted:
                    return changed
            except Exception:  # noqa: S110 - a spelling that does not fit here
                pass
            at = text.find(old, at + 1) if at - begin < 4000 else -1
    return text


def _spellings(edit: Edit, encoding: Format) -> list[tuple[str, str]]:
    plain = (edit.old, edit.new)
    quoted = (json.dumps(edit.old, ensure_ascii=False)[1:-1], json.dumps(edit.new, ensure_ascii=False)[1:-1])
    if encoding == "xml":
        escaped = tuple(
            part.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") for part in plain
        )
        return [(escaped[0], escaped[1]), plain]
    return [quoted, plain]


def _replaced(value: Any, edit: Edit) -> Any:
    """The document with the text at the edit's path replaced."""
    if not edit.path:
        return edit.new if value == edit.old else value
    key, rest = edit.path[0], Edit(edit.path[1:], edit.old, edit.new)
    if isinstance(value, dict) and key in value:
        return {name: _replaced(item, rest) if name == key else item for name, item in value.items()}
    if isinstance(value, list) and isinstance(key, int) and key < len(value):
        return [_replaced(item, rest) if index == key else item for index, item in enumerate(value)]
    return value
