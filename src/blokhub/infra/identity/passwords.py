"""Passwords, hashed with Argon2id (RFC 9106) away from the event loop."""

import asyncio
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher()
_few = asyncio.Semaphore(4)  # each hash takes 64 MiB: a crowd at the door must not exhaust the memory


@cache
def _nobody() -> str:
    """What an unknown login is checked against, so that it takes as long as a known one."""
    return _hasher.hash("nobody has this password")


async def hash_password(password: str) -> str:
    """The hash to keep."""
    async with _few:
        return await asyncio.to_thread(_hasher.hash, password)


async def fits(password: str, hashed: str | None) -> bool:
    """Whether `password` is the one behind `hashed`; as slow when there is none."""
    async with _few:
        return await asyncio.to_thread(_fits, password, hashed)


def _fits(password: str, hashed: str | None) -> bool:
    try:
        return _hasher.verify(hashed or _nobody(), password) and hashed is not None
    except (VerificationError, InvalidHashError):
        return False
