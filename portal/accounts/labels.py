"""The roles in words, and in which capacity somebody acts."""

from flask_babel import lazy_gettext as _l

from portal.kernel.access import Actor, Role

ROLES = {
    Role.VISITOR: _l("Visitor"),
    Role.PARTNER_USER: _l("Partner user"),
    Role.PARTNER_ADMIN: _l("Partner administrator"),
    Role.CHANNEL_MANAGER: _l("Channel manager"),
    Role.CHANNEL_LEAD: _l("Channel lead"),
    Role.ACCOUNT_TEAM: _l("Account team"),
    Role.SUPPORT: _l("Support agent"),
    Role.CSM: _l("CSM"),
    Role.FINANCE: _l("Finance"),
    Role.ADMIN: _l("Portal administrator"),
}


def acting_as(actor: Actor) -> str:
    """The company or registry an actor acts for, and the role: "Level 3 · Channel manager"."""
    whom = actor.partner_name or actor.registry_name
    return " · ".join(filter(None, (whom, str(ROLES[actor.role]))))
