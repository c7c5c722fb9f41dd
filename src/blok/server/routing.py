"""From method and path to a workflow, for both generations' ideas of an address."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Generic, TypeVar
from urllib.parse import unquote

T = TypeVar("T")
VERBS = ("GET", "POST", "PUT", "DELETE", "PATCH")
_SEGMENT = re.compile(r":([A-Za-z_][A-Za-z0-9_]*)(\{[^}]*\})?(\?)?")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled path: ``regex`` has one group per name; ``literal`` paths need no regex."""

    text: str
    regex: re.Pattern[str]
    names: tuple[str, ...]
    literal: bool
    specificity: int

    def match(self, path: str) -> dict[str, str] | None:
        """The parameters, URL-decoded, or None. An absent optional one is left out."""
        found = self.regex.fullmatch(path)
        if found is None:
            return None
        return {
            name: unquote(value)
            for name, value in zip(self.names, found.groups(), strict=False)
            if value is not None and name
        }


@lru_cache(maxsize=4096)
def compile_path(text: str) -> Pattern:
    """Compile a path pattern: ``:x``, ``:x?``, ``:x{regex}`` and ``*``. A trailing slash is significant."""
    names: list[str] = []
    expression, weight, count = "", 0, 0
    segments = text.split("/")[1:] if text.startswith("/") else text.split("/")
    literal = True
    for segment in segments:
        count += 1
        found = _SEGMENT.fullmatch(segment)
        if found:
            literal = False
            inner = found[2][1:-1] if found[2] else "[^/]+"
            inner = re.sub(r"(?<!\\)\((?!\?)", "(?:", inner)
            names.append(found[1])
            expression += f"(?:/({inner}))?" if found[3] else f"/({inner})"
            weight += 1 if found[3] else 10
        elif "*" in segment:
            literal = False
            tail = ".*".join(re.escape(part) for part in segment.split("*"))
            # A closing wildcard also stands for nothing at all.
            expression += (
                "(?:/.*)?" if segment == "*" and segment is segments[-1] and count > 1 else f"/{tail}"
            )
        else:
            expression += f"/{re.escape(segment)}"
            weight += 100
    try:
        regex = re.compile(expression or "/")
    except re.error:
        regex = re.compile("/" + re.escape(text.lstrip("/")))
        names, literal = [], False
    return Pattern(text, regex, tuple(names), literal, weight * 1_000 + count)


@lru_cache(maxsize=4096)
def compile_path_v1(text: str) -> Pattern:
    """Compile a path of generation 1, relative to the file's own prefix."""
    names: list[str] = []

    def replace(found: re.Match[str]) -> str:
        if found[0] == "*":
            return ".*"
        names.append(found[1])
        return "(?:/([^/]+)?)?" if found[2] else "/([^/]+)"

    expression, last = "", 0
    for found in re.finditer(r"/:([A-Za-z0-9_]+)(\?)?|\*", text):
        expression += re.escape(text[last : found.start()]) + replace(found)
        last = found.end()
    expression += re.escape(text[last:])
    return Pattern(text, re.compile(expression), tuple(names), not names and "*" not in text, 0)


@dataclass(frozen=True, slots=True)
class Collision:
    """A route that lost its place to an earlier one."""

    method: str
    path: str
    kept: str
    dropped: str


@dataclass(slots=True)
class RouteTable(Generic[T]):
    """Routes of generation 2. Literal paths are one dict lookup; patterns are tried by specificity."""

    literal: dict[str, dict[str, T]] = field(default_factory=dict)
    patterns: list[tuple[Pattern, dict[str, T]]] = field(default_factory=list)
    collisions: list[Collision] = field(default_factory=list)
    owners: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, method: str, path: str, target: T, owner: str) -> bool:
        """Mount a target. ANY, HEAD and OPTIONS mount on every verb; the first to take a place keeps it."""
        method = method.upper()
        pattern = compile_path(path)
        by_method = self._methods(pattern)
        taken = next(
            (
                self.owners[key, path]
                for key in ((method, "ANY") if method in VERBS else (*VERBS, "ANY"))
                if (key, path) in self.owners
            ),
            None,
        )
        if taken is not None:
            self.collisions.append(Collision(method, path, taken, owner))
            return False
        name = method if method in VERBS else "ANY"
        by_method[name] = target
        self.owners[name, path] = owner
        return True

    def _methods(self, pattern: Pattern) -> dict[str, T]:
        if pattern.literal:
            return self.literal.setdefault(pattern.text, {})
        for known, methods in self.patterns:
            if known.text == pattern.text:
                return methods
        methods = {}
        self.patterns.append((pattern, methods))
        return methods

    def freeze(self) -> None:
        """Put the patterns in the order they are tried."""
        self.patterns.sort(key=lambda item: -item[0].specificity)

    def find(self, method: str, path: str, raw_path: str) -> tuple[T, dict[str, str]] | None:
        """The target and parameters of a request; HEAD is answered by GET routes."""
        verb = "GET" if method == "HEAD" else method
        methods = self.literal.get(path)
        if methods is not None:
            target = methods.get(verb) or methods.get("ANY")
            if target is not None:
                return target, {}
        for pattern, candidates in self.patterns:
            target = candidates.get(verb) or candidates.get("ANY")
            if target is not None:
                params = pattern.match(raw_path)
                if params is not None:
                    return target, params
        return None

    def allowed(self, path: str) -> list[str]:
        """The methods that a path answers to."""
        found: set[str] = set(self.literal.get(path, ()))
        for pattern, methods in self.patterns:
            if pattern.match(path) is not None:
                found.update(methods)
        return sorted(found)

    def rows(self) -> Iterable[tuple[str, str, T]]:
        """Every route: method, path, target."""
        for path, methods in self.literal.items():
            for method, target in methods.items():
                yield method, path, target
        for pattern, methods in self.patterns:
            for method, target in methods.items():
                yield method, pattern.text, target
