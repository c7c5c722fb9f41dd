"""Text that every store can hold."""

import re

_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


def has_nul(document: bytes) -> bool:
    """Whether a text in a JSON document has the character NUL, which PostgreSQL cannot keep.

    An escaped backslash before `u0000` is not one: expressions may well write it.
    """
    return b"\\u0000" in document and _NUL.search(document) is not None
