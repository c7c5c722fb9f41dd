"""What the three engines that we start have in common: prepare, start, wait until it answers, stop."""

import asyncio
import logging
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import psutil

from blokhub.engines.addresses import LOOPBACK, Address, AddressBook
from blokhub.engines.errors import EngineError, EngineStartFailed, HalfWrittenFolder, PortTaken
from blokhub.engines.home import disk_full, folder_problem
from blokhub.engines.processes import finish, is_running, leftovers, rotate, spawn, stop, tail

logger = logging.getLogger(__name__)

Progress = Callable[[str], None]

START_SECONDS = 60.0
STOP_SECONDS = 20.0
_PORT_ATTEMPTS = 3


class EmbeddedEngine(ABC):
    """One engine with its data in `home/name`. What a crash left running is stopped before it starts."""

    name: ClassVar[str]
    title: ClassVar[str]
    # What its processes are called: the way to find those that outlived a crash.
    process_names: ClassVar[frozenset[str]]
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM

    def __init__(self, home: Path, addresses: AddressBook) -> None:
        self.home = home
        self.folder = home / self.name
        self.log = home / "logs" / f"{self.name}.log"
        self._addresses = addresses
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def url(self, address: Address) -> str:
        """The URL of this engine at `address`, with the password."""

    @abstractmethod
    async def prepare(self, address: Address, on_progress: Progress) -> None:
        """Bring the data folder into a state in which the engine can start."""

    @abstractmethod
    def command(self, address: Address) -> list[str]:
        """The command line of the engine."""

    @abstractmethod
    async def probe(self, url: str) -> str:
        """Connect to `url`, do one thing only a working engine can, and return its version. Raises OSError
        (or the driver's own error) while it is not ready."""

    async def start(self, on_progress: Progress) -> str:
        """Start the engine and return its URL. Raises EngineError."""
        begun = time.monotonic()
        try:
            await self.stop_leftovers()
            rotate(self.log)
            for attempt in range(1, _PORT_ATTEMPTS + 1):
                address = self._addresses.usable(self.name)
                await self.prepare(address, on_progress)
                self._addresses.store(self.name, address)
                try:
                    version = await self._launch(address)
                    break
                except PortTaken:
                    # Someone took the port between our look and the engine's.
                    if attempt == _PORT_ATTEMPTS:
                        raise
        except OSError as error:
            raise folder_problem(self.home, error) from error
        seconds = time.monotonic() - begun
        on_progress(f"{self.title} {version} is ready on port {address.port} ({seconds:.1f} s)")
        return self.url(address)

    async def restart(self) -> None:
        """Start the engine again where it was: those who use it know it by its port."""
        address = self._addresses.get(self.name)
        assert address is not None, "only a started engine is restarted"
        await self.stop_leftovers()
        await self._launch(address)

    async def stop(self) -> None:
        """Stop the engine cleanly; nothing happens when it does not run."""
        process, self._process = self._process, None
        if process is not None:
            # Ask by way of the Popen object first: it also collects the exit code.
            if process.poll() is None:
                await stop([psutil.Process(process.pid)], ask=self.stop_signal, patience=STOP_SECONDS)
            process.wait()
            await self.stop_leftovers()

    async def stop_leftovers(self) -> None:
        """Stop what an earlier run left behind in the data folder: servers, and a first start cut short."""
        left = await asyncio.to_thread(leftovers, self.process_names, self.home)
        if not left:
            return
        logger.warning("%s: stopping %d processes of an earlier run", self.title, len(left))
        parents = [process for process in left if not _is_child_of_any(process, left)]
        await stop(parents, ask=self.stop_signal, patience=STOP_SECONDS)
        await stop([p for p in left if is_running(p)], ask=self.stop_signal, patience=STOP_SECONDS)

    def is_running(self) -> bool:
        """Whether the engine's process lives."""
        return self._process is not None and self._process.poll() is None

    async def _launch(self, address: Address) -> str:
        process = self._process = spawn(self.command(address), cwd=self.folder, log=self.log)
        try:
            return await self._wait_until_ready(process, address)
        except BaseException:
            await self.stop()
            raise

    async def _wait_until_ready(self, process: subprocess.Popen[bytes], address: Address) -> str:
        deadline = time.monotonic() + START_SECONDS
        pause = 0.01
        while True:
            try:
                # The drivers have waits of their own after a refused connection: look first.
                await _knock(address.port)
                return await self.probe(self.url(address))
            except Exception as error:  # drivers raise their own kinds
                if process.poll() is not None:
                    raise self.explain(tail(self.log), process.returncode) from None
                if time.monotonic() > deadline:
                    raise EngineStartFailed(
                        f"{self.title} does not answer after {START_SECONDS:.0f} s: {error}",
                        f"Read {self.log}.",
                    ) from error
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, 0.2)

    def explain(self, log: str, code: int | None) -> EngineError:
        """The error that the end of an engine's log stands for."""
        said = log.lower()
        if "no space left on device" in said or "disk quota exceeded" in said:
            return disk_full(self.home)
        if "address already in use" in said or "address in use" in said:
            return PortTaken(f"The port of {self.title} was taken while it started.", "Start again.")
        if "permission denied" in said:
            return HalfWrittenFolder(
                f"{self.title} may not read all of its own folder {self.folder}:\n{log}",
                'Give the folder back to yourself (sudo chown -R "$(id -un)" FOLDER) and start again.',
            )
        return EngineStartFailed(
            f"{self.title} stopped while starting (exit code {code}). The end of {self.log}:\n{log}",
            f"If the data is beyond repair, move {self.folder} away and start again with an empty one.",
        )

    async def run_once(self, command: list[str], *, cwd: Path, stdin: Path) -> None:
        """Run a short-lived program of the engine. Raises the explained error when it fails."""
        process = spawn(command, cwd=cwd, log=self.log, stdin=stdin)
        code = await finish(process, START_SECONDS)
        if code != 0:
            raise self.explain(tail(self.log), code)


async def _knock(port: int) -> None:
    _, writer = await asyncio.open_connection(LOOPBACK, port)
    writer.close()


def _is_child_of_any(process: psutil.Process, others: list[psutil.Process]) -> bool:
    try:
        return process.ppid() in {other.pid for other in others}
    except psutil.Error:
        return False
