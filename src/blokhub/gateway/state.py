"""What the gateway's own routes work with."""

from dataclasses import dataclass

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from blokhub.infra.broker import Broker
from blokhub.infra.cache import Cache
from blokhub.infra.clients import Clients


@dataclass
class GatewayState:
    """The way to the services, the cache of composed pages, and how long a page waits for its parts."""

    clients: Clients
    cache: Cache
    broker: Broker
    page_seconds: float = 2.0


TheGateway = SkipValidation[NamedDependency[GatewayState]]
