"""Workflow files: four encodings and two generations become one normalized model."""

from blok.workflow.canonical import canonical_json, digest, export
from blok.workflow.describe import Description, describe, describe_workflow
from blok.workflow.duration import InvalidDurationError, parse_duration
from blok.workflow.errors import (
    DocPath,
    ExportError,
    WorkflowError,
    WorkflowPlanError,
    WorkflowRejectedError,
    WorkflowSyntaxError,
    path_text,
)
from blok.workflow.formats import FORMATS, Format, dump, format_of, parse
from blok.workflow.load import detect_generation, load_file, load_text, locate, normalise, read_file
from blok.workflow.model import Generation, Step, Workflow, walk
from blok.workflow.names import slug
from blok.workflow.outline import outline
from blok.workflow.positions import SourceMap
from blok.workflow.schema import definition_schema

__all__ = [
    "FORMATS",
    "Description",
    "DocPath",
    "ExportError",
    "Format",
    "Generation",
    "InvalidDurationError",
    "SourceMap",
    "Step",
    "Workflow",
    "WorkflowError",
    "WorkflowPlanError",
    "WorkflowRejectedError",
    "WorkflowSyntaxError",
    "canonical_json",
    "definition_schema",
    "describe",
    "describe_workflow",
    "detect_generation",
    "digest",
    "dump",
    "export",
    "format_of",
    "load_file",
    "load_text",
    "locate",
    "normalise",
    "outline",
    "parse",
    "parse_duration",
    "path_text",
    "read_file",
    "slug",
    "walk",
]
