"""PostgreSQL, Valkey and NATS: yours when a URL names them, ours (as child processes) when none does."""

from blokhub.engines.doctor import EngineStatus, inspect
from blokhub.engines.errors import EngineError
from blokhub.engines.external import find_configured
from blokhub.engines.home import data_home
from blokhub.engines.running import find_running
from blokhub.engines.supervisor import Engines
from blokhub.engines.urls import EngineUrls

__all__ = [
    "EngineError",
    "EngineStatus",
    "EngineUrls",
    "Engines",
    "data_home",
    "find_configured",
    "find_running",
    "inspect",
]
