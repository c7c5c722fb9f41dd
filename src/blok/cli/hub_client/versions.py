"""Semantic versions, as far as publishing and installing need them (semver.org, sections 2, 9 and 11)."""

import re
from collections.abc import Iterable
from typing import Literal

Part = Literal["patch", "minor", "major"]

_SHAPE = re.compile(r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$")


def is_version(text: str) -> bool:
    """Whether `text` is a semantic version."""
    return _SHAPE.match(text) is not None


def highest(versions: Iterable[str]) -> str | None:
    """The version that comes last in semantic order; None when there is none."""
    return max((each for each in versions if is_version(each)), key=_precedence, default=None)


def next_version(latest: str | None, part: Part) -> str:
    """The version after `latest`, with `part` raised. The first one is 1.0.0."""
    match = _SHAPE.match(latest or "")
    if match is None:
        return "1.0.0"
    major, minor, patch = (int(match[group]) for group in (1, 2, 3))
    if part == "major":
        return f"{major + 1}.0.0"
    if part == "minor":
        return f"{major}.{minor + 1}.0"
    # 1.2.3 follows its own pre-release 1.2.3-rc.1.
    return f"{major}.{minor}.{patch if match[4] else patch + 1}"


def _precedence(version: str) -> tuple[object, ...]:
    match = _SHAPE.match(version)
    assert match is not None, "only semantic versions are compared"
    numbers = tuple(int(match[group]) for group in (1, 2, 3))
    if match[4] is None:
        return (*numbers, 1)
    # A number comes before a word; between equal beginnings the shorter one comes first.
    parts = [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in match[4].split(".")]
    return (*numbers, 0, tuple(parts))
