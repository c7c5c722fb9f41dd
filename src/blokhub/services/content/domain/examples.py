"""The recorded examples of a version: bounded, named apart, and kept under their digest."""

from collections import Counter
from dataclasses import dataclass

import msgspec

from blok.workflow import canonical_json, digest
from blokhub.kernel.errors import InvalidInput
from blokhub.services.content.contract import Example

MAX_EXAMPLES = 20
MAX_BYTES = 512 * 1024


@dataclass(frozen=True)
class Examples:
    """Examples as they are kept: JSON text, and the digest of its canonical form."""

    body: str
    digest: str


def read_examples(given: list[Example]) -> Examples | None:
    """The examples as they are to be kept; None when there are none.

    Raises InvalidInput when two have one name, or when they are too many or too large.
    """
    if not given:
        return None
    if len(given) > MAX_EXAMPLES:
        raise InvalidInput(f"A version may have {MAX_EXAMPLES} examples.", pointer="/examples")
    twice = [name for name, count in Counter(example.name for example in given).items() if count > 1]
    if twice:
        raise InvalidInput(f"Two examples are named {twice[0]!r}.", pointer="/examples")
    document = msgspec.to_builtins(given)
    if len(canonical_json(document)) > MAX_BYTES:
        raise InvalidInput(f"All examples may have {MAX_BYTES // 1024} KiB together.", pointer="/examples")
    return Examples(msgspec.json.encode(document).decode(), digest(document))
