"""Whose turn it is, in words, for the page of a request and for lists (M5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask_babel import LazyString, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.mdf.course import Told, Turn
from portal.mdf.labels import PARTIES
from portal.mdf.models import FundRequest
from portal.mdf.rules import ClaimState, Party, RequestState
from portal.mdf.transitions import Verb
from portal.web.i18n import date_text
from portal.web.site import language

R, S = RequestState, ClaimState
REQUEST: Mapping[RequestState, LazyString] = {
    R.DRAFT: _l("The request is not sent yet."),
    R.SUBMITTED: _l("The request waits for a decision."),
    R.NEEDS_INFO: _l("What was asked is mended in the form, and the request is sent again."),
    R.REJECTED: _l("The request can be mended and sent again, or withdrawn."),
    R.APPROVED: _l("After the activity the claim is sent, with its proof."),
}
CLAIM: Mapping[ClaimState, LazyString] = {
    S.DRAFT: _l("The claim %(claim)s is not sent yet."),
    S.SUBMITTED: _l("The claim %(claim)s is being checked."),
    S.NEEDS_INFO: _l("More is asked about the claim %(claim)s."),
    S.APPROVED: _l("The claim %(claim)s is approved and waits for its payment."),
    S.PART_PAID: _l("The claim %(claim)s is paid in part and waits for the rest."),
}
# Where the last step says more than the state.
STEPS: Mapping[Verb, LazyString] = {
    Verb.ENDORSE: _l("There is a first yes to the request. A second person decides."),
    Verb.ASK_DATES: _l("Other dates are asked for, and wait for an answer."),
    Verb.CLAIM_ENDORSE: _l("There is a first yes to the claim %(claim)s. A second person decides."),
    Verb.CLAIM_DISPUTE: _l("A line of the claim %(claim)s is disputed, and is looked at again."),
    Verb.CLAIM_ASK_REVERSAL: _l("The reversal of the claim %(claim)s waits to be confirmed."),
}


@dataclass(frozen=True)
class Said:
    """A turn in words: whether it is the reader's, what is waited for, by when; `late`: in days."""

    mine: bool
    title: str
    what: str
    when: str
    late: int


def said(
    turn: Turn, state: RequestState, claim: ClaimState | None, reader: Party, on: date
) -> Said:
    """`turn` for a reader of the party `reader`, on the business date `on`."""
    mine = turn.party is reader or (turn.party, reader) == (Party.CHANNEL, Party.LEAD)
    party = str(PARTIES[turn.party])
    title = _("It is your turn") if mine else _("It is the turn of %(party)s", party=party)
    what = STEPS.get(turn.verb) if turn.verb else None
    if what is None:
        what = CLAIM[claim] if claim is not None else REQUEST[state]
    named = {"claim": turn.claim or ""}
    return Said(mine, title, str(what) % named, _when(turn, on), turn.late(on))


def _when(turn: Turn, on: date) -> str:
    """By when; of the company it is a last day, of the others a promise."""
    if turn.by is None:
        return ""
    day, late = date_text(turn.by, language()), turn.late(on)
    if late and turn.party is Party.PARTNER:
        return str(
            ngettext(
                "The last day was %(day)s, %(num)s day ago.",
                "The last day was %(day)s, %(num)s days ago.",
                late,
                day=day,
            )
        )
    if late:
        return str(
            ngettext(
                "It was promised by %(day)s, %(num)s day ago.",
                "It was promised by %(day)s, %(num)s days ago.",
                late,
                day=day,
            )
        )
    if turn.party is Party.PARTNER:
        return str(_("By %(day)s at the latest.", day=day))
    return str(_("Promised by %(day)s.", day=day))


def kept(told: Told) -> str:
    """How a step stands beside the day that was promised for it; nothing where none was."""
    if told.promised is None:
        return ""
    day = date_text(told.promised, language())
    if not told.late:
        return str(_("Promised by %(day)s: in time.", day=day))
    return str(
        ngettext(
            "Promised by %(day)s: %(num)s day late.",
            "Promised by %(day)s: %(num)s days late.",
            told.late,
            day=day,
        )
    )


def wanted(row: FundRequest) -> str:
    """The other dates that the company asks for; nothing where it asks for none."""
    if row.wanted_from is None or row.wanted_until is None:
        return ""
    first, last = (date_text(on, language()) for on in (row.wanted_from, row.wanted_until))
    return first if first == last else str(_("%(first)s to %(last)s", first=first, last=last))
