"""`blok login`, `logout`, `whoami`, `register`."""

import getpass
import os
import sys
from typing import Annotated, Any

from cyclopts import Parameter

from blok.cli.hub_client.client import HubClient, open_hub
from blok.cli.hub_client.display import day, table
from blok.cli.hub_client.problems import WRONG_USAGE, ClientError
from blok.cli.hub_client.reference import HubOption, JsonOption, is_local
from blok.cli.output import console, print_json

PasswordFromInput = Annotated[
    bool,
    Parameter(
        name="--password-stdin",
        negative=(),
        help="Read the password from standard input. BLOK_PASSWORD works as well; it is never an argument, "
        "since other users of the machine can read those.",
    ),
]


def login(
    login: Annotated[
        str | None, Parameter(help="Your handle or e-mail address; asked for when not given.")
    ] = None,
    /,
    *,
    password_stdin: PasswordFromInput = False,
    hub: HubOption = None,
    json_output: JsonOption = False,
) -> None:
    """Sign in to a hub. It becomes the one that other commands talk to."""
    with open_hub(hub, as_json=json_output) as client:
        _warn_of_plain_http(client)
        name = login or _ask("Handle or e-mail address: ")
        session = client.begin(name, _password(password_stdin, twice=False))
        if json_output:
            print_json({"hub": client.hub, "handle": session.handle})
        else:
            console().print(f"Signed in to {client.hub} as [bold]{session.handle}[/].")


def register(
    handle: Annotated[str | None, Parameter(help="The public name that your packages are under.")] = None,
    /,
    *,
    email: str | None = None,
    display_name: str = "",
    password_stdin: PasswordFromInput = False,
    hub: HubOption = None,
    json_output: JsonOption = False,
) -> None:
    """Make an account on a hub, and sign in."""
    with open_hub(hub, as_json=json_output) as client:
        _warn_of_plain_http(client)
        account = {
            "handle": handle or _ask("Handle (the public name that your packages are under): "),
            "email": email or _ask("E-mail address: "),
            "password": _password(password_stdin, twice=True),
            "display_name": display_name,
        }
        profile = client.request("POST", "/api/users", signed=False, json=account).json()
        session = client.begin(str(profile["handle"]), account["password"])
        if json_output:
            print_json({"hub": client.hub, **profile})
        else:
            console().print(f"Welcome, [bold]{session.handle}[/]. You are signed in to {client.hub}.")


def logout(*, hub: HubOption = None, json_output: JsonOption = False) -> None:
    """Sign out of a hub: the session ends there, and its tokens are removed here."""
    with open_hub(hub, as_json=json_output) as client:
        session = client.sessions.get(client.hub)
        try:
            if session is not None:
                body = {"refresh_token": session.refresh_token}
                client.request("POST", "/api/auth/logout", signed=False, json=body)
        finally:
            with client.sessions.locked():
                client.sessions.remove(client.hub)
        if json_output:
            print_json({"hub": client.hub, "signed_out": session is not None})
        else:
            console().print(
                f"Signed out of {client.hub}." if session else f"Nobody was signed in to {client.hub}."
            )


def whoami(*, hub: HubOption = None, json_output: JsonOption = False) -> None:
    """Say who is signed in, and where."""
    with open_hub(hub, as_json=json_output) as client:
        client.me()
        profile: dict[str, Any] = client.get("/api/users/me")
        if json_output:
            print_json({"hub": client.hub, **profile})
            return
        facts = {
            "handle": profile["handle"],
            "name": profile["display_name"],
            "hub": client.hub,
            "e-mail": profile["email"],
            "reputation": profile["reputation"]["total"],
            "since": day(profile["created_at"]),
        }
        console().print(table(("", ""), [(label, value) for label, value in facts.items() if value]))


def _ask(question: str) -> str:
    if not sys.stdin.isatty():
        raise ClientError(
            f"{question.partition('(')[0].rstrip(': ').strip()} is missing, and nobody can be asked here.",
            "Give it on the command line; see --help.",
            WRONG_USAGE,
        )
    answer = input(question).strip()
    if not answer:
        raise ClientError("Nothing was entered.", code=WRONG_USAGE)
    return answer


def _password(from_input: bool, *, twice: bool) -> str:
    if from_input:
        return sys.stdin.readline().rstrip("\n")
    if given := os.environ.get("BLOK_PASSWORD"):
        return given
    if not sys.stdin.isatty():
        raise ClientError(
            "The password is missing, and nobody can be asked here.",
            "Pipe it in with --password-stdin, or set BLOK_PASSWORD.",
            WRONG_USAGE,
        )
    password = getpass.getpass("Password: ")
    if twice and getpass.getpass("Once more: ") != password:
        raise ClientError("The two passwords differ; nothing was sent.", code=WRONG_USAGE)
    return password


def _warn_of_plain_http(client: HubClient) -> None:
    if client.hub.startswith("http://") and not is_local(client.hub):
        console(stderr=True).print(
            f"[yellow]{client.hub} is not encrypted: anyone on the way can read your password.[/]"
        )
