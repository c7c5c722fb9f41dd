"""The ``.env`` files of a project: the process's own variables win, then ``.env.local``, then ``.env``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

_LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.]*)\s*=\s*(.*?)\s*")


def project_environment(root: Path, process: Mapping[str, str]) -> dict[str, str]:
    """The variables a project runs with."""
    merged: dict[str, str] = {}
    if process.get("BLOK_DOTENV_DISABLED") != "1":
        names = [".env"] if process.get("NODE_ENV") == "test" else [".env", ".env.local"]
        for name in names:
            file = root / name
            if file.is_file():
                merged.update(parse_env(file.read_text("utf-8", errors="replace")))
    return {**merged, **process}


def parse_env(text: str) -> dict[str, str]:
    """``NAME=value`` lines; quotes are removed, ``\\n`` inside double quotes is a line break."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        match = _LINE.fullmatch(line)
        if line.lstrip().startswith("#") or match is None:
            continue
        name, value = match[1], match[2]
        if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
            quoted = value[0] == '"'
            value = value[1:-1]
            if quoted:
                value = value.replace("\\n", "\n").replace('\\"', '"')
        else:
            value = re.split(r"\s+#", value, maxsplit=1)[0]
        found[name] = value
    return found
