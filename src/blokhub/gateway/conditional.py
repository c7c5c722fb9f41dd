"""Entity tags and conditional reads (RFC 9110, section 13) for every JSON answer."""

import hashlib
from email.utils import parsedate_to_datetime
from typing import Any

Message = dict[str, Any]


class ConditionalSend:
    """Stands before `send` of a GET: adds an ETag, and answers 304 when the reader has that state."""

    def __init__(self, send: Any, if_none_match: str | None, if_modified_since: str | None = None) -> None:
        self._send = send
        self._since = None if if_none_match else if_modified_since
        self._wanted = {
            tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",") if tag.strip()
        }
        self._start: Message | None = None

    async def __call__(self, message: Message) -> None:
        """Pass a message of the answer on, or hold it until the tag is known."""
        if message["type"] == "http.response.start" and message["status"] == 200:
            self._start = message
            return
        if self._start is not None and message["type"] == "http.response.body":
            start, self._start = self._start, None
            if not message.get("more_body"):
                await self._finish(start, message)
                return
            await self._send(start)
        await self._send(message)

    async def _finish(self, start: Message, body: Message) -> None:
        headers = list(start["headers"])
        names = {name.lower(): value for name, value in headers}
        tag = names.get(b"etag")
        if tag is None:
            digest = hashlib.blake2b(body.get("body", b""), digest_size=12).hexdigest()
            tag = f'"{digest}"'.encode()
            headers.append((b"etag", tag))
        known = tag.decode().removeprefix("W/") in self._wanted or "*" in self._wanted
        if known or self._is_unmodified(names.get(b"last-modified")):
            kept = [pair for pair in headers if pair[0].lower() not in (b"content-length", b"content-type")]
            await self._send({"type": "http.response.start", "status": 304, "headers": kept})
            await self._send({"type": "http.response.body", "body": b""})
            return
        await self._send({**start, "headers": headers})
        await self._send(body)

    def _is_unmodified(self, last_modified: bytes | None) -> bool:
        """Whether the reader's date covers the answer's; only asked without If-None-Match, which is exact."""
        if self._since is None or last_modified is None:
            return False
        try:
            return parsedate_to_datetime(last_modified.decode()) <= parsedate_to_datetime(self._since)
        except ValueError:
            return False
