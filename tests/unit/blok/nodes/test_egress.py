"""api-call reaches only what it may."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from blok.nodes.egress import EgressPolicy, EgressRefusedError, fetch, policy_from, resolve

LOCAL = EgressPolicy(allow_private=True, timeout_seconds=2)


@asynccontextmanager
async def server(*answers: bytes) -> AsyncIterator[int]:
    """A server that gives the answers in turn, one per connection."""
    waiting = list(answers)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(waiting.pop(0))
        await writer.drain()
        writer.close()

    running = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with running:
        yield running.sockets[0].getsockname()[1]


def response(status: str, body: bytes = b"", *headers: str) -> bytes:
    head = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", "connection: close", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "::1",
        "fe80::1",
        "fd00::1",
        "::ffff:127.0.0.1",
        "0.0.0.0",
        "100.64.0.1",
    ],
)
def test_addresses_inside_the_network_are_refused(address: str) -> None:
    with pytest.raises(EgressRefusedError):
        EgressPolicy().check_address(address)


@pytest.mark.parametrize("host", ["localhost", "127.1", "0x7f000001", "2130706433", "[::1]"])
async def test_other_spellings_of_this_machine_are_refused(host: str) -> None:
    with pytest.raises(EgressRefusedError):
        await fetch(EgressPolicy(), "GET", f"http://{host}:9/", {}, None)


async def test_a_public_address_is_accepted() -> None:
    assert await resolve("93.184.216.34", 80, EgressPolicy()) == "93.184.216.34"


@pytest.mark.parametrize(
    ("host", "allowed"), [("api.example.com", True), ("example.com", False), ("badexample.com", False)]
)
def test_a_star_stands_for_subdomains(host: str, allowed: bool) -> None:
    policy = EgressPolicy(allowed_hosts=("*.example.com",))
    if allowed:
        policy.check_host(host)
    else:
        with pytest.raises(EgressRefusedError):
            policy.check_host(host)


async def test_a_redirect_is_judged_like_the_first_address() -> None:
    async with server(response("302 Found", b"", "location: http://169.254.169.254/secret")) as port:
        strict = EgressPolicy(allow_private=True, allowed_hosts=("127.0.0.1",))
        with pytest.raises(EgressRefusedError, match=r"169\.254"):
            await fetch(strict, "GET", f"http://127.0.0.1:{port}/", {}, None)


async def test_a_redirect_to_another_host_loses_the_credentials() -> None:
    async with server(response("200 OK", b"done")) as second:
        redirect = response("302 Found", b"", f"location: http://localhost:{second}/")
        async with server(redirect) as first:
            answer = await fetch(
                LOCAL, "GET", f"http://127.0.0.1:{first}/", {"Authorization": "secret"}, None
            )
    assert answer.content == b"done"


async def test_an_answer_above_the_limit_is_refused() -> None:
    small = EgressPolicy(allow_private=True, max_bytes=10)
    async with server(response("200 OK", b"x" * 100)) as port:
        with pytest.raises(EgressRefusedError, match="larger"):
            await fetch(small, "GET", f"http://127.0.0.1:{port}/", {}, None)


async def test_other_schemes_are_refused() -> None:
    with pytest.raises(EgressRefusedError, match="Only http"):
        await fetch(LOCAL, "GET", "file:///etc/passwd", {}, None)


async def test_an_endless_redirect_ends() -> None:
    async with server(*[response("302 Found", b"", "location: /again")] * 10) as port:
        with pytest.raises(EgressRefusedError, match="redirects"):
            await fetch(LOCAL, "GET", f"http://127.0.0.1:{port}/", {}, None)


def test_the_policy_of_a_project_comes_from_its_environment() -> None:
    policy = policy_from({"BLOK_EGRESS_HOSTS": "a.com, *.b.com", "BLOK_EGRESS_ALLOW_PRIVATE": "1"})
    assert (policy.allowed_hosts, policy.allow_private) == (("a.com", "*.b.com"), True)
