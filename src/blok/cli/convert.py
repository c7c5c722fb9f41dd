"""`blok convert`: the same workflow in another encoding."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

from blok.cli.output import fail_workflow
from blok.workflow import WorkflowError, export, locate, parse, read_file


def convert(file: Path, to: Literal["json", "yaml", "toml"], /) -> None:
    """Write a workflow file as JSON, YAML or TOML on standard output.

    Parameters
    ----------
    file
        The workflow file (JSON, YAML, TOML or XML).
    to
        The encoding to write.
    """
    try:
        text, encoding = read_file(file)
        try:
            definition = parse(text, encoding)
        except WorkflowError as error:
            raise locate(error, text, encoding, str(file)) from None
        sys.stdout.write(export(definition, to))
    except WorkflowError as error:
        fail_workflow(error)
