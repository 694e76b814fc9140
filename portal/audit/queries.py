"""Whose trail an event is part of (facts.md section 9)."""

from sqlalchemy import false
from sqlalchemy.sql import ColumnElement

from portal.audit.rules import ADMINISTRATION, verbs_of
from portal.kernel.access import CHANNEL_ROLES, Actor, Role
from portal.store.events import Event
from portal.store.scope import scope


@scope(Event)
def events(actor: Actor) -> ColumnElement[bool] | None:
    """A company's, for its administrators; a registry's, for its channel people; what the portal's
    administrators do themselves: people, imports, access. An unknown kind is none of theirs.
    """
    if actor.role is Role.PARTNER_ADMIN and actor.partner_id is not None:
        return Event.partner_id == actor.partner_id
    if actor.role in CHANNEL_ROLES and actor.registry_id is not None:
        return Event.registry_id == actor.registry_id
    if actor.role is Role.ADMIN:
        return Event.verb.in_(verbs_of(*ADMINISTRATION))
    return false()
