"""A project on disk: its workflow files, their plans, and the table of addresses they answer at."""

from __future__ import annotations

import gc
import logging
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from blok.runner.engine import Engine
from blok.runner.plan import Plan
from blok.server.routing import RouteTable
from blok.triggers.mounts import webhook_path
from blok.workflow import (
    Format,
    Generation,
    WorkflowError,
    WorkflowSyntaxError,
    format_of,
    locate,
    normalise,
    parse,
    read_file,
)
from blok.workflow.fields import triggers
from blok.workflow.formats import FORMATS
from blok.workflow.model import Workflow

logger = logging.getLogger("blok.server")
RESERVED = ("/__blok", "/health-check", "/metrics", "/public/")


@dataclass(slots=True, eq=False)
class Entry:
    """One workflow file. ``error`` is why it cannot run; ``problem`` why its newest text is not used."""

    path: Path
    key: str
    text: str
    encoding: Format
    definition: Any
    workflow: Workflow | None = None
    plan: Plan | None = None
    error: WorkflowError | None = None
    problem: WorkflowError | None = None

    @property
    def trigger(self) -> dict[str, dict[str, Any]]:
        """Trigger blocks by kind, as far as the document can be read."""
        if self.workflow is not None:
            return {kind: dict(block) for kind, block in self.workflow.trigger.items()}
        return triggers(self.definition) if isinstance(self.definition, dict) else {}

    @property
    def name(self) -> str:
        """The workflow's name, or the file's when it has none."""
        name = self.definition.get("name") if isinstance(self.definition, dict) else None
        return name if isinstance(name, str) and name else self.key


@dataclass(frozen=True, slots=True)
class Mount:
    """A file at an address, and the trigger that put it there."""

    entry: Entry
    kind: str = "http"


@dataclass(slots=True)
class Table:
    """What a project answers to at one moment. Replaced as a whole when a file changes."""

    routes: RouteTable[Mount] = field(default_factory=RouteTable)
    by_key: dict[str, Entry] = field(default_factory=dict)
    by_name: dict[str, Entry] = field(default_factory=dict)
    mcp: dict[str, list[Entry]] = field(default_factory=dict)
    diagnostics: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things are. ``generation`` comes from ``blok.toml`` unless given."""

    root: Path
    workflows: Path
    nodes: Path
    generation: Generation = 2


def find_layout(
    root: Path, environment: Mapping[str, str], *, generation: Generation | None = None
) -> Layout:
    """Find a project's folders.

    Raises:
        WorkflowSyntaxError: when ``blok.toml`` cannot be read.
    """
    config: dict[str, Any] = {}
    settings = root / "blok.toml"
    if settings.is_file():
        try:
            config = tomllib.loads(settings.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise WorkflowSyntaxError(f"Not valid TOML: {error}", source=str(settings)) from None
    given = (
        environment.get("WORKFLOWS_PATH") or environment.get("VITE_WORKFLOWS_PATH") or config.get("workflows")
    )
    default = root / "workflows"
    workflows = (root / str(given)) if given else default if default.is_dir() else root
    nodes = root / str(environment.get("NODES_PATH") or config.get("nodes") or "nodes")
    chosen = generation or (1 if str(config.get("generation", "2")) == "1" else 2)
    return Layout(root, workflows, nodes, 1 if chosen == 1 else 2)


class Project:
    """The workflow files of a folder, compiled against one engine."""

    def __init__(self, layout: Layout, engine: Engine) -> None:
        self.layout = layout
        self.engine = engine
        self.entries: dict[Path, Entry] = {}
        self.table = Table()
        self.broken: dict[Path, WorkflowError] = {}
        self.on_reload: list[Callable[[], None]] = []

    def load(self) -> None:
        """Read everything from disk and build the table."""
        # Loading makes many objects and no garbage: the collector would only look at them over and over.
        collecting = gc.isenabled()
        gc.disable()
        try:
            self.engine.nodes.discover(self.layout.nodes)
            for path in self.files():
                self._read(path)
            self._build()
        finally:
            if collecting:
                gc.enable()

    def files(self) -> Iterator[Path]:
        """Workflow files in the order they are registered; names starting with ``_`` or ``.`` are skipped."""
        root, nodes = self.layout.workflows, self.layout.nodes
        if not root.is_dir():
            return
        for path in sorted(root.rglob("*")):
            relative = path.relative_to(root).parts
            if format_of(path) is None or any(part.startswith(("_", ".")) for part in relative):
                continue
            if path.name in {
                "blok.toml",
                "pyproject.toml",
                "package.json",
                "blok.package.json",
            } or path.name.endswith(".examples.json"):
                continue
            if nodes in path.parents or not path.is_file() or {"node_modules", "public"} & set(relative):
                continue
            yield path

    def reload(self, changed: set[Path]) -> list[str]:
        """Take in changed files; says what happened. A broken file keeps its last good version."""
        remarks: list[str] = []
        nodes_changed = any(
            self.layout.nodes == path or self.layout.nodes in path.parents for path in changed
        )
        if nodes_changed:
            remarks.extend(self._reload_nodes())
        present = set(self.files())
        for path in sorted(set(self.entries) - present):
            del self.entries[path]
            self.broken.pop(path, None)
            remarks.append(f"{self._short(path)} removed")
        for path in sorted(present):
            if path in changed or path not in self.entries:
                remarks.extend(self._read(path, remark=True))
        self._build()
        for listener in self.on_reload:
            listener()
        return remarks

    def _reload_nodes(self) -> list[str]:
        registry = self.engine.nodes.fresh()
        registry.discover(self.layout.nodes)
        if registry.failures:
            return [
                f"{self._short(Path(file))}: {reason} (the last good nodes stay)"
                for file, reason in registry.failures.items()
            ]
        self.engine.nodes = registry
        for entry in self.entries.values():
            entry.plan = None
            if entry.workflow is not None:
                entry.error = None
        return ["nodes reloaded"]

    def _read(self, path: Path, *, remark: bool = False) -> list[str]:
        """Read one file into its entry; a failure leaves the last good one in place."""
        known = self.entries.get(path)
        source = str(path)
        try:
            text, encoding = read_file(path)
            if known is not None and known.text == text and known.problem is None:
                return []
            try:
                definition = parse(text, encoding)
            except WorkflowError as error:
                raise locate(error, text, encoding, source) from None
            entry = Entry(path, self._key(path), text, encoding, definition)
            self._prepare(entry, source)
        except (WorkflowError, OSError) as error:
            return self._keep_last(path, known, error)
        if (
            entry.error is not None
            and known is not None
            and known.error is None
            and known.workflow is not None
        ):
            return self._keep_last(path, known, entry.error)
        self.entries[path] = entry
        self.broken.pop(path, None)
        if entry.error is not None:
            self.broken[path] = entry.error
            logger.error("%s", entry.error.located())
            return [entry.error.located()]
        return [f"{self._short(path)} {'changed' if known else 'added'}"] if remark else []

    def _keep_last(self, path: Path, known: Entry | None, error: WorkflowError | OSError) -> list[str]:
        problem = error if isinstance(error, WorkflowError) else WorkflowError(str(error), source=str(path))
        self.broken[path] = problem
        if known is not None:
            known.problem = problem
        kept = " (its last good version keeps serving)" if known is not None else " (skipped)"
        logger.error("%s%s", problem.located(), kept)
        return [problem.located() + kept]

    def _prepare(self, entry: Entry, source: str) -> None:
        try:
            entry.workflow = normalise(entry.definition, generation=self.layout.generation)
            self.plan_of(entry)
        except WorkflowError as error:
            error.source = None
            entry.error = locate(error, entry.text, entry.encoding, source)

    def plan_of(self, entry: Entry) -> Plan:
        """The plan of a file.

        Raises:
            WorkflowError: why it cannot run.
        """
        if entry.plan is None:
            if entry.workflow is None:
                raise entry.error or WorkflowError("The workflow cannot run.")
            try:
                entry.plan = self.engine.compile(entry.workflow, entry.key)
            except WorkflowError as error:
                entry.error = locate(error, entry.text, entry.encoding, str(entry.path))
                raise
        return entry.plan

    def _key(self, path: Path) -> str:
        """The file's place below the workflows folder, without encoding folder and suffix."""
        parts = path.relative_to(self.layout.workflows).with_suffix("").parts
        if len(parts) > 1 and parts[0] in FORMATS:
            parts = parts[1:]
        return "/".join(parts)

    def _short(self, path: Path) -> str:
        try:
            return str(path.relative_to(self.layout.root))
        except ValueError:
            return str(path)

    def _build(self) -> None:
        """Make the new table and put it in place in one step."""
        table = Table()
        plans: dict[str, Plan] = {}
        for path in sorted(self.entries):
            entry = self.entries[path]
            table.by_key.setdefault(entry.key, entry)
            if entry.name in table.by_name:
                self._diagnose(
                    table,
                    "duplicate-name",
                    entry,
                    f'the name "{entry.name}" is taken by {self._short(table.by_name[entry.name].path)}',
                )
            else:
                table.by_name[entry.name] = entry
            if entry.plan is None and entry.workflow is not None and entry.error is None:
                try:
                    self.plan_of(entry)
                except WorkflowError:
                    logger.exception("%s cannot be compiled", path)
            if entry.plan is not None:
                known = self.engine.workflows.get(entry.name)
                if known is not None:
                    entry.plan.statistics = known.statistics
                plans.setdefault(entry.name, entry.plan)
            self._mount(table, entry)
        table.routes.freeze()
        for path, error in self.broken.items():
            table.diagnostics.append(
                {
                    "kind": "broken",
                    "file": self._short(path),
                    "message": error.message,
                    "line": error.line,
                    "column": error.column,
                }
            )
        self.engine.workflows = plans
        self.table = table

    def _mount(self, table: Table, entry: Entry) -> None:
        is_middleware = isinstance(entry.definition, dict) and entry.definition.get("middleware") is True
        if is_middleware or self.layout.generation == 1:
            return
        trigger = entry.trigger
        http = trigger.get("http")
        if http is not None:
            path = http.get("path")
            if not isinstance(path, str) or not path:
                text = "trigger.http.path is missing; the file answers at its own name"
                self._diagnose(table, "missing-path", entry, text)
            elif path != "/":
                method = str(http.get("method") or "ANY").replace("*", "ANY")
                self._place(table, method, path, Mount(entry))
        for kind, method, where in (
            ("sse", "GET", (trigger.get("sse") or {}).get("path")),
            ("webhook", "POST", webhook_path(entry.name, trigger.get("webhook") or {})),
        ):
            if kind in trigger and isinstance(where, str) and where:
                self._place(table, method, where, Mount(entry, kind))
        if "mcp" in trigger:
            path = str(trigger["mcp"].get("path") or "/mcp")
            # Workflows that share a path are one server: the first mounts it.
            if path not in table.mcp:
                self._place(table, "ANY", path, Mount(entry, "mcp"))
            table.mcp.setdefault(path, []).append(entry)

    def _place(self, table: Table, method: str, path: str, mount: Mount) -> None:
        path = path if path.startswith("/") else f"/{path}"
        if path.startswith(RESERVED):
            self._diagnose(table, "reserved", mount.entry, f"{path} is reserved")
        elif not table.routes.add(method, path, mount, self._short(mount.entry.path)):
            lost = table.routes.collisions[-1]
            text = f"{method} {path} is already answered by {lost.kept}"
            self._diagnose(table, "collision", mount.entry, text)

    def _diagnose(self, table: Table, kind: str, entry: Entry, message: str) -> None:
        table.diagnostics.append(
            {"kind": kind, "file": self._short(entry.path), "workflow": entry.name, "message": message}
        )
        logger.warning("%s: %s", self._short(entry.path), message)

    def routes(self) -> list[dict[str, Any]]:
        """Every address the project answers at, with the file behind it."""
        rows: list[dict[str, Any]] = []
        mounted: set[Path] = set()
        for method, path, mount in self.table.routes.rows():
            rows.append(self._row(method, path, mount.entry))
            mounted.add(mount.entry.path)
        for key, entry in self.table.by_key.items():
            http = entry.trigger.get("http")
            middleware = isinstance(entry.definition, dict) and entry.definition.get("middleware") is True
            if http is None or middleware or entry.path in mounted:
                continue
            own = str(http.get("path") or "/")
            if self.layout.generation == 2 and own != "/":
                continue
            rows.append(
                self._row(
                    str(http.get("method") or "ANY").replace("*", "ANY").upper(),
                    f"/{key}{own.rstrip('/')}",
                    entry,
                )
            )
        return sorted(rows, key=lambda row: (row["path"], row["method"]))

    def _row(self, method: str, path: str, entry: Entry) -> dict[str, Any]:
        return {
            "method": method,
            "path": path,
            "workflow": entry.name,
            "file": self._short(entry.path),
            "error": entry.error.located() if entry.error else None,
        }
