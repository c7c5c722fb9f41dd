"""The engines of a hub that runs on the same data folder at this moment."""

from collections.abc import Mapping
from pathlib import Path

from blokhub.engines.addresses import AddressBook
from blokhub.engines.home import holder_of
from blokhub.engines.supervisor import KINDS
from blokhub.engines.urls import EngineUrls, configured_url


def find_running(home: Path, environ: Mapping[str, str] | None = None) -> EngineUrls | None:
    """How to reach the engines that a running hub holds, or None when no hub runs on `home`."""
    if holder_of(home) is None:
        return None
    book = AddressBook(home)
    addresses = book.read()
    urls: dict[str, str] = {}
    embedded = set()
    for name, kind in KINDS.items():
        url = configured_url(name, environ)
        if url is None:
            if name not in addresses:
                return None
            url = kind(home, book).url(addresses[name])
            embedded.add(name)
        urls[name] = url
    return EngineUrls(urls["postgres"], urls["valkey"], urls["nats"], frozenset(embedded))
