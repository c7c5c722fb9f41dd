"""PostgreSQL, Valkey and NATS: yours when a URL names them, ours (as child processes) when none does."""

from blokhub.engines.doctor import EngineStatus, inspect
from blokhub.engines.errors import EngineError
from blokhub.engines.home import data_home
from blokhub.engines.running import find_running
from blokhub.engines.supervisor import Engines
from blokhub.engines.urls import EngineUrls, missing_variables

__all__ = [
    "EngineError",
    "EngineStatus",
    "EngineUrls",
    "Engines",
    "data_home",
    "find_running",
    "inspect",
    "missing_variables",
]
