"""`blok fork`, `yank`, `deprecate`."""

from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from blok.cli.hub_client.client import open_hub
from blok.cli.hub_client.problems import WRONG_USAGE, ClientError
from blok.cli.hub_client.reference import HubOption, JsonOption
from blok.cli.output import console, find_root, print_json, short
from blok.workflow import export, format_of, slug


def fork(
    package: str,
    /,
    *,
    name: str | None = None,
    file: Path | None = None,
    hub: HubOption = None,
    json_output: JsonOption = False,
) -> None:
    """Make a package of your own from another, and put its definition here to be changed.

    Parameters
    ----------
    package
        OWNER/NAME, or OWNER/NAME@VERSION.
    name
        The name of your package; the original's when not given.
    file
        Where to write the definition; workflows/json/NAME.json when not given.
    """
    with open_hub(hub, as_json=json_output) as client:
        reference = client.reference(package)
        wish = {"name": name, "version": reference.version}
        target = _free_place(
            file or find_root(Path.cwd()) / "workflows" / "json" / f"{name or reference.name}.json"
        )
        made = client.post(f"{reference.path}/fork", {key: value for key, value in wish.items() if value})
        draft = client.get(f"/api/packages/{made['owner']}/{made['name']}/draft")
        target.parent.mkdir(parents=True, exist_ok=True)
        encoding = format_of(target)
        assert encoding is not None, "checked before the fork was made"
        target.write_text(export(draft["definition"], encoding), "utf-8")
        if json_output:
            print_json({**made, "file": str(target)})
            return
        named = "" if slug(target.stem) == made["name"] else f" --name {made['name']}"
        console().print(f"Forked {reference.address} to {made['owner']}/{made['name']}.", markup=False)
        console().print(f"Change {short(target)}, then: blok publish {short(target)}{named}", markup=False)


def yank(
    package: str,
    /,
    *,
    reason: str = "",
    hub: HubOption = None,
    json_output: JsonOption = False,
) -> None:
    """Take a published version off the shelf: nobody is offered it any more, who has it locked still gets it.

    Parameters
    ----------
    package
        OWNER/NAME@VERSION.
    reason
        Why; shown to everyone who has it.
    """
    with open_hub(hub, as_json=json_output) as client:
        reference = client.reference(package)
        if reference.version is None:
            raise ClientError("Which version?", f"Name it: blok yank {reference.address}@1.2.3", WRONG_USAGE)
        yanked: dict[str, Any] = client.post(f"{reference.version_path}/yank", {"reason": reason})
        if json_output:
            print_json(yanked)
        else:
            console().print(f"Yanked {reference.address} {reference.version}.")


def deprecate(
    package: str,
    /,
    *,
    message: str | None = None,
    undo: Annotated[bool, Parameter(negative=())] = False,
    hub: HubOption = None,
    json_output: JsonOption = False,
) -> None:
    """Warn everyone off a package of yours.

    Parameters
    ----------
    package
        OWNER/NAME.
    message
        What to use instead.
    undo
        Take the warning back.
    """
    with open_hub(hub, as_json=json_output) as client:
        reference = client.reference(package)
        body = {"message": ""} if undo else {"message": message} if message else {}
        changed: dict[str, Any] = client.post(f"{reference.path}/deprecate", body)
        if json_output:
            print_json(changed)
        else:
            now = "no longer deprecated" if undo else "deprecated"
            console().print(f"{reference.address} is {now}.")


def _free_place(target: Path) -> Path:
    if format_of(target) not in ("json", "yaml", "toml"):
        raise ClientError(f"{target} must end in .json, .yaml or .toml.", code=WRONG_USAGE)
    if target.exists():
        raise ClientError(
            f"{short(target)} exists already.", "Choose another place: --file PATH", WRONG_USAGE
        )
    return target
