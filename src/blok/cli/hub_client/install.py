"""`blok install`: packages become files of a project, and blok.lock remembers them exactly."""

from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from blok.cli.hub_client.client import HubClient, open_hub
from blok.cli.hub_client.display import one_line
from blok.cli.hub_client.fetch import Encoding, Fetched, digest_of, encoding_of, fetch, write
from blok.cli.hub_client.lock import Locked, read_lock, write_lock
from blok.cli.hub_client.problems import WRONG_USAGE, ClientError
from blok.cli.hub_client.reference import HubOption, JsonOption, parse_reference
from blok.cli.output import console, find_root, print_json, short

_SIGN = "sha256:"


@dataclass(frozen=True)
class Done:
    """What happened to one package."""

    entry: Locked
    change: str
    remarks: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Project:
    """A project, with what its lock file names and the hub that new packages come from."""

    root: Path
    locked: dict[str, Locked]
    client: HubClient

    def owner_of(self, file: str) -> str | None:
        """The package that a file was installed for."""
        return next((each.package for each in self.locked.values() if each.file == file), None)


@dataclass(frozen=True)
class Wish:
    """How new packages are to be installed."""

    encoding: Encoding | None
    file: Path | None
    force: bool


def install(
    *packages: str,
    encoding: Annotated[Encoding | None, Parameter(name="--format")] = None,
    file: Path | None = None,
    force: Annotated[bool, Parameter(negative=())] = False,
    hub: HubOption = None,
    json_output: JsonOption = False,
) -> None:
    """Install packages into this project. Without arguments, restore exactly what blok.lock names.

    Every file is checked against its sha-256 digest before it is written.

    Parameters
    ----------
    packages
        OWNER/NAME, or OWNER/NAME@VERSION.
    encoding
        The encoding of the files; JSON when not given.
    file
        Where to write the (one) package, instead of workflows/FORMAT/NAME.
    force
        Replace a file that blok did not install.
    """
    root = find_root(Path.cwd())
    with open_hub(hub, as_json=json_output) as client:
        project = Project(root, read_lock(root), client)
        if file is not None and len(packages) != 1:
            raise ClientError("--file goes with exactly one package.", code=WRONG_USAGE)
        wish = Wish(encoding, file, force)
        done = [_add(project, text, wish) for text in packages] if packages else _restore(project)
        if json_output:
            rows = [{**asdict(each.entry), "change": each.change, "remarks": each.remarks} for each in done]
            print_json({"root": str(root), "packages": rows})
        else:
            _print(done)


def _print(done: list[Done]) -> None:
    if not done:
        console().print("blok.lock names nothing. Install something: blok install OWNER/NAME")
    for each in done:
        entry = each.entry
        style = "dim" if each.change == "unchanged" else ""
        line = f"{each.change:>9}  {entry.package} {entry.version}  {entry.file}"
        console().print(line, style=style, markup=False)
        for remark in each.remarks:
            console().print(f"{'':>9}  {one_line(remark)}", style="yellow", markup=False)


def _add(project: Project, text: str, wish: Wish) -> Done:
    reference = project.client.reference(text)
    known = project.locked.get(reference.address)
    encoding = _encoding(known, wish)
    fetched = fetch(project.client, reference, encoding)
    target = _target(project.root, known, fetched, encoding, wish)
    inside = target.relative_to(project.root).as_posix()
    owner = project.owner_of(inside)
    if owner != reference.address:
        _check_free(target, owner, fetched, force=wish.force)
    entry = Locked(reference.address, fetched.version, project.client.hub, _SIGN + fetched.digest, inside)
    change = _change(target, known, fetched)
    kept = write(target, fetched, known.digest.removeprefix(_SIGN) if known else None)
    remarks = [*fetched.remarks, *_about(kept)]
    if owner is not None:
        del project.locked[owner]
    if known is not None and known.file != inside:
        remarks.append(f"{known.file} stays as it is; blok.lock no longer names it")
    project.locked[reference.address] = entry
    write_lock(project.root, project.locked)
    return Done(entry, change, remarks)


def _restore(project: Project) -> list[Done]:
    """Bring every file that the lock names to exactly what it names."""
    done = []
    with ExitStack() as others:
        clients = {project.client.hub: project.client}
        for entry in project.locked.values():
            target, wanted = project.root / entry.file, entry.digest.removeprefix(_SIGN)
            if target.is_file() and digest_of(target) == wanted:
                done.append(Done(entry, "unchanged"))
                continue
            if entry.hub not in clients:
                clients[entry.hub] = HubClient(entry.hub, project.client.sessions)
                others.callback(clients[entry.hub].close)
            reference = parse_reference(f"{entry.package}@{entry.version}")
            fetched = fetch(clients[entry.hub], reference, encoding_of(target) or "json")
            if fetched.digest != wanted:
                raise _tampered(entry, fetched)
            kept = write(target, fetched, wanted)
            done.append(Done(entry, "restored", [*fetched.remarks, *_about(kept)]))
    return done


def _encoding(known: Locked | None, wish: Wish) -> Encoding:
    if wish.file is not None:
        encoding = encoding_of(wish.file)
        if encoding is None:
            raise ClientError(f"{wish.file} must end in .json, .yaml or .toml.", code=WRONG_USAGE)
        return encoding
    return wish.encoding or (encoding_of(Path(known.file)) if known else None) or "json"


def _target(root: Path, known: Locked | None, fetched: Fetched, encoding: Encoding, wish: Wish) -> Path:
    if wish.file is not None:
        target = wish.file.resolve()
        if not target.is_relative_to(root):
            raise ClientError(f"{wish.file} is outside of the project {root}.", code=WRONG_USAGE)
        return target
    if known is not None and encoding_of(Path(known.file)) == encoding:
        return root / known.file
    folder = Path("workflows", encoding) if fetched.kind == "workflow" else Path("nodes", "descriptions")
    return root / folder / f"{fetched.reference.name}.{encoding}"


def _check_free(target: Path, owner: str | None, fetched: Fetched, *, force: bool) -> None:
    """Refuse to replace a file that is not this package's, unless it says the same already."""
    if force or not target.exists() or digest_of(target) == fetched.digest:
        return
    what = f"is the file of {owner}" if owner else "exists, and blok did not install it"
    fix = "Choose another place (--file PATH), or replace it (--force)."
    raise ClientError(f"{short(target)} {what}.", fix, WRONG_USAGE)


def _change(target: Path, known: Locked | None, fetched: Fetched) -> str:
    if known is not None and known.version != fetched.version:
        return "updated"
    return "unchanged" if digest_of(target) == fetched.digest else "installed"


def _about(kept: str | None) -> list[str]:
    return [f"the file was changed here; it is kept as {kept}"] if kept else []


def _tampered(entry: Locked, fetched: Fetched) -> ClientError:
    wanted = entry.digest.removeprefix(_SIGN)
    return ClientError(
        f"{entry.package} {entry.version} on {entry.hub} is not what was installed: its digest is "
        f"{fetched.digest[:12]}…, blok.lock says {wanted[:12]}…. The file was not written.",
        "A published version never changes, so the hub or blok.lock was tampered with. "
        f"If blok.lock is at fault: blok install {entry.package}@{entry.version}",
    )
