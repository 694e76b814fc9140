"""Pure rules of people: how addresses are compared, how long a session lives."""

import unicodedata
from datetime import datetime, timedelta

from portal.kernel.access import STAFF_ROLES, Role

# Absolute, and without a sign of life: staff reach many companies' business.
LONGEST = timedelta(hours=12)
IDLE_STAFF, IDLE_PARTNER = timedelta(minutes=30), timedelta(hours=4)


def address_key(email: str) -> str:
    """An e-mail address as it is compared: without outer blanks, NFKC, case folded."""
    return unicodedata.normalize("NFKC", email.strip()).casefold()


def session_lives(role: Role, started_at: datetime, seen_at: datetime, now: datetime) -> bool:
    """Whether a session of `role` still counts: 12 hours at most, and not left idle too long
    (30 minutes for staff, 4 hours for partners). All moments are the wall's.
    """
    idle = IDLE_STAFF if role in STAFF_ROLES else IDLE_PARTNER
    return now - started_at < LONGEST and now - seen_at < idle
