"""The terminal as a client of a hub: sign in, publish, find, install, run, fork.

Exit codes: 0 done · 1 the hub or the workflow said no · 2 wrong usage · 3 sign in first, or not allowed ·
4 not found · 5 someone was first · 6 no hub answers.
"""

from cyclopts import App

from blok.cli.hub_client.reference import is_reference

__all__ = ["is_reference", "register"]

_HERE = "blok.cli.hub_client"
_COMMANDS = {
    "login": ("account:login", "Sign in to a hub."),
    "logout": ("account:logout", "Sign out of a hub."),
    "whoami": ("account:whoami", "Say who is signed in, and where."),
    "register": ("account:register", "Make an account on a hub, and sign in."),
    "search": ("find:search", "Search the packages of a hub."),
    "show": ("find:show", "Show a package of a hub."),
    "versions": ("find:versions", "List the versions of a package."),
    "lineage": ("find:lineage", "Show where a package comes from, and what was made of it."),
    "publish": ("publish:publish", "Publish workflow files as packages."),
    "install": (
        "install:install",
        "Install packages into this project, or restore what blok.lock names.",
    ),
    "fork": ("change:fork", "Make a package of your own from another."),
    "yank": ("change:yank", "Take a published version off the shelf."),
    "deprecate": ("change:deprecate", "Warn everyone off a package of yours."),
}


def register(app: App) -> None:
    """Add the commands of the hub's client to `app`; each is imported only when it is used."""
    for name, (target, text) in _COMMANDS.items():
        app.command(f"{_HERE}.{target}", name=name, help=text)
