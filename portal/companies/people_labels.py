"""Why something about people is refused, in the reader's words."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Form

from portal.companies.people_rules import PeopleCode as C
from portal.kernel.decision import Decision

SENTENCES = {
    C.LAST_ADMIN: _l(
        "%(company)s would be left without an administrator. Make somebody else one first."
    ),
    C.LAST_PORTAL_ADMIN: _l(
        "The portal would be left without an administrator. Invite another one first."
    ),
    C.ONESELF: _l("You cannot do this to yourself. Ask another portal administrator."),
    C.ROLE_NOT_GIVEN: _l("That role is not yours to give."),
    C.SAME_ROLE: _l("That is the role this person has already."),
    C.MEMBER_ALREADY: _l("Somebody with this address is among these people already."),
    C.PLACE_UNFIT: _l(
        "Choose the registry the role is for, and for an account team its team in that registry."
    ),
    C.HAS_ADMIN: _l("%(company)s has an administrator, who invites its people."),
    C.TOO_MANY_OPEN: _l(
        "There are %(limit)s open invitations, the most there can be. Withdraw some first."
    ),
    C.TOO_MANY_SENT: _l(
        "%(limit)s invitations went out in the last hour, the most there can be. Wait a while."
    ),
    C.TOO_OFTEN: _l(
        "This address was invited %(limit)s times in a day, the most there can be. Wait until"
        " tomorrow."
    ),
}


# The field of a form that a reason is about, where it has one.
FIELDS = {
    C.MEMBER_ALREADY: "email",
    C.TOO_OFTEN: "email",
    C.ROLE_NOT_GIVEN: "role",
    C.SAME_ROLE: "role",
    C.PLACE_UNFIT: "where",
    C.HAS_ADMIN: "company",
}


def blame(form: Form, decision: Decision[Any]) -> None:
    """Put each reason that blocks where it belongs: at its field, else above the whole form."""
    for reason in decision.reasons:
        if reason.blocks:
            text = str(SENTENCES[C(reason.code)]) % reason.facts
            name = FIELDS.get(C(reason.code), "")
            if name in form:
                form[name].errors = [*form[name].errors, text]
            else:
                form.form_errors.append(text)


def refusals(decision: Decision[Any]) -> list[str]:
    """Each reason that blocks, as a sentence in the language of the moment."""
    return [
        str(SENTENCES[C(reason.code)]) % reason.facts
        for reason in decision.reasons
        if reason.blocks
    ]
