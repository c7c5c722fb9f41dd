"""Nodes: the functions that workflows are wired from."""

from blok.nodes.context import Context
from blok.nodes.contract import Node, NodeBase, NodeResponse, node
from blok.nodes.errors import BlokError, GlobalError, InputError, Issue
from blok.nodes.registry import NodeRegistry, builtin_nodes, host_node

__all__ = [
    "BlokError",
    "Context",
    "GlobalError",
    "InputError",
    "Issue",
    "Node",
    "NodeBase",
    "NodeRegistry",
    "NodeResponse",
    "builtin_nodes",
    "host_node",
    "node",
]
