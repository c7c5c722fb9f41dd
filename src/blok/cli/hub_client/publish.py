"""`blok publish`: files become versions of packages."""

from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from blok.cli.hub_client.client import HubClient, open_hub
from blok.cli.hub_client.display import one_line
from blok.cli.hub_client.package_file import METADATA, PackageFile, read_package
from blok.cli.hub_client.problems import NOT_FOUND, WRONG_USAGE, ClientError, HubProblem
from blok.cli.hub_client.reference import HubOption, JsonOption, Reference
from blok.cli.hub_client.saga import follow
from blok.cli.hub_client.versions import Part, highest, is_version, next_version
from blok.cli.output import console, print_json, short
from blok.workflow import digest

Several = Parameter(negative=())


def publish(
    *paths: Path,
    name: str | None = None,
    version: str | None = None,
    bump: Part | None = None,
    changelog: str | None = None,
    title: str | None = None,
    summary: str | None = None,
    category: str | None = None,
    tag: Annotated[list[str] | None, Several] = None,
    license: str | None = None,  # noqa: A002  the word on the command line
    visibility: Literal["public", "unlisted", "private"] | None = None,
    kind: Literal["workflow", "node"] | None = None,
    dry_run: Annotated[bool, Parameter(negative=())] = False,
    hub: HubOption = None,
    json_output: JsonOption = False,
) -> None:
    """Publish workflow files as packages, and follow each until it can be found.

    What the options leave open comes from a `blok.package.json` beside the file, then from the file itself:
    the name from the file's name, the title from `name`, the summary from `description`, the version from
    `version`, the readme from README.md beside it. Examples recorded beside it (`<name>.examples.json`, or
    `examples.json`) go along: the hub publishes the version only if it answers them as recorded.

    Parameters
    ----------
    paths
        Workflow files, or folders with one workflow file each.
    name
        The package's name.
    version
        The version to publish, such as 1.2.3.
    bump
        Publish the next patch, minor or major version.
    changelog
        What changed.
    title
        The package's title.
    summary
        One sentence on what it does.
    category
        The category.
    tag
        A tag; may be repeated.
    license
        An SPDX expression, such as Apache-2.0.
    visibility
        Who may see the package.
    kind
        What the file is.
    dry_run
        Check the file and show what would be published; send nothing.
    """
    options: dict[str, Any] = {
        "name": name,
        "version": version,
        "changelog": changelog,
        "title": title,
        "summary": summary,
        "category": category,
        "tags": tag,
        "license": license,
        "visibility": visibility,
        "kind": kind,
    }
    given = {key: value for key, value in options.items() if value is not None}
    with open_hub(hub, as_json=json_output) as client:
        _check_usage(paths, given, bump)
        files = [read_package(path, given) for path in paths]
        if dry_run:
            results = [_plan(file) for file in files]
        else:
            me = client.me()
            results = [_publish(client, me, file, bump, quiet=json_output) for file in files]
        if json_output:
            print_json(results[0] if len(results) == 1 else results)
        elif dry_run:
            for result in results:
                print_json(result)


def _check_usage(paths: tuple[Path, ...], given: dict[str, Any], bump: Part | None) -> None:
    if not paths:
        raise ClientError(
            "Which file? Name one, or a folder.", "blok publish workflows/json/hello.json", WRONG_USAGE
        )
    if len(paths) > 1 and "name" in given:
        raise ClientError("--name fits one file only.", code=WRONG_USAGE)
    if bump and "version" in given:
        raise ClientError("Give either --version or --bump.", code=WRONG_USAGE)


def _plan(file: PackageFile) -> dict[str, Any]:
    return {
        "file": short(file.path),
        "kind": file.get("kind"),
        "name": file.get("name"),
        **file.metadata,
        "version": file.get("version"),
        "digest": f"sha256:{digest(file.definition)}",
        "examples": len(file.examples),
    }


def _publish(
    client: HubClient, me: str, file: PackageFile, bump: Part | None, *, quiet: bool
) -> dict[str, Any]:
    reference = Reference(me, str(file.get("name")))
    known = _find(client, reference)
    version = _choose_version(client, file, reference, bump, is_known=known is not None)
    if not quiet:
        console(stderr=True).print(f"Publishing {reference.address} {version}", highlight=False)
    if known is None:
        fields = {"kind": file.get("kind"), "name": reference.name, **file.metadata}
        reference = Reference(me, str(client.post("/api/packages", fields)["name"]))
    else:
        _update(client, reference, file, known)
    body = {"version": version, "changelog": str(file.get("changelog") or ""), **_definition(file)}
    if file.examples:
        body["examples"] = file.examples
    accepted = client.post(f"{reference.path}/versions", body)
    try:
        saga = follow(client, accepted["saga_id"], quiet=quiet)
    except KeyboardInterrupt:
        console(stderr=True).print(
            f"\nThe hub goes on with it. How it ended: blok versions {reference.address}"
        )
        raise
    if not quiet:
        console().print(f"[green]Published[/] [bold]{reference.address}[/] {version}  [dim]{client.hub}[/]")
    return {
        "hub": client.hub,
        "owner": reference.owner,
        "name": reference.name,
        "version": version,
        "digest": f"sha256:{digest(file.definition)}",
        "saga": saga,
    }


def _definition(file: PackageFile) -> dict[str, Any]:
    """The text as it is, so that the hub can name lines; XML, which it does not read, as an object."""
    if file.encoding == "xml":
        return {"definition": file.definition}
    return {"definition": file.text.removeprefix("\ufeff"), "format": file.encoding}


def _find(client: HubClient, reference: Reference) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = client.get(reference.path)
    except HubProblem as problem:
        if problem.code != NOT_FOUND:
            raise
        return None
    return found


def _choose_version(
    client: HubClient, file: PackageFile, reference: Reference, bump: Part | None, *, is_known: bool
) -> str:
    """The version that the author named, or the next one. A yanked version's number stays taken."""
    listed = client.get(f"{reference.path}/versions") if is_known else []
    taken = [str(each["version"]) for each in listed if each["state"] in ("published", "yanked")]
    last = highest(taken)
    if bump:
        return next_version(last, bump)
    version = file.get("version") or ("1.0.0" if last is None else None)
    if version is None:
        raise ClientError(
            f"Which version? {reference.address} is at {last}, and the file names none.",
            f"Give --bump patch (that is {next_version(last, 'patch')}), or --version.",
            WRONG_USAGE,
        )
    if not is_version(str(version)):
        raise ClientError(f'"{one_line(version)}" is no version.', "Write it like 1.2.3.", WRONG_USAGE)
    if version in taken:
        raise ClientError(
            f"{reference.address} {version} is published already.",
            f"Give --bump patch (that is {next_version(last, 'patch')}), or change the version that "
            f"{file.path.name} names.",
            WRONG_USAGE,
        )
    return str(version)


def _update(client: HubClient, reference: Reference, file: PackageFile, known: dict[str, Any]) -> None:
    """Bring the package's metadata in line with what the author decided; proposals change nothing."""
    changes = {
        key: file.wanted[key] for key in METADATA if key in file.wanted and file.wanted[key] != known.get(key)
    }
    if changes:
        client.request("PATCH", reference.path, json=changes)
