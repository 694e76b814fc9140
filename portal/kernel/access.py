"""Who may do what: one table (facts.md section 9), read by every guard.

A role grants permissions; which objects they reach is the scope of each model (`store/scope.py`).
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Role(StrEnum):
    """What a person is in the portal."""

    VISITOR = "visitor"
    PARTNER_USER = "partner_user"
    PARTNER_ADMIN = "partner_admin"
    CHANNEL_MANAGER = "channel_manager"
    CHANNEL_LEAD = "channel_lead"
    ACCOUNT_TEAM = "account_team"
    SUPPORT = "support"
    CSM = "csm"
    FINANCE = "finance"
    ADMIN = "admin"


class Permission(StrEnum):
    """What a view may ask for."""

    READ_DIRECTORY = "directory.read"
    READ_PARTNERS = "partners.read"
    READ_AGREEMENTS = "agreements.read"
    READ_CONTRACTS = "contracts.read"
    READ_ORDERS = "orders.read"
    PLACE_ORDERS = "orders.place"
    EDIT_FAQ = "faq.edit"
    READ_NOTICES = "notices.read"
    POST_NOTICES = "notices.post"
    COUNTERSIGN = "notices.countersign"
    CORRECT_FACTS = "facts.correct"
    READ_LIBRARY = "library.read"
    EDIT_LIBRARY = "library.edit"
    READ_COUNCILS = "councils.read"
    EDIT_COUNCILS = "councils.edit"
    ASK_TEAM = "questions.ask"
    ANSWER_QUESTIONS = "questions.answer"
    READ_MDF = "mdf.read"
    ASK_MDF = "mdf.ask"
    REVIEW_MDF = "mdf.review"
    RUN_FUNDS = "mdf.run"
    PAY_MDF = "mdf.pay"
    COMPANY_PEOPLE = "people.company"
    MANAGE_PEOPLE = "people.manage"
    APPLY = "applications.send"
    REVIEW_APPLICATIONS = "applications.review"
    READ_FILES = "files.read"
    READ_TRAIL = "trail.read"
    IMPORT = "registry.import"
    OPERATE = "portal.operate"
    OWN_ACCOUNT = "account.own"
    ENROL = "account.enrol"


_SIGNED_IN = {Permission.OWN_ACCOUNT, Permission.ENROL, Permission.READ_DIRECTORY}
_PARTNER = _SIGNED_IN | {
    Permission.READ_AGREEMENTS,
    Permission.READ_CONTRACTS,
    Permission.READ_ORDERS,
    Permission.PLACE_ORDERS,
    Permission.READ_FILES,
    Permission.READ_NOTICES,
    Permission.READ_LIBRARY,
    Permission.READ_COUNCILS,
    Permission.ASK_TEAM,
    Permission.READ_MDF,
    Permission.ASK_MDF,
}
_COMPANY = {Permission.COMPANY_PEOPLE, Permission.APPLY, Permission.READ_TRAIL}
_CHANNEL = _SIGNED_IN | {
    Permission.READ_PARTNERS,
    Permission.READ_AGREEMENTS,
    Permission.READ_CONTRACTS,
    Permission.READ_ORDERS,
    Permission.EDIT_FAQ,
    Permission.REVIEW_APPLICATIONS,
    Permission.READ_FILES,
    Permission.READ_TRAIL,
    Permission.READ_NOTICES,
    Permission.POST_NOTICES,
    Permission.READ_LIBRARY,
    Permission.EDIT_LIBRARY,
    Permission.READ_COUNCILS,
    Permission.EDIT_COUNCILS,
    Permission.ANSWER_QUESTIONS,
    Permission.READ_MDF,
    Permission.ASK_MDF,
    Permission.REVIEW_MDF,
}
_LEAD = _CHANNEL | {Permission.COUNTERSIGN, Permission.CORRECT_FACTS, Permission.RUN_FUNDS}
_ACCOUNT_TEAM = _SIGNED_IN | {
    Permission.READ_CONTRACTS,
    Permission.READ_ORDERS,
    Permission.READ_LIBRARY,
    Permission.READ_FILES,
    Permission.ANSWER_QUESTIONS,
}

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.VISITOR: frozenset(),
    Role.PARTNER_USER: frozenset(_PARTNER),
    Role.PARTNER_ADMIN: frozenset(_PARTNER | _COMPANY),
    Role.CHANNEL_MANAGER: frozenset(_CHANNEL),
    Role.CHANNEL_LEAD: frozenset(_LEAD),
    Role.ACCOUNT_TEAM: frozenset(_ACCOUNT_TEAM),
    Role.SUPPORT: frozenset(_SIGNED_IN | {Permission.READ_PARTNERS}),
    Role.CSM: frozenset(_SIGNED_IN | {Permission.READ_PARTNERS}),
    Role.FINANCE: frozenset(
        _SIGNED_IN | {Permission.READ_MDF, Permission.PAY_MDF, Permission.READ_FILES}
    ),
    Role.ADMIN: frozenset(
        _SIGNED_IN
        | {
            Permission.MANAGE_PEOPLE,
            Permission.IMPORT,
            Permission.OPERATE,
            Permission.READ_TRAIL,
        }
    ),
}

# What a company without any agreement waits for: whom to reach at the registries it applies to.
FOR_PARTNERS = frozenset({Permission.READ_DIRECTORY})

PARTNER_ROLES = frozenset({Role.PARTNER_USER, Role.PARTNER_ADMIN})
CHANNEL_ROLES = frozenset({Role.CHANNEL_MANAGER, Role.CHANNEL_LEAD})
REGISTRY_ROLES = CHANNEL_ROLES | {Role.ACCOUNT_TEAM}
STAFF_ROLES = frozenset(Role) - PARTNER_ROLES - {Role.VISITOR}


@dataclass(frozen=True)
class Actor:
    """Who acts, in which capacity: a value, so that commands never hold a database row.

    `partner_id` is set for people of a partner company, `registry_id` for staff of one registry,
    `team_id` for members of an account team; `membership_id` names the capacity acted in. `region`
    is the regional format (a locale), `origin` the network address a request came from: where an
    act was done is on record, and is no part of who did it.
    """

    role: Role = Role.VISITOR
    person_id: int | None = None
    name: str = ""
    email: str = ""
    partner_id: int | None = None
    partner_name: str = ""
    registry_id: int | None = None
    registry_name: str = ""
    team_id: int | None = None
    membership_id: int | None = None
    language: str = ""
    region: str = ""
    origin: str = field(default="", compare=False)
    permissions: frozenset[Permission] = field(default_factory=frozenset)

    def may(self, permission: Permission) -> bool:
        """Whether the actor's role grants `permission`."""
        return permission in self.permissions

    @property
    def known(self) -> bool:
        """Whether somebody is signed in."""
        return self.person_id is not None


VISITOR = Actor()
SYSTEM = Actor(name="system", origin="command line")


def actor_for(role: Role, **facts: Any) -> Actor:
    """An actor of `role` with the permissions the table grants it."""
    return Actor(role=role, permissions=GRANTS[role], **facts)
