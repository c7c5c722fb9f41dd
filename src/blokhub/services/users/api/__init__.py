"""The HTTP routes of the users service."""

from typing import Any

from blokhub.services.users.api import accounts, sessions

ROUTES: list[Any] = [*accounts.ROUTES, *sessions.ROUTES]
