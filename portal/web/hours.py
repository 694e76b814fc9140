"""Hours in which a team can be reached, in the reader's words."""

from typing import Any

from babel import Locale
from babel.dates import get_timezone_location
from flask_babel import gettext as _

from portal.web.i18n import REGIONAL
from portal.web.site import language

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def hours_text(hours: dict[str, Any] | None) -> str:
    """ "Mon to Fri, 08:00–17:00 (Denver time)", or nothing when a team keeps none."""
    if not hours:
        return ""
    locale = Locale.parse(REGIONAL[language()])
    names = locale.days["stand-alone"]["abbreviated"]
    first, dash, last = str(hours["days"]).partition("-")
    start = names[DAYS.index(first)]
    days = _("%(first)s to %(last)s", first=start, last=names[DAYS.index(last)]) if dash else start
    city = get_timezone_location(str(hours["zone"]), locale=locale, return_city=True)
    zone = _("%(city)s time", city=city.rpartition("/")[2])
    return f"{days}, {hours['opens']}–{hours['closes']} ({zone})"
