"""`blok nodes`: what steps can use."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from blok.cli.output import console, fail, find_root, print_json
from blok.nodes.contract import Node
from blok.nodes.registry import NodeRegistry
from blok.server.environment import project_environment
from blok.server.project import find_layout


def nodes(
    name: str | None = None,
    /,
    *,
    folder: Path = Path(),
    json_output: Annotated[bool, Parameter(name="--json", negative=())] = False,
) -> None:
    """List the nodes a project can use, or show one of them with its schemas.

    Parameters
    ----------
    name
        Show this node only.
    folder
        The project.
    json_output
        Print JSON.
    """
    root = find_root(folder)
    registry = NodeRegistry()
    registry.discover(find_layout(root, project_environment(root, os.environ)).nodes)
    if name is not None:
        found = registry.find(name)
        if found is None:
            fail(f'There is no node "{name}".', fix="`blok nodes` lists them all.")
        print_json(_facts(found))
        return
    if json_output:
        print_json([_facts(node) for node in registry])
        return
    screen = console()
    for node in registry:
        screen.print(f"[bold]{node.name:28}[/] {node.description}")
    for file, reason in registry.failures.items():
        screen.print(f"[red]{file}: {reason}[/]")


def _facts(node: Node) -> dict[str, object]:
    return {
        "name": node.name,
        "description": node.description,
        "source": node.source,
        "inputSchema": node.input.schema,
        "outputSchema": node.output.schema,
        "examples": list(node.examples),
    }
