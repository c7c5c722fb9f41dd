"""Every service by name. A process loads only those that it is asked for."""

import importlib
from pathlib import Path

from blokhub.infra.host import Service

NAMES = ("users", "content", "search", "runs", "community")


def load_service(name: str) -> Service:
    """The wiring of one service. Raises KeyError for an unknown name."""
    if name not in NAMES:
        raise KeyError(name)
    service: Service = importlib.import_module(f"blokhub.services.{name}.service").SERVICE
    return service


def migration_folders() -> dict[str, Path]:
    """Where each service keeps its migrations, without loading the service."""
    services = Path(__file__).parent.parent / "services"
    return {name: services / name / "migrations" for name in NAMES}
