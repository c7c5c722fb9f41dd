"""How packages and hubs are named on the command line."""

import re
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote, urlsplit

from cyclopts import Parameter

HubOption = Annotated[
    str | None,
    Parameter(name="--hub", help="The hub; BLOK_HUB, or the one last signed in to, when not given."),
]
JsonOption = Annotated[bool, Parameter(name="--json", negative=(), help="Print JSON for programs.")]

_REFERENCE = re.compile(
    r"^(?:(?P<owner>[a-z0-9][a-z0-9-]*)/)?(?P<name>[a-z0-9][a-z0-9-]*)(?:@(?P<version>[0-9A-Za-z.+-]+))?$"
)
_LOCAL = re.compile(r"^(localhost|[\w.-]+\.localhost|127(\.\d+){3}|\[::1\])(:\d+)?(/|$)")


@dataclass(frozen=True)
class Reference:
    """A package, and perhaps one version of it."""

    owner: str
    name: str
    version: str | None = None

    @property
    def address(self) -> str:
        """`owner/name`."""
        return f"{self.owner}/{self.name}"

    @property
    def path(self) -> str:
        """Where the API has the package."""
        return f"/api/packages/{self.owner}/{self.name}"

    @property
    def version_path(self) -> str:
        """Where the API has the version: the latest unless another is named."""
        return f"{self.path}/versions/{quote(self.version or 'latest', safe='')}"


def is_reference(text: str) -> bool:
    """Whether `text` has the form OWNER/NAME or OWNER/NAME@VERSION."""
    match = _REFERENCE.match(text)
    return match is not None and match["owner"] is not None


def parse_reference(text: str, me: str | None = None) -> Reference:
    """Read OWNER/NAME[@VERSION]; NAME alone means a package of `me`. Raises ValueError."""
    match = _REFERENCE.match(text)
    owner = match["owner"] or me if match else None
    if match is None or owner is None:
        raise ValueError(f'"{text}" is not of the form OWNER/NAME or OWNER/NAME@VERSION.')
    version = match["version"]
    return Reference(owner, match["name"], None if version == "latest" else version)


def normal_address(text: str) -> str:
    """A hub's address as it is kept: with a scheme, without a path at the end. Raises ValueError.

    Without a scheme, addresses of this machine mean http, all others https.
    """
    text = text.strip()
    if "://" not in text:
        text = ("http://" if _LOCAL.match(text) else "https://") + text
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f'"{text}" is no address of a hub; write it like https://hub.example.org.')
    return text.rstrip("/").removesuffix("/api")


def is_local(hub: str) -> bool:
    """Whether the hub runs on this machine."""
    return bool(_LOCAL.match(urlsplit(hub).netloc.rpartition("@")[2]))
