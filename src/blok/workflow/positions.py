"""Where a value stands in the text: line and column for a document path, for messages only."""

from __future__ import annotations

import re
from typing import Any
from xml.parsers import expat

import yaml

from blok.workflow.errors import DocPath
from blok.workflow.formats import Format

Position = tuple[int, int]


class SourceMap:
    """Positions of the keys and values of one document, 1-based.

    A key's position is kept for object members, the value's for array items. A path that is not in the
    text answers with its nearest ancestor that is.
    """

    def __init__(self, positions: dict[DocPath, Position]) -> None:
        self._positions = positions

    @classmethod
    def of(cls, text: str, encoding: Format) -> SourceMap:
        """Read the positions of a text that is known to parse; anything unreadable gives an empty map."""
        readers = {
            "json": _json_positions,
            "yaml": _yaml_positions,
            "toml": _toml_positions,
            "xml": _xml_positions,
        }
        try:
            return cls(readers[encoding](text))
        except (ValueError, IndexError, yaml.YAMLError, expat.ExpatError, RecursionError):
            return cls({})

    def locate(self, path: DocPath) -> Position:
        """The line and column of ``path`` or of the nearest thing around it."""
        for length in range(len(path), -1, -1):
            found = self._positions.get(path[:length])
            if found is not None:
                return found
        return 1, 1


_TOKEN = re.compile(r'[ \t\r\n]*("(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+)')


def _json_positions(text: str) -> dict[DocPath, Position]:
    """One pass over the words of a JSON text."""
    starts = _line_starts(text)
    found: dict[DocPath, Position] = {}
    # Each open container: its path, and for an array the index of its next item, for an object None.
    stack: list[tuple[DocPath, list[int] | None]] = []
    pending: DocPath | None = ()
    key_next = False
    for match in _TOKEN.finditer(text):
        word, offset = match[1], match.start(1)
        if word == ",":
            key_next = bool(stack) and stack[-1][1] is None
            pending = None if key_next else _next_item(stack)
        elif word == ":":
            continue
        elif word in "}]":
            stack.pop()
            key_next = False
        elif key_next:
            pending = (*stack[-1][0], _text_of(word))
            found[pending] = _position(starts, offset)
            key_next = False
        else:
            if pending is None:
                continue
            found.setdefault(pending, _position(starts, offset))
            if word == "{":
                stack.append((pending, None))
                key_next = True
            elif word == "[":
                stack.append((pending, [-1]))
                pending = _next_item(stack)
    return found


def _next_item(stack: list[tuple[DocPath, list[int] | None]]) -> DocPath | None:
    path, counter = stack[-1]
    if counter is None:
        return None
    counter[0] += 1
    return (*path, counter[0])


def _text_of(word: str) -> str:
    return re.sub(r"\\(.)", r"\1", word[1:-1])


def _line_starts(text: str) -> list[int]:
    return [0, *(match.end() for match in re.finditer("\n", text))]


def _position(starts: list[int], offset: int) -> Position:
    low, high = 0, len(starts)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if starts[middle] <= offset else (low, middle)
    return low + 1, offset - starts[low] + 1


def _yaml_positions(text: str) -> dict[DocPath, Position]:
    found: dict[DocPath, Position] = {}

    def visit(node: Any, path: DocPath, depth: int) -> None:
        found.setdefault(path, (node.start_mark.line + 1, node.start_mark.column + 1))
        if depth > 200:
            return
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                inner = (*path, str(key.value))
                found[inner] = (key.start_mark.line + 1, key.start_mark.column + 1)
                visit(value, inner, depth + 1)
        elif isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                visit(item, (*path, index), depth + 1)

    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if root is not None:
        visit(root, (), 0)
    return found


_TOML_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_TOML_KEY = re.compile(
    r"""^(\s*)((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*="""
)
_TOML_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")


def _toml_positions(text: str) -> dict[DocPath, Position]:
    """Headers and ``key =`` lines; what is inside an inline value answers with its line."""
    found: dict[DocPath, Position] = {(): (1, 1)}
    counts: dict[DocPath, int] = {}
    table: DocPath = ()

    def resolve(parts: list[str]) -> DocPath:
        path: DocPath = ()
        for part in parts:
            path = (*path, part)
            if path in counts:
                path = (*path, counts[path])
        return path

    for number, line in enumerate(text.splitlines(), start=1):
        header = _TOML_HEADER.match(line)
        if header:
            parts = [part.strip("\"'") for part in _TOML_PART.findall(header[2])]
            if header[1] == "[[":
                outer = (*resolve(parts[:-1]), parts[-1])
                counts[outer] = counts.get(outer, -1) + 1
                table = (*outer, counts[outer])
                found.setdefault(outer, (number, 1))
            else:
                table = resolve(parts)
            found.setdefault(table, (number, line.index("[") + 1))
            continue
        key = _TOML_KEY.match(line)
        if key:
            inner = (*table, *(part.strip("\"'") for part in _TOML_PART.findall(key[2])))
            found.setdefault(inner, (number, len(key[1]) + 1))
    return found


def _xml_positions(text: str) -> dict[DocPath, Position]:
    body = re.sub(r"<\?xml.*?\?>", "", text, count=1, flags=re.DOTALL)
    found: dict[DocPath, Position] = {(): (1, 1)}
    path: list[str] = []
    counts: dict[tuple[str, ...], int] = {}
    parser = expat.ParserCreate()

    def start(tag: str, _attributes: object) -> None:
        if parser.CurrentLineNumber == 1 and tag == "document" and not path:
            path.append("")
            return
        path.append(tag)
        where = tuple(path[1:])
        index = counts.get(where, 0)
        counts[where] = index + 1
        position = (parser.CurrentLineNumber, parser.CurrentColumnNumber + 1)
        found.setdefault(where, position)
        found.setdefault((*where, index), position)

    def end(_tag: str) -> None:
        path.pop()

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.Parse(f"<document>{body}</document>", True)
    return found
