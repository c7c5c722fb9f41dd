"""What the hub and its sandbox processes say to each other: MessagePack, each message with its length."""

import struct
from typing import Any, BinaryIO

import msgspec

HEADER = struct.Struct(">I")
MAX_FRAME = 64 * 1024 * 1024


def pack(message: Any) -> bytes:
    """A message as it travels."""
    body = msgspec.msgpack.encode(message)
    return HEADER.pack(len(body)) + body


def unpack(body: bytes) -> Any:
    """Read what `pack` wrote, without the length."""
    return msgspec.msgpack.decode(body)


def read_frame(stream: BinaryIO) -> Any | None:
    """The next message of a blocking stream, or None at its end."""
    head = stream.read(HEADER.size)
    if len(head) < HEADER.size:
        return None
    (size,) = HEADER.unpack(head)
    return unpack(stream.read(size))


def write_frame(stream: BinaryIO, message: Any) -> None:
    """Send a message on a blocking stream."""
    stream.write(pack(message))
    stream.flush()
