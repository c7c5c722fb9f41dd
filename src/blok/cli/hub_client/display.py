"""What strangers wrote, shown on a terminal without letting them steer it."""

import re
from collections.abc import Sequence
from datetime import datetime

from rich.table import Table
from rich.text import Text

# Escape sequences, control characters except tab and newline, marks that turn the reading direction.
_STEERING = re.compile(
    "\x1b\\[[0-9;?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


def plain(text: object) -> str:
    """`text` without what could steer a terminal."""
    return _STEERING.sub("", str(text))


def one_line(text: object, width: int = 0) -> str:
    """`text` on one line, cut after `width` characters when that is given."""
    line = " ".join(plain(text).split())
    return line if not width or len(line) <= width else line[: width - 1].rstrip() + "…"


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Table:
    """A table without lines; only the last column is wrapped, and nothing is cut."""
    made = Table(box=None, pad_edge=False, header_style="dim", show_header=bool(columns[0]))
    for index, column in enumerate(columns):
        made.add_column(column, no_wrap=index < len(columns) - 1, overflow="fold")
    for row in rows:
        made.add_row(*(Text(one_line(cell)) for cell in row))
    return made


def day(moment: object) -> str:
    """The date of a moment as the API writes it."""
    try:
        return datetime.fromisoformat(str(moment)).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return plain(moment or "")
