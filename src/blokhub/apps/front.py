"""The gateway in front of the services, wherever those run."""

from pathlib import Path
from typing import Any

from blokhub.gateway.app import Gateway
from blokhub.gateway.authentication import Authenticator
from blokhub.gateway.invalidation import watch_events
from blokhub.gateway.own import build_own
from blokhub.gateway.state import GatewayState
from blokhub.gateway.web import WebFiles
from blokhub.infra.cache import Cache
from blokhub.infra.process import Process
from blokhub.infra.settings import Settings

# Where `npm run build` leaves the web in the source tree.
_BUILT = Path(__file__).parents[3] / "web" / "dist"


class Front:
    """The hub's public ASGI application; `start` before the first request, `stop` after the last."""

    def __init__(self, process: Process) -> None:
        self.process = process
        settings = process.settings
        self._state = GatewayState(
            clients=process.clients,
            cache=Cache(f"{settings.namespace}:gateway", settings.valkey_url, settings.cache_ttl),
            broker=process.broker,
        )
        own = build_own(self._state, process.signer)
        self._authenticator = Authenticator(process.clients, settings.url)
        web = WebFiles(Path(settings.web) if settings.web else _BUILT)
        self._gateway = Gateway(own, process.clients, process.signer, self._authenticator, web)

    async def start(self) -> None:
        """Open everything; returns when requests can be answered."""
        await self.process.start()
        self.process.spawn(self._authenticator.learn_keys(), "token-keys")
        await watch_events(self._state)

    def close(self) -> None:
        """Go on answering while the last requests are finished: nobody else could."""

    async def stop(self) -> None:
        """Close everything."""
        await self._state.cache.close()
        await self.process.stop()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Answer one request."""
        await self._gateway(scope, receive, send)


def gateway(settings: Settings) -> Front:
    """The gateway alone in its process."""
    return Front(Process(settings, [], relays=()))
