"""The whole hub in one process: every service, the relays, and the gateway in front."""

from blokhub.apps.front import Front
from blokhub.apps.services import NAMES, load_service
from blokhub.infra.process import Process
from blokhub.infra.settings import Settings


def all_in_one(settings: Settings) -> Front:
    """The hub as one ASGI application."""
    return Front(Process(settings, [load_service(name) for name in NAMES], relays=NAMES))
