"""What a reader may do with a request now, and where: from the table of transitions (mdf.md 2.2).

The page offers what the table allows this party in this state, and what is known to be asked in vain
is left out; whether it is done is for the rule of each step.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from portal.kernel.access import Actor, Permission
from portal.mdf.drafting import others
from portal.mdf.request_pages import RequestPage
from portal.mdf.rules import OPEN_CLAIMS, UNPAID_CLAIMS, ClaimState, Kind, Party, RequestState
from portal.mdf.steps import party_of
from portal.mdf.transitions import Verb, not_now


@dataclass(frozen=True)
class Situation:
    """A request as somebody looks at it on a day."""

    page: RequestPage
    party: Party
    on: date
    others: bool


@dataclass(frozen=True)
class Way:
    """How a step is taken from the page: the view that takes it (`post`) or that has its form."""

    verb: Verb
    view: str
    label: LazyString
    post: bool = False
    kind: str = "quiet"
    when: Callable[[Situation], bool] = lambda it: True


def _may_file(it: Situation) -> bool:
    """The company; of the staff whoever filed it, who does not decide it."""
    return not it.others


def _first(it: Situation) -> bool:
    return _may_file(it) and it.page.row.state is RequestState.DRAFT


def _again(it: Situation) -> bool:
    return _may_file(it) and it.page.row.state is not RequestState.DRAFT


def _claimable(it: Situation) -> bool:
    row, page = it.page.row, it.page
    in_time = row.due_on is not None and it.on <= row.due_on
    free = page.claiming is None and not page.last_claimed
    return in_time and free and page.held[Kind.RESERVED] > 0


def _settled(it: Situation) -> bool:
    """Something was paid, and nothing is on its way."""
    states = {each.state for each in it.page.claims}
    return ClaimState.PAID in states and not states & (
        OPEN_CLAIMS | UNPAID_CLAIMS | {ClaimState.DRAFT}
    )


def _wanted(it: Situation) -> bool:
    return it.page.row.wanted_from is not None


def _extendable(it: Situation) -> bool:
    row, terms = it.page.row, it.page.terms
    often = terms is not None and row.extended < terms.extensions
    return often and not _wanted(it) and row.due_on is not None and it.on <= row.due_on


def _unclaimed(it: Situation) -> bool:
    return it.page.claiming is None and not it.page.held_by_claims


def _unwanted(it: Situation) -> bool:
    return not _wanted(it) and _unclaimed(it)


WAYS: tuple[Way, ...] = (
    Way(Verb.SUBMIT, "form", _l("Go on with the request"), kind="", when=_first),
    Way(Verb.SUBMIT, "form", _l("Mend it and send it again"), kind="", when=_again),
    Way(Verb.APPROVE, "review", _l("Decide on it"), kind=""),
    Way(Verb.MOVE_DATES, "review", _l("Answer about the dates"), kind="", when=_wanted),
    Way(Verb.EXTEND, "review", _l("Give more time to claim"), when=_extendable),
    Way(Verb.CLAIM_BEGIN, "begin_claim", _l("Begin a claim"), post=True, kind="", when=_claimable),
    Way(Verb.ASK_DATES, "dates_form", _l("Ask for other dates"), when=_unwanted),
    Way(Verb.CANCEL, "cancel_form", _l("Cancel the activity"), when=_unclaimed),
    Way(Verb.CLOSE, "close", _l("Nothing more to claim"), post=True, when=_settled),
    Way(Verb.WITHDRAW, "withdraw", _l("Withdraw the request"), post=True, kind="danger"),
)
COPY = Way(Verb.BEGIN, "copy", _l("Copy it into a new request"), post=True)


def actions(page: RequestPage, actor: Actor, on: date) -> list[Way]:
    """The steps offered to `actor` on `on`, the first of them first."""
    it = Situation(page, party_of(actor), on, others(page.row, actor))
    found = [
        way for way in WAYS if not_now(way.verb, page.row.state, it.party) is None and way.when(it)
    ]
    if it.party is Party.PARTNER and actor.may(Permission.ASK_MDF):
        found.append(COPY)
    return found
