"""What a file on disk says of itself when it becomes a package.

Three sources, the first that speaks decides: options of the command, `blok.package.json` beside the file, and
what the workflow file and a README beside it suggest.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from blok.cli.hub_client.examples_file import EXAMPLES_FILE, read_examples
from blok.cli.hub_client.problems import WRONG_USAGE, ClientError
from blok.cli.output import advice, short
from blok.workflow import (
    Format,
    WorkflowError,
    detect_generation,
    format_of,
    locate,
    normalise,
    parse,
    read_file,
    slug,
)

SETTINGS_FILE = "blok.package.json"
METADATA = ("title", "summary", "readme", "category", "tags", "license", "visibility")
_SETTINGS = (*METADATA, "name", "kind", "version", "changelog", "definition")
_NOT_WORKFLOWS = {SETTINGS_FILE, EXAMPLES_FILE, "package.json", "blok.toml", "pyproject.toml"}
_LONGEST_README, _LONGEST_SUMMARY, _LONGEST_TITLE = 100_000, 1000, 200


@dataclass(frozen=True)
class PackageFile:
    """A file that is to be published.

    `wanted` is what its author decided about the package, `proposed` what a new package gets besides.
    """

    path: Path
    text: str
    encoding: Format
    definition: dict[str, Any]
    wanted: dict[str, Any] = field(default_factory=dict)
    proposed: dict[str, Any] = field(default_factory=dict)
    examples: list[dict[str, Any]] = field(default_factory=list)

    def get(self, name: str) -> Any:
        """What holds for `name`: the author's word, or else the proposal."""
        return self.wanted.get(name, self.proposed.get(name))

    @property
    def metadata(self) -> dict[str, Any]:
        """The fields of a new package."""
        return {name: value for name in METADATA if (value := self.get(name)) is not None}


def read_package(path: Path, options: dict[str, Any]) -> PackageFile:
    """Read a workflow (or node) file, or a folder with one. `options` are those given on the command line.

    Raises ClientError, with file, line and column where a file is wrong.
    """
    if not path.exists():
        raise ClientError(f"{path} does not exist.", code=WRONG_USAGE)
    file = _only_definition(path) if path.is_dir() else path
    text, encoding, definition = _read_definition(file)
    settings = _read_settings(file)
    kind = options.get("kind") or settings.get("kind") or guess_kind(definition)
    if kind == "workflow":
        _check_workflow(file, text, encoding, definition)
    readme = _readme_beside(file)
    wanted = {**({"readme": readme} if readme else {}), **settings, **options}
    return PackageFile(
        path=file,
        text=text,
        encoding=encoding,
        definition=definition,
        wanted=wanted,
        proposed={**_proposals(file, definition), "kind": kind},
        examples=read_examples(file) if kind == "workflow" else [],
    )


def guess_kind(definition: dict[str, Any]) -> str:
    """A description with inputs and outputs, but no steps, is a node."""
    return "node" if "steps" not in definition and {"input", "output"} <= definition.keys() else "workflow"


def _only_definition(folder: Path) -> Path:
    settings = _load_json(folder / SETTINGS_FILE)
    if "definition" in settings:
        file = folder / str(settings["definition"])
        if not file.is_file():
            raise ClientError(f"{short(folder / SETTINGS_FILE)} names {file.name}, which does not exist.")
        return file
    files = [
        file
        for file in sorted(folder.iterdir())
        if format_of(file) and file.name not in _NOT_WORKFLOWS and not file.name.endswith(".examples.json")
    ]
    if len(files) == 1:
        return files[0]
    if not files:
        raise ClientError(
            f"{short(folder)} holds no workflow file (JSON, YAML, TOML or XML).", code=WRONG_USAGE
        )
    names = ", ".join(file.name for file in files[:8])
    raise ClientError(
        f"{short(folder)} holds {len(files)} workflow files: {names}.",
        f"Name those to publish (blok publish {short(files[0])} ...), "
        f'or write "definition": "{files[0].name}" into {SETTINGS_FILE} there.',
        WRONG_USAGE,
    )


def _read_definition(file: Path) -> tuple[str, Format, dict[str, Any]]:
    try:
        text, encoding = read_file(file)
        try:
            definition = parse(text, encoding)
        except WorkflowError as error:
            raise locate(error, text, encoding, short(file)) from None
    except WorkflowError as error:
        raise ClientError(error.located(), advice(error)) from error
    except OSError as error:
        raise ClientError(f"{short(file)} cannot be read: {error.strerror}.", code=WRONG_USAGE) from error
    if not isinstance(definition, dict):
        raise ClientError(f"{short(file)} holds no object, so it is no workflow.")
    return text, encoding, definition


def _check_workflow(file: Path, text: str, encoding: Format, definition: dict[str, Any]) -> None:
    try:
        normalise(definition, generation=detect_generation(definition))
    except WorkflowError as error:
        located = locate(error, text, encoding, short(file))
        raise ClientError(located.located(), advice(located)) from error


def _read_settings(file: Path) -> dict[str, Any]:
    path = file.with_name(SETTINGS_FILE)
    settings = _load_json(path)
    unknown = sorted(set(settings) - set(_SETTINGS))
    if unknown:
        known = ", ".join(_SETTINGS)
        raise ClientError(
            f"{short(path)} has unknown fields: {', '.join(unknown)}.", f"It may have: {known}."
        )
    if settings.get("definition", file.name) != file.name:
        return {}
    settings.pop("definition", None)
    if isinstance(settings.get("readme"), str) and (path.parent / settings["readme"]).is_file():
        settings["readme"] = (path.parent / settings["readme"]).read_text("utf-8")
    return settings


def _load_json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        settings = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise ClientError(f"{short(path)} is not valid JSON: {error}") from error
    if not isinstance(settings, dict):
        raise ClientError(f"{short(path)} must hold an object.")
    return settings


def _readme_beside(file: Path) -> str:
    for candidate in (file.with_suffix(".md"), file.with_name("README.md")):
        if candidate.is_file():
            return candidate.read_text("utf-8")[:_LONGEST_README]
    return ""


def _proposals(file: Path, definition: dict[str, Any]) -> dict[str, Any]:
    stem = file.parent.name if file.stem in ("workflow", "index", "main") else file.stem
    own = definition.get("name")
    title = own if isinstance(own, str) and own.strip() else stem
    summary = definition.get("description")
    version = definition.get("version")
    return {
        "name": slug(stem),
        "title": title.strip()[:_LONGEST_TITLE],
        "summary": summary.strip()[:_LONGEST_SUMMARY] if isinstance(summary, str) else "",
        "version": version if isinstance(version, str) else None,
    }
