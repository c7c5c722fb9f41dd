"""Position tokens: how a reader asks to see at least its own writes.

A write answers with `Blok-Position: <service>:<event id>`; a read that carries the token waits until
the projection it asks has handled that event. Several tokens are separated by commas.
"""

from blokhub.kernel.ids import is_id

HEADER = "Blok-Position"


def format_position(service: str, event_id: str) -> str:
    """The token of the last event of a write."""
    return f"{service}:{event_id}"


def parse_positions(text: str) -> dict[str, str]:
    """Event ids by service; anything malformed is ignored, since a token is only a hint."""
    positions: dict[str, str] = {}
    for part in text.split(","):
        service, _, event_id = part.strip().partition(":")
        if service.isalpha() and is_id(event_id):
            positions[service] = event_id
    return positions
