"""When a refresh token that comes a second time is a window that is late, and when it is a thief."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from blokhub.kernel import clock
from blokhub.kernel.context import Context
from blokhub.services.users import commands
from blokhub.services.users.domain import GRACE, Account, RefreshInProgress, RefreshToken

ANN = Account("1", "ann", None, None, ("member",), erased=False)


class Kept:
    """A store with one refresh token, and the unit of work around it."""

    def __init__(self, age: timedelta | None) -> None:
        moment = clock.now()
        self.token = RefreshToken("s", "1", moment + timedelta(days=1), moment - age if age else None, False)
        self.events: list[str] = []
        self.context = Context()
        self.store = self

    async def use_refresh_token(self, hash: str, at: Any) -> RefreshToken:  # noqa: A002
        return self.token

    async def by_id(self, account_id: str) -> Account:
        return ANN

    async def add_refresh_token(self, hash: str, session_id: str, at: Any, expires_at: Any) -> None:  # noqa: A002
        return None

    async def end_session(self, session_id: str, reason: str, at: Any) -> bool:
        self.token = replace(self.token, session_ended=True)
        return True

    async def record(self, stream: str, *events: Any) -> None:
        self.events += [type(event).__name__ for event in events]


async def test_a_fresh_token_goes_on() -> None:
    kept = Kept(None)
    assert await commands.continue_session(kept, "token", 30, shared=True) is not None  # type: ignore[arg-type]
    assert kept.events == ["SessionRefreshed"]


async def test_a_shared_token_that_was_used_a_moment_ago_ends_nothing() -> None:
    kept = Kept(GRACE / 2)
    with pytest.raises(RefreshInProgress):
        await commands.continue_session(kept, "token", 30, shared=True)  # type: ignore[arg-type]
    assert kept.events == []


@pytest.mark.parametrize(("age", "shared"), [(GRACE * 2, True), (GRACE / 2, False)])
async def test_any_other_reuse_ends_the_session(age: timedelta, shared: bool) -> None:
    kept = Kept(age)
    assert await commands.continue_session(kept, "token", 30, shared=shared) is None  # type: ignore[arg-type]
    assert kept.token.session_ended
    assert kept.events == ["SessionEnded"]
