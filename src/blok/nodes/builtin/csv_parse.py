"""Read CSV text."""

from __future__ import annotations

import csv
import io
import re
from typing import Any, Literal, NotRequired, TypedDict

from blok.nodes.contract import node
from blok.nodes.errors import GlobalError

MOST_ROWS = 100_000
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?")


class Inputs(TypedDict):
    """Without ``columns`` the first line names them. ``numbers`` turns cells like 12.5 into numbers."""

    text: str
    delimiter: NotRequired[Literal[",", ";", "\t", "|"]]
    columns: NotRequired[list[str]]
    numbers: NotRequired[bool]


class Table(TypedDict):
    """One object for each row, by column."""

    columns: list[str]
    rows: list[dict[str, Any]]
    count: int


@node(
    name="@blokjs/csv-parse",
    description="Read CSV text into one object for each row (RFC 4180, at most 100,000 rows).",
    tags=("data", "file"),
    examples=(
        {
            "inputs": {"text": "sku,price\nA-1,2.5\n", "numbers": True},
            "output": {"columns": ["sku", "price"], "rows": [{"sku": "A-1", "price": 2.5}], "count": 1},
        },
    ),
)
def csv_parse(inputs: Inputs) -> Table:
    """Read every line; a line with more or fewer cells than columns is a 422 that names it."""
    text = inputs["text"].removeprefix("\ufeff")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=inputs.get("delimiter", ","), strict=True)
    columns = list(inputs.get("columns", []))
    rows: list[dict[str, Any]] = []
    try:
        for cells in reader:
            if not cells:
                continue
            if not columns:
                columns = _named(cells)
                continue
            if len(cells) != len(columns):
                raise _refused(f"has {len(cells)} cells where {len(columns)} belong", reader.line_num)
            if len(rows) == MOST_ROWS:
                raise _refused(f"is beyond the {MOST_ROWS:,} rows that are read", reader.line_num)
            rows.append(dict(zip(columns, _values(cells, inputs.get("numbers", False)), strict=True)))
    except csv.Error as error:
        raise _refused(f"cannot be read: {error}", reader.line_num) from None
    return {"columns": columns, "rows": rows, "count": len(rows)}


def _named(cells: list[str]) -> list[str]:
    names = [cell.strip() for cell in cells]
    if not all(names) or len(set(names)) != len(names):
        raise _refused("must name every column, each name once", 1)
    return names


def _values(cells: list[str], numbers: bool) -> list[Any]:
    if not numbers:
        return list(cells)
    return [
        (float(cell) if "." in cell else int(cell)) if _NUMBER.fullmatch(cell) else cell for cell in cells
    ]


def _refused(reason: str, line: int) -> GlobalError:
    message = f"CSV: line {line} {reason}"
    return GlobalError(message, code=422, json={"error": message, "line": line})
