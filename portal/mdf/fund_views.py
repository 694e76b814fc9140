"""Reading the funds: what each pays for, its dates, whether it can be asked; for its own, its money."""

from datetime import date
from typing import Any

from flask import abort, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.kernel.access import Permission
from portal.mdf import fund_labels, fund_pages, labels
from portal.mdf.blueprint import bp
from portal.mdf.desks import TermsDesk
from portal.mdf.fund_labels import standing
from portal.mdf.fund_pages import Card, Inside, keeps
from portal.mdf.models import FundTerms
from portal.mdf.queries import activities_of
from portal.store.db import db
from portal.web.fact_words import in_words
from portal.web.guards import actor, requires
from portal.web.i18n import date_text
from portal.web.moment import looking_on
from portal.web.site import language

STAGES = ("requests_from", "activity_from", "requests_until", "activity_until",
          "claims_until", "closes_on")  # fmt: skip


@bp.get("/funds")
@requires(Permission.READ_MDF)
def funds() -> ResponseReturnValue:
    """Every fund, by registry and year."""
    session, who, on = db.session(), actor(), looking_on()
    found = fund_pages.cards(session, who, on)
    seen = [each.fund for each in found if fund_pages.sees_money(who, each.fund)]
    return render_template(
        "mdf/funds.html",
        cards=[(each, standing(each, on)) for each in found],
        money=fund_pages.money_of(session, seen) if seen else {},
    )


@bp.get("/funds/<slug>")
@requires(Permission.READ_MDF)
def fund(slug: str) -> ResponseReturnValue:
    """One fund whole."""
    session, who, on = db.session(), actor(), looking_on()
    card = fund_pages.card(session, who, slug, on) or abort(404)
    found = fund_pages.inside(session, who, card.fund)
    return render_template(
        "mdf/fund.html",
        card=card,
        standing=standing(card, on),
        stages=_stages(card.terms, on),
        activities=activities_of(session, card.terms.id),
        words=fund_labels,
        coming=_said(card.coming.value) if card.coming else "",
        inside=found,
        versions=_versions(card, found) if keeps(who, card.fund) and found else [],
        keeps=keeps(who, card.fund),
        runs=keeps(who, card.fund) and who.may(Permission.RUN_FUNDS),
        labels=labels,
    )


def _stages(terms: FundTerms, on: date) -> list[dict[str, Any]]:
    """The dates of a fund in their order, each with how far it is."""
    days = sorted((getattr(terms, name), STAGES.index(name), name) for name in STAGES)
    return [
        {
            "at": date_text(day, language()),
            "datetime": day.isoformat(),
            "title": str(fund_labels.WORDS[name]),
            "state": "done" if day < on else "now" if day == on else "next",
            "word": _("Today") if day == on else _until(day, on),
        }
        for day, _place, name in days
    ]


def _until(day: date, on: date) -> str:
    days = (day - on).days
    return "" if days < 0 else ngettext("in %(num)s day", "in %(num)s days", days)


def _said(terms_id: Any) -> str:
    """A version in words, in the page's language."""
    return in_words(TermsDesk().said(db.session(), [terms_id])[0], language())


def _versions(card: Card, found: Inside) -> list[dict[str, Any]]:
    """The versions that were written, the newest first, and how each stands."""
    said = TermsDesk().said(db.session(), [each.id for each in found.versions])
    coming = card.coming.value if card.coming else None
    states = {card.terms.id: (_("Holds"), "yes"), coming: (_("Announced"), "wait")}
    return [
        {
            "version": each,
            "words": in_words(words, language()),
            "state": states.get(each.id)
            or (
                (_("Prepared"), "wait")
                if each.number > card.terms.number
                else (_("Held before"), "")
            ),
        }
        for each, words in zip(found.versions, said, strict=True)
    ]
