"""Write CSV text."""

from __future__ import annotations

import csv
import io
from typing import Any, Literal, NotRequired, TypedDict

import msgspec

from blok.nodes.contract import node

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Inputs(TypedDict):
    """``columns`` chooses and orders them (default: as they first appear); ``header`` is on."""

    rows: list[dict[str, Any]]
    columns: NotRequired[list[str]]
    delimiter: NotRequired[Literal[",", ";", "\t", "|"]]
    header: NotRequired[bool]


@node(
    name="@blokjs/csv-format",
    description="Write rows as CSV text (RFC 4180); text that a spreadsheet would run is disarmed.",
    tags=("data", "file"),
    examples=(
        {
            "inputs": {"rows": [{"sku": "A-1", "note": "=1+1"}]},
            "output": "sku,note\r\nA-1,'=1+1\r\n",
        },
    ),
)
def csv_format(inputs: Inputs) -> str:
    """One line for each row; missing values are empty, objects and lists are JSON."""
    rows = inputs["rows"]
    columns = inputs.get("columns") or list(dict.fromkeys(name for row in rows for name in row))
    target = io.StringIO()
    writer = csv.writer(target, delimiter=inputs.get("delimiter", ","), lineterminator="\r\n")
    if inputs.get("header", True):
        writer.writerow(columns)
    writer.writerows([_cell(row.get(column)) for column in columns] for row in rows)
    return target.getvalue()


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool | dict | list):
        return msgspec.json.encode(value).decode()
    # Spreadsheets run text that begins like a formula (OWASP: CSV injection).
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
