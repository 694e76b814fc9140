"""What an import finds, in the reader's words."""

from flask_babel import lazy_gettext as _l

from portal.kernel.decision import Code
from portal.registry.problems import Held, Problem
from portal.registry.rules import ImportCode as C
from portal.web.fact_words import call

IMPORT_CODES: dict[Code, object] = {
    C.FILE_EMPTY: _l("The file is empty: not even a header."),
    C.FILE_TOO_LARGE: _l("The file is larger than %(limit)s bytes."),
    C.FILE_ENCODING: _l("The file is not sound %(encoding)s text; save it as UTF-8."),
    C.FILE_MALFORMED: _l("The file cannot be parted into cells: %(detail)s."),
    C.FILE_UNREADABLE: _l("The file cannot be read: %(detail)s."),
    C.PROFILE_INVALID: _l("The profile %(profile)s is not valid: %(detail)s."),
    C.COLUMN_UNKNOWN: _l("There is no such column; the columns are %(known)s."),
    C.COLUMN_MISSING: _l("This column is missing."),
    C.COLUMN_DUPLICATE: _l("This column occurs twice."),
    C.ROW_CELLS: _l("The row has %(found)s cells, the header %(expected)s."),
    C.ROW_DUPLICATE: _l("The row repeats line %(first)s."),
    C.ROW_CONFLICT: _l("The row has the key of line %(first)s and says something else."),
    C.CELL_REQUIRED: _l("This cell may not be blank."),
    C.CELL_CONTROL: _l("The cell holds a control character (%(character)s)."),
    C.CELL_SURROGATE: _l("The cell holds half a character (a lone surrogate)."),
    C.CELL_TOO_LONG: _l("The cell is longer than %(limit)s characters."),
    C.CELL_DATE: _l("This is not a date; write it as %(formats)s."),
    C.CELL_CHOICE: _l("This is none of %(allowed)s."),
    C.CELL_KEY: _l("This cannot be an id: one line, with a letter or digit, without semicolon."),
    C.CELL_EMAIL: _l("This is not an e-mail address."),
    C.DATES_ORDER: _l("The end lies before the start, %(starts_on)s."),
    C.REGISTRY_UNKNOWN: _l("There is no such registry; there are %(allowed)s."),
    C.REGISTRY_CONTRADICTS: _l("The file is imported into %(registry)s; the cell says another."),
    C.REFERENCE_UNKNOWN: _l("The registries know nothing by this id; import it first."),
    C.REFERENCE_OTHER_REGISTRY: _l("This id belongs to the registry %(registry)s."),
    C.TEAM_WRONG_KIND: _l("This is not a team of the kind %(kind)s."),
    C.REPLACES_UNKNOWN: _l("Neither the file nor the registry has the contract it replaces."),
    C.REPLACES_OTHER_REGISTRY: _l("A contract cannot replace one of the registry %(registry)s."),
    C.REPLACES_ITSELF: _l("A contract cannot replace itself."),
    C.REPLACES_CYCLE: _l("These contracts replace one another in a ring: %(path)s."),
    C.REPLACES_FORK: _l("%(replaced)s is replaced by %(other)s as well; it can be only once."),
    C.LINE_TEAMS_DIFFER: _l(
        "The contract would move to a line of another account team (%(here)s there, %(there)s here,"
        " on %(on)s). That takes a notice, or an import marked as a correction."
    ),
    C.SERVICE_MOVED: _l(
        "The service was bought on the line of %(contract)s and stays there, unless the import is"
        " marked as a correction."
    ),
    C.SKIP_BLANK: _l("Passed over: this cell is blank."),
    C.SKIP_EQUALS: _l("Passed over: the profile leaves out rows with this value."),
    C.SKIP_PARTIAL_DATE: _l("Passed over: the date is only a year or a month."),
    C.NEEDS_NOTICE: _l(
        "%(subject)s stays with %(stands)s: a change to %(given)s takes an advance notice."
    ),
}


def reason(problem: Problem) -> str:
    """Why, as a sentence in the language of the moment."""
    return str(IMPORT_CODES[problem.code]) % problem.facts


def held_reason(held: Held) -> str:
    """Why a change waits, as a sentence."""
    facts = {"subject": held.subject, "stands": held.stands, "given": held.given}
    return str(IMPORT_CODES[C.NEEDS_NOTICE]) % facts


call(
    **{
        "contract.account_team": _l("Account team of a contract"),
        "agreement.channel_team": _l("Channel support team of an agreement"),
        "agreement.compensation_terms": _l("Compensation terms of an agreement"),
        "agreement.payment_schedule": _l("Payment schedule of an agreement"),
        "team.email": _l("E-mail address of a team"),
        "team.phone": _l("Phone number of a team"),
        "person.email": _l("E-mail address of a person of a team"),
        "person.phone": _l("Phone number of a person of a team"),
    }
)
