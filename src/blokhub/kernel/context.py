"""Who asks, and within which conversation."""

from dataclasses import dataclass, replace
from typing import Literal

from blokhub.kernel.errors import NotAuthenticated, NotPermitted
from blokhub.kernel.ids import new_id

Role = Literal["member", "moderator", "administrator"]


@dataclass(frozen=True)
class Actor:
    """An authenticated account: its id, its handle and its roles."""

    id: str
    handle: str
    roles: tuple[str, ...] = ("member",)


SYSTEM = Actor(id="system", handle="system", roles=("administrator",))


@dataclass(frozen=True)
class Context:
    """What accompanies every command and query.

    `correlation` is the request id of the conversation that started it all; `causation` the id of the
    event that led here, if one did; `session` the session that the actor's token belongs to.
    """

    actor: Actor | None = None
    correlation: str = ""
    causation: str | None = None
    session: str = ""

    @classmethod
    def of_system(cls, correlation: str = "", causation: str | None = None) -> "Context":
        """The context of work that the platform does on its own account."""
        return cls(actor=SYSTEM, correlation=correlation or new_id(), causation=causation)

    def require_actor(self) -> Actor:
        """The actor; raises NotAuthenticated when there is none."""
        if self.actor is None:
            raise NotAuthenticated("This needs a token: send `Authorization: Bearer <access_token>`.")
        return self.actor

    def require_role(self, role: Role) -> Actor:
        """The actor, who must have `role`; raises NotAuthenticated or NotPermitted."""
        actor = self.require_actor()
        if role not in actor.roles:
            raise NotPermitted(f"This needs the role {role}.")
        return actor

    def caused_by(self, event_id: str) -> "Context":
        """The same conversation, one step further."""
        return replace(self, causation=event_id)
