"""Where nodes are found by name: built in, from the project's folder, or handed over by a host."""

from __future__ import annotations

import importlib
import importlib.util
import logging
import pkgutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from blok.nodes import builtin
from blok.nodes.contract import Node, NodeBase
from blok.nodes.contract import node as make_node

logger = logging.getLogger("blok.nodes")
_ALIASES = ("@nanoservice-ts/", "@blokjs/")


@cache
def builtin_nodes() -> Mapping[str, Node]:
    """Every node that comes with the runtime, by name."""
    found: dict[str, Node] = {}
    for module in pkgutil.iter_modules(builtin.__path__):
        if not module.name.startswith("_"):
            loaded = importlib.import_module(f"{builtin.__name__}.{module.name}")
            found.update((item.name, item) for item in vars(loaded).values() if isinstance(item, Node))
    return dict(sorted(found.items()))


class NodeRegistry:
    """Nodes by name. Later additions win over earlier ones, and all win over the built-in ones."""

    def __init__(self, nodes: Mapping[str, Node] | None = None, *, builtins: bool = True) -> None:
        self._given = (dict(nodes or {}), builtins)
        self._nodes: dict[str, Node] = dict(builtin_nodes()) if builtins else {}
        self._nodes.update(self._given[0])
        self.failures: dict[str, str] = {}
        self.folder: Path | None = None

    def fresh(self) -> NodeRegistry:
        """A registry with what this one was made of, before anything was discovered."""
        nodes, builtins = self._given
        return NodeRegistry(nodes, builtins=builtins)

    def add(self, *nodes: Node) -> None:
        """Register nodes under their names."""
        for item in nodes:
            self._nodes[item.name] = item

    def find(self, name: str) -> Node | None:
        """The node of this name; both package prefixes, and none, mean the same built-in node."""
        found = self._nodes.get(name)
        if found is not None:
            return found
        for prefix in _ALIASES:
            if name.startswith(prefix):
                short = name.removeprefix(prefix)
                found = self._nodes.get(f"@blokjs/{short}") or self._nodes.get(short)
                if found is not None:
                    return found
        head, at, version = name.rpartition("@")
        if head and at and version[:1].isdigit():
            return self.find(head)
        return self._nodes.get(f"@blokjs/{name}")

    def __iter__(self) -> Iterator[Node]:
        return iter(sorted(self._nodes.values(), key=lambda item: item.name))

    def __len__(self) -> int:
        return len(self._nodes)

    def discover(self, folder: Path) -> None:
        """Add every node of a project's folder.

        ``<name>.py``, ``<name>/node.py`` and packages are imported; names starting with ``_`` or ``.`` are
        skipped. A file that cannot be imported is logged, kept in ``failures`` and skipped.
        """
        self.folder = folder
        if not folder.is_dir():
            return
        for path in sorted(folder.iterdir()):
            file = _module_file(path)
            if file is None:
                continue
            try:
                module = _import(file, folder)
            except Exception as error:
                reason = f"{type(error).__name__}: {error}"
                self.failures[str(file)] = reason
                logger.error("node file %s was skipped: %s", file, reason)
                continue
            self.add(*_nodes_of(module, path.stem))


def _module_file(path: Path) -> Path | None:
    if path.name.startswith(("_", ".")):
        return None
    if path.is_file():
        return path if path.suffix == ".py" else None
    return next((file for name in ("node.py", "__init__.py") if (file := path / name).is_file()), None)


def _import(file: Path, folder: Path) -> ModuleType:
    name = "blok_project_nodes." + ".".join(file.relative_to(folder).with_suffix("").parts).replace("-", "_")
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return module


def _nodes_of(module: ModuleType, stem: str) -> list[Node]:
    """The nodes a module defines: decorated functions, node classes, and dicts of either."""
    found: list[Node] = []
    for item in list(vars(module).values()):
        found.extend(_as_nodes(item, module, stem))
        if isinstance(item, dict):
            for name, inner in item.items():
                found.extend(
                    replace(each, name=name)
                    for each in _as_nodes(inner, module, stem)
                    if isinstance(name, str)
                )
    return found


def _as_nodes(item: Any, module: ModuleType, stem: str) -> list[Node]:
    if isinstance(item, Node):
        return [item]
    if isinstance(item, NodeBase):
        return [item.as_node()]
    if isinstance(item, type) and issubclass(item, NodeBase) and item.__module__ == module.__name__:
        return [item().as_node(item.name or stem)]
    return []


def host_node(name: str, function: Any) -> Node:
    """A node from something a host hands over: a node, a node class instance, or a function."""
    if isinstance(function, Node):
        return replace(function, name=name)
    if isinstance(function, NodeBase):
        return function.as_node(name)
    return make_node(name=name)(function)
