"""What is shown of applications and invitations, and to whom."""

from sqlalchemy import false
from sqlalchemy.sql import ColumnElement

from portal.companies.models import Application, Invitation
from portal.kernel.access import CHANNEL_ROLES, Actor, Role
from portal.store.scope import scope


@scope(Application)
def applications(actor: Actor) -> ColumnElement[bool] | None:
    """A company's own for its administrators; a registry's for its channel people."""
    if actor.role is Role.PARTNER_ADMIN and actor.partner_id is not None:
        return Application.partner_id == actor.partner_id
    if actor.role in CHANNEL_ROLES and actor.registry_id is not None:
        return Application.registry_id == actor.registry_id
    return false()


@scope(Invitation)
def invitations(actor: Actor) -> ColumnElement[bool] | None:
    """A company's own for its administrators; all of them for the portal's."""
    if actor.role is Role.PARTNER_ADMIN and actor.partner_id is not None:
        return Invitation.partner_id == actor.partner_id
    return None if actor.role is Role.ADMIN else false()
