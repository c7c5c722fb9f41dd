"""How a call finds a replica that answers: real servers, some of them dying."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from tests.support.hub import free_port

from blokhub.infra.clients import NOT_HANDLED, Clients
from blokhub.infra.replicas import ERRORS_IN_A_ROW, SLOW_IN_A_ROW
from blokhub.infra.signing import ContextSigner
from blokhub.kernel.context import Context
from blokhub.kernel.errors import Unavailable

Talk = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]
SIGNER = ContextSigner("a secret that is long enough for every check")


def clients(*urls: str, seconds: float = 5.0) -> Clients:
    return Clients(SIGNER, {"content": urls}, seconds=seconds)


@asynccontextmanager
async def server(talk: Talk) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A server that reads the head of each request, and then does what `talk` does."""
    heads: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                heads.append(head)
                await talk(head, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}", heads
    listening.close()


async def answer(head: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ntrue")
    await writer.drain()


async def hang_up(head: bytes, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def send_away(head: bytes, writer: asyncio.StreamWriter) -> None:
    line = f"HTTP/1.1 503 Stopping\r\n{NOT_HANDLED}: 1\r\ncontent-length: 0\r\n\r\n"
    writer.write(line.encode())
    await writer.drain()


async def say_nothing(head: bytes, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(30)


def nobody() -> str:
    return f"http://127.0.0.1:{free_port()}"


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_replica_that_is_not_there_is_passed_over(method: str) -> None:
    async with server(answer) as (there, heads):
        asking = clients(nobody(), there)
        answers = [await asking.call("content", method, "/x", Context()) for _ in range(4)]
        assert [each.status for each in answers] == [200] * 4
        assert len(heads) == 4
        await asking.close()


async def test_a_read_goes_to_another_replica_when_one_dies_over_it() -> None:
    async with server(hang_up) as (dying, _), server(answer) as (there, heads):
        asking = clients(dying, there)
        assert (await asking.call("content", "GET", "/x", Context())).json() is True
        assert len(heads) == 1
        await asking.close()


async def test_a_write_is_not_repeated_when_nobody_knows_whether_it_was_done() -> None:
    async with server(hang_up) as (dying, _), server(answer) as (there, heads):
        asking = clients(dying, there)
        with pytest.raises(Unavailable, match="went away in the middle"):
            await asking.call("content", "POST", "/x", Context(), body={"a": 1})
        assert heads == []
        assert (await asking.call("content", "POST", "/x", Context(), body={"a": 1})).ok
        await asking.close()


async def test_a_write_that_a_stopping_replica_did_not_begin_goes_to_another() -> None:
    async with server(send_away) as (stopping, refused), server(answer) as (there, heads):
        asking = clients(stopping, there)
        assert (await asking.call("content", "POST", "/x", Context(), body={"a": 1})).ok
        assert (len(refused), len(heads)) == (1, 1)
        await asking.close()


async def test_a_slow_answer_is_given_up_and_asked_for_nowhere_else() -> None:
    async with server(say_nothing) as (slow, _), server(answer) as (there, heads):
        asking = clients(slow, there, seconds=0.2)
        with pytest.raises(Unavailable, match="took too long"):
            await asking.call("content", "GET", "/x", Context())
        assert heads == []
        await asking.close()


async def fail(head: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 500 Broken\r\ncontent-length: 0\r\n\r\n")
    await writer.drain()


async def test_of_three_replicas_one_that_fails_is_hardly_noticed() -> None:
    async with server(answer) as (one, _), server(fail) as (broken, heads), server(answer) as (two, _):
        asking = clients(one, broken, two)
        reads = [(await asking.call("content", "GET", "/x", Context())).status for _ in range(100)]
        assert set(reads) == {200}
        assert len(heads) == ERRORS_IN_A_ROW
        writes = [(await asking.call("content", "POST", "/x", Context())).status for _ in range(100)]
        assert set(writes) == {200}
        await asking.close()


async def test_an_error_of_every_replica_is_told_after_two_of_them() -> None:
    async with server(fail) as (a, at_a), server(fail) as (b, at_b), server(fail) as (c, at_c):
        asking = clients(a, b, c)
        assert (await asking.call("content", "GET", "/x", Context())).status == 500
        assert len(at_a) + len(at_b) + len(at_c) == 2
        assert (await asking.call("content", "POST", "/x", Context())).status == 500
        assert len(at_a) + len(at_b) + len(at_c) == 3
        await asking.close()


async def test_a_service_that_hangs_is_not_asked_again_and_again() -> None:
    async with server(say_nothing) as (slow, heads):
        asking = clients(slow, seconds=0.1)
        for _ in range(SLOW_IN_A_ROW):
            with pytest.raises(Unavailable, match="took too long"):
                await asking.call("content", "GET", "/x", Context())
        for _ in range(20):
            with pytest.raises(Unavailable, match="does not answer"):
                await asking.call("content", "GET", "/x", Context())
        assert len(heads) == SLOW_IN_A_ROW
        await asking.close()


async def test_who_gives_up_on_a_slow_service_has_said_that_it_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("blokhub.infra.clients._PATIENCE_SECONDS", 0.05)
    async with server(say_nothing) as (slow, heads):
        asking = clients(slow)
        for _ in range(SLOW_IN_A_ROW):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await asking.call("content", "GET", "/x", Context())
        with pytest.raises(Unavailable, match="does not answer"):
            await asking.call("content", "GET", "/x", Context())
        assert len(heads) == SLOW_IN_A_ROW
        await asking.close()


async def test_a_service_without_any_replica_does_not_answer() -> None:
    asking = clients(nobody(), nobody())
    for _ in range(5):
        with pytest.raises(Unavailable, match="content does not answer"):
            await asking.call("content", "GET", "/x", Context())
    await asking.close()


async def test_a_target_cannot_smuggle_lines_into_the_request() -> None:
    async with server(answer) as (there, heads):
        asking = clients(there)
        await asking.call("content", "GET", "/api/users/a b\r\nevil: 1\r\n/ü%2F?q=a%20b&x=1", Context())
        assert heads[0].startswith(
            b"GET /api/users/a%20b%0D%0Aevil:%201%0D%0A/%C3%BC%2F?q=a%20b&x=1 HTTP/1.1"
        )
        await asking.close()


async def test_an_unknown_service_is_not_part_of_the_installation() -> None:
    with pytest.raises(Unavailable, match="not part"):
        await clients("http://a").call("nothing", "GET", "/x", Context())
