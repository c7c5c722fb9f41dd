"""Read and write the four encodings. All four of one workflow load to equal objects."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Literal
from xml.parsers.expat import ExpatError

import msgspec
import yaml

from blok.workflow.errors import ExportError, WorkflowSyntaxError

Format = Literal["json", "yaml", "toml", "xml"]
FORMATS: tuple[Format, ...] = ("json", "yaml", "toml", "xml")
_SUFFIXES: dict[str, Format] = {
    ".json": "json",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".toml": "toml",
    ".xml": "xml",
}
MAX_BYTES = 8 * 1024 * 1024
MAX_VALUES = 500_000
MAX_DEPTH = 500
_TOO_DEEP = f"The document is nested more than {MAX_DEPTH} deep."
# A key of so many parts costs its parser the square of them in memory.
_KEY_PART = r"""(?>[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_ENDLESS_KEY = re.compile(rf"(?<![\w-]){_KEY_PART}(?>[ \t]*\.[ \t]*{_KEY_PART}){{200}}")
# TOML has no null; this inline table stands for it in both directions.
_TOML_NULL = {"$null": True}


def format_of(path: Path | str) -> Format | None:
    """The encoding a file name stands for, or None when it is no workflow file."""
    return _SUFFIXES.get(Path(path).suffix.lower())


def parse(text: str, encoding: Format) -> Any:
    """Parse one document to plain JSON values.

    Raises:
        WorkflowSyntaxError: with line and column, when the text is not valid.
    """
    if len(text) > MAX_BYTES:
        raise WorkflowSyntaxError(
            f"The file is larger than {MAX_BYTES // 1024 // 1024} MiB.", line=1, column=1
        )
    text = text.removeprefix("\ufeff")
    match encoding:
        case "json":
            return _parse_json(text)
        case "yaml":
            return _parse_yaml(text)
        case "toml":
            return _parse_toml(text)
        case "xml":
            return _parse_xml(text)


def _parse_json(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as fast:
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            raise WorkflowSyntaxError(
                f"Not valid JSON: {error.msg}.", line=error.lineno, column=error.colno
            ) from None
        except RecursionError:
            raise WorkflowSyntaxError(f"Not valid JSON: {fast}.", line=1, column=1) from None


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML with the scalars of JSON: ``on`` is a key, ``2024-01-01`` a text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, rule) for tag, rule in rules if not tag.endswith((":bool", ":timestamp", ":int", ":float"))]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_SCALARS = (
    ("bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), "tTfF"),
    ("int", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$"), "-+0123456789"),
    (
        "float",
        re.compile(r"^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?$"),
        "-+.0123456789",
    ),
)
for _name, _pattern, _first in _SCALARS:
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_name}", _pattern, list(_first))


def _parse_yaml(text: str) -> Any:
    try:
        _check_depth(text)
        return _plain(yaml.load(text, Loader=_Loader), [0])  # noqa: S506 - a safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise WorkflowSyntaxError(f"Not valid YAML: {error.problem}.", line=line, column=column) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise WorkflowSyntaxError(f"Not valid YAML: {error}.", line=1, column=1) from None


def _check_depth(text: str) -> None:
    """Refuse deep nesting while it is still a stream of events: to build it would exhaust the C stack."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                line = event.start_mark.line + 1 if event.start_mark else 1
                raise WorkflowSyntaxError(_TOO_DEEP, line=line, column=1)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _parse_toml(text: str) -> Any:
    if found := _ENDLESS_KEY.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise WorkflowSyntaxError("Not valid TOML: a key with more than 200 parts.", line=line, column=1)
    try:
        return _plain(tomllib.loads(text), [0])
    except RecursionError:
        raise WorkflowSyntaxError(_TOO_DEEP, line=1, column=1) from None
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+), column (\d+)", str(error))
        line, column = (int(found[1]), int(found[2])) if found else (text.count("\n") + 1, 1)
        reason = str(error).partition(" (at ")[0]
        raise WorkflowSyntaxError(f"Not valid TOML: {reason}.", line=line, column=column) from None


# Where XML cannot tell a list of one from a single value: the tag, and the parent it is a list under.
_XML_LISTS = {
    "then": "branch",
    "else": "branch",
    "default": "switch",
    "try": "tryCatch",
    "catch": "tryCatch",
    "finally": "tryCatch",
}
_XML_ALWAYS_LISTS = {"steps", "conditions", "do", "cases", "middleware", "allowList"}


def _xml_is_list(path: Any, key: str, _value: Any) -> bool:
    return key in _XML_ALWAYS_LISTS or (bool(path) and _XML_LISTS.get(key) == path[-1][0])


def _parse_xml(text: str) -> Any:
    import xmltodict  # noqa: PLC0415 - XML files are rare

    body = re.sub(
        r"^\s*<\?xml.*?\?>", lambda found: "\n" * found[0].count("\n"), text, count=1, flags=re.DOTALL
    )
    try:
        document = xmltodict.parse(
            f"<document>{body}</document>", xml_attribs=False, force_list=_xml_is_list
        )["document"]
    except ExpatError as error:
        column = error.offset + 1 - (len("<document>") if error.lineno == 1 else 0)
        reason = str(error).partition(":")[0]
        raise WorkflowSyntaxError(
            f"Not valid XML: {reason}.", line=error.lineno, column=max(column, 1)
        ) from None
    except ValueError as error:
        raise WorkflowSyntaxError(f"Not valid XML: {error}.", line=1, column=1) from None
    if isinstance(document, dict) and len(document) == 1:
        (only,) = document.values()
        document = only if isinstance(only, dict) and "steps" in only else document
    return _plain(_xml_values(document), [0])


def _xml_values(value: Any) -> Any:  # noqa: PLR0911 - one answer per kind
    """XML carries text only: numbers and true/false get their type back."""
    if isinstance(value, dict):
        return {key: _xml_values(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_xml_values(item) for item in value]
    if value is None:
        return ""
    if value in {"true", "false"}:
        return value == "true"
    if re.fullmatch(r"-?(?:0|[1-9]\d{0,14})", value):
        return int(value)
    if re.fullmatch(r"-?(?:0|[1-9]\d{0,14})\.\d{1,15}", value):
        return float(value)
    return value


def _plain(value: Any, count: list[int]) -> Any:
    """JSON values only, and a bound on their number (YAML aliases can multiply)."""
    count[0] += 1
    if count[0] > MAX_VALUES:
        raise WorkflowSyntaxError(f"The document holds more than {MAX_VALUES} values.", line=1, column=1)
    if isinstance(value, dict):
        if value == _TOML_NULL:
            return None
        return {_key(key): _plain(item, count) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, count) for item in value]
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if value is None or isinstance(value, str | bool | int | float):
        return value
    raise WorkflowSyntaxError(
        f"A value of type {type(value).__name__} has no place in a workflow.", line=1, column=1
    )


def _key(key: Any) -> str:
    if isinstance(key, str):
        return key
    return json.dumps(key) if isinstance(key, bool | int | float) or key is None else str(key)


def dump(definition: Any, encoding: Format) -> str:
    """Write a definition so that reading it back gives the same canonical form.

    Raises:
        ExportError: for XML, which is read but never written.
    """
    match encoding:
        case "json":
            return json.dumps(definition, ensure_ascii=False, indent=2) + "\n"
        case "yaml":
            text: str = yaml.dump(definition, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)
            return text
        case "toml":
            import tomli_w  # noqa: PLC0415 - only exports need it

            return tomli_w.dumps(_without_null(definition), multiline_strings=False)
        case "xml":
            raise ExportError("Workflows are written as JSON, YAML or TOML; XML files can only be read.")


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """Quotes every text that the loader, or a YAML 1.1 reader, would take for something else."""

    def ignore_aliases(self, _data: Any) -> bool:
        """Write repeated values out: an alias reads badly in a workflow."""
        return True


for _name, _pattern, _first in _SCALARS:
    _Dumper.add_implicit_resolver(f"tag:yaml.org,2002:{_name}", _pattern, list(_first))


def _without_null(value: Any) -> Any:
    if value is None:
        return _TOML_NULL
    if isinstance(value, dict):
        return {key: _without_null(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_null(item) for item in value]
    return value
