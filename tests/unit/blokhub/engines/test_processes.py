"""Engine processes are found by where they work, and logs are set aside."""

import signal
import subprocess
import sys
from pathlib import Path

import psutil

from blokhub.engines.processes import KEPT_LOGS, finish, is_running, leftovers, rotate, spawn, stop, tail


def sleeper(folder: Path, program: str = "import time; time.sleep(60)") -> subprocess.Popen[bytes]:
    return spawn([sys.executable, "-c", program], cwd=folder, log=folder / "log")


def test_a_process_is_found_by_its_name_and_its_folder(tmp_path: Path) -> None:
    for name in ("here", "here/below", "here-too"):
        (tmp_path / name).mkdir()
    processes = [sleeper(tmp_path / name) for name in ("here", "here/below", "here-too")]
    try:
        name = psutil.Process(processes[0].pid).name()
        found = {process.pid for process in leftovers({name}, tmp_path / "here")}
        assert found == {processes[0].pid, processes[1].pid}
        assert leftovers({"postgres"}, tmp_path / "here") == []
    finally:
        for process in processes:
            process.kill()
            process.wait()


async def test_a_process_that_will_not_stop_is_ended(tmp_path: Path) -> None:
    stubborn = sleeper(
        tmp_path,
        "from signal import *; signal(SIGTERM, SIG_IGN); print(1, flush=True); pause()",
    )
    while not tail(tmp_path / "log"):
        pass
    process = psutil.Process(stubborn.pid)
    await stop([process], ask=signal.SIGTERM, patience=0.2)
    assert not is_running(process)
    assert stubborn.wait() == -signal.SIGKILL


async def test_a_polite_process_is_only_asked(tmp_path: Path) -> None:
    polite = sleeper(tmp_path)
    await stop([psutil.Process(polite.pid)], ask=signal.SIGTERM, patience=30)
    assert polite.wait() == -signal.SIGTERM


async def test_a_late_short_lived_process_is_ended(tmp_path: Path) -> None:
    assert await finish(sleeper(tmp_path), seconds=0.1) == -signal.SIGKILL


def test_settings_of_the_shell_do_not_reach_an_engine(tmp_path: Path, monkeypatch: object) -> None:
    process = spawn(
        [sys.executable, "-c", "import os; print(sorted(os.environ))"], cwd=tmp_path, log=tmp_path / "log"
    )
    process.wait()
    assert tail(tmp_path / "log") == "['LC_ALL', 'PATH', 'TZ']"


def test_the_last_logs_are_kept_and_older_ones_go(tmp_path: Path) -> None:
    log = tmp_path / "engine.log"
    for run in range(KEPT_LOGS + 3):
        rotate(log)
        log.write_text(f"run {run}")
    kept = [log.read_text()] + [(tmp_path / f"engine.log.{n}").read_text() for n in range(1, KEPT_LOGS + 1)]
    assert kept == ["run 5", "run 4", "run 3", "run 2"]
    assert len(list(tmp_path.iterdir())) == KEPT_LOGS + 1


def test_an_empty_log_is_not_worth_keeping(tmp_path: Path) -> None:
    log = tmp_path / "engine.log"
    log.touch()
    rotate(log)
    assert not (tmp_path / "engine.log.1").exists()
