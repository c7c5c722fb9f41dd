"""`kill -9` of anything, at any moment, followed by a new start, loses nothing."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.storage.engines.support import (
    engine_processes,
    engines_at,
    everywhere,
    read_everywhere,
    server_process,
    until,
    write_everywhere,
)

from blokhub.engines import EngineUrls
from blokhub.engines.processes import is_running


class OtherBlok:
    """A process of its own that runs the engines on a data folder."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.process = subprocess.Popen(
            [sys.executable, "-m", "blokhub.engines"],
            env={k: v for k, v in os.environ.items() if not k.startswith("BLOK_")} | {"BLOK_HOME": str(home)},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )

    def urls(self) -> EngineUrls:
        """Wait until it runs, and read what it prints."""
        assert self.process.stdout is not None
        said = "".join(self.process.stdout.readline() for _ in range(3))
        postgres, valkey, nats = re.findall(r"='(.*)'", said)
        return EngineUrls(postgres, valkey, nats, frozenset({"postgres", "valkey", "nats"}))

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def other_blok(tmp_path: Path) -> Iterator[OtherBlok]:
    other = OtherBlok(tmp_path)
    yield other
    other.kill()
    for left in engine_processes(tmp_path):
        left.kill()


async def test_after_a_killed_parent_the_orphans_are_replaced_and_the_data_is_there(
    tmp_path: Path, other_blok: OtherBlok
) -> None:
    await write_everywhere(other_blok.urls(), "a")
    other_blok.kill()
    orphans = engine_processes(tmp_path)
    assert {"postgres", "valkey-server", "nats-server"} <= {orphan.name() for orphan in orphans}

    async with engines_at(tmp_path) as engines:
        assert await read_everywhere(await engines.start()) == everywhere("a")
        assert not any(is_running(orphan) for orphan in orphans)
    assert engine_processes(tmp_path) == []


async def test_after_a_kill_of_everything_the_data_is_there(tmp_path: Path, other_blok: OtherBlok) -> None:
    await write_everywhere(other_blok.urls(), "a")
    other_blok.kill()
    for process in engine_processes(tmp_path):
        process.kill()

    async with engines_at(tmp_path) as engines:
        assert await read_everywhere(await engines.start()) == everywhere("a")


@pytest.mark.parametrize(
    "folder_exists", ["postgres.new", "postgres.new/data/base", "postgres", "nats", "logs"]
)
async def test_a_kill_during_the_first_start_leaves_a_folder_that_starts(
    tmp_path: Path, other_blok: OtherBlok, folder_exists: str
) -> None:
    async def got_that_far() -> bool:
        return (tmp_path / folder_exists).exists()

    await until(got_that_far)
    other_blok.kill()

    async with engines_at(tmp_path) as engines:
        urls = await engines.start()
        await write_everywhere(urls, "a")
        assert await read_everywhere(urls) == everywhere("a")
    assert engine_processes(tmp_path) == []


@pytest.mark.parametrize("request_to_stop", [signal.SIGINT, signal.SIGTERM])
async def test_ctrl_c_and_sigterm_stop_every_child_cleanly(
    tmp_path: Path, other_blok: OtherBlok, request_to_stop: signal.Signals
) -> None:
    other_blok.urls()
    # What a terminal does on Ctrl-C: the whole foreground group gets the signal.
    os.killpg(other_blok.process.pid, request_to_stop)
    assert await asyncio.to_thread(other_blok.process.wait, 30) == 0
    assert engine_processes(tmp_path) == []
    assert "database system is shut down" in (tmp_path / "logs" / "postgres.log").read_text()


async def test_ctrl_c_during_the_first_start_leaves_no_process(tmp_path: Path, other_blok: OtherBlok) -> None:
    async def is_initialising() -> bool:
        return any(process.name() == "initdb" for process in engine_processes(tmp_path))

    await until(is_initialising)
    os.killpg(other_blok.process.pid, signal.SIGINT)
    assert await asyncio.to_thread(other_blok.process.wait, 30) == 0
    assert engine_processes(tmp_path) == []


async def test_a_busy_backend_that_outlived_its_server_does_not_block_the_next_start(
    tmp_path: Path, other_blok: OtherBlok
) -> None:
    urls = other_blok.urls()
    await write_everywhere(urls, "a")
    busy = subprocess.Popen([sys.executable, "-c", _COUNT_FOR_LONG, urls.postgres], stderr=subprocess.DEVNULL)

    async def is_counting() -> bool:
        return any("SELECT" in " ".join(p.cmdline()) for p in engine_processes(tmp_path))

    await until(is_counting)
    other_blok.kill()
    server_process(tmp_path, "postgres").kill()

    async with engines_at(tmp_path) as engines:
        assert await read_everywhere(await engines.start()) == everywhere("a")
    busy.wait(30)


_COUNT_FOR_LONG = """
import sys, psycopg
psycopg.connect(sys.argv[1]).execute("SELECT count(*) FROM generate_series(1, 100000000000)")
"""
