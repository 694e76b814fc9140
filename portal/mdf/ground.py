"""What a company can ask of which funds on a day: the facts of the rule, and the rows behind them.

A layer of queries: five of them, whatever the number of funds. What a pool holds is asked for here and
goes no further than whether it is nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.mdf.asking_rules import ActivityTerms, FundFacts
from portal.mdf.book import available_to, shared
from portal.mdf.models import Activity, Fund, FundRequest, FundTerms, FundTermsHeld
from portal.mdf.rules import Kind
from portal.registry.models import Agreement, Registry
from portal.registry.standing import State, state_on
from portal.store.facts import in_period
from portal.store.ledger import balances


@dataclass(frozen=True)
class Shelf:
    """A fund with the terms that count, what they pay for, and its registry."""

    fund: Fund
    terms: FundTerms
    registry: Registry
    activities: tuple[Activity, ...]

    def activity(self, code: str | None) -> Activity | None:
        """What it pays for under that code."""
        return next((each for each in self.activities if each.code == code), None)


@dataclass(frozen=True)
class Ground:
    """The funds as the rule takes them, and each one's rows by its slug."""

    funds: tuple[FundFacts, ...]
    shelves: Mapping[str, Shelf]

    def kinds(self) -> dict[str, Activity]:
        """Every type of activity that any of the funds pays for, by its code."""
        found: dict[str, Activity] = {}
        for shelf in self.shelves.values():
            for each in shelf.activities:
                found.setdefault(each.code, each)
        return found


def ground(
    session: Session,
    partner_id: int,
    on: date,
    *,
    registry_id: int | None = None,
    row: FundRequest | None = None,
) -> Ground:
    """The funds that are not closed for good on `on`, as they stand for a company; only those of
    one registry where that is given, and always the fund of `row`, under the terms that bind it.
    """
    shelves = _shelves(session, on, registry_id, row)
    accounts = {
        slug: (available_to(each.fund, partner_id), shared(each.fund, Kind.UNALLOCATED))
        for slug, each in shelves.items()
    }
    held = balances(session, [each for pair in accounts.values() for each in pair])
    active = _registries(session, partner_id, on)
    funds = []
    for slug, each in shelves.items():
        own, whole = (held[account] for account in accounts[slug])
        funds.append(_facts(each, active, own, whole))
    return Ground(tuple(funds), shelves)


def _shelves(
    session: Session, on: date, registry_id: int | None, row: FundRequest | None
) -> dict[str, Shelf]:
    open_ = Fund.closed_at.is_(None) & (FundTerms.closes_on >= on)
    if registry_id is not None:
        open_ &= Fund.registry_id == registry_id
    query = (
        select(Fund, FundTerms, Registry)
        .join(FundTermsHeld, FundTermsHeld.fund_id == Fund.id)
        .join(FundTerms, FundTerms.id == FundTermsHeld.terms_id)
        .join(Registry, Registry.id == Fund.registry_id)
        .where(in_period(FundTermsHeld, on), or_(open_, Fund.id == row.fund_id) if row else open_)
        .order_by(Registry.position, Fund.position, Fund.id)
    )
    rows = session.execute(query).all()
    bound = session.get(FundTerms, row.terms_id) if row and row.terms_id else None
    terms = {
        fund.id: bound if bound and bound.fund_id == fund.id else held for fund, held, _ in rows
    }
    kinds: dict[int, list[Activity]] = {}
    wanted = select(Activity).where(Activity.terms_id.in_([each.id for each in terms.values()]))
    for kind in session.scalars(wanted.order_by(Activity.terms_id, Activity.position)):
        kinds.setdefault(kind.terms_id, []).append(kind)
    return {
        fund.slug: Shelf(fund, terms[fund.id], registry, tuple(kinds.get(terms[fund.id].id, ())))
        for fund, _, registry in rows
    }


def _registries(session: Session, partner_id: int, on: date) -> set[int]:
    """The registries with which the company has an agreement in force on `on`. One query."""
    rows = session.execute(
        select(Agreement.registry_id, Agreement.status, Agreement.starts_on, Agreement.ends_on)
        .where(Agreement.partner_id == partner_id)
        .order_by(Agreement.id)
    )
    return {row[0] for row in rows if state_on(on, *row[1:]) is State.IN_FORCE}


def _facts(each: Shelf, active: set[int], own: int, whole: int) -> FundFacts:
    fund, terms = each.fund, each.terms
    return FundFacts(
        fund=fund.slug,
        registry=each.registry.slug,
        currency=fund.currency,
        active=fund.registry_id in active,
        emptied=own == 0 and whole == 0,
        own=None if fund.pooled else own,
        terms=terms.number,
        requests_from=terms.requests_from,
        requests_until=terms.requests_until,
        activity_from=terms.activity_from,
        activity_until=terms.activity_until,
        claims_until=terms.claims_until,
        claim_days=terms.claim_days,
        lead_days=terms.lead_days,
        review_days=terms.review_days,
        pay_days=terms.pay_days,
        activities=tuple(
            ActivityTerms(
                kind.code,
                kind.percent,
                kind.cap,
                tuple(proof["code"] for proof in kind.proofs if proof["needed"]),
            )
            for kind in each.activities
        ),
    )


def names(found: Ground, language: str) -> dict[str, str]:
    """The names behind the codes of a reason (`labels.sentence`), in `language`."""
    said: dict[str, str] = {}
    for slug, each in found.shelves.items():
        said[f"fund:{slug}"] = each.fund.name.pick(language)
        said[f"registry:{each.registry.slug}"] = each.registry.name
    return said
