"""The engines alone: `python -m blokhub.engines` starts them and prints the settings for a hub elsewhere."""

import asyncio
import contextlib
import logging
import signal
import sys

from blokhub.engines.errors import EngineError
from blokhub.engines.supervisor import Engines
from blokhub.engines.urls import VARIABLES


async def run() -> None:
    """Start the engines, print their URLs in the form of shell settings, stay until told to stop."""
    enough = asyncio.Event()
    loop = asyncio.get_running_loop()
    for request in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(request, enough.set)
    async with Engines() as engines:
        starting = asyncio.ensure_future(engines.start(lambda line: print(line, file=sys.stderr)))  # noqa: T201
        told_to_stop = asyncio.ensure_future(enough.wait())
        await asyncio.wait({starting, told_to_stop}, return_when=asyncio.FIRST_COMPLETED)
        if not starting.done():
            starting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await starting
            return
        urls = starting.result()
        for name, variable in VARIABLES.items():
            print(f"export {variable}='{getattr(urls, name)}'", flush=True)  # noqa: T201
        watching = asyncio.ensure_future(engines.supervise())
        await told_to_stop
        watching.cancel()


def main() -> None:
    """Run until Ctrl-C; an error we know is shown without a traceback."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        asyncio.run(run())
    except EngineError as error:
        sys.exit(f"{error.name}: {error}")


if __name__ == "__main__":
    main()
