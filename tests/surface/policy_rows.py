"""The words of the access table: who groups of readers are, and what a row says.

`policy.py` says how the rows are read.
"""

from collections.abc import Mapping
from typing import NamedTuple

from portal.kernel.access import Role

USER, HEAD_OF_COMPANY, CHANNEL, LEAD = (
    *(Role.PARTNER_USER, Role.PARTNER_ADMIN),
    *(Role.CHANNEL_MANAGER, Role.CHANNEL_LEAD),
)
PARTNERS = frozenset({USER, HEAD_OF_COMPANY})
COMPANY = frozenset({HEAD_OF_COMPANY})
STAFF = frozenset({CHANNEL, LEAD})
LEADS = frozenset({LEAD})
READERS = PARTNERS | STAFF | {Role.ACCOUNT_TEAM}
KNOWS = STAFF | {Role.SUPPORT, Role.CSM}
ANSWERS = STAFF | {Role.ACCOUNT_TEAM}
TRAIL = STAFF | COMPANY | {Role.ADMIN}
ADMIN = frozenset({Role.ADMIN})
ALL = frozenset(Role) - {Role.VISITOR}


class Row(NamedTuple):
    """One row of the table; the docstring of `policy.py` says how to read it."""

    who: frozenset[Role] | None
    kind: str = ""
    own: int | Mapping[Role, int] = 200
    also: tuple[int, ...] = ()
    other: int = 404
    recent: bool = False
    spoils: bool = False

    def answer(self, role: Role, relation: str) -> int:
        """The status that a reader of `role` gets for an object that is "own", "other"'s, "unknown"
        to everyone, or for "none" where the address names nothing.
        """
        if self.who is not None and role not in self.who:
            return 302 if role is Role.VISITOR else 403
        if relation in ("other", "unknown"):
            return self.other
        if isinstance(self.own, int):
            return self.own
        return self.own[role] if role in self.own else self.own[ANY]


ANY = Role.SUPPORT  # in `own` by role: everyone who is not named beside it
STAFF_CANNOT = {USER: 302, HEAD_OF_COMPANY: 302, ANY: 403}
