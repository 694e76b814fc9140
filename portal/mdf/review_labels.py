"""Words of the review: what is to be done with what waits, which deed did what."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from portal.mdf.transitions import Verb

# What is to be done, and the mark it carries.
TO_DO: dict[str, tuple[LazyString, str]] = {
    "decide": (_l("Decide"), "wait"),
    "endorsed": (_l("First yes given, a second is needed"), "wait"),
    "dates": (_l("Other dates asked for"), "wait"),
    "claim": (_l("Check the claim"), "wait"),
    "dispute": (_l("Look again at a disputed line"), "wait"),
    "reversal": (_l("Confirm or refuse a reversal"), "wait"),
}
DONE: dict[Verb, LazyString] = {
    Verb.APPROVE: _l("It is approved. The company is told."),
    Verb.ENDORSE: _l("Your yes is on record. A second person decides now."),
    Verb.ASK: _l("Your question is sent."),
    Verb.REJECT: _l("It is sent back. The company may mend it and send it again."),
    Verb.DECLINE: _l("It is declined. The company is told why."),
    Verb.CANCEL: _l("It is cancelled. What was reserved is back in the fund."),
    Verb.ASK_DATES: _l("The channel support team is asked for the new dates."),
    Verb.MOVE_DATES: _l("The dates are moved. The company is told."),
    Verb.KEEP_DATES: _l("The dates stay as they were. The company is told why."),
    Verb.EXTEND: _l("The day of the claim is put off. The company is told."),
}
IDLE_EXTENDED = _l("Nothing was claimed yet, so there is more time to claim.")
IDLE_RELEASED = _l("Nothing was claimed, so what was reserved goes back to the fund.")
