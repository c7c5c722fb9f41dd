"""`blok new`: a project that runs at once."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from blok.cli.output import console, fail

_HELLO: dict[str, Any] = {
    "name": "hello",
    "version": "1.0.0",
    "description": "Greets whoever asks, and counts the letters of the name.",
    "trigger": {"http": {"method": "GET", "path": "/hello"}},
    "steps": [
        {"id": "count", "use": "count-letters", "inputs": {"text": "js/ctx.request.query.name ?? 'world'"}},
        {
            "id": "answer",
            "use": "@blokjs/respond",
            "inputs": {
                "body": {
                    "message": "Hello ${ctx.request.query.name ?? 'world'}!",
                    "letters": "js/ctx.state.count.letters",
                }
            },
        },
    ],
}
_REGISTER: dict[str, Any] = {
    "name": "register",
    "version": "1.0.0",
    "description": "Registers a user: a constant operation and three texts from the request body.",
    "trigger": {"http": {"method": "POST", "path": "/register"}},
    "steps": [
        {
            "id": "register-user",
            "use": "user-auth",
            "inputs": {
                "operation": "register",
                "email": "${ctx.request.body.email}",
                "password": "${ctx.request.body.password}",
                "username": "${ctx.request.body.username}",
            },
        }
    ],
}
_EXAMPLES: list[dict[str, Any]] = [
    {
        "name": "greets by name",
        "request": {"method": "GET", "query": {"name": "Ada"}},
        "expect": {"status": 200, "body": {"message": "Hello Ada!", "letters": 3}},
    },
    {
        "name": "greets the world",
        "request": {"method": "GET"},
        "expect": {"status": 200, "body_subset": {"letters": 5}},
    },
]
_COUNT_NODE = '''"""Count letters."""

import msgspec

from blok.nodes import node


class Input(msgspec.Struct):
    """What to count in."""

    text: str


class Output(msgspec.Struct):
    """How many there are."""

    letters: int


@node
def count_letters(inputs: Input) -> Output:
    """Count the letters of a text."""
    return Output(letters=sum(character.isalpha() for character in inputs.text))
'''
_AUTH_NODE = '''"""A user store in memory: enough to try the register workflow, not for production."""

import hashlib
import secrets
from typing import Literal, TypedDict

from blok.nodes import Context, GlobalError, node


class Input(TypedDict):
    """The operation and the user's details."""

    operation: Literal["register"]
    email: str
    password: str
    username: str


@node(name="user-auth")
def user_auth(ctx: Context, inputs: Input) -> dict:
    """Register a user."""
    users = ctx.services.setdefault("users", {})
    email = inputs["email"].strip().lower()
    if "@" not in email or len(inputs["password"]) < 8:
        raise GlobalError("Give an e-mail address and a password of at least 8 characters.", code=422)
    if email in users:
        raise GlobalError("A user with this e-mail address exists.", code=409)
    salt = secrets.token_bytes(16)
    digest = hashlib.scrypt(inputs["password"].encode(), salt=salt, n=2**14, r=8, p=1)
    users[email] = {"username": inputs["username"], "salt": salt, "digest": digest}
    return {"success": True, "user": {"email": email, "username": inputs["username"]}}
'''
_README = """# {name}

A Blok project. Every file in `workflows/` is an HTTP endpoint; the nodes they use are in `nodes/`.

    blok dev                                  # serve it, reload on change
    curl 'localhost:4000/hello?name=Ada'      # {{"message": "Hello Ada!", "letters": 3}}
    curl -d '{{"email":"ada@example.com","password":"correct horse","username":"ada"}}' \\
         -H 'content-type: application/json' localhost:4000/register

    blok test                                 # run the recorded examples
    blok run workflows/hello.json --query name=Ada --trace
    blok lint workflows/*.json
    blok start                                # production
"""
_SETTINGS = """# The rules workflow files follow: 2 (steps with id/use) or 1 (steps beside a nodes map).
generation = 2
"""


def new(name: str, /) -> None:
    """Make a project folder with two working workflows, two nodes and an example.

    Parameters
    ----------
    name
        The folder to make.
    """
    root = Path(name)
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", root.name):
        fail(f'"{root.name}" is no good name for a folder.', fix="Use letters, digits, dots, dashes.", code=2)
    if root.exists() and any(root.iterdir()):
        fail(f"{root} is not empty.", fix="Choose another name, or empty the folder first.", code=2)
    files = {
        "README.md": _README.format(name=root.name),
        "blok.toml": _SETTINGS,
        ".gitignore": ".blok/\n.env.local\n__pycache__/\n",
        "workflows/hello.json": json.dumps(_HELLO, indent=2) + "\n",
        "workflows/hello.examples.json": json.dumps({"examples": _EXAMPLES}, indent=2) + "\n",
        "workflows/register.json": json.dumps(_REGISTER, indent=2) + "\n",
        "nodes/count_letters.py": _COUNT_NODE,
        "nodes/user_auth.py": _AUTH_NODE,
    }
    for path, content in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, "utf-8")
    screen = console()
    screen.print(f"Made [bold]{root}[/]:")
    for path in files:
        screen.print(f"  {path}")
    screen.print(f"Next: [bold]cd {root} && blok dev[/], then open http://localhost:4000/hello?name=Ada")
