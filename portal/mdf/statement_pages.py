"""Statements in words: what each line moved, from where to where, and what charts say of themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from babel.dates import format_date
from babel.numbers import format_percent
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.mdf import charts, labels
from portal.mdf.amounts import shown
from portal.mdf.claim_models import Claim
from portal.mdf.models import Fund, FundRequest
from portal.mdf.movements import Movement
from portal.mdf.rules import Cause, Kind
from portal.mdf.statements import COUNTED, WEEK, Figures, kinds_of
from portal.registry.models import Partner
from portal.store.scope import visible_to
from portal.web.i18n import date_text, locale
from portal.web.site import language, url

# As which kind the bars of a month are drawn.
DRAWN = {
    Cause.RESERVED: Kind.RESERVED,
    Cause.COMMITTED: Kind.COMMITTED,
    Cause.PAID: Kind.PAID,
}


class Subject(NamedTuple):
    """What a line is about: in words, and where that stands, if the reader may go there."""

    text: str
    title: str = ""
    url: str = ""


@dataclass(frozen=True)
class Line:
    """A movement in words; `after` are the kinds of the statement with what each held after it."""

    row: Movement
    fund: Fund
    cause: str
    subject: Subject
    company: str
    source: str
    target: str
    after: tuple[tuple[Kind, int, bool], ...]


@dataclass(frozen=True)
class Chart:
    """A picture of figures: its title, what it says in a sentence, and its shapes."""

    title: str
    says: str
    parts: tuple[charts.Part, ...] = ()
    columns: charts.Columns | None = None
    under: tuple[str, ...] = ()

    @property
    def shares(self) -> dict[str, float]:
        """The part of the whole that each piece is, by its code."""
        return {part.code: part.share for part in self.parts}


def told(
    session: Session,
    actor: Actor,
    rows: Sequence[Movement],
    funds: Sequence[Fund],
    kinds: Mapping[int, Sequence[Kind]],
) -> list[Line]:
    """The lines in the reader's language; `kinds` are those of each fund's statement. Three queries."""
    by_id = {fund.id: fund for fund in funds}
    subjects = _subjects(session, actor, {row.subject for row in rows})
    ids = {row.partner_id for row in rows} - {None}
    named = session.execute(select(Partner.id, Partner.name).where(Partner.id.in_(ids)))
    names = {row[0]: row[1] for row in named}
    return [
        Line(
            row,
            fund := by_id[row.fund_id],
            str(labels.CAUSES[row.cause]),
            subjects.get(row.subject) or _fund_subject(row.subject, fund),
            names.get(row.partner_id or 0, ""),
            kind_words(row.source, fund),
            kind_words(row.target, fund),
            tuple(
                (kind, row.after[kind], kind in (row.source, row.target))
                for kind in kinds[row.fund_id]
            ),
        )
        for row in rows
    ]


def kind_words(kind: Kind, fund: Fund) -> str:
    """What a kind of money is called: what is not allocated of a pool is there for all."""
    if kind is Kind.UNALLOCATED and fund.pooled:
        return str(_("Shared pool"))
    return str(labels.KINDS[kind])


def split_chart(found: Figures, on: date, *, mine: bool) -> Chart:
    """What became of the whole."""
    pairs = [(kind.value, found.held[kind]) for kind in kinds_of(found, mine=mine)]
    parts, currency = charts.split(pairs), found.fund.currency
    said = "; ".join(
        f"{kind_words(Kind(part.code), found.fund)} {shown(part.amount, currency)}, "
        f"{percent(part.share)}"
        for part in parts
    )
    title = _("Where the money stands on %(date)s", date=date_text(on, language()))
    return Chart(title, said or _("There is nothing yet."), parts=parts)


def month_chart(found: Figures) -> Chart:
    """What was reserved, approved of claims, and paid, by month."""
    codes = [DRAWN[cause].value for cause in COUNTED]
    shapes = charts.columns(codes, [month.amounts for month in found.months])
    step = 1 + len(found.months) // 5  # so that a phone has room for the words
    under = tuple(
        month_words(month.first) if at % step == 0 else "" for at, month in enumerate(found.months)
    )
    sums = [sum(month.amounts[at] for month in found.months) for at in range(len(COUNTED))]
    said = "; ".join(
        f"{labels.CAUSES[cause]} {shown(amount, found.fund.currency)}"
        for cause, amount in zip(COUNTED, sums, strict=True)
    )
    return Chart(_("Month by month"), said, columns=shapes, under=under)


def due_chart(found: Figures, on: date) -> Chart:
    """What expires in the next 90 days if nothing is claimed on it, by week."""
    shapes = charts.columns([Kind.RESERVED.value], [(amount,) for amount in found.weeks])
    under = tuple(
        date_text(on + at * WEEK, language(), "short") if at % 4 == 0 else ""
        for at in range(len(found.weeks))
    )
    total = shown(sum(found.weeks), found.fund.currency)
    title = _("Claims due in the next 90 days")
    said = _("%(amount)s expires unless it is claimed in time.", amount=total)
    return Chart(title, said, columns=shapes, under=under)


def month_words(first: date) -> str:
    """A month as its reader writes it, short."""
    return format_date(first, "MMM yy", locale=locale())


def percent(share: float) -> str:
    """A share as its reader writes it, to a tenth of a per cent."""
    return format_percent(share, "#,##0.#%", locale=locale())


def _subjects(session: Session, actor: Actor, names: set[str]) -> dict[str, Subject]:
    """What requests and claims are called, of those the reader sees. Two queries."""
    refs: dict[str, list[str]] = {"request": [], "claim": []}
    for name in names:
        kind, _colon, ref = name.partition(":")
        refs.get(kind, []).append(ref)
    found = {}
    query = visible_to(FundRequest, actor).where(FundRequest.ref.in_(refs["request"]))
    for row in session.scalars(query):
        there = url("site.mdf.request_page", ref=row.ref)
        found[f"request:{row.ref}"] = Subject(_("Request %(ref)s", ref=row.ref), row.title, there)
    claims = (
        visible_to(Claim, actor)
        .join(FundRequest, FundRequest.id == Claim.request_id)
        .add_columns(FundRequest.title)
        .where(Claim.ref.in_(refs["claim"]))
    )
    for claim, title in session.execute(claims):
        there = url("site.mdf.claim", ref=claim.ref)
        found[f"claim:{claim.ref}"] = Subject(_("Claim %(ref)s", ref=claim.ref), title, there)
    return found


def _fund_subject(name: str, fund: Fund) -> Subject:
    """What a line is about that no request or claim tells of: the fund, or where it was carried to."""
    kind, _colon, ref = name.partition(":")
    words = {"request": _("Request %(ref)s", ref=ref), "claim": _("Claim %(ref)s", ref=ref)}
    carried = ref.replace(">", " → ") if ">" in ref else ""
    return Subject(words.get(kind) or carried or fund.name.pick(language()))
