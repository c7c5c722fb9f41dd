"""`blok lint`: every problem of workflow files, with line and column."""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from blok.cli.output import advice, console, fail, find_root, print_json
from blok.nodes.registry import NodeRegistry
from blok.server.project import find_layout
from blok.workflow import (
    SourceMap,
    WorkflowError,
    definition_schema,
    detect_generation,
    load_text,
    parse,
    read_file,
)


@dataclass(frozen=True)
class Finding:
    """One problem of a file. ``severity`` is error or warning."""

    file: str
    line: int
    column: int
    severity: str
    rule: str
    message: str
    fix: str


def lint(
    *files: Path,
    json_output: Annotated[bool, Parameter(name="--json", negative=())] = False,
    generation: int | None = None,
) -> None:
    """Check workflow files; ends with 1 when there is an error.

    Parameters
    ----------
    files
        Workflow files or folders.
    json_output
        Print JSON.
    generation
        1 or 2; found from each file's shape when not given.
    """
    chosen = [path for given in files or (Path(),) for path in _expand(given)]
    if not chosen:
        fail("No workflow files given.", fix="blok lint workflows/*.json", code=2)
    findings = [finding for path in chosen for finding in check_file(path, generation)]
    if json_output:
        print_json([asdict(finding) for finding in findings])
    else:
        screen = console()
        for found in findings:
            colour = "red" if found.severity == "error" else "yellow"
            screen.print(
                f"[bold]{found.file}:{found.line}:{found.column}[/] [{colour}]{found.severity}[/] ", end=""
            )
            screen.print(f"{found.message} [{found.rule}]", markup=False)
            if found.fix:
                screen.print(f"    fix: {found.fix}", markup=False)
        errors = sum(found.severity == "error" for found in findings)
        screen.print(f"{len(chosen)} file(s), {errors} error(s), {len(findings) - errors} warning(s)")
    sys.exit(1 if any(found.severity == "error" for found in findings) else 0)


def _expand(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    suffixes = {".json", ".yaml", ".yml", ".toml", ".xml"}
    return [
        file
        for file in sorted(path.rglob("*"))
        if file.suffix in suffixes
        and file.name not in {"blok.toml", "pyproject.toml", "package.json", "blok.package.json"}
        and not file.name.endswith(".examples.json")
        and not any(part.startswith((".", "_")) or part == "node_modules" for part in file.parts)
    ]


def check_file(path: Path, generation: int | None = None) -> list[Finding]:
    """Everything wrong with one file: syntax, the rules of the loader, unknown nodes, the strict schema."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - slow to import

    try:
        text, encoding = read_file(path)
        definition = parse(text, encoding)
    except OSError as error:
        return [Finding(str(path), 1, 1, "error", "file", str(error), "")]
    except WorkflowError as error:
        return [_of(error, path, "syntax")]
    chosen = 1 if (generation or detect_generation(definition)) == 1 else 2
    findings: list[Finding] = []
    try:
        workflow = load_text(text, encoding, generation=1 if chosen == 1 else 2)
        registry = NodeRegistry()
        root = find_root(path)
        registry.discover(find_layout(root, {}).nodes)
        from blok.runner.plan import compile_plan  # noqa: PLC0415 - only after the file has parsed

        compile_plan(workflow, registry)
    except WorkflowError as error:
        line, column = SourceMap.of(text, encoding).locate(error.path)
        error.line, error.column = error.line or line, error.column or column
        findings.append(_of(error, path, "rules"))
    places = SourceMap.of(text, encoding)
    for problem in Draft202012Validator(definition_schema(1 if chosen == 1 else 2)).iter_errors(definition):
        line, column = places.locate(tuple(problem.absolute_path))
        findings.append(Finding(str(path), line, column, "warning", "schema", problem.message[:300], ""))
    return sorted(findings, key=lambda found: (found.line, found.column))


def _of(error: WorkflowError, path: Path, rule: str) -> Finding:
    return Finding(str(path), error.line or 1, error.column or 1, "error", rule, error.message, advice(error))
