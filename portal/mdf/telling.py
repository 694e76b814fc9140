"""The mails of MDF in words: what happened, whose turn it is and by when (M5); never what was written.

A mail goes to the company and to the registry's side alike, so it says "the company" and "the
partner", and only the portal, which knows the reader, says "you".
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.mdf.rules import Party
from portal.mdf.steps import MAIL
from portal.mdf.transitions import Verb
from portal.web.i18n import date_text
from portal.web.mail_words import EXPANDED

V = Verb
# What a mail about a step is called, and what it says of it.
WORDS: Mapping[Verb, tuple[LazyString, LazyString]] = {
    V.SUBMIT: (
        _l("MDF request to decide: %(title)s"),
        _l("%(company)s asks for MDF of %(registry)s. The request has been sent for decision."),
    ),
    V.ASK: (
        _l("More is asked about: %(title)s"),
        _l("The channel support team of %(registry)s asks for more before it decides."),
    ),
    V.ENDORSE: (
        _l("A second decision is needed: %(title)s"),
        _l("A first person has said yes to the request of %(company)s. A second one decides."),
    ),
    V.APPROVE: (
        _l("Approved: %(title)s"),
        _l("The request of %(company)s is approved, and the money is reserved for it."),
    ),
    V.REJECT: (
        _l("Sent back: %(title)s"),
        _l(
            "The request of %(company)s was not approved as it is. It can be mended and sent again."
        ),
    ),
    V.DECLINE: (
        _l("Declined: %(title)s"),
        _l("The request of %(company)s was declined. The portal says why."),
    ),
    V.WITHDRAW: (
        _l("Withdrawn: %(title)s"),
        _l("%(company)s has withdrawn its request."),
    ),
    V.CANCEL: (
        _l("Cancelled: %(title)s"),
        _l(
            "The approved request of %(company)s was cancelled. What was reserved has been released."
        ),
    ),
    V.ASK_DATES: (
        _l("Other dates are asked for: %(title)s"),
        _l("%(company)s asks to hold the activity on other dates."),
    ),
    V.MOVE_DATES: (
        _l("Other dates: %(title)s"),
        _l("The activity of %(company)s may be held on the dates it asked for."),
    ),
    V.KEEP_DATES: (
        _l("The dates stay: %(title)s"),
        _l("The activity of %(company)s stays on the dates that were approved."),
    ),
    V.EXTEND: (
        _l("More time to claim: %(title)s"),
        _l("The day by which %(company)s claims has been put off."),
    ),
    V.REMIND: (
        _l("Claim by %(day)s: %(title)s"),
        _l(
            "What is reserved for %(company)s has to be claimed by %(day)s. What is not claimed by "
            "then returns to the fund."
        ),
    ),
    V.EXPIRE: (
        _l("Expired: %(title)s"),
        _l(
            "The day to claim has passed. What was reserved for %(company)s and not claimed has "
            "returned to the fund."
        ),
    ),
    V.CLOSE: (
        _l("Closed: %(title)s"),
        _l("Nothing more is expected of this request of %(company)s. It is closed."),
    ),
    V.CLAIM_SUBMIT: (
        _l("MDF claim to review: %(title)s"),
        _l("%(company)s has sent a claim with its proof of performance."),
    ),
    V.CLAIM_ASK: (
        _l("More is asked about the claim: %(title)s"),
        _l("The channel support team of %(registry)s asks for more about the claim."),
    ),
    V.CLAIM_ENDORSE: (
        _l("A second decision on a claim is needed: %(title)s"),
        _l("A first person has said yes to the claim of %(company)s. A second one decides."),
    ),
    V.CLAIM_APPROVE: (
        _l("Claim approved: %(title)s"),
        _l("The claim of %(company)s is approved and goes to finance for payment."),
    ),
    V.CLAIM_REJECT: (
        _l("Claim not approved: %(title)s"),
        _l("The claim of %(company)s was not approved. The portal says why, line by line."),
    ),
    V.CLAIM_WITHDRAW: (
        _l("Claim withdrawn: %(title)s"),
        _l("%(company)s has withdrawn its claim."),
    ),
    V.CLAIM_DISPUTE: (
        _l("A line is disputed: %(title)s"),
        _l("%(company)s asks for another look at a line of its claim."),
    ),
    V.CLAIM_SETTLE: (
        _l("A disputed line is settled: %(title)s"),
        _l("There has been another look at the disputed line of the claim of %(company)s."),
    ),
    V.CLAIM_PAY: (
        _l("Paid: %(title)s"),
        _l("Finance has recorded a payment on the claim of %(company)s."),
    ),
    V.CLAIM_ASK_REVERSAL: (
        _l("A reversal is to be confirmed: %(title)s"),
        _l("Finance asks to reverse the claim of %(company)s. Another person confirms it."),
    ),
    V.CLAIM_KEEP: (
        _l("The claim stays: %(title)s"),
        _l("The claim of %(company)s is not reversed. It stays as it was."),
    ),
    V.CLAIM_REVERSE: (
        _l("Claim reversed: %(title)s"),
        _l("The claim of %(company)s was reversed."),
    ),
}
TURNS: Mapping[Party, LazyString] = {
    Party.PARTNER: _l("Next: %(company)s, by %(day)s."),
    Party.CHANNEL: _l("Next: the channel support team of %(registry)s, by %(day)s."),
    Party.LEAD: _l("Next: the lead of the channel support team of %(registry)s, by %(day)s."),
    Party.FINANCE: _l("Next: finance, by %(day)s."),
}


def _expand(told: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """What the mail says, in the letter's language, from what was told when the step was taken."""
    verb, by, turn = Verb(told["verb"]), told.get("by"), told.get("turn")
    waits = by and verb is not V.REMIND
    named = {
        "title": told["title"] or told["request"],
        "company": told["company"],
        "registry": told["registry_name"],
        "day": date_text(date.fromisoformat(by), lang) if by else "",
    }
    named = {key: " ".join(text.split()) for key, text in named.items()}
    subject, sentence = WORDS[verb]
    of_claim = verb.startswith("claim.")
    return {
        **named,
        "about": str(subject) % named,
        "sentence": str(sentence) % named,
        "next_turn": str(TURNS[Party(turn)]) % named if turn and waits else "",
        "action": _("Open the claim") if of_claim else _("Open the request"),
    }


EXPANDED[MAIL] = _expand
