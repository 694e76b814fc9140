"""What an answer means for the partner who reads it, from the rows and rules that orders stand on.

Everything is as of one date. Only people of a partner company have a situation; each function
reads with a fixed number of queries, however much the partner has.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.councils.pages import Card as CouncilCard
from portal.councils.pages import Member as CouncilSeat
from portal.councils.pages import cards as council_cards
from portal.councils.pages import own_seats
from portal.faq.customer_teams import Served, served_lines
from portal.kernel.access import Actor, Permission
from portal.kernel.localized import Localized
from portal.library import labels
from portal.library.brand import Logo, logos
from portal.library.materials import Filters, Listed, listed
from portal.library.queries import Card, portals, tools
from portal.library.rules import Audience
from portal.mdf import fund_labels, fund_pages
from portal.registry.models import (
    Agreement,
    AgreementSchedule,
    AgreementTeam,
    AgreementTerms,
    Product,
    Registry,
)
from portal.registry.standing import State, state_on
from portal.registry.team_pages import TeamCard, cards
from portal.store.facts import in_period
from portal.store.scope import visible_to

MOST_PRODUCTS = 24
MOST_MATERIALS = 6


@dataclass(frozen=True)
class Portfolio:
    """The products of one registry: the first of them by code, and how many there are."""

    products: tuple[Localized, ...]
    total: int


@dataclass(frozen=True)
class Standing:
    """How a partner stands with one registry on a date.

    `active` is what the routing rule asks (R8). `value` is the terms or the schedule, `since` when
    the shown fact began to hold. What a situation does not show is None.
    """

    registry: str
    thread: int
    agreement: str | None = None
    active: bool = False
    team: TeamCard | None = None
    value: str | None = None
    since: date | None = None
    portfolio: Portfolio | None = None


@dataclass(frozen=True)
class Situation:
    """What stands beside an answer: `kind` names its template; `standings` one a registry."""

    kind: str
    standings: tuple[Standing, ...] = ()
    served: Served | None = None
    councils: tuple[CouncilCard, ...] = ()
    seats: tuple[CouncilSeat, ...] = ()
    portals: tuple[Card, ...] = ()
    tools: tuple[Card, ...] = ()
    materials: tuple[Listed, ...] = ()
    logos: tuple[Logo, ...] = ()
    funds: tuple[fund_pages.Card, ...] = ()
    words: Any = None


@dataclass(frozen=True)
class _Held:
    """A registry, and the partner's agreement there: the active one, else the latest."""

    registry: Any
    agreement: Any | None
    active: bool

    def standing(self, **more: Any) -> Standing:
        number = self.agreement.number if self.agreement else None
        return Standing(self.registry.name, self.registry.thread, number, self.active, **more)


def load(session: Session, kind: str, actor: Actor, on: date) -> Situation | None:
    """The situation of `kind` for `actor` on `on`; None when it has none or may not see it."""
    of_partner = actor.partner_id is not None and actor.may(Permission.READ_AGREEMENTS)
    if kind not in KINDS or not of_partner:
        return None
    return KINDS[kind](session, actor, on)


def holdings(session: Session, actor: Actor, on: date) -> list[_Held]:
    """Every registry in its order with the partner's agreement there, if any. Two queries."""
    registries = session.execute(
        select(Registry.id, Registry.slug, Registry.name, Registry.thread).order_by(
            Registry.position
        )
    ).all()
    columns = (
        *(Agreement.id, Agreement.registry_id, Agreement.number),
        *(Agreement.status, Agreement.starts_on, Agreement.ends_on),
    )
    own = session.execute(
        visible_to(Agreement, actor)
        .with_only_columns(*columns)
        .where(Agreement.partner_id == actor.partner_id)
        .order_by(Agreement.starts_on, Agreement.number)
    ).all()
    return [
        _held(registry, [row for row in own if row.registry_id == registry.id], on)
        for registry in registries
    ]


def _held(registry: Any, agreements: list[Any], on: date) -> _Held:
    active = [row for row in agreements if is_active(row, on)]
    shown = [*agreements, *active]
    return _Held(registry, shown[-1] if shown else None, bool(active))


def is_active(row: Any, on: date) -> bool:
    """Whether an agreement counts on `on`: the very predicate of the routing rule (R8)."""
    return state_on(on, row.status, row.starts_on, row.ends_on) is State.IN_FORCE


def _teams(session: Session, actor: Actor, on: date) -> Situation:
    """Q1: the channel support team of each registry, with its people."""
    held = holdings(session, actor, on)
    periods = _periods(session, AgreementTeam, AgreementTeam.team_id, held, on)
    known = cards(session, actor, [row.value for row in periods.values()], on)
    return Situation("teams", tuple(_with_team(one, periods, known) for one in held))


def _route(session: Session, actor: Actor, on: date) -> Situation:
    """Q5 and Q10: whether an agreement counts in each registry, and whom to ask there."""
    return Situation("route", _teams(session, actor, on).standings)


def _portfolio(session: Session, actor: Actor, on: date) -> Situation:
    """Q4: what the partner may sell, registry by registry."""
    held = holdings(session, actor, on)
    found = _portfolios(session, [one.registry.id for one in held if one.active])
    nothing = Portfolio((), 0)
    return Situation(
        "portfolio",
        tuple(one.standing(portfolio=found.get(one.registry.id, nothing)) for one in held),
    )


def _terms(session: Session, actor: Actor, on: date) -> Situation:
    """Q7: how each agreement compensates."""
    return Situation("terms", _values(session, actor, on, AgreementTerms, AgreementTerms.terms))


def _schedule(session: Session, actor: Actor, on: date) -> Situation:
    """Q3 and Q8: when each agreement pays."""
    column = AgreementSchedule.schedule
    return Situation("schedule", _values(session, actor, on, AgreementSchedule, column))


def _customer_teams(session: Session, actor: Actor, on: date) -> Situation | None:
    """Q2: the account team of each contract line, of its own registry."""
    if not actor.may(Permission.READ_CONTRACTS):
        return None
    return Situation("customer_teams", served=served_lines(session, actor, on))


def _council(session: Session, actor: Actor, on: date) -> Situation | None:
    """Q13: the councils the reader belongs or belonged to, their seat, what is announced."""
    if not actor.may(Permission.READ_COUNCILS):
        return None
    councils, seats = council_cards(session, actor, on), own_seats(session, actor)
    return Situation("council", councils=tuple(councils), seats=tuple(seats))


def _portals(session: Session, actor: Actor, on: date) -> Situation | None:
    """Q16: the portals for partners, registry by registry."""
    if not actor.may(Permission.READ_LIBRARY):
        return None
    doors = [one for one in portals(session, actor, on) if one.audience is Audience.PARTNERS]
    held = tuple(one.standing() for one in holdings(session, actor, on))
    return Situation("portals", held, portals=tuple(doors), words=labels)


def _materials(session: Session, actor: Actor, on: date) -> Situation | None:
    """Q15: the tools of each registry, and the materials that are offered or announced."""
    if not actor.may(Permission.READ_LIBRARY):
        return None
    found, _more = listed(session, actor, on, Filters())
    held = tuple(one.standing() for one in holdings(session, actor, on))
    standing = tuple(tools(session, actor, on))
    return Situation(
        "materials", held, tools=standing, materials=tuple(found[:MOST_MATERIALS]), words=labels
    )


def _brand(session: Session, actor: Actor, on: date) -> Situation | None:
    """Q17: the status of every logo."""
    if not actor.may(Permission.READ_LIBRARY):
        return None
    return Situation("brand", logos=tuple(logos(session, actor, on).values()), words=labels)


def _mdf(session: Session, actor: Actor, on: date) -> Situation | None:
    """Q14: the funds that are not closed, each with whether the company can ask it (M1, M3)."""
    if not actor.may(Permission.READ_MDF):
        return None
    held = tuple(one.standing() for one in holdings(session, actor, on))
    funds = [one for one in fund_pages.cards(session, actor, on) if one.terms.closes_on >= on]
    return Situation("mdf", held, funds=tuple(funds), words=fund_labels)


KINDS: Mapping[str, Callable[[Session, Actor, date], Situation | None]] = {
    "teams": _teams,
    "customer_teams": _customer_teams,
    "portfolio": _portfolio,
    "route": _route,
    "terms": _terms,
    "schedule": _schedule,
    "council": _council,
    "portals": _portals,
    "materials": _materials,
    "brand": _brand,
    "mdf": _mdf,
}


def _values(
    session: Session, actor: Actor, on: date, model: type[Any], column: Any
) -> tuple[Standing, ...]:
    held = holdings(session, actor, on)
    periods = _periods(session, model, column, held, on)
    return tuple(
        one.standing(value=period.value, since=period.valid_from)
        if one.agreement and (period := periods.get(one.agreement.id))
        else one.standing()
        for one in held
    )


def _with_team(one: _Held, periods: Mapping[int, Any], known: Mapping[int, TeamCard]) -> Standing:
    period = periods.get(one.agreement.id) if one.agreement else None
    if period is None:
        return one.standing()
    return one.standing(team=known.get(period.value), since=period.valid_from)


def _periods(
    session: Session, model: type[Any], column: Any, held: Iterable[_Held], on: date
) -> dict[int, Any]:
    """What a dated fact of the agreements is on `on`, and since when."""
    wanted = [one.agreement.id for one in held if one.agreement]
    rows = session.execute(
        select(model.agreement_id, column.label("value"), model.valid_from).where(
            model.agreement_id.in_(wanted), in_period(model, on)
        )
    )
    return {row.agreement_id: row for row in rows}


def _portfolios(session: Session, registries: list[int]) -> dict[int, Portfolio]:
    by_code = func.row_number().over(partition_by=Product.registry_id, order_by=Product.code)
    numbered = (
        select(
            Product.registry_id,
            Product.name,
            by_code.label("place"),
            func.count().over(partition_by=Product.registry_id).label("total"),
        )
        .where(Product.registry_id.in_(registries))
        .subquery()
    )
    rows = session.execute(
        select(numbered)
        .where(numbered.c.place <= MOST_PRODUCTS)
        .order_by(numbered.c.registry_id, numbered.c.place)
    ).all()
    return {
        registry: Portfolio(tuple(row.name for row in mine), mine[0].total)
        for registry in {row.registry_id for row in rows}
        if (mine := [row for row in rows if row.registry_id == registry])
    }
