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

REGION_NAMES = {
    "": _l("As usual in the language"),
    "AR": _l("Argentina"),
    "CL": _l("Chile"),
    "CO": _l("Colombia"),
    "ES": _l("Spain"),
    "GB": _l("United Kingdom"),
    "MX": _l("Mexico"),
    "US": _l("United States"),
}


def acting_as(actor: Actor) -> str:
    """The company or registry an actor acts for, and the role: "Level 3 · Channel manager"."""
    whom = actor.partner_name or actor.registry_name
    return " · ".join(filter(None, (whom, str(ROLES[actor.role]))))


# The first that stands in what a browser says of itself; later ones claim to be earlier ones too.
_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"))
_SYSTEMS = ("Windows", "Android", "iPhone", "iPad", "Macintosh", "Linux")


def device_name(agent: str) -> str:
    """A browser and its system in two words, from what it says of itself; it may be untrue."""
    safari = "Safari" if "Safari/" in agent else ""
    browser = next((name for mark, name in _BROWSERS if mark in agent), safari)
    system = next((name for name in _SYSTEMS if name in agent), "")
    known = " · ".join(filter(None, (browser, system)))
    return known or str(_l("Unknown device"))
