"""What the linter says about a file, and how a problem is mended."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from blok.workflow import DocPath

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text at `path` of the document. Only made where there is exactly one right answer."""

    path: DocPath
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem of one file. `line` and `column` count from 1; `fix` says how to mend it.

    `path` leads to the place in the document; it is None where the text is no document at all.
    """

    rule: str
    severity: Severity
    file: str
    line: int
    column: int
    message: str
    fix: str = ""
    edit: Edit | None = None
    path: DocPath | None = field(default=None, compare=False)
