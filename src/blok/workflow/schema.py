"""The published JSON Schemas (draft 2020-12) of both generations, strict, for authoring tools."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

from blok.workflow.model import Generation


@cache
def _schema(generation: Generation) -> str:
    return resources.files("blok.workflow").joinpath(f"schema_v{generation}.json").read_text("utf-8")


def definition_schema(generation: Generation) -> dict[str, Any]:
    """The JSON Schema of a workflow document of a generation; a fresh copy each time."""
    schema: dict[str, Any] = json.loads(_schema(generation))
    return schema
