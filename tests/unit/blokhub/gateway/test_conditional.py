"""Entity tags: a reader that has the present state is not sent it again (RFC 9110, section 13)."""

from typing import Any

import pytest

from blokhub.gateway.conditional import ConditionalSend

BODY = b'{"a": 1}'


async def answer(
    if_none_match: str | None = None,
    *,
    status: int = 200,
    tag: bytes | None = None,
    chunks: tuple[bytes, ...] = (BODY,),
) -> tuple[int, dict[bytes, bytes], bytes]:
    """Send an answer through; what comes out of it."""
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    conditional = ConditionalSend(send, if_none_match)
    headers = [(b"content-type", b"application/json"), (b"content-length", b"8"), (b"vary", b"x")]
    if tag is not None:
        headers.append((b"etag", tag))
    await conditional({"type": "http.response.start", "status": status, "headers": headers})
    for index, chunk in enumerate(chunks):
        more = index < len(chunks) - 1
        await conditional({"type": "http.response.body", "body": chunk, "more_body": more})
    start, *bodies = sent
    return start["status"], dict(start["headers"]), b"".join(each["body"] for each in bodies)


async def test_an_answer_gets_a_tag_that_follows_from_its_body() -> None:
    status, headers, body = await answer()
    assert (status, body) == (200, BODY)
    _, again, _ = await answer()
    _, other, _ = await answer(chunks=(b'{"a": 2}',))
    assert headers[b"etag"] == again[b"etag"] != other[b"etag"]
    assert headers[b"etag"].startswith(b'"') and headers[b"etag"].endswith(b'"')


async def test_a_tag_of_the_service_is_kept() -> None:
    _, headers, _ = await answer(tag=b'"v7"')
    assert headers[b"etag"] == b'"v7"'


@pytest.mark.parametrize("wanted", ['"v7"', 'W/"v7"', '"v6", "v7"', '"v6" , W/"v7"', "*"])
async def test_who_has_the_present_state_gets_304_without_a_body(wanted: str) -> None:
    status, headers, body = await answer(wanted, tag=b'"v7"')
    assert (status, body) == (304, b"")
    assert headers[b"etag"] == b'"v7"' and headers[b"vary"] == b"x"
    assert b"content-length" not in headers and b"content-type" not in headers


@pytest.mark.parametrize("wanted", ['"v6"', "v7", "", ",", '"v70"'])
async def test_who_has_another_state_gets_all_of_it(wanted: str) -> None:
    status, _, body = await answer(wanted, tag=b'"v7"')
    assert (status, body) == (200, BODY)


@pytest.mark.parametrize("status", [201, 202, 404, 422, 500])
async def test_other_answers_pass_as_they_are(status: int) -> None:
    found, headers, body = await answer("*", status=status)
    assert (found, body) == (status, BODY)
    assert b"etag" not in headers


async def test_an_answer_in_parts_passes_as_it_is() -> None:
    status, headers, body = await answer("*", chunks=(b"a", b"b", b"c"))
    assert (status, body) == (200, b"abc")
    assert b"etag" not in headers


async def test_an_answer_without_a_body_has_a_tag_too() -> None:
    status, headers, body = await answer(chunks=(b"",))
    assert (status, body) == (200, b"")
    assert b"etag" in headers
