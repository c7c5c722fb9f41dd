"""Definitions from a hub: fetched, checked against their digest, and written without losing anyone's work."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from blok.cli.hub_client.client import HubClient
from blok.cli.hub_client.problems import ClientError
from blok.cli.hub_client.reference import Reference
from blok.workflow import WorkflowError, digest, format_of, parse

Encoding = Literal["json", "yaml", "toml"]


@dataclass(frozen=True)
class Fetched:
    """A definition as the hub sent it. `digest` is that of its content, and the one that the hub names."""

    reference: Reference
    kind: str
    version: str
    text: str
    digest: str
    remarks: tuple[str, ...] = ()


def fetch(client: HubClient, reference: Reference, encoding: Encoding) -> Fetched:
    """Get a version (the latest unless the reference names one), and hold its content against its digest."""
    package = client.get(reference.path)
    if reference.version is None and package["latest"] is None:
        if package["version_count"]:
            fix = f"Its versions: blok versions {reference.address}. One that is named can be installed."
            raise ClientError(f"Every version of {reference.address} was yanked.", fix)
        raise ClientError(f"{reference.address} has no published version yet.")
    version = client.get(reference.version_path)
    pinned = Reference(reference.owner, reference.name, version["version"])
    answer = client.request("GET", f"{pinned.version_path}/definition", params={"format": encoding})
    try:
        content = digest(parse(answer.text, encoding))
    except WorkflowError as error:
        raise ClientError(f"The file of {reference.address} cannot be read: {error}") from error
    if content != version["digest"]:
        raise ClientError(
            f"The file of {reference.address} {pinned.version} has the digest {content[:12]}…, "
            f"but the hub names {version['digest'][:12]}…. Nothing was written.",
            "Something on the way changed it: try again, and check the address of the hub.",
        )
    remarks = []
    if version["yanked"] is not None:
        remarks.append(f"this version was yanked: {version['yanked'] or 'no reason given'}")
    if package["deprecated"]:
        remarks.append(f"deprecated: {package['deprecated']}")
    return Fetched(reference, package["kind"], version["version"], answer.text, content, tuple(remarks))


def digest_of(path: Path) -> str:
    """The digest of what a file says, whatever its encoding; empty when there is none."""
    encoding = format_of(path)
    try:
        return digest(parse(path.read_text("utf-8"), encoding)) if encoding else ""
    except (WorkflowError, OSError, UnicodeDecodeError):
        return ""


def encoding_of(path: Path) -> Encoding | None:
    """The encoding that a hub can send for a file of this name."""
    found = format_of(path)
    return found if found != "xml" else None


def write(target: Path, fetched: Fetched, known_digest: str | None) -> str | None:
    """Write the definition. Returns the name of the copy that is kept of a file someone changed by hand.

    `known_digest` is what the file holds when nobody changed it since it was installed.
    """
    kept = None
    if target.is_file() and digest_of(target) not in (known_digest, fetched.digest):
        # A leading underscore keeps the runtime from serving the copy.
        copy = target.with_name(f"_{target.name}.mine")
        target.replace(copy)
        kept = copy.name
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.new")
    draft.write_text(fetched.text, "utf-8")
    draft.replace(target)
    return kept
