"""Puts an application on a port, with Granian."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from blok.server.application import Application
from blok.server.build import build_application
from blok.server.environment import project_environment
from blok.server.rsgi import RsgiApp


class PortTakenError(Exception):
    """Somebody else listens on the port."""


def check_port(host: str, port: int) -> None:
    """Raise PortTakenError, with advice, when the port cannot be bound."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTakenError(
                f"Port {port} on {host} cannot be used ({error.strerror}). "
                f"Stop the program that listens there, or choose another: --port {port + 1}."
            ) from None


def settle_memory() -> None:
    """What was loaded stays: keep the collector from looking at it again, and from running all the time."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


Background = Callable[[], Coroutine[Any, Any, None]]


async def serve(application: Application, host: str, port: int, background: Background | None = None) -> None:
    """Serve until a signal says stop; ``background`` runs beside it.

    Raises:
        PortTakenError: when the port is in use.
    """
    from granian.constants import Interfaces  # noqa: PLC0415 - only serving needs it
    from granian.server.embed import Server  # noqa: PLC0415

    check_port(host, port)
    settle_memory()
    served = RsgiApp(application)
    server = Server(
        served,
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        websockets=False,
        log_enabled=False,
    )
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, server.stop)
    beside = loop.create_task(background()) if background is not None else None
    try:
        await server.serve()
    finally:
        if beside is not None:
            beside.cancel()
        await served.background.stop()


def run_loop(work: Coroutine[Any, Any, None]) -> None:
    """Run on uvloop where there is one."""
    try:
        import uvloop  # noqa: PLC0415 - not on every platform
    except ImportError:
        asyncio.run(work)
    else:
        uvloop.run(work)


def worker_application() -> RsgiApp:
    """What each process of a multi-process server builds: the project that ``BLOK_PROJECT`` names."""
    root = Path(os.environ["BLOK_PROJECT"])
    generation = os.environ.get("BLOK_GENERATION")
    application = build_application(
        root,
        environment=project_environment(root, os.environ),
        generation=1 if generation == "1" else 2 if generation == "2" else None,
    )
    settle_memory()
    return RsgiApp(application)


def serve_with_workers(root: Path, host: str, port: int, workers: int) -> None:
    """Serve with several processes; each loads the same project."""
    from granian import Granian  # noqa: PLC0415
    from granian.constants import Interfaces, Loops  # noqa: PLC0415

    check_port(host, port)
    os.environ["BLOK_PROJECT"] = str(root)
    Granian(
        "blok.server.serve:worker_application",
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        loop=Loops.auto,
        workers=workers,
        factory=True,
        websockets=False,
        log_enabled=False,
    ).serve()
