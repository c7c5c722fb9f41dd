"""The whole hub in one process: every service, the relays, and the gateway in front."""

from typing import Any

from blokhub.apps.services import NAMES, load_service
from blokhub.gateway.app import Gateway
from blokhub.gateway.authentication import Authenticator
from blokhub.gateway.invalidation import watch_events
from blokhub.gateway.own import build_own
from blokhub.gateway.state import GatewayState
from blokhub.infra.cache import Cache
from blokhub.infra.process import Process
from blokhub.infra.settings import Settings


class AllInOne:
    """The hub as one ASGI application; `start` before the first request, `stop` after the last."""

    def __init__(self, settings: Settings) -> None:
        self.process = Process(settings, [load_service(name) for name in NAMES], relays=NAMES)
        self._state = GatewayState(
            clients=self.process.clients,
            cache=Cache(f"{settings.namespace}:gateway", settings.valkey_url, settings.cache_ttl),
            broker=self.process.broker,
        )
        own = build_own(self._state, self.process.signer)
        authenticator = Authenticator(self.process.clients, settings.url)
        self._gateway = Gateway(own, self.process.clients, self.process.signer, authenticator)

    async def start(self) -> None:
        """Open everything; returns when requests can be answered."""
        await self.process.start()
        await watch_events(self._state)

    async def stop(self) -> None:
        """Close everything."""
        await self._state.cache.close()
        await self.process.stop()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Answer one request."""
        await self._gateway(scope, receive, send)
