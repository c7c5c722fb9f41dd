"""`blok lint`: every problem of workflow files, with line and column, and the ones it can mend itself."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from blok.cli.output import console, fail, find_root, print_json
from blok.lint import Problem, fix_text, lint_text
from blok.nodes.registry import NodeRegistry
from blok.server.project import find_layout
from blok.workflow import FORMATS, Generation, WorkflowError, format_of, read_file

_NOT_WORKFLOWS = {"blok.toml", "pyproject.toml", "package.json", "blok.lock"}


def lint(
    *files: Path,
    fix: Annotated[bool, Parameter(negative=())] = False,
    json_output: Annotated[bool, Parameter(name="--json", negative=())] = False,
    generation: int | None = None,
) -> None:
    """Check workflow files; ends with 1 when there is an error.

    Parameters
    ----------
    files
        Workflow files or folders; the current folder when none are given.
    fix
        Mend what has exactly one right answer, and write the files.
    json_output
        Print JSON.
    generation
        1 or 2; found from each file's shape when not given.
    """
    chosen = [path for given in files or (Path(),) for path in _expand(given)]
    if not chosen:
        fail("No workflow files given.", fix="blok lint workflows/*.json", code=2)
    rules: Generation | None = 1 if generation == 1 else 2 if generation == 2 else None
    registries: dict[Path, NodeRegistry] = {}
    problems = [problem for path in chosen for problem in _check(path, registries, rules, fix=fix)]
    if json_output:
        print_json([_facts(problem) for problem in problems])
    else:
        _print(problems, len(chosen))
    sys.exit(1 if any(problem.severity == "error" for problem in problems) else 0)


def _expand(path: Path) -> list[Path]:
    """The file itself, or the workflow files below a folder."""
    if not path.is_dir():
        return [path]
    return [
        file
        for file in sorted(path.rglob("*"))
        if format_of(file) in FORMATS
        and file.name not in _NOT_WORKFLOWS
        and not file.name.endswith(".examples.json")
        and not any(
            part.startswith((".", "_")) or part == "node_modules" for part in file.relative_to(path).parts
        )
    ]


def _check(
    path: Path, registries: dict[Path, NodeRegistry], rules: Generation | None, *, fix: bool
) -> list[Problem]:
    try:
        text, _ = read_file(path)
    except OSError as error:
        return [Problem("file", "error", str(path), 1, 1, str(error), "Check the name of the file.")]
    except WorkflowError as error:
        return [
            Problem("file", "error", str(path), 1, 1, error.message, "Lint JSON, YAML, TOML or XML files.")
        ]
    root = find_root(path)
    if root not in registries:
        registries[root] = NodeRegistry()
        registries[root].discover(find_layout(root, {}).nodes)
    if fix:
        better = fix_text(text, str(path), registries[root], rules)
        if better != text:
            path.write_text(better, "utf-8")
            text = better
    return lint_text(text, str(path), registries[root], rules)


def _facts(problem: Problem) -> dict[str, Any]:
    return {**asdict(problem), "edit": None if problem.edit is None else asdict(problem.edit)}


def _print(problems: list[Problem], files: int) -> None:
    screen = console()
    for found in problems:
        colour = "red" if found.severity == "error" else "yellow"
        screen.print(
            f"[bold]{found.file}:{found.line}:{found.column}[/] [{colour}]{found.severity}[/] ", end=""
        )
        screen.print(f"{found.message} [{found.rule}]", markup=False)
        if found.fix:
            mends = " (--fix does this)" if found.edit is not None else ""
            screen.print(f"    fix: {found.fix}{mends}", markup=False)
    errors = sum(found.severity == "error" for found in problems)
    screen.print(f"{files} file(s), {errors} error(s), {len(problems) - errors} warning(s)")
