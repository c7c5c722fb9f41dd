"""Addresses of servers as URLs: read from the environment, made comparable, shown without their password."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from blokhub.engines.errors import BadEngineUrl

VARIABLES: Mapping[str, str] = {
    "postgres": "BLOK_POSTGRES_URL",
    "valkey": "BLOK_VALKEY_URL",
    "nats": "BLOK_NATS_URL",
}

# What people write -> what the drivers read.
_SCHEMES: Mapping[str, Mapping[str, str]] = {
    "postgres": {"postgresql": "postgresql", "postgres": "postgresql", "postgresql+psycopg": "postgresql"},
    "valkey": {"redis": "redis", "rediss": "rediss", "valkey": "redis", "valkeys": "rediss"},
    "nats": {"nats": "nats", "tls": "tls", "ws": "ws", "wss": "wss"},
}
_EXAMPLES: Mapping[str, str] = {
    "postgres": "postgresql://user:password@host:5432/database",
    "valkey": "redis://:password@host:6379/0",
    "nats": "nats://user:password@host:4222",
}


@dataclass(frozen=True)
class EngineUrls:
    """How to reach the engines. `postgres` is the administrator's URL; `embedded` names those we started."""

    postgres: str
    valkey: str
    nats: str
    embedded: frozenset[str]


def configured_url(engine: str, environ: Mapping[str, str] | None = None) -> str | None:
    """The URL the user set for `engine`, or None when we are to start it. Raises BadEngineUrl."""
    variable = VARIABLES[engine]
    raw = (os.environ if environ is None else environ).get(variable, "").strip()
    if not raw:
        return None
    next_step = f"Write it like {_EXAMPLES[engine]}, or unset {variable} to have the engine started for you."
    # NATS clients take a list of servers; PostgreSQL takes a list of hosts inside one URL.
    pieces = raw.split(",") if engine == "nats" else [raw]
    try:
        return ",".join(_checked(engine, piece.strip()) for piece in pieces)
    except ValueError as error:
        raise BadEngineUrl(f"{variable} cannot be used: {error}.", next_step) from None


def _checked(engine: str, url: str) -> str:
    parts = urlsplit(url)
    scheme = _SCHEMES[engine].get(parts.scheme.lower())
    if scheme is None:
        raise ValueError(f"it must begin with one of {', '.join(_SCHEMES[engine])} and ://")
    several_hosts = engine == "postgres" and "," in parts.netloc
    if not several_hosts and parts.port == 0:
        raise ValueError("port 0 is no port")
    # PostgreSQL may name its host as ?host=/run/postgresql instead.
    if not parts.hostname and not (engine == "postgres" and "host=" in parts.query):
        raise ValueError("it names no host")
    return scheme + url[len(parts.scheme) :]


def without_password(url: str) -> str:
    """`url` as it may be shown: the password replaced by three stars."""
    if "," in url and not url.startswith("postgresql:"):
        return ",".join(without_password(piece) for piece in url.split(","))
    parts = urlsplit(url)
    if "@" not in parts.netloc:
        return url
    credentials, _, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{credentials.partition(':')[0]}:***@{host}"))
