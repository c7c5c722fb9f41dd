"""The data folder: found, held by one, refused with a reason."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from blokhub.engines.errors import DiskFull, FolderInUse, FolderNotWritable
from blokhub.engines.home import DataFolder, data_home, folder_problem, holder_of


def test_the_data_folder_is_in_the_home_folder_unless_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/someone")
    monkeypatch.delenv("BLOK_HOME", raising=False)
    assert data_home() == Path("/home/someone/.blok")
    monkeypatch.setenv("BLOK_HOME", "~/elsewhere")
    assert data_home() == Path("/home/someone/elsewhere")
    monkeypatch.setenv("BLOK_HOME", "relative")
    assert data_home() == Path.cwd() / "relative"


def test_one_process_at_a_time_holds_it(tmp_path: Path) -> None:
    first, second = DataFolder(tmp_path), DataFolder(tmp_path)
    first.open()
    assert holder_of(tmp_path) == os.getpid()
    with pytest.raises(FolderInUse, match=str(os.getpid())):
        second.open()
    first.close()
    assert holder_of(tmp_path) is None
    second.open()
    second.close()


def test_the_lock_of_a_dead_process_does_not_count(tmp_path: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path; from blokhub.engines.home import DataFolder;"
        "DataFolder(Path(sys.argv[1])).open(); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", program, tmp_path], check=False)
    assert (tmp_path / "lock").read_text() != ""
    folder = DataFolder(tmp_path)
    folder.open()
    folder.close()


def test_only_the_owner_can_look_inside(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "new")
    folder.open()
    folder.close()
    assert (tmp_path / "new").stat().st_mode & 0o077 == 0
    assert folder.logs.stat().st_mode & 0o077 == 0


def test_a_file_in_its_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(FolderNotWritable, match="home"):
        DataFolder(tmp_path / "home").open()


def test_a_full_disk_is_told_apart_from_a_forbidden_folder(tmp_path: Path) -> None:
    assert isinstance(folder_problem(tmp_path, OSError(28, "No space left on device")), DiskFull)
    refused = folder_problem(tmp_path, PermissionError(13, "Permission denied", "/some/file"))
    assert isinstance(refused, FolderNotWritable)
    assert "/some/file" in refused.what
