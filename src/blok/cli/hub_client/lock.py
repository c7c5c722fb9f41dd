"""`blok.lock`: which package, at which version and with which digest, is in which file."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomli_w

from blok.cli.hub_client.problems import ClientError

LOCK_FILE = "blok.lock"
_FORMAT = 1
_HEAD = "# Written by `blok install`, which without arguments restores what is named here.\n"


@dataclass(frozen=True)
class Locked:
    """One installed package. `digest` is `sha256:` and the digest of the canonical definition."""

    package: str
    version: str
    hub: str
    digest: str
    file: str


def read_lock(root: Path) -> dict[str, Locked]:
    """The installed packages, by `owner/name`. Raises ClientError for a lock file that cannot be read."""
    path = root / LOCK_FILE
    if not path.is_file():
        return {}
    try:
        content = tomllib.loads(path.read_text("utf-8"))
        if content.get("format") != _FORMAT:
            raise ClientError(
                f"{path} has format {content.get('format')}; this blok reads format {_FORMAT}.",
                "Update blok.",
            )
        entries = [Locked(**entry) for entry in content.get("package", [])]
    except (tomllib.TOMLDecodeError, TypeError, UnicodeDecodeError) as error:
        raise ClientError(
            f"{path} cannot be read: {error}",
            "Restore it from version control, or remove it and install again.",
        ) from error
    for entry in entries:
        _check_inside(root, entry)
    return {entry.package: entry for entry in entries}


def write_lock(root: Path, locked: dict[str, Locked]) -> None:
    """Write the lock file, sorted so that two people's changes meet in few lines."""
    entries: list[dict[str, Any]] = [
        {
            "package": entry.package,
            "version": entry.version,
            "digest": entry.digest,
            "file": entry.file,
            "hub": entry.hub,
        }
        for _, entry in sorted(locked.items())
    ]
    draft = root / f"{LOCK_FILE}.new"
    draft.write_text(_HEAD + tomli_w.dumps({"format": _FORMAT, "package": entries}), "utf-8")
    draft.replace(root / LOCK_FILE)


def _check_inside(root: Path, entry: Locked) -> None:
    """A lock file may come from a stranger's repository: it must not write outside of the project."""
    target = (root / entry.file).resolve()
    if not target.is_relative_to(root.resolve()) or target == root.resolve():
        raise ClientError(
            f"{root / LOCK_FILE} puts {entry.package} into {entry.file}, which is outside of the project.",
            "Do not trust this lock file.",
        )
