"""Requests to a hub, signed by whoever is signed in."""

import contextlib
import os
import time
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import httpx

from blok.cli.hub_client.problems import (
    SIGN_IN,
    WRONG_USAGE,
    ClientError,
    HubProblem,
    give_up,
    problem_of,
    unreachable,
)
from blok.cli.hub_client.reference import Reference, parse_reference
from blok.cli.hub_client.sessions import Session, Sessions

_POSITION = "Blok-Position"
_TRIES = 3
_LONGEST_WAIT = 10.0


class HubClient:
    """One hub, as the account that is signed in there (or as nobody).

    Tokens are renewed when they end. What was just written is seen by what is read next (`Blok-Position`).
    """

    def __init__(self, hub: str, sessions: Sessions) -> None:
        self.hub = hub
        self.sessions = sessions
        self._positions: dict[str, str] = {}
        agent = f"blok/{version('blok')}"
        self._http = httpx.Client(
            base_url=hub, timeout=httpx.Timeout(60, connect=10), headers={"User-Agent": agent}
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def get(self, path: str, **options: Any) -> Any:
        """The JSON at `path`."""
        return self.request("GET", path, **options).json()

    def post(self, path: str, body: Any = None) -> Any:
        """The JSON in answer to a write, or None."""
        answer = self.request("POST", path, json=body if body is not None else {})
        return answer.json() if answer.content else None

    def request(self, method: str, path: str, *, signed: bool = True, **options: Any) -> httpx.Response:
        """Send a request. Raises HubProblem, or ClientError when no hub answers."""
        token = self._token() if signed else None
        answer = self._send(method, path, token, options)
        if answer.status_code == 401 and token and "BLOK_TOKEN" not in os.environ:
            answer = self._send(method, path, self._renew(token), options)
        if answer.is_error:
            raise problem_of(answer)
        if position := answer.headers.get(_POSITION):
            self._positions[position.partition(":")[0]] = position
        return answer

    def me(self) -> str:
        """The handle of whoever is signed in. Raises ClientError when nobody is."""
        if "BLOK_TOKEN" in os.environ:
            return str(self.get("/api/users/me")["handle"])
        session = self.sessions.get(self.hub)
        if session is None:
            raise ClientError(f"You are not signed in to {self.hub}.", "Sign in: blok login", SIGN_IN)
        return session.handle

    def reference(self, text: str) -> Reference:
        """Read OWNER/NAME[@VERSION]; a name alone is a package of whoever is signed in."""
        try:
            return parse_reference(text, None if "/" in text else self.me())
        except ValueError as error:
            raise ClientError(str(error), code=WRONG_USAGE) from error

    def begin(self, login: str, password: str) -> Session:
        """Sign in and remember it; this hub becomes the default."""
        answer = self.request(
            "POST", "/api/auth/login", signed=False, json={"login": login, "password": password}
        )
        session = _session_of(answer.json(), "")
        me = self._send("GET", "/api/users/me", session.access_token, {})
        if me.is_error:
            raise problem_of(me)
        session = _session_of(answer.json(), str(me.json()["handle"]))
        with self.sessions.locked():
            self.sessions.put(self.hub, session, make_default=True)
        return session

    def _token(self) -> str | None:
        if token := os.environ.get("BLOK_TOKEN"):
            return token
        session = self.sessions.get(self.hub)
        if session is None or session.is_fresh:
            return session.access_token if session else None
        return self._renew(session.access_token)

    def _renew(self, used: str) -> str:
        """A new access token instead of `used`; another terminal may have got one meanwhile."""
        with self.sessions.locked():
            session = self.sessions.get(self.hub)
            if session is not None and session.access_token != used and session.is_fresh:
                return session.access_token
            if session is None:
                raise _signed_out(self.hub)
            answer = self._send(
                "POST", "/api/auth/refresh", None, {"json": {"refresh_token": session.refresh_token}}
            )
            if answer.status_code in (401, 403):
                self.sessions.remove(self.hub)
                raise _signed_out(self.hub)
            if answer.is_error:
                raise problem_of(answer)
            renewed = _session_of(answer.json(), session.handle)
            self.sessions.put(self.hub, renewed)
            return renewed.access_token

    def _send(self, method: str, path: str, token: str | None, options: dict[str, Any]) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if method == "GET" and self._positions:
            headers[_POSITION] = ",".join(self._positions.values())
        for attempt in range(1, _TRIES + 1):
            try:
                answer = self._http.request(method, path, headers=headers, **options)
            except httpx.TransportError as error:
                raise unreachable(self.hub, error) from error
            wait = _pause(method, answer)
            if wait is None or attempt == _TRIES:
                break
            time.sleep(wait)
        return answer


@contextlib.contextmanager
def open_hub(hub: str | None, *, as_json: bool) -> Iterator[HubClient]:
    """The hub that the option, the environment or the last sign-in names. Errors end the program."""
    client = None
    try:
        sessions = Sessions()
        try:
            client = HubClient(sessions.hub(hub), sessions)
        except ValueError as error:
            raise ClientError(str(error), code=WRONG_USAGE) from error
        yield client
    except ClientError as error:
        give_up(error, as_json=as_json)
    finally:
        if client is not None:
            client.close()


def _session_of(tokens: dict[str, Any], handle: str) -> Session:
    return Session(
        handle=handle,
        access_token=str(tokens["access_token"]),
        refresh_token=str(tokens["refresh_token"]),
        expires_at=time.time() + float(tokens["expires_in"]),
    )


def _signed_out(hub: str) -> ClientError:
    return ClientError(f"Your session on {hub} has ended.", "Sign in again: blok login", SIGN_IN)


def _pause(method: str, answer: httpx.Response) -> float | None:
    """How long to wait before the same request is sent again; None when it should not be.

    A write that ended in 503 may have had its effect; one that ended in 429 was not looked at.
    """
    if answer.status_code != 429 and not (answer.status_code == 503 and method == "GET"):
        return None
    try:
        seconds = float(answer.headers.get("retry-after", ""))
    except ValueError:
        return None
    return seconds if seconds <= _LONGEST_WAIT else None


__all__ = ["ClientError", "HubClient", "HubProblem", "open_hub"]
