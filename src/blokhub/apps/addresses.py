"""Which processes a hub that runs apart is made of, and where each listens unless it is told otherwise."""

import dataclasses
from collections.abc import Mapping

from blokhub.apps.services import NAMES
from blokhub.infra.settings import SettingError, Settings

GATEWAY = "gateway"
RELAY = "relay"
PROCESSES = (*NAMES, RELAY, GATEWAY)

_FIRST = 100
_REPLICA = 20


def port_of(settings: Settings, name: str, replica: int = 1) -> int:
    """The gateway has the hub's port; each service a port from 100 above it, its next replica 20 further on.

    Raises SettingError when there is no such port.
    """
    if name == GATEWAY:
        return settings.port
    port = settings.port + _FIRST + PROCESSES.index(name) + _REPLICA * (replica - 1)
    if port > 65535:
        raise SettingError(f"BLOK_PORT={settings.port} leaves no port for {name}: choose one below 60000.")
    return port


def with_service_urls(settings: Settings, replicas: Mapping[str, int] | None = None) -> Settings:
    """The settings with BLOK_SERVICE_URLS as given, or else with every service on this machine.

    Raises SettingError when BLOK_CANARY is about a service that is not there.
    """
    if not settings.service_urls:
        settings = dataclasses.replace(settings, service_urls=_here(settings, replicas or {}))
    unknown = settings.canaries().keys() - settings.remote_services().keys()
    if unknown:
        raise SettingError(f"BLOK_CANARY names {', '.join(sorted(unknown))}, which is no service that runs.")
    return settings


def _here(settings: Settings, replicas: Mapping[str, int]) -> str:
    def urls(name: str) -> str:
        numbers = range(1, replicas.get(name, 1) + 1)
        return "|".join(f"http://127.0.0.1:{port_of(settings, name, number)}" for number in numbers)

    return ",".join(f"{name}={urls(name)}" for name in NAMES)
