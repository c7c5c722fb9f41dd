"""Where nodes may connect to, and a client that keeps to it: each hop is resolved, judged, then pinned."""

from __future__ import annotations

import asyncio
import fnmatch
import ipaddress
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    import httpx

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
MAX_REDIRECTS = 5


class EgressRefusedError(Exception):
    """The address lies outside what this project may reach."""


@dataclass(frozen=True, slots=True)
class Fixture:
    """A recorded answer that stands in for a real call. ``url`` may hold ``*``."""

    url: str
    method: str = "GET"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None


@dataclass(frozen=True, slots=True)
class EgressPolicy:
    """Which hosts may be called, and how much of them.

    ``allowed_hosts`` None means every public host; names may start with ``*.``. Private, loopback and
    link-local addresses are refused unless ``allow_private``. Fixtures are asked first.
    """

    allowed_hosts: tuple[str, ...] | None = None
    allow_private: bool = False
    timeout_seconds: float = 30.0
    max_bytes: int = 10 * 1024 * 1024
    fixtures: Sequence[Fixture] = ()

    def fixture_for(self, method: str, url: str) -> Fixture | None:
        """The recorded answer for a call, if there is one."""
        for fixture in self.fixtures:
            if fixture.method.upper() in {method.upper(), "*"} and (
                fixture.url == url or ("*" in fixture.url and fnmatch.fnmatchcase(url, fixture.url))
            ):
                return fixture
        return None

    def check_host(self, host: str) -> None:
        """Raise EgressRefusedError unless the host is on the list."""
        if self.allowed_hosts is None:
            return
        name = host.lower().rstrip(".")
        for allowed in self.allowed_hosts:
            wanted = allowed.lower()
            if name == wanted or (wanted.startswith("*.") and name.endswith(wanted[1:])):
                return
        raise EgressRefusedError(f'The host "{host}" is not among the hosts this workflow may call.')

    def check_address(self, address: str) -> None:
        """Raise EgressRefusedError for addresses inside the network this runs in."""
        found = ipaddress.ip_address(address.partition("%")[0])
        if isinstance(found, ipaddress.IPv6Address):
            found = found.ipv4_mapped or found.sixtofour or found
        if not self.allow_private and (not found.is_global or found.is_multicast):
            raise EgressRefusedError(
                f"The address {address} is not a public one; private networks are off limits."
            )


def policy_from(environment: Mapping[str, str]) -> EgressPolicy:
    """The policy of a project: ``BLOK_EGRESS_HOSTS`` (comma list) and ``BLOK_EGRESS_ALLOW_PRIVATE=1``."""
    hosts = tuple(
        name.strip() for name in environment.get("BLOK_EGRESS_HOSTS", "").split(",") if name.strip()
    )
    return EgressPolicy(
        allowed_hosts=hosts or None,
        allow_private=environment.get("BLOK_EGRESS_ALLOW_PRIVATE") in {"1", "true"},
    )


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer, read up to the policy's limit."""

    status: int
    reason: str
    headers: Mapping[str, str]
    content: bytes
    url: str


async def resolve(host: str, port: int, policy: EgressPolicy) -> str:
    """The one address that will be connected to; all that the name stands for must be allowed."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise EgressRefusedError(f'The host "{host}" cannot be resolved.') from None
    addresses = [str(item[4][0]) for item in found]
    for address in addresses:
        policy.check_address(address)
    return addresses[0]


async def fetch(
    policy: EgressPolicy, method: str, url: str, headers: Mapping[str, str], content: bytes | None
) -> Fetched:
    """Make one call under a policy, following up to five redirects, each judged like the first.

    Raises:
        EgressRefusedError: for a host, address or scheme that is off limits, or an answer too large.
        ConnectionError: when the call itself fails; TimeoutError when it takes too long.
    """
    recorded = policy.fixture_for(method, url)
    if recorded is not None:
        return _from_fixture(recorded, url)
    import httpx  # noqa: PLC0415 - slow to import; a project without calls never pays

    async with asyncio.timeout(policy.timeout_seconds):
        async with httpx.AsyncClient(trust_env=False, timeout=policy.timeout_seconds) as client:
            sent = dict(headers)
            for _ in range(MAX_REDIRECTS + 1):
                recorded = policy.fixture_for(method, url)
                if recorded is not None:
                    return _from_fixture(recorded, url)
                try:
                    response = await _one_hop(client, policy, method, httpx.URL(url), sent, content)
                except httpx.TimeoutException as late:
                    raise TimeoutError(str(late)) from late
                except (httpx.HTTPError, httpx.InvalidURL) as failed:
                    raise ConnectionError(str(failed) or type(failed).__name__) from failed
                location = response.headers.get("location")
                if response.status not in _REDIRECTS or not location:
                    return response
                target = httpx.URL(url).join(location)
                if target.host != httpx.URL(url).host:
                    sent = {
                        key: value
                        for key, value in sent.items()
                        if key.lower() not in {"authorization", "cookie"}
                    }
                if response.status == 303 or (response.status in {301, 302} and method == "POST"):
                    method, content = "GET", None
                url = str(target)
    raise EgressRefusedError(f"More than {MAX_REDIRECTS} redirects.")


async def _one_hop(  # noqa: PLR0917 - one place calls it
    client: httpx.AsyncClient,
    policy: EgressPolicy,
    method: str,
    url: httpx.URL,
    headers: Mapping[str, str],
    content: bytes | None,
) -> Fetched:
    if url.scheme not in {"http", "https"} or not url.host:
        raise EgressRefusedError(f'Only http and https addresses can be called, not "{url}".')
    policy.check_host(url.host)
    address = await resolve(url.host, url.port or (443 if url.scheme == "https" else 80), policy)
    # Connecting to the judged address itself: a name that changes its mind meanwhile reaches nothing new.
    pinned = url.copy_with(host=address)
    sent = {key: value for key, value in headers.items() if key.lower() != "host"}
    sent["Host"] = url.netloc.decode("ascii")
    request = client.build_request(
        method, pinned, headers=sent, content=content, extensions={"sni_hostname": url.host}
    )
    response = await client.send(request, stream=True)
    try:
        parts, size = [], 0
        async for part in response.aiter_bytes():
            size += len(part)
            if size > policy.max_bytes:
                raise EgressRefusedError(f"The answer is larger than {policy.max_bytes} bytes.")
            parts.append(part)
    finally:
        await response.aclose()
    kept = {key.lower(): value for key, value in response.headers.items()}
    return Fetched(response.status_code, response.reason_phrase, kept, b"".join(parts), str(url))


def _from_fixture(fixture: Fixture, url: str) -> Fetched:
    headers = {key.lower(): value for key, value in fixture.headers.items()}
    if isinstance(fixture.body, str):
        content = fixture.body.encode()
    else:
        content = msgspec.json.encode(fixture.body) if fixture.body is not None else b""
        headers.setdefault("content-type", "application/json")
    try:
        reason = HTTPStatus(fixture.status).phrase
    except ValueError:
        reason = ""
    return Fetched(fixture.status, reason, headers, content, url)
