"""The terms of a fund in words: what each is called, and how one version differs from another."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.kernel.decision import Reason
from portal.kernel.localized import Localized
from portal.mdf.amounts import shown
from portal.mdf.fund_pages import Card
from portal.mdf.labels import names_of, sentence
from portal.mdf.rules import MdfCode
from portal.mdf.terms_rules import DATES, LIMIT, Difference
from portal.web.fact_words import call
from portal.web.i18n import REGIONAL, date_text
from portal.web.site import LANGUAGES, language

WORDS: dict[str, Any] = {
    "requests_from": _l("First day to ask"),
    "requests_until": _l("Last day to ask"),
    "activity_from": _l("Activities from"),
    "activity_until": _l("Activities until"),
    "claims_until": _l("Last day for any claim"),
    "closes_on": _l("Hard close of the fund"),
    "claim_days": _l("Days to claim after the activity"),
    "lead_days": _l("Days between asking and the activity"),
    "review_days": _l("Days until a decision"),
    "pay_days": _l("Days until the money"),
    "extensions": _l("How often the day of a claim may be put off"),
    "extension_days": _l("Days by which it is put off each time"),
    "manager_limit": _l("Amount above which a second person decides too"),
    "percent": _l("Share of the eligible cost"),
    "cap": _l("At most"),
    "activity": _l("Type of activity"),
    "proof": _l("Proof of performance"),
    "cost": _l("Cost"),
}
STANDS: dict[str | None, Any] = {
    "there": _l("paid for"),
    "needed": _l("needed"),
    "optional": _l("not needed"),
    "paid": _l("is reimbursed"),
    "unpaid": _l("is not reimbursed"),
    None: _l("no longer listed"),
}
NOT_LISTED = _l("not listed")
LISTED = ("activity", "proof", "cost")

call(**{"fund.terms": _l("Terms of an MDF fund")})


def version_words(
    number: int, based_on: int | None, found: Sequence[Difference], currency: str
) -> Localized:
    """A version by its number and how it differs from the one it was copied from, in every language."""
    said = {}
    for lang in LANGUAGES:
        with force_locale(REGIONAL[lang]):
            name = _("Version %(number)s", number=number)
            if based_on is None:
                said[lang] = name
                continue
            lines = "; ".join(difference_words(each, currency, lang) for each in found)
            said[lang] = _(
                "%(version)s, against version %(base)s: %(differences)s",
                version=name,
                base=based_on,
                differences=lines or _("nothing else"),
            )
    return Localized(said)


def prepared_words(number: int, made_on: date) -> Localized:
    """A version by its number and the day it was written, in every language."""
    said = {}
    for lang in LANGUAGES:
        with force_locale(REGIONAL[lang]):
            day = date_text(made_on, lang)
            said[lang] = _("Version %(number)s, written on %(date)s", number=number, date=day)
    return Localized(said)


def difference_words(each: Difference, currency: str, lang: str) -> str:
    """One difference, in the language of the moment, which is `lang`."""
    after = _value(each.field, each.after, currency, lang)
    before = _value(each.field, each.before, currency, lang)
    if each.before is None and each.field in LISTED:
        before = str(NOT_LISTED)
    place = (_named(each.of, lang), str(WORDS[each.field]), _named(each.item, lang))
    what = " · ".join(filter(None, place))
    said: str = _("%(what)s: %(after)s (was: %(before)s)", what=what, after=after, before=before)
    return said


def _named(name: Any, lang: str) -> str:
    return Localized(name).pick(lang) if name else ""


def _value(field: str, value: Any, currency: str, lang: str) -> str:
    if field in DATES:
        assert isinstance(value, date)
        return date_text(value, lang)
    if field in (LIMIT, "cap"):
        return str(_("no limit")) if value is None else shown(value, currency)
    if field == "percent":
        return f"{value} %"
    return str(STANDS[value] if field in LISTED else value)


def named(name: Any) -> str:
    """A name that a JSON column keeps in every language, in the page's."""
    return Localized(name).pick(language())


# What a lead does with money: the view that takes it, its title, what it does, its button.
MONEY: dict[str, tuple[str, Any, Any, Any]] = {
    "allocate": (
        "allocate",
        _l("Allocate to a company"),
        _l(
            "What is allocated is the company's to ask for until the fund closes: it is not taken "
            "back before."
        ),
        _l("Allocate"),
    ),
    "add": (
        "add_budget",
        _l("Raise the budget"),
        _l("What is added is unallocated at first. A budget is never lowered."),
        _l("Raise the budget"),
    ),
    "carry": (
        "carry_over",
        _l("Carry over to another fund"),
        _l(
            "What nobody has yet goes to another fund of the registry, in the same currency. It is a "
            "movement of its own in both funds."
        ),
        _l("Carry over"),
    ),
}
# Of a lead's deeds: the field that says a reason, and its words where they are others.
MONEY_REASONS: dict[MdfCode, tuple[str, Any]] = {
    MdfCode.AMOUNT_NONE: ("amount", _l("Write an amount of more than nothing.")),
    MdfCode.ABOVE_AVAILABLE: ("amount", _l("Of the fund %(most)s is unallocated.")),
    MdfCode.AGREEMENT_INACTIVE: ("to", None),
    MdfCode.CURRENCY_OTHER: ("to", None),
    MdfCode.FIELD_MISSING: ("reason", _l("Say why.")),
    MdfCode.FUND_CLOSED: ("", _l("A fund is closed: nothing is moved in it any more.")),
}


def standing(card: Card, on: date) -> dict[str, Any]:
    """Whether it can be asked: in a word with its mark; and why not, each with its rule, M1 first."""
    if card.fund.closed_at is not None or card.terms.closes_on < on:
        return {"word": _("Closed"), "mark": "", "why": []}
    if card.against is None and card.full:
        return {"word": _("Fully allocated"), "mark": "no", "why": []}
    if card.against is None:
        taken = card.terms.requests_from <= on <= card.terms.requests_until
        word = _("Requests are taken") if taken else _("No requests are taken")
        return {"word": word, "mark": "yes" if taken else "", "why": []}
    if card.can_be_asked:
        return {"word": _("Can be asked"), "mark": "yes", "why": []}
    names = names_of(card.fund, card.registry.slug, card.registry.name)
    full = card.against[0].code is MdfCode.FULLY_ALLOCATED
    why = [
        (_sentence(reason, names), reason.rule)
        for reason in (card.against[:1] if full else card.against)
    ]
    word = _("Fully allocated") if full else _("Cannot be asked now")
    return {"word": word, "mark": "no", "why": why}


def _sentence(reason: Reason, names: dict[str, str]) -> str:
    if reason.code is MdfCode.ABOVE_ALLOCATION:
        return str(_("Nothing is left of what was allocated to your company."))
    if reason.code is MdfCode.FULLY_ALLOCATED:
        reason = reason._replace(facts={**reason.facts, "other": None})
    return sentence(reason, names)
