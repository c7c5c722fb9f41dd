"""Structural references, `{"$ref": {"step", "path"}}` and `{"$tpl": [...]}`, rewritten to `js/` text."""

import json
import re
from collections.abc import Iterator
from typing import Any

from blok.expressions.values import to_text

_IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*", re.ASCII)
_ROOTS = {"@trigger": "ctx.request", "@error": "ctx.error"}
_TEMPLATE_SPECIAL = re.compile(r"[\\`$]")


def lower_refs(value: Any) -> Any:
    """`value` with every reference in it turned into a `js/` string; parts without one are not copied."""
    if isinstance(value, dict):
        if _is_ref(value):
            return f"js/{_ref_source(value['$ref'])}"
        if _is_template(value):
            return f"js/`{''.join(map(_template_part, value['$tpl']))}`"
        lowered = {key: lower_refs(item) for key, item in value.items()}
        return lowered if any(lowered[key] is not value[key] for key in value) else value
    if isinstance(value, list):
        items = [lower_refs(item) for item in value]
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    return value


def find_refs(value: Any, path: str = "") -> Iterator[str]:
    """The places (`a.b[0]`) of the references inside `value`."""
    if isinstance(value, dict):
        if _is_ref(value) or _is_template(value):
            yield path
            return
        for key, item in value.items():
            yield from find_refs(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from find_refs(item, f"{path}[{index}]")


def _is_ref(value: dict[str, Any]) -> bool:
    if len(value) != 1:
        return False
    target = value.get("$ref")
    return isinstance(target, dict) and isinstance(target.get("step"), str)


def _is_template(value: dict[str, Any]) -> bool:
    return len(value) == 1 and isinstance(value.get("$tpl"), list)


def _ref_source(target: dict[str, Any]) -> str:
    step = target["step"]
    source = _ROOTS.get(step) or f"ctx.state{_segment(step)}"
    path = target.get("path")
    return source + "".join(map(_segment, path if isinstance(path, list) else ()))


def _segment(key: Any) -> str:
    if isinstance(key, str) and _IDENTIFIER.fullmatch(key):
        return f".{key}"
    return f"[{json.dumps(key)}]"


def _template_part(part: Any) -> str:
    if isinstance(part, dict) and _is_ref(part):
        return f"${{{_ref_source(part['$ref'])}}}"
    return _TEMPLATE_SPECIAL.sub(r"\\\g<0>", to_text(part))
