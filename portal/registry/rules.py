"""The words of the registries and how ids compare. Pure."""

from enum import StrEnum

from portal.kernel.decision import Code, CodeSpec


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


class Language(StrEnum):
    """The language somebody is written to."""

    SPANISH = "es"
    ENGLISH = "en"


def normal(identifier: str) -> str:
    """An id by its letters and digits alone, upper-cased: how people's pastes compare."""
    return "".join(filter(str.isalnum, identifier)).upper()


class ImportCode(Code):
    """What is wrong with a file, a profile, a row or a cell, or why a row was passed over."""

    FILE_EMPTY = "file.empty"
    FILE_TOO_LARGE = "file.too_large"
    FILE_ENCODING = "file.encoding"
    FILE_MALFORMED = "file.malformed"
    FILE_UNREADABLE = "file.unreadable"
    PROFILE_INVALID = "profile.invalid"
    COLUMN_UNKNOWN = "column.unknown"
    COLUMN_MISSING = "column.missing"
    COLUMN_DUPLICATE = "column.duplicate"
    ROW_CELLS = "row.cells"
    ROW_DUPLICATE = "row.duplicate"
    ROW_CONFLICT = "row.conflict"
    CELL_REQUIRED = "cell.required"
    CELL_CONTROL = "cell.control"
    CELL_SURROGATE = "cell.surrogate"
    CELL_TOO_LONG = "cell.too_long"
    CELL_DATE = "cell.date"
    CELL_CHOICE = "cell.choice"
    CELL_KEY = "cell.key"
    CELL_EMAIL = "cell.email"
    DATES_ORDER = "dates.order"
    REGISTRY_UNKNOWN = "registry.unknown"
    REGISTRY_CONTRADICTS = "registry.contradicts"
    REFERENCE_UNKNOWN = "reference.unknown"
    REFERENCE_OTHER_REGISTRY = "reference.other_registry"
    TEAM_WRONG_KIND = "team.wrong_kind"
    REPLACES_UNKNOWN = "replaces.unknown"
    REPLACES_OTHER_REGISTRY = "replaces.other_registry"
    REPLACES_ITSELF = "replaces.itself"
    REPLACES_CYCLE = "replaces.cycle"
    REPLACES_FORK = "replaces.fork"
    LINE_TEAMS_DIFFER = "contract.line_teams_differ"
    SERVICE_MOVED = "service.moved"
    SKIP_BLANK = "skip.blank"
    SKIP_EQUALS = "skip.equals"
    SKIP_PARTIAL_DATE = "skip.partial_date"
    NEEDS_NOTICE = "fact.needs_notice"


I = ImportCode  # noqa: E741
IMPORT = "import"
CODES: dict[Code, CodeSpec] = {
    I.FILE_EMPTY: CodeSpec(IMPORT, True),
    I.FILE_TOO_LARGE: CodeSpec(IMPORT, True, ("limit",)),
    I.FILE_ENCODING: CodeSpec(IMPORT, True, ("encoding",)),
    I.FILE_MALFORMED: CodeSpec(IMPORT, True, ("detail",)),
    I.FILE_UNREADABLE: CodeSpec(IMPORT, True, ("detail",)),
    I.PROFILE_INVALID: CodeSpec(IMPORT, True, ("profile", "detail")),
    I.COLUMN_UNKNOWN: CodeSpec(IMPORT, True, ("known",)),
    I.COLUMN_MISSING: CodeSpec(IMPORT, True),
    I.COLUMN_DUPLICATE: CodeSpec(IMPORT, True),
    I.ROW_CELLS: CodeSpec(IMPORT, True, ("expected", "found")),
    I.ROW_DUPLICATE: CodeSpec(IMPORT, True, ("first",)),
    I.ROW_CONFLICT: CodeSpec(IMPORT, True, ("first",)),
    I.CELL_REQUIRED: CodeSpec(IMPORT, True),
    I.CELL_CONTROL: CodeSpec(IMPORT, True, ("character",)),
    I.CELL_SURROGATE: CodeSpec(IMPORT, True),
    I.CELL_TOO_LONG: CodeSpec(IMPORT, True, ("limit",)),
    I.CELL_DATE: CodeSpec(IMPORT, True, ("formats",)),
    I.CELL_CHOICE: CodeSpec(IMPORT, True, ("allowed",)),
    I.CELL_KEY: CodeSpec(IMPORT, True),
    I.CELL_EMAIL: CodeSpec(IMPORT, True),
    I.DATES_ORDER: CodeSpec(IMPORT, True, ("starts_on",)),
    I.REGISTRY_UNKNOWN: CodeSpec("R1", True, ("allowed",)),
    I.REGISTRY_CONTRADICTS: CodeSpec("R1", True, ("registry",)),
    I.REFERENCE_UNKNOWN: CodeSpec(IMPORT, True),
    I.REFERENCE_OTHER_REGISTRY: CodeSpec("R1", True, ("registry",)),
    I.TEAM_WRONG_KIND: CodeSpec("R1", True, ("kind",)),
    I.REPLACES_UNKNOWN: CodeSpec("R3", True),
    I.REPLACES_OTHER_REGISTRY: CodeSpec("R1", True, ("registry",)),
    I.REPLACES_ITSELF: CodeSpec("R3", True),
    I.REPLACES_CYCLE: CodeSpec("R3", True, ("path",)),
    I.REPLACES_FORK: CodeSpec("R3", True, ("replaced", "other")),
    I.LINE_TEAMS_DIFFER: CodeSpec("N1", True, ("here", "there", "on")),
    I.SERVICE_MOVED: CodeSpec("R3", True, ("contract",)),
    I.SKIP_BLANK: CodeSpec(IMPORT, False),
    I.SKIP_EQUALS: CodeSpec(IMPORT, False),
    I.SKIP_PARTIAL_DATE: CodeSpec(IMPORT, False),
    I.NEEDS_NOTICE: CodeSpec("N1", False, ("subject", "stands", "given")),
}
