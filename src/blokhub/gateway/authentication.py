"""The token check: an access token becomes an actor, anything else a 401."""

import asyncio
import time

from blokhub.infra.clients import Clients
from blokhub.infra.identity.tokens import Identity, TokenVerifier
from blokhub.kernel.context import Context
from blokhub.kernel.errors import NotAuthenticated, Unavailable

_KEYS_SECONDS = 300.0
_PAUSE = 1.0


class Authenticator:
    """Checks tokens with the keys that the users service publishes."""

    def __init__(self, clients: Clients, issuer: str) -> None:
        self._clients = clients
        self._verifier = TokenVerifier(issuer)
        self._keys_at = 0.0

    async def learn_keys(self) -> None:
        """Fetch the keys before anyone needs them, so that a users service that is down is not missed."""
        while not self._verifier.ready:
            try:
                await self._fetch_keys()
            except Unavailable:
                await asyncio.sleep(_PAUSE)

    async def identify(self, authorization: str) -> Identity:
        """Whom an Authorization header names.

        Raises NotAuthenticated, or Unavailable when no key has been learnt yet and none can be.
        """
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise NotAuthenticated("Send `Authorization: Bearer <access_token>`.")
        if not self._verifier.ready:
            await self._fetch_keys()
        identity = self._verifier.verify(token.strip())
        if identity is None and await self._has_newer_keys():
            identity = self._verifier.verify(token.strip())
        if identity is None:
            raise NotAuthenticated("The access token is expired or not valid. Refresh it, or sign in again.")
        return identity

    async def _has_newer_keys(self) -> bool:
        """Whether the keys were old and could be fetched again; if not, those that are known hold on."""
        if time.monotonic() - self._keys_at <= _KEYS_SECONDS:
            return False
        self._keys_at = time.monotonic()
        try:
            await self._fetch_keys()
        except Unavailable:
            return False
        return True

    async def _fetch_keys(self) -> None:
        answer = await self._clients.call("users", "GET", "/.well-known/jwks.json", Context())
        if not answer.ok:
            raise Unavailable("Tokens cannot be checked at this moment. Try again soon.", retry_after=2)
        self._verifier.use_keys(answer.json())
        self._keys_at = time.monotonic()
