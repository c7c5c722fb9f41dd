"""Words that the tests of the engines share."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path

import nats
import psutil
import psycopg
from redis.asyncio import Redis

from blokhub.engines import Engines, EngineUrls

NOTHING_SET: dict[str, str] = {}


def engines_at(home: Path) -> Engines:
    return Engines(home, NOTHING_SET)


async def write_everywhere(urls: EngineUrls, value: str) -> None:
    async with await psycopg.AsyncConnection.connect(urls.postgres, autocommit=True) as connection:
        await connection.execute("CREATE TABLE IF NOT EXISTS kept (value text)")
        await connection.execute("INSERT INTO kept VALUES (%s)", (value,))
    async with Redis.from_url(urls.valkey) as client:
        await client.rpush("kept", value)
    client = await nats.connect(urls.nats)
    stream = client.jetstream()
    await stream.add_stream(name="kept", subjects=["kept"])
    await stream.publish("kept", value.encode())
    await client.close()


async def read_everywhere(urls: EngineUrls) -> dict[str, list[str]]:
    async with await psycopg.AsyncConnection.connect(urls.postgres) as connection:
        rows = await (await connection.execute("SELECT value FROM kept")).fetchall()
    async with Redis.from_url(urls.valkey, decode_responses=True) as client:
        items = await client.lrange("kept", 0, -1)
    client = await nats.connect(urls.nats)
    stream = client.jetstream()
    last = (await stream.stream_info("kept")).state.messages
    messages = [await stream.get_msg("kept", number + 1) for number in range(last)]
    await client.close()
    return {
        "postgres": [row[0] for row in rows],
        "valkey": items,
        "nats": [(message.data or b"").decode() for message in messages],
    }


def everywhere(*values: str) -> dict[str, list[str]]:
    return {"postgres": list(values), "valkey": list(values), "nats": list(values)}


def engine_processes(home: Path) -> list[psutil.Process]:
    """Every process whose working folder is inside `home`."""
    found = []
    for process in psutil.process_iter(["name"]):
        with contextlib.suppress(psutil.Error):
            if process.cwd().startswith(f"{home}/"):
                found.append(process)
    return found


def server_process(home: Path, name: str) -> psutil.Process:
    """The server itself, not one of the workers it started."""
    parents = {}
    for process in engine_processes(home):
        with contextlib.suppress(psutil.Error):
            if process.name() == name:
                parents[process] = process.ppid()
    pids = {process.pid for process in parents}
    return next(process for process, parent in parents.items() if parent not in pids)


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while not await condition():
            await asyncio.sleep(0.05)
