"""What the doctor says of engines that run, do not run, or cannot be reached."""

import json
from pathlib import Path

from tests.storage.engines.support import NOTHING_SET, engines_at, server_process

from blokhub.engines import EngineUrls, inspect


async def test_running_engines_are_reachable_and_show_no_password(tmp_path: Path) -> None:
    async with engines_at(tmp_path) as engines:
        await engines.start()
        postgres, valkey, nats = await inspect(tmp_path, NOTHING_SET)
    assert all(status.reachable and not status.problem for status in (postgres, valkey, nats))
    assert postgres.version.startswith("18.")
    assert postgres.data_folder == str(tmp_path / "postgres")
    assert valkey.configured_by == nats.configured_by == "embedded"
    for address in json.loads((tmp_path / "engines.json").read_text()).values():
        assert address["password"] not in repr((postgres, valkey, nats))


async def test_engines_that_do_not_run_are_told_with_the_way_to_start_them(tmp_path: Path) -> None:
    statuses = await inspect(tmp_path / "nothing", NOTHING_SET)
    assert [status.name for status in statuses] == ["postgres", "valkey", "nats"]
    for status in statuses:
        assert (status.reachable, status.problem) == (False, "not running")
        assert "blok hub up" in status.how_to_fix
        assert status.version
    assert not (tmp_path / "nothing").exists()


async def test_an_engine_that_died_is_told_apart_from_one_that_was_not_started(tmp_path: Path) -> None:
    async with engines_at(tmp_path) as engines:
        await engines.start()
        died = server_process(tmp_path, "valkey-server")
        died.kill()
        died.wait()
        postgres, valkey, nats = await inspect(tmp_path, NOTHING_SET)
    assert postgres.reachable
    assert nats.reachable
    assert "Valkey does not answer" in valkey.problem
    assert str(tmp_path / "logs" / "valkey.log") in valkey.how_to_fix


async def test_a_server_of_ones_own_is_named_by_its_variable(tmp_path: Path, engines: EngineUrls) -> None:
    settings = {"BLOK_POSTGRES_URL": engines.postgres, "BLOK_NATS_URL": "nats://u:hush@127.0.0.1:1"}
    postgres, valkey, nats = await inspect(tmp_path, settings)
    assert (postgres.configured_by, postgres.reachable) == ("BLOK_POSTGRES_URL", True)
    assert (nats.configured_by, nats.reachable) == ("BLOK_NATS_URL", False)
    assert valkey.configured_by == "embedded"
    assert "hush" not in repr(nats)
    assert "unset BLOK_NATS_URL" in nats.how_to_fix


async def test_a_url_that_cannot_be_read_does_not_stop_the_doctor(tmp_path: Path) -> None:
    postgres, *_ = await inspect(tmp_path, {"BLOK_POSTGRES_URL": "oracle://somewhere"})
    assert postgres.configured_by == "BLOK_POSTGRES_URL"
    assert "must begin with" in postgres.problem
