"""The words of the registries and how ids compare. Pure."""

from enum import StrEnum


class TeamKind(StrEnum):
    """A channel team serves partners, an account team customer contracts."""

    CHANNEL = "channel"
    ACCOUNT = "account"


class Program(StrEnum):
    """The partner program of an agreement."""

    INDIRECT = "indirect"
    ALLIANCE = "alliance"


class ContractStatus(StrEnum):
    """The state of an agreement or a customer contract."""

    PENDING = "pending"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    TERMINATED = "terminated"


class ServiceStatus(StrEnum):
    """The state of an installed service."""

    PENDING = "pending"
    ACTIVE = "active"
    DISCONNECTED = "disconnected"


class EndOfTerm(StrEnum):
    """What happens when a contract's end date has passed; only `expire` ends it."""

    EXPIRE = "expire"
    MONTH_TO_MONTH = "month_to_month"
    AUTO_RENEW = "auto_renew"


def normal(identifier: str) -> str:
    """An id by its letters and digits alone, upper-cased: how people's pastes compare."""
    return "".join(filter(str.isalnum, identifier)).upper()
