"""What MDF knows by name: states, what may be done, the kinds of money, and the reasons for a no. Pure."""

from collections.abc import Sequence
from enum import StrEnum
from typing import TypeVar

from portal.kernel.decision import Code, CodeSpec, Decision, Reason

T = TypeVar("T")

RULESET = "mdf/1"
REMINDERS = (30, 14, 7, 1)  # days before a claim is due
IDLE_DAYS = 45  # days before it is due in which a reserve nobody claims on is surfaced
DISPUTE_DAYS = 30  # days in which a line that was not accepted may be disputed, once


class RequestState(StrEnum):
    """Where a request is. `rejected` may be mended and sent again, `declined` is final."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    NEEDS_INFO = "needs_info"
    APPROVED = "approved"
    REJECTED = "rejected"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    CLOSED = "closed"


class ClaimState(StrEnum):
    """Where a claim is."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    NEEDS_INFO = "needs_info"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    PART_PAID = "part_paid"
    PAID = "paid"
    REVERSED = "reversed"


# A claim in one of these is still on its way: its request neither expires nor is cancelled.
OPEN_CLAIMS = frozenset({ClaimState.SUBMITTED, ClaimState.NEEDS_INFO})
# A claim in one of these holds money: committed or paid.
HOLDING_CLAIMS = frozenset({ClaimState.APPROVED, ClaimState.PART_PAID, ClaimState.PAID})
# A claim in one of these waits for money.
UNPAID_CLAIMS = frozenset({ClaimState.APPROVED, ClaimState.PART_PAID})


class Party(StrEnum):
    """Who has to do with a request: whose turn it is, who may do what, who is told."""

    PARTNER = "partner"
    CHANNEL = "channel"
    LEAD = "lead"
    FINANCE = "finance"
    SYSTEM = "system"


class Kind(StrEnum):
    """The kinds of account in a fund's book of the ledger (mdf.md 2.3)."""

    SOURCE = "source"
    UNALLOCATED = "unallocated"
    AVAILABLE = "available"
    RESERVED = "reserved"
    COMMITTED = "committed"
    PAID = "paid"
    EXPIRED = "expired"


class Cause(StrEnum):
    """Why money moved. Every release names its cause."""

    FUNDED = "funded"
    ALLOCATED = "allocated"
    ADDED = "added"  # to the budget of a fund that stands
    EARLIER = "earlier"  # allocated before this portal kept the fund
    RESERVED = "reserved"
    COMMITTED = "committed"
    PAID = "paid"
    RELEASED_CANCELLED = "released.cancelled"
    RELEASED_UNDER_CLAIMED = "released.under_claimed"
    RELEASED_EXPIRED = "released.expired"
    REVERSED = "reversed"
    CLAWED_BACK = "clawed_back"
    CARRIED_OVER = "carried_over"
    CLOSED = "closed"


RELEASES = frozenset(
    {Cause.RELEASED_CANCELLED, Cause.RELEASED_UNDER_CLAIMED, Cause.RELEASED_EXPIRED}
)


class Verdict(StrEnum):
    """What the review says of a document or of a line of a claim."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class MdfCode(Code):
    """Why an answer is as it is. Of a request they are looked for in this order (M1 first)."""

    FULLY_ALLOCATED = "fund.fully_allocated"
    FUND_CLOSED = "fund.closed"
    CURRENCY_OTHER = "fund.other_currency"
    AGREEMENT_INACTIVE = "agreement.inactive"
    ACTIVITY_UNKNOWN = "activity.unknown"
    DATES_ORDER = "activity.ends_before_it_starts"
    OUTSIDE_WINDOW = "activity.outside_window"
    TOO_SOON = "activity.too_soon"
    ACTIVITY_BEGUN = "activity.begun"
    DATES_NONE = "activity.no_dates_asked"
    AMOUNT_NONE = "amount.none"
    ABOVE_CAP = "amount.above_cap"
    ABOVE_SHARE = "amount.above_share"
    ABOVE_ALLOCATION = "amount.above_allocation"
    FIELD_MISSING = "field.missing"
    NOT_NOW = "step.not_now"
    NOT_YOURS = "step.not_yours"
    OWN_COMPANY = "approver.own_company"
    FILED_IT = "approver.filed_it"
    SAME_PERSON = "approver.same_person"
    ABOVE_LIMIT = "approver.above_limit"
    SECOND_NEEDED = "approver.second_needed"
    ABOVE_ASKED = "amount.above_asked"
    ABOVE_AVAILABLE = "amount.above_available"
    ABOVE_RESERVE = "amount.above_reserve"
    ABOVE_APPROVED = "amount.above_approved"
    SUM_CHANGED = "claim.sum_changed"
    PAYMENT_DATE = "payment.outside_dates"
    REVERSAL_ASKED = "reversal.asked_already"
    REVERSAL_NONE = "reversal.not_asked"
    CLAIM_LATE = "claim.late"
    CLAIM_OPEN = "claim.open"
    INVOICE_MISSING = "invoice.missing"
    INVOICE_TWICE = "invoice.claimed_already"
    INVOICE_DATE = "invoice.outside_dates"
    RATE_MISSING = "invoice.rate_missing"
    PROOF_MISSING = "proof.missing"
    FILE_TWICE = "file.used_already"
    LINE_NOT_ELIGIBLE = "line.not_eligible"
    LINE_DISPUTED = "line.disputed_already"
    DISPUTE_LATE = "line.dispute_late"
    EXTENDED_OFTEN = "extension.used_up"
    EXTENDED_TOO_FAR = "extension.too_far"
    POOLED = "fund.pooled"


C = MdfCode
CODES: dict[Code, CodeSpec] = {
    # `other` is the slug of a fund the company may ask instead, if there is one.
    C.FULLY_ALLOCATED: CodeSpec("M1", True, ("fund", "other")),
    C.FUND_CLOSED: CodeSpec("M1", True, ("fund", "from", "until")),
    C.CURRENCY_OTHER: CodeSpec("M3", True, ("fund", "currency")),
    C.AGREEMENT_INACTIVE: CodeSpec("M3", True, ("registry",)),
    C.ACTIVITY_UNKNOWN: CodeSpec("M3", True, ("fund",)),
    C.DATES_ORDER: CodeSpec("M3", True, ("starts_on", "ends_on")),
    C.OUTSIDE_WINDOW: CodeSpec("M3", True, ("from", "until")),
    C.TOO_SOON: CodeSpec("M3", True, ("earliest",)),
    C.ACTIVITY_BEGUN: CodeSpec("M3", True, ("starts_on",)),
    C.DATES_NONE: CodeSpec("M3", True),
    C.AMOUNT_NONE: CodeSpec("M3", True),
    # Amounts are minor units of `currency`.
    C.ABOVE_CAP: CodeSpec("M3", True, ("most", "currency")),
    C.ABOVE_SHARE: CodeSpec("M3", True, ("most", "percent", "currency")),
    C.ABOVE_ALLOCATION: CodeSpec("M2", True, ("most", "currency")),
    C.FIELD_MISSING: CodeSpec("M3", True, ("field",)),
    C.NOT_NOW: CodeSpec("M5", True, ("state",)),
    C.NOT_YOURS: CodeSpec("M3", True),
    C.OWN_COMPANY: CodeSpec("M3", True),
    C.FILED_IT: CodeSpec("M3", True),
    C.SAME_PERSON: CodeSpec("M3", True),
    C.ABOVE_LIMIT: CodeSpec("M3", True, ("most", "currency")),
    C.SECOND_NEEDED: CodeSpec("M3", False, ("most", "currency")),
    C.ABOVE_ASKED: CodeSpec("M3", True, ("most", "currency")),
    C.ABOVE_AVAILABLE: CodeSpec("M2", True, ("most", "currency")),
    C.ABOVE_RESERVE: CodeSpec("M4", False, ("most", "currency")),
    C.ABOVE_APPROVED: CodeSpec("M4", True, ("most", "currency")),
    C.SUM_CHANGED: CodeSpec("M4", True, ("most", "currency")),
    C.PAYMENT_DATE: CodeSpec("M4", True, ("from", "until")),
    C.REVERSAL_ASKED: CodeSpec("M4", True),
    C.REVERSAL_NONE: CodeSpec("M4", True),
    C.CLAIM_LATE: CodeSpec("M4", True, ("due",)),
    C.CLAIM_OPEN: CodeSpec("M4", True, ("claim",)),
    C.INVOICE_MISSING: CodeSpec("M4", True),
    # `claim` is the company's own claim, None where it is another's: no rival learns of it.
    C.INVOICE_TWICE: CodeSpec("M4", True, ("invoice", "claim")),
    C.INVOICE_DATE: CodeSpec("M4", True, ("invoice", "from", "until")),
    C.RATE_MISSING: CodeSpec("M4", True, ("invoice", "currency")),
    C.PROOF_MISSING: CodeSpec("M4", True, ("proof",)),
    C.FILE_TWICE: CodeSpec("M4", True, ("file", "claim")),
    C.LINE_NOT_ELIGIBLE: CodeSpec("M4", False, ("cost",)),
    C.LINE_DISPUTED: CodeSpec("M4", True),
    C.DISPUTE_LATE: CodeSpec("M4", True, ("until",)),
    C.EXTENDED_OFTEN: CodeSpec("M4", True, ("times",)),
    C.EXTENDED_TOO_FAR: CodeSpec("M4", True, ("until",)),
    C.POOLED: CodeSpec("M1", True, ("fund",)),
}


def answered(why: Sequence[Reason], value: T | None) -> Decision[T]:
    """`value` with what is told of it; or, where a reason blocks it, whatever does."""
    blocking = tuple(each for each in why if each.blocks)
    return Decision(RULESET, None, blocking) if blocking else Decision(RULESET, value, tuple(why))
