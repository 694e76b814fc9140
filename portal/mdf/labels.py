"""Words of MDF: states, steps, parties, the kinds and causes of money, fields, and what a reason says.

`sentence` turns a reason into one for its reader: amounts and dates in the reader's format, funds,
registries, proofs and costs by the names it is given.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from portal.kernel.decision import Reason
from portal.mdf.amounts import shown
from portal.mdf.models import Fund
from portal.mdf.nearest import Change
from portal.mdf.rules import Cause, ClaimState, Kind, MdfCode, Party, RequestState
from portal.mdf.rules import MdfCode as C
from portal.mdf.transitions import Verb
from portal.web.i18n import date_text
from portal.web.site import language

# A word, and the mark it carries.
STATES: dict[RequestState, tuple[LazyString, str]] = {
    RequestState.DRAFT: (_l("Draft"), ""),
    RequestState.SUBMITTED: (_l("Sent, waits for a decision"), "wait"),
    RequestState.NEEDS_INFO: (_l("More is asked"), "wait"),
    RequestState.APPROVED: (_l("Approved"), "yes"),
    RequestState.REJECTED: (_l("Sent back, may be sent again"), "no"),
    RequestState.DECLINED: (_l("Declined"), "no"),
    RequestState.WITHDRAWN: (_l("Withdrawn"), ""),
    RequestState.CANCELLED: (_l("Cancelled"), ""),
    RequestState.EXPIRED: (_l("Expired"), "no"),
    RequestState.CLOSED: (_l("Closed"), ""),
}
CLAIM_STATES: dict[ClaimState, tuple[LazyString, str]] = {
    ClaimState.DRAFT: (_l("Draft"), ""),
    ClaimState.SUBMITTED: (_l("Sent, is being checked"), "wait"),
    ClaimState.NEEDS_INFO: (_l("More is asked"), "wait"),
    ClaimState.APPROVED: (_l("Approved, waits for payment"), "yes"),
    ClaimState.REJECTED: (_l("Rejected"), "no"),
    ClaimState.WITHDRAWN: (_l("Withdrawn"), ""),
    ClaimState.PART_PAID: (_l("Paid in part"), "yes"),
    ClaimState.PAID: (_l("Paid in full"), "yes"),
    ClaimState.REVERSED: (_l("Reversed"), "no"),
}
VERBS: dict[Verb, LazyString] = {
    Verb.BEGIN: _l("Request begun"),
    Verb.SUBMIT: _l("Request sent"),
    Verb.ASK: _l("More asked about the request"),
    Verb.ENDORSE: _l("First yes to the request"),
    Verb.APPROVE: _l("Request approved"),
    Verb.REJECT: _l("Request sent back"),
    Verb.DECLINE: _l("Request declined"),
    Verb.WITHDRAW: _l("Request withdrawn"),
    Verb.CANCEL: _l("Approved request cancelled"),
    Verb.ASK_DATES: _l("Other dates asked for"),
    Verb.MOVE_DATES: _l("Dates moved"),
    Verb.KEEP_DATES: _l("Dates kept"),
    Verb.EXTEND: _l("Day of the claim put off"),
    Verb.REMIND: _l("Reminded of the claim"),
    Verb.EXPIRE: _l("Request expired: nothing was claimed in time"),
    Verb.CLOSE: _l("Request closed"),
    Verb.CLAIM_BEGIN: _l("Claim begun"),
    Verb.CLAIM_SUBMIT: _l("Claim sent"),
    Verb.CLAIM_ASK: _l("More asked about the claim"),
    Verb.CLAIM_ENDORSE: _l("First yes to the claim"),
    Verb.CLAIM_APPROVE: _l("Claim approved"),
    Verb.CLAIM_REJECT: _l("Claim rejected"),
    Verb.CLAIM_WITHDRAW: _l("Claim withdrawn"),
    Verb.CLAIM_DISPUTE: _l("Line of the claim disputed"),
    Verb.CLAIM_SETTLE: _l("Disputed line settled"),
    Verb.CLAIM_PAY: _l("Payment recorded"),
    Verb.CLAIM_ASK_REVERSAL: _l("Reversal asked for"),
    Verb.CLAIM_REVERSE: _l("Claim reversed"),
    Verb.CLAIM_KEEP: _l("Reversal refused, the claim stands"),
}
PARTIES: dict[Party, LazyString] = {
    Party.PARTNER: _l("the company"),
    Party.CHANNEL: _l("the channel support team"),
    Party.LEAD: _l("the lead of the channel support team"),
    Party.FINANCE: _l("finance"),
    Party.SYSTEM: _l("the portal"),
}
KINDS: dict[Kind, LazyString] = {
    Kind.SOURCE: _l("Budget"),
    Kind.UNALLOCATED: _l("Not allocated"),
    Kind.AVAILABLE: _l("Available"),
    Kind.RESERVED: _l("Reserved"),
    Kind.COMMITTED: _l("Claim approved"),
    Kind.PAID: _l("Paid"),
    Kind.EXPIRED: _l("Expired unused"),
}
CAUSES: dict[Cause, LazyString] = {
    Cause.FUNDED: _l("Fund opened"),
    Cause.ADDED: _l("Budget raised"),
    Cause.ALLOCATED: _l("Allocated"),
    Cause.EARLIER: _l("Allocated before this portal kept the fund"),
    Cause.RESERVED: _l("Reserved for a request"),
    Cause.COMMITTED: _l("Claim approved"),
    Cause.PAID: _l("Paid"),
    Cause.RELEASED_CANCELLED: _l("Released: cancelled"),
    Cause.RELEASED_UNDER_CLAIMED: _l("Released: less was claimed"),
    Cause.RELEASED_EXPIRED: _l("Released: not claimed in time"),
    Cause.REVERSED: _l("Approval reversed"),
    Cause.CLAWED_BACK: _l("Payment taken back"),
    Cause.CARRIED_OVER: _l("Carried over"),
    Cause.CLOSED: _l("Expired at the close of the fund"),
}
# What of a request may have to be filled in or mended.
FIELDS: dict[str, LazyString] = {
    "title": _l("Name of the activity"),
    "details": _l("What you plan"),
    "activity": _l("Type of activity"),
    "starts_on": _l("First day"),
    "ends_on": _l("Last day"),
    "total_cost": _l("Total cost"),
    "asked": _l("Amount you ask for"),
    "outcome": _l("Expected outcome"),
    "files": _l("Quotes and photos"),
    "fields": _l("What is to be mended"),
    "note": _l("Reason"),
    "verdict": _l("Verdict"),
    "accepted": _l("Accepted, no less than before"),
    "reason": _l("Reason"),
    "reference": _l("Reference of the payment"),
}
TITLES: dict[MdfCode, LazyString] = {
    C.FULLY_ALLOCATED: _l(
        "%(fund)s is fully allocated: nothing of it can be asked for. Ask %(other)s through your "
        "channel support team, by its standard process."
    ),
    C.FUND_CLOSED: _l("Requests to %(fund)s are taken from %(from)s to %(until)s."),
    C.CURRENCY_OTHER: _l("%(fund)s pays in %(currency)s, and is asked for in it."),
    C.AGREEMENT_INACTIVE: _l(
        "The company has no partner agreement with %(registry)s in force on this date."
    ),
    C.ACTIVITY_UNKNOWN: _l("%(fund)s does not pay for this type of activity."),
    C.DATES_ORDER: _l("The activity ends on %(ends_on)s, before it starts on %(starts_on)s."),
    C.OUTSIDE_WINDOW: _l("The fund pays for activities from %(from)s to %(until)s."),
    C.TOO_SOON: _l("Asked for today, an activity starts on %(earliest)s at the earliest."),
    C.ACTIVITY_BEGUN: _l(
        "Other days can be asked for before the activity begins; it began on %(starts_on)s."
    ),
    C.DATES_NONE: _l("No other days are asked for."),
    C.AMOUNT_NONE: _l("Say how much you ask for: more than nothing."),
    C.ABOVE_CAP: _l("The fund pays at most %(most)s for this type of activity."),
    C.ABOVE_SHARE: _l(
        "The fund pays at most %(percent)s %% of the cost of the activity: %(most)s here."
    ),
    C.ABOVE_ALLOCATION: _l("Of what was allocated to the company, %(most)s can be asked for."),
    C.FIELD_MISSING: _l("Fill in: %(field)s."),
    C.NOT_NOW: _l("This cannot be done any more, or not yet: now it is “%(state)s”."),
    C.NOT_YOURS: _l("This step is not yours to take."),
    C.OWN_COMPANY: _l("Nobody decides for a company they act for."),
    C.FILED_IT: _l("Whoever filed it does not decide it."),
    C.SAME_PERSON: _l("You have said yes already: somebody else decides next."),
    C.ABOVE_LIMIT: _l("You decide alone up to %(most)s; above it the lead does."),
    C.SECOND_NEEDED: _l("Above %(most)s a second person has to say yes too."),
    C.ABOVE_ASKED: _l("More than was asked for: at most %(most)s."),
    C.ABOVE_AVAILABLE: _l("The fund has %(most)s left for this company."),
    C.ABOVE_RESERVE: _l("More than what is reserved: %(most)s is left of it, and no more is paid."),
    C.ABOVE_APPROVED: _l("More than what was approved: at most %(most)s."),
    C.SUM_CHANGED: _l("What was accepted comes to %(most)s by now: look at it, and decide again."),
    C.PAYMENT_DATE: _l("A payment is dated from %(from)s to %(until)s."),
    C.REVERSAL_ASKED: _l("Its reversal is asked for already."),
    C.REVERSAL_NONE: _l("Nobody has asked for its reversal."),
    C.CLAIM_LATE: _l("The claim was due by %(due)s."),
    C.CLAIM_OPEN: _l("The claim %(claim)s is still on its way."),
    C.INVOICE_MISSING: _l("Add at least one invoice, with its lines."),
    C.INVOICE_TWICE: _l("The invoice %(invoice)s is claimed already, on %(claim)s."),
    C.INVOICE_DATE: _l(
        "The invoice %(invoice)s is dated outside the days it may be of: %(from)s to %(until)s."
    ),
    C.RATE_MISSING: _l(
        "The invoice %(invoice)s is in %(currency)s: give the rate, and where it can be read."
    ),
    C.PROOF_MISSING: _l("Still owed: %(proof)s."),
    C.FILE_TWICE: _l("The file %(file)s is on a claim already: %(claim)s."),
    C.LINE_NOT_ELIGIBLE: _l("Not paid for: %(cost)s."),
    C.LINE_DISPUTED: _l("This line was disputed already: that can be done once."),
    C.DISPUTE_LATE: _l("The line could be disputed until %(until)s."),
    C.EXTENDED_OFTEN: _l("The day of the claim was put off %(times)s times, the most there is."),
    C.EXTENDED_TOO_FAR: _l("The day of the claim can be put off to %(until)s at the latest."),
    C.POOLED: _l("%(fund)s is a pool of all companies: nothing of it is allocated to one."),
}
# What they say where a fact is missing (None).
WITHOUT: dict[tuple[MdfCode, str], LazyString] = {
    (C.FULLY_ALLOCATED, "other"): _l(
        "%(fund)s is fully allocated: nothing of it can be asked for."
    ),
    (C.INVOICE_TWICE, "claim"): _l("The invoice %(invoice)s is claimed already."),
    (C.FILE_TWICE, "claim"): _l("The file %(file)s is on a claim already."),
}
# What speaks for an ask: the same rules, passed.
PASSED: dict[MdfCode, LazyString] = {
    C.FUND_CLOSED: _l("Requests are taken until %(until)s, and something can be asked for."),
    C.AGREEMENT_INACTIVE: _l("The partner agreement with %(registry)s is in force."),
    C.ACTIVITY_UNKNOWN: _l("The fund pays for this type of activity."),
    C.ABOVE_CAP: _l("The fund pays for this type of activity, at most %(most)s."),
    C.ABOVE_SHARE: _l(
        "The fund pays %(percent)s %% of its cost: it has to cost %(least)s at least."
    ),
    C.TOO_SOON: _l(
        "The days lie within those the fund pays for, and %(days)s days or more from now."
    ),
    C.ABOVE_ALLOCATION: _l("%(own)s of what was allocated to the company is left."),
}
WAYS: dict[Change, LazyString] = {
    Change.START: _l("It would be accepted on other days: %(days)s."),
    Change.AMOUNT: _l("It would be accepted with %(amount)s."),
    Change.ALL: _l("It would be accepted with %(amount)s and on other days: %(days)s."),
    Change.FUND: _l("%(fund)s can be asked for this."),
}
_AMOUNTS = {"most"}
_DATES = {"from", "until", "earliest", "starts_on", "ends_on", "due"}


def sentence(reason: Reason, names: Mapping[str, str] | None = None, instead: Any = None) -> str:
    """What `reason` says. `names` are the names behind codes, as "fund:slug", "registry:slug",
    "proof:code", "cost:code", "field:code"; what has none is said by its code. `instead` are other
    words for it.
    """
    code, facts = MdfCode(reason.code), reason.facts
    missing = next((key for key, value in facts.items() if value is None), "")
    said = instead or WITHOUT.get((code, missing)) or TITLES[code]
    return str(said) % {
        key: _spoken(key, value, facts, names or {}) for key, value in facts.items()
    }


def names_of(fund: Fund, slug: str, registry: str) -> dict[str, str]:
    """The names of a fund and of its registry (`slug`), as `sentence` asks for them."""
    return {f"fund:{fund.slug}": fund.name.pick(language()), f"registry:{slug}": registry}


def field_name(field: str) -> str:
    """What a field of a request is called."""
    return str(FIELDS.get(field, field))


def state_name(state: str) -> str:
    """What a state of a request or of a claim is called."""
    names = {each.value: said[0] for each, said in CLAIM_STATES.items()}
    names |= {each.value: said[0] for each, said in STATES.items()}
    return str(names.get(state, state))


def _spoken(key: str, value: Any, facts: Mapping[str, Any], names: Mapping[str, str]) -> str:
    if value is None:
        return ""
    if key in _AMOUNTS:
        return shown(int(value), str(facts["currency"]))
    if key in _DATES:
        on = value if isinstance(value, date) else date.fromisoformat(str(value))
        return date_text(on, language())
    if key == "field":
        return names.get(f"field:{value}") or field_name(value)
    if key == "state":
        return state_name(value)
    return names.get(f"{'fund' if key == 'other' else key}:{value}", str(value))
