"""The nodes that workflows of this hub can use: those of the runtime, and the hub's own."""

from functools import cache
from typing import Any

import msgspec

from blok.nodes import NodeRegistry
from blok.nodes import node as make_node
from blokhub.services.runs.contract import HOST_NODES


class NodeFacts(msgspec.Struct, frozen=True):
    """A node as authors need to know it; `input` and `output` are JSON Schemas, empty where anything goes."""

    name: str
    description: str
    input: dict[str, Any]
    output: dict[str, Any]


@cache
def known_nodes() -> NodeRegistry:
    """The nodes by name."""
    described = {
        name: make_node(name=name, description=about["description"], input_schema=about["input"])(_provided)
        for name, about in HOST_NODES.items()
    }
    return NodeRegistry(described)


@cache
def node_facts() -> tuple[NodeFacts, ...]:
    """Every node, by name."""
    return tuple(
        NodeFacts(node.name, node.description, dict(node.input.schema), dict(node.output.schema))
        for node in sorted(known_nodes(), key=lambda node: node.name)
    )


def _provided(inputs: dict[str, Any]) -> dict[str, Any]:
    """Stands for a node whose work is done where it runs."""
    return inputs
