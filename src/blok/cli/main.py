"""The ``blok`` command: every command is imported only when it is used."""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
from importlib.metadata import EntryPoint, entry_points, version

from cyclopts import App

import blok.cli
from blok.cli.output import fail

# name: (where it lives, what it does)
_COMMANDS = {
    "new": ("blok.cli.new:new", "Make a project folder with a working sample."),
    "dev": ("blok.cli.dev:dev", "Serve a project and reload what changes."),
    "start": ("blok.cli.start:start", "Serve a project in production."),
    "run": ("blok.cli.run:run", "Run one workflow file and print its answer."),
    "test": ("blok.cli.test:test", "Run the examples recorded beside workflows."),
    "lint": ("blok.cli.lint:lint", "Check workflow files."),
    "routes": ("blok.cli.routes:routes", "List the addresses a project answers at."),
    "nodes": ("blok.cli.nodes:nodes", "List the nodes a project can use."),
    "explain": ("blok.cli.explain:explain", "Show what a workflow file will do."),
    "trace": ("blok.cli.trace:trace", "Show the runs of a running server."),
    "convert": ("blok.cli.convert:convert", "Write a workflow file as JSON, YAML or TOML."),
}

# What is said of groups from other packages, which are not loaded for it.
_GROUPS = {"hub": "Run and look after a hub."}


def build_app(*, only_working: bool = False) -> App:
    """The whole command tree, without importing what is behind it.

    With ``only_working`` the commands of other packages are imported, and left out when that fails.
    """
    app = App(
        name="blok",
        help="Build backends from typed nodes wired into workflow files.",
        version=lambda: version("blok"),
        version_flags=["--version"],
    )
    for name, (target, text) in _COMMANDS.items():
        app.command(target, name=name, help=text)
    app.command(
        "blok.cli.completion:completion", name="completion", help="Print the completion script of a shell."
    )
    _register_clients(app)
    for extra in entry_points(group="blok.commands"):
        if extra.name not in _COMMANDS and (not only_working or _works(extra)):
            text = _GROUPS.get(extra.name, f"Commands of {extra.value.partition('.')[0]}.")
            app.command(extra.value, name=extra.name, help=text)
    return app


def _works(extra: EntryPoint) -> bool:
    try:
        extra.load()
    except ImportError:
        return False
    return True


def _register_clients(app: App) -> None:
    """Modules named ``hub_client*`` beside this one add their commands through ``register(app)``."""
    for module in pkgutil.iter_modules(blok.cli.__path__):
        if module.name.startswith("hub_client"):
            try:
                importlib.import_module(f"blok.cli.{module.name}").register(app)
            except Exception as error:
                sys.stderr.write(f"blok: the commands of {module.name} are not available: {error}\n")


def main() -> None:
    """The entry point of the ``blok`` script."""
    app = build_app()
    try:
        app()
    except ImportError as error:
        if os.environ.get("BLOK_DEBUG"):
            raise
        cause = error.__cause__ or error
        name = sys.argv[1] if len(sys.argv) > 1 else ""
        fail(
            f"The command `{name}` cannot be loaded: {cause}.",
            fix="Install what it needs, e.g. `pip install 'blok[hub]'`; BLOK_DEBUG=1 shows the whole story.",
            code=2,
        )
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)


if __name__ == "__main__":
    main()
