"""Words for codes of the questions."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l

from portal.faq.rules import FaqCode as C
from portal.kernel.decision import Decision, Reason
from portal.web.fact_words import call

LANGUAGE_NAMES = {"es": _l("Spanish"), "en": _l("English")}
SENTENCES = {
    C.ONE_LANGUAGE: _l("A text is published only when it is complete in both languages."),
    C.TOO_LONG: _l("A question has at most 200 characters and an answer at most 8,000."),
    C.UNCHANGED: _l("This is the text that holds already."),
    C.PROMISE_UNKNOWN: _l("There is no standing promise %(promise)s."),
    C.PROMISE_INSIDE: _l("A standing promise cannot include another one."),
    C.PROMISES_DIFFER: _l("Both languages must include the same standing promises, in one order."),
    C.NO_REASON: _l("Say why: it is shown with the change."),
    C.STALE: _l("Somebody saved this text while you were writing. Nothing of yours is lost."),
    C.NO_DRAFT: _l("There is no draft to publish."),
}


def refusals(decision: Decision[Any]) -> list[str]:
    """Each reason that blocks, as a sentence in the language of the moment."""
    return sentences(decision.reasons)


def sentences(reasons: Iterable[Reason]) -> list[str]:
    """Reasons that block, as sentences."""
    return [str(SENTENCES[C(each.code)]) % each.facts for each in reasons if each.blocks]


call(
    **{
        "faq.answer": _l("Answer to a question"),
        "faq.promise": _l("Standing promise"),
    }
)
