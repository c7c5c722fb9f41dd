"""What `blok hub doctor` shows: what is configured, whether it answers, its version, and how to mend it."""

import asyncio
import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from blokhub.engines.addresses import AddressBook
from blokhub.engines.embedded import EmbeddedEngine
from blokhub.engines.errors import EngineError
from blokhub.engines.external import check_external, external_version
from blokhub.engines.home import data_home, holder_of
from blokhub.engines.nats import find_nats
from blokhub.engines.postgres import find_pginstall
from blokhub.engines.supervisor import KINDS
from blokhub.engines.urls import VARIABLES, configured_url, without_password
from blokhub.engines.valkey import find_valkey

_PROGRAMS = {
    "postgres": lambda: find_pginstall() / "bin" / "postgres",
    "valkey": find_valkey,
    "nats": find_nats,
}


@dataclass(frozen=True)
class EngineStatus:
    """One engine. `address` carries no password; `problem` and `how_to_fix` are empty when all is well."""

    name: str
    configured_by: str
    address: str
    reachable: bool
    version: str
    data_folder: str
    problem: str = ""
    how_to_fix: str = ""


async def inspect(home: Path | None = None, environ: Mapping[str, str] | None = None) -> list[EngineStatus]:
    """The state of the three engines, without starting or changing anything."""
    folder = home or data_home()
    return list(await asyncio.gather(*(_inspect(name, folder, environ) for name in KINDS)))


async def _inspect(name: str, home: Path, environ: Mapping[str, str] | None) -> EngineStatus:
    source = (
        VARIABLES[name] if (os.environ if environ is None else environ).get(VARIABLES[name]) else "embedded"
    )
    try:
        url = configured_url(name, environ)
        if url is None:
            return await _inspect_embedded(KINDS[name], home)
        version = await check_external(name, url)
        return EngineStatus(name, source, without_password(url), True, version, "")
    except EngineError as error:
        folder = str(home / name) if source == "embedded" else ""
        return EngineStatus(name, source, "", False, "", folder, error.what, error.next_step)


async def _inspect_embedded(kind: type[EmbeddedEngine], home: Path) -> EngineStatus:
    program = _PROGRAMS[kind.name]()
    book = AddressBook(home)
    try:
        address = book.read().get(kind.name)
    except ValueError as error:
        raise EngineError(str(error), "Start the hub: it makes new passwords.") from error
    url = kind(home, book).url(address) if address else ""
    status = EngineStatus(
        name=kind.name,
        configured_by="embedded",
        address=without_password(url),
        reachable=False,
        version=_program_version(program),
        data_folder=str(home / kind.name),
    )
    holder = holder_of(home)
    if holder is None:
        return replace(status, problem="not running", how_to_fix="Start the hub: blok hub up.")
    try:
        return replace(status, reachable=True, version=await external_version(kind.name, url))
    except Exception as error:  # three drivers, each with its own tree of errors
        return replace(
            status,
            problem=f"blok (process {holder}) runs, but {kind.title} does not answer: {error}",
            how_to_fix=f"Read {home / 'logs' / kind.name}.log.",
        )


def _program_version(program: Path) -> str:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    number = re.search(r"\d+\.\d+(\.\d+)?", said.stdout)
    return number.group() if number else ""
