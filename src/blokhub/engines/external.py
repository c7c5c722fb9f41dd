"""Servers of the user's own, named by a URL: do they answer, and are they new enough?"""

import asyncio
from collections.abc import Mapping, Sequence

import psycopg
from redis.asyncio import Redis

from blokhub.engines import nats, postgres, valkey
from blokhub.engines.errors import EngineUnreachable
from blokhub.engines.urls import VARIABLES, EngineUrls, configured_url, without_password

_OLDEST = {"postgres": (15, "PostgreSQL 15"), "valkey": (7, "Valkey 7 or Redis 7"), "nats": (2, "NATS 2")}


async def external_version(engine: str, url: str) -> str:
    """Connect to the server and return its version. Raises the driver's error."""
    if engine == "postgres":
        async with await psycopg.AsyncConnection.connect(url, connect_timeout=5) as connection:
            return await postgres.server_version(connection)
    if engine == "valkey":
        async with Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5) as client:
            return valkey.server_version(await client.info("server"))
    return await nats.server_version(url)


async def find_configured(
    engines: Sequence[str] = tuple(VARIABLES), environ: Mapping[str, str] | None = None
) -> EngineUrls:
    """The servers that the environment names, each of which answers; those not asked for are left empty.

    Raises EngineUnreachable, naming the variable, when one is not named or does not answer.
    """
    urls = {name: configured_url(name, environ) if name in engines else "" for name in VARIABLES}
    missing = [VARIABLES[name] for name, url in urls.items() if url is None]
    if missing:
        raise EngineUnreachable(
            f"{', '.join(missing)} must be set: this process starts no engines of its own.",
            "`make engines` starts some, and prints the settings that lead to them.",
        )
    named = {name: url or "" for name, url in urls.items()}
    await asyncio.gather(*(check_external(name, url) for name, url in named.items() if url))
    return EngineUrls(named["postgres"], named["valkey"], named["nats"], frozenset())


async def check_external(engine: str, url: str) -> str:
    """The version of the server at `url`. Raises EngineUnreachable when it cannot serve us."""
    variable, shown = VARIABLES[engine], without_password(url)
    try:
        version = await external_version(engine, url)
    except Exception as error:  # three drivers, each with its own tree of errors
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise EngineUnreachable(
            f"The server of {variable} ({shown}) does not answer: {reason}",
            f"Check that it runs and that name and password fit (NATS needs JetStream: nats-server -js), "
            f"or unset {variable} to have one started for you.",
        ) from error
    oldest, title = _OLDEST[engine]
    if int(version.partition(".")[0]) < oldest:
        raise EngineUnreachable(
            f"The server of {variable} ({shown}) is version {version}; the oldest that works is {title}.",
            f"Update it, or unset {variable} to have a newer one started for you.",
        )
    return version
