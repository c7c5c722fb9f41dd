"""Serves an application until it is told to stop."""

import asyncio
import gc
import logging
import os
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from granian.constants import Interfaces
from granian.server.embed import Server

from blokhub.kernel.errors import ProblemError


class Application(Protocol):
    """An ASGI application that is opened before the first request and closed after the last."""

    async def start(self) -> None:
        """Open everything."""
        ...

    def close(self) -> None:
        """Take no new requests if others can; those in flight are being finished."""
        ...

    async def stop(self) -> None:
        """Close everything."""
        ...

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        ...


class PortTaken(ProblemError):
    """Another program listens on the port."""

    name = "port_taken"
    title = "The port is taken"


def check_port(host: str, port: int, another: str = "") -> None:
    """Raise PortTaken when nothing could listen there. `another` says how to choose another port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            choice = another or f"BLOK_PORT={port + 1} make run"
            raise PortTaken(
                f"Port {port} of {host} cannot be used ({error.strerror}). "
                f"Stop what listens there, or choose another port: {choice}."
            ) from error


async def serve(
    app: Application,
    host: str,
    port: int,
    *,
    drain_seconds: float,
    on_ready: Callable[[], None],
    attached: bool = False,
) -> None:
    """Open `app`, answer requests until told to stop, let those in flight finish, close it.

    SIGINT and SIGTERM tell it to stop; when it is `attached`, so does the end of standard input.
    """
    stopping = stop_signals()
    if attached:
        _stop_with_input(stopping)
    logging.getLogger("_granian").setLevel(logging.WARNING)
    await app.start()
    drained = _Drained(app)
    server = Server(
        drained,
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        websockets=False,
        log_enabled=False,
        backlog=1024,
    )
    serving = asyncio.create_task(server.serve())
    try:
        await _answers(host, port, serving)
        # What is loaded now stays. Unless the collector is told so, each full collection looks through it
        # all again, and every request waits for a tenth of a second.
        gc.collect()
        gc.freeze()
        on_ready()
        await asyncio.wait(
            {serving, asyncio.create_task(stopping.wait())}, return_when=asyncio.FIRST_COMPLETED
        )
        app.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(drain_seconds):
                await drained.idle()
    finally:
        server.stop()  # type: ignore[no-untyped-call]
        with suppress(TimeoutError, asyncio.CancelledError):
            await asyncio.wait_for(serving, timeout=2)
        await app.stop()


def stop_signals() -> asyncio.Event:
    """An event that SIGINT and SIGTERM set from now on."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    return stopping


def _stop_with_input(stopping: asyncio.Event) -> None:
    """Stop when standard input ends: whoever started this process has ended, however that came about."""
    loop = asyncio.get_running_loop()

    def read() -> None:
        if not os.read(0, 1024):
            loop.remove_reader(0)
            stopping.set()

    loop.add_reader(0, read)


async def _answers(host: str, port: int, serving: "asyncio.Task[None]") -> None:
    """Wait until the port accepts connections."""
    while not serving.done():
        try:
            _, writer = await asyncio.open_connection(host, port)
        except OSError:
            await asyncio.sleep(0.02)
        else:
            writer.close()
            return
    await serving


class _Drained:
    """Counts the requests in flight."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._count = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def idle(self) -> None:
        await self._idle.wait()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self._count += 1
        self._idle.clear()
        try:
            await self._app(scope, receive, send)
        finally:
            self._count -= 1
            if self._count == 0:
                self._idle.set()
