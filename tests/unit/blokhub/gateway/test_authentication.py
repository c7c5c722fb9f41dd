"""The token check while the users service is up, down, and up again."""

from typing import Any

import msgspec
import pytest

from blokhub.gateway import authentication
from blokhub.gateway.authentication import Authenticator
from blokhub.infra.clients import Clients
from blokhub.infra.identity.tokens import TokenIssuer
from blokhub.infra.signing import ContextSigner
from blokhub.kernel.context import Actor
from blokhub.kernel.errors import NotAuthenticated, Unavailable

SECRET = "a secret that is long enough for every check"
# The token is made when the tests are collected, and must hold until the last of them has run.
ISSUER = TokenIssuer(SECRET, "http://hub", 86_400)
TOKEN = f"Bearer {ISSUER.issue(Actor('1', 'ann'), 's')}"


class Users:
    """The users service, which can be down."""

    def __init__(self) -> None:
        self.down = False
        self.asked = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked += 1
        status, body = (503, b"") if self.down else (200, msgspec.json.encode(ISSUER.public_keys()))
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": body})


@pytest.fixture
def users() -> Users:
    return Users()


@pytest.fixture
def authenticator(users: Users) -> Authenticator:
    clients = Clients(ContextSigner(SECRET), {})
    clients.add_local("users", users)
    return Authenticator(clients, "http://hub")


async def test_who_is_signed_in_goes_on_while_the_users_service_is_down(
    users: Users, authenticator: Authenticator
) -> None:
    await authenticator.learn_keys()
    users.down = True
    assert (await authenticator.identify(TOKEN)).actor.handle == "ann"


async def test_without_any_key_nobody_is_told_that_a_token_is_wrong(
    users: Users, authenticator: Authenticator
) -> None:
    users.down = True
    with pytest.raises(Unavailable, match="Tokens cannot be checked"):
        await authenticator.identify(TOKEN)
    users.down = False
    assert (await authenticator.identify(TOKEN)).actor.handle == "ann"


async def test_keys_are_learnt_as_soon_as_the_users_service_is_there(
    users: Users, authenticator: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def sleep(_: float) -> None:
        users.down = False

    monkeypatch.setattr(authentication.asyncio, "sleep", sleep)
    users.down = True
    await authenticator.learn_keys()
    assert users.asked == 2


async def test_a_wrong_token_stays_wrong_when_old_keys_cannot_be_fetched_again(
    users: Users, authenticator: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    await authenticator.learn_keys()
    users.down = True
    monkeypatch.setattr(authentication, "_KEYS_SECONDS", -1.0)
    with pytest.raises(NotAuthenticated):
        await authenticator.identify("Bearer forged")
    assert (await authenticator.identify(TOKEN)).actor.handle == "ann"
