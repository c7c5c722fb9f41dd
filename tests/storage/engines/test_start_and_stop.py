"""The real engines, from the first start to the last."""

import asyncio
import os
import stat
import subprocess
from pathlib import Path

import psycopg
import pytest
from tests.storage.engines.support import (
    NOTHING_SET,
    engine_processes,
    engines_at,
    everywhere,
    read_everywhere,
    server_process,
    until,
    write_everywhere,
)

from blokhub.engines import Engines, EngineUrls, inspect
from blokhub.engines.addresses import free_port, is_free
from blokhub.engines.errors import EngineUnreachable, FolderInUse, HalfWrittenFolder, WrongDataVersion
from blokhub.engines.nats import find_nats


async def test_data_outlives_a_stop_and_the_address_stays_the_same(tmp_path: Path) -> None:
    async with engines_at(tmp_path) as engines:
        first = await engines.start()
        await write_everywhere(first, "a")
    assert engine_processes(tmp_path) == []

    async with engines_at(tmp_path) as engines:
        second = await engines.start()
        assert second == first
        assert await read_everywhere(second) == everywhere("a")


async def test_the_first_start_says_what_it_does(tmp_path: Path) -> None:
    said: list[str] = []
    async with engines_at(tmp_path) as engines:
        await engines.start(said.append)
    assert "PostgreSQL: creating the data folder (first start only)" in said
    assert any(line.startswith("NATS 2.") and "is ready on port" in line for line in said)


async def test_passwords_are_asked_for_and_only_the_owner_can_read_them(tmp_path: Path) -> None:
    async with engines_at(tmp_path) as engines:
        urls = await engines.start()
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            await psycopg.AsyncConnection.connect(urls.postgres.replace("blok:", "blok:not"))
        for program in engine_processes(tmp_path):
            for url in (urls.postgres, urls.valkey, urls.nats):
                password = url.partition("://")[2].partition("@")[0].partition(":")[2]
                assert password not in " ".join(program.cmdline())
    for file in ("engines.json", "valkey/valkey.conf", "nats/nats.conf"):
        assert stat.S_IMODE((tmp_path / file).stat().st_mode) == 0o600


async def test_the_database_is_safe_against_a_power_cut(tmp_path: Path) -> None:
    async with engines_at(tmp_path) as engines:
        urls = await engines.start()
        async with await psycopg.AsyncConnection.connect(urls.postgres) as connection:
            for setting in ("fsync", "full_page_writes", "synchronous_commit", "data_checksums"):
                row = await (await connection.execute(f"SHOW {setting}")).fetchone()
                assert row == ("on",)


async def test_engines_are_out_of_reach_of_the_terminal(tmp_path: Path) -> None:
    async with engines_at(tmp_path) as engines:
        await engines.start()
        for process in engine_processes(tmp_path):
            assert os.getsid(process.pid) != os.getsid(0)
            assert os.getpgid(process.pid) != os.getpgrp()


@pytest.mark.parametrize("program", ["postgres", "valkey-server", "nats-server"])
async def test_a_killed_engine_comes_back_by_itself_with_its_data(tmp_path: Path, program: str) -> None:
    async with engines_at(tmp_path) as engines:
        urls = await engines.start()
        await write_everywhere(urls, "a")
        watching = asyncio.create_task(engines.supervise())
        killed = server_process(tmp_path, program)
        killed.kill()

        async def is_back() -> bool:
            try:
                return await read_everywhere(urls) == everywhere("a")
            except Exception:
                return False

        await until(is_back)
        assert server_process(tmp_path, program).pid != killed.pid
        watching.cancel()


async def test_an_engine_that_cannot_come_back_is_tried_until_it_can(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with engines_at(tmp_path) as engines:
        urls = await engines.start()
        port = int(urls.valkey.rpartition(":")[2].partition("/")[0])
        server_process(tmp_path, "valkey-server").kill()
        stranger = await until_bound(port)
        watching = asyncio.create_task(engines.supervise())

        async def gave_a_reason() -> bool:
            return caplog.text.count("The port of Valkey was taken") > 1

        await until(gave_a_reason)
        stranger.close()

        async def is_back() -> bool:
            return not is_free(port) and any(
                process.name() == "valkey-server" for process in engine_processes(tmp_path)
            )

        await until(is_back)
        watching.cancel()


async def until_bound(port: int) -> asyncio.Server:
    """Take a port as soon as it is free."""
    async with asyncio.timeout(10):
        while True:
            try:
                return await asyncio.start_server(lambda *_: None, "127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.01)


async def test_a_second_blok_on_the_same_folder_is_refused_and_told_by_whom(tmp_path: Path) -> None:
    async with engines_at(tmp_path) as engines:
        await engines.start()
        with pytest.raises(FolderInUse, match=f"process {os.getpid()}"):
            await engines_at(tmp_path).start()
        assert all(status.reachable for status in await inspect(tmp_path, NOTHING_SET))


async def test_a_taken_port_is_replaced_by_another(tmp_path: Path) -> None:
    async with engines_at(tmp_path) as engines:
        first = await engines.start()
        await write_everywhere(first, "a")
    port = int(first.valkey.rpartition(":")[2].partition("/")[0])
    stranger = await asyncio.start_server(lambda *_: None, "127.0.0.1", port)
    async with stranger, engines_at(tmp_path) as engines:
        second = await engines.start()
        assert second.valkey != first.valkey
        assert (second.postgres, second.nats) == (first.postgres, first.nats)
        assert await read_everywhere(second) == everywhere("a")


async def test_an_interrupted_first_start_is_made_good(tmp_path: Path) -> None:
    half = tmp_path / "postgres.new" / "data"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    async with engines_at(tmp_path) as engines:
        await write_everywhere(await engines.start(), "a")
    assert not (tmp_path / "postgres.new").exists()


async def test_a_folder_that_is_no_data_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "notes.txt").write_text("mine")
    with pytest.raises(HalfWrittenFolder, match="PG_VERSION"):
        await engines_at(tmp_path).start()
    assert (tmp_path / "postgres" / "notes.txt").read_text() == "mine"
    assert engine_processes(tmp_path) == []


async def test_data_of_another_major_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("17\n")
    with pytest.raises(WrongDataVersion, match="written by PostgreSQL 17"):
        await engines_at(tmp_path).start()


@pytest.mark.parametrize("damage", ["", "{", '{"postgres": 3}'])
async def test_lost_passwords_are_replaced_without_losing_data(tmp_path: Path, damage: str) -> None:
    async with engines_at(tmp_path) as engines:
        await write_everywhere(await engines.start(), "a")
    (tmp_path / "engines.json").write_text(damage)
    async with engines_at(tmp_path) as engines:
        assert await read_everywhere(await engines.start()) == everywhere("a")


async def test_a_pid_file_that_names_a_stranger_does_not_stop_the_database(tmp_path: Path) -> None:
    async with engines_at(tmp_path) as engines:
        await write_everywhere(await engines.start(), "a")
    (tmp_path / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{tmp_path}\n1\n5432\n\n\n\n")
    async with engines_at(tmp_path) as engines:
        assert await read_everywhere(await engines.start()) == everywhere("a")


async def test_servers_of_ones_own_are_used_where_they_are(tmp_path: Path) -> None:
    async with engines_at(tmp_path / "servers") as servers:
        own = await servers.start()
        settings = {
            "BLOK_POSTGRES_URL": own.postgres.replace("postgresql://", "postgres://"),
            "BLOK_VALKEY_URL": own.valkey.replace("redis://", "valkey://"),
            "BLOK_NATS_URL": own.nats,
        }
        async with Engines(tmp_path / "hub", settings) as engines:
            urls = await engines.start()
            assert (urls.postgres, urls.valkey, urls.nats) == (own.postgres, own.valkey, own.nats)
            assert urls.embedded == frozenset()
        assert not (tmp_path / "hub").exists()
        assert [status.reachable for status in await inspect(tmp_path / "hub", settings)] == [True] * 3


async def test_a_mix_of_own_and_embedded_servers_works(tmp_path: Path, engines: EngineUrls) -> None:
    async with Engines(tmp_path, {"BLOK_POSTGRES_URL": engines.postgres}) as mixed:
        urls = await mixed.start()
        assert urls.postgres == engines.postgres
        assert urls.embedded == {"valkey", "nats"}
        assert not (tmp_path / "postgres").exists()


async def test_an_absent_server_is_named_without_its_password(tmp_path: Path) -> None:
    settings = {"BLOK_VALKEY_URL": "redis://:hush@127.0.0.1:1/0"}
    with pytest.raises(EngineUnreachable, match="BLOK_VALKEY_URL") as refused:
        await Engines(tmp_path, settings).start()
    assert "hush" not in str(refused.value)
    assert engine_processes(tmp_path) == []


async def test_a_wrong_password_is_told_apart_from_an_absent_server(
    tmp_path: Path, engines: EngineUrls
) -> None:
    settings = {"BLOK_NATS_URL": engines.nats.replace("blok:", "blok:not")}
    with pytest.raises(EngineUnreachable, match="Authorization"):
        await Engines(tmp_path, settings).start()


async def test_a_nats_server_without_jetstream_is_refused(tmp_path: Path) -> None:
    port = free_port()
    server = subprocess.Popen(
        [find_nats(), "--addr", "127.0.0.1", "--port", str(port)], stderr=subprocess.DEVNULL
    )
    try:
        await until(lambda: asyncio.to_thread(lambda: not is_free(port)))
        with pytest.raises(EngineUnreachable, match="BLOK_NATS_URL"):
            await Engines(tmp_path, {"BLOK_NATS_URL": f"nats://127.0.0.1:{port}"}).start()
    finally:
        server.kill()
        server.wait()
