"""The registries as files: exactly the columns of an import, which takes them back unchanged.

Of a dated fact the value is that of the business date, or of the nearest day on which the paper is
the current one of its line: the day on which an import compares it too.
"""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.spans import Span, at
from portal.registry.addresses import NONE, reaches, value_on
from portal.registry.customer_contacts import CustomerContact
from portal.registry.facts import (
    ACCOUNT_TEAM,
    CHANNEL_TEAM,
    COMPENSATION,
    PERSON_EMAIL,
    PERSON_PHONE,
    SCHEDULE,
    TEAM_EMAIL,
    TEAM_PHONE,
)
from portal.registry.kinds import KINDS
from portal.registry.lines import Paper, successors, tenure
from portal.registry.models import (
    Agreement,
    Contract,
    Customer,
    Partner,
    Product,
    Registry,
    Replacement,
    Service,
    Team,
    TeamMember,
)
from portal.registry.reading import FORMULA
from portal.registry.spans import spoken_of
from portal.registry.training import Training
from portal.store.periods import spans_of

Rows = Iterator[Sequence[Any]]


class UnknownRegistry(Exception):
    """No registry has that slug; the message lists those there are."""


@dataclass(frozen=True)
class Table:
    """An export: its kind, headers, and rows of text."""

    kind: str
    headers: tuple[str, ...]
    rows: list[list[str]]


def table(session: Session, kind: str, registry: str | None, *, on: date) -> Table:
    """All rows of `kind`, of one registry where it has any, ordered by key. Raises KeyError for
    an unknown kind, UnknownRegistry for an unknown registry.
    """
    slugs = {row.slug: row.id for row in session.execute(select(Registry.slug, Registry.id))}
    if registry is not None and registry not in slugs:
        raise UnknownRegistry(", ".join(sorted(slugs)))
    spec = KINDS[kind]
    only = slugs[registry] if registry is not None and spec.has_registry else None
    rows = [[_cell(value) for value in row] for row in _ROWS[kind](session, only, on)]
    return Table(kind, spec.names, rows)


def as_csv(table: Table) -> bytes:
    """UTF-8 with commas; a cell that a spreadsheet would run as a formula gets an apostrophe."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.headers)
    writer.writerows([tame(cell) for cell in row] for row in table.rows)
    return out.getvalue().encode("utf-8")


def as_xlsx(table: Table) -> bytes:
    """A workbook of one sheet, every cell as text."""
    from xlsxwriter import Workbook

    out = io.BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet(table.kind)
        for line, row in enumerate([list(table.headers), *table.rows]):
            for column, cell in enumerate(row):
                if cell:
                    sheet.write_string(line, column, tame(cell))
    return out.getvalue()


def tame(cell: str) -> str:
    """The cell with an apostrophe before it where a spreadsheet would run it as a formula."""
    return f"'{cell}" if FORMULA.match(cell) else cell


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Enum):
        return str(value.value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _in(query: Any, model: Any, only: int | None) -> Any:
    """`query` with the registry's slug as its rows' order, and of one registry when asked."""
    query = query.join(Registry, Registry.id == model.registry_id)
    return query if only is None else query.where(model.registry_id == only)


def _teams(session: Session, only: int | None, on: date) -> Rows:
    email, phone = (value_on(fact, Team.id, on) for fact in (TEAM_EMAIL, TEAM_PHONE))
    columns = (Registry.slug, Team.code, Team.kind, Team.name, email, phone)
    query = _in(select(*columns), Team, only).order_by(Registry.slug, Team.code)
    yield from session.execute(query)


def _people(session: Session, only: int | None, on: date) -> Rows:
    member = TeamMember
    known = reaches(session, on)
    columns = (Registry.slug, Team.code, member.name, member.id, member.former_email)
    query = select(*columns, member.listed_as).join(Team, Team.id == member.team_id)
    query = _in(query, member, only).order_by(Registry.slug, member.listed_as)
    for *cells, id_, former, listed_as in session.execute(query):
        email = known.get((PERSON_EMAIL.name, id_), NONE)
        phone = known.get((PERSON_PHONE.name, id_), NONE)
        yield *cells, email.now or listed_as, email.latest(former), phone.now


def _products(session: Session, only: int | None, on: date) -> Rows:
    query = _in(select(Registry.slug, Product.code, Product.name), Product, only)
    for slug, code, name in session.execute(query.order_by(Registry.slug, Product.code)):
        yield slug, code, name.get("es"), name.get("en")


def _partners(session: Session, only: int | None, on: date) -> Rows:
    yield from session.execute(select(Partner.code, Partner.name).order_by(Partner.code))


def _customers(session: Session, only: int | None, on: date) -> Rows:
    yield from session.execute(select(Customer.code, Customer.name).order_by(Customer.code))


def _agreements(session: Session, only: int | None, on: date) -> Rows:
    facts = [spans_of(session, fact, None) for fact in (COMPENSATION, SCHEDULE, CHANNEL_TEAM)]
    teams = _codes(session)
    own = (Agreement.program, Agreement.status, Agreement.starts_on, Agreement.ends_on)
    query = select(Agreement.id, Registry.slug, Agreement.number, Partner.code, *own)
    query = _in(query.join(Partner, Partner.id == Agreement.partner_id), Agreement, only)
    for id_, *cells in session.execute(query.order_by(Registry.slug, Agreement.number)):
        day = spoken_of(cells[-2], None, on)
        terms, schedule, team = (_value(fact.get(id_, []), day) for fact in facts)
        yield *cells, terms, schedule, teams.get(team)


def _contracts(session: Session, only: int | None, on: date) -> Rows:
    spans, teams = spans_of(session, ACCOUNT_TEAM, None), _codes(session)
    numbers = {row.id: row.number for row in session.execute(select(Contract.id, Contract.number))}
    replaced: dict[int, list[str]] = {}
    for id_, old in session.execute(select(Replacement.contract_id, Replacement.replaced_id)):
        replaced.setdefault(id_, []).append(numbers[old])
    own = (Contract.status, Contract.starts_on, Contract.ends_on, Contract.end_of_term)
    query = (
        select(Contract.id, Contract.line_id, Registry.slug, Contract.number, Customer.code)
        .add_columns(Partner.code, *own)
        .join(Customer, Customer.id == Contract.customer_id)
        .join(Partner, Partner.id == Contract.partner_id)
    )
    rows = session.execute(
        _in(query, Contract, only).order_by(Registry.slug, Contract.number)
    ).all()
    papers = [
        ((slug, number), Paper(number, starts, tuple(sorted(replaced.get(id_, ())))))
        for id_, _, slug, number, _, _, _, starts, _, _ in rows
    ]
    after = {
        slug: successors([paper for (own, _), paper in papers if own == slug])
        for slug in {slug for (slug, _), _ in papers}
    }
    for (_, line_id, *cells), ((slug, number), paper) in zip(rows, papers, strict=True):
        current = tenure(paper, after[slug].get(number))
        day = spoken_of(*current, on) if current else None
        team = _value(spans.get(line_id, []), day) if day else None
        yield *cells[:4], teams.get(team), *cells[4:], ";".join(paper.replaces)


def _services(session: Session, only: int | None, on: date) -> Rows:
    own = (Service.status, Service.installed_on, Service.site_a, Service.site_z)
    query = (
        select(Registry.slug, Service.service_id, Contract.number, Product.code, *own)
        .join(Contract, Contract.id == Service.contract_id)
        .outerjoin(Product, Product.id == Service.product_id)
    )
    query = _in(query, Service, only).order_by(Registry.slug, Service.service_id)
    yield from session.execute(query)


def _training(session: Session, only: int | None, on: date) -> Rows:
    columns = (Partner.code, Training.code, Training.name, Training.held_since, Training.held_until)
    query = select(*columns).join(Partner, Partner.id == Training.partner_id)
    for partner, code, name, *term in session.execute(query.order_by(Partner.code, Training.code)):
        yield partner, code, name.get("es"), name.get("en"), *term


def _customer_contacts(session: Session, only: int | None, on: date) -> Rows:
    model = CustomerContact
    query = select(Registry.slug, Customer.code, model.name, model.email, model.language)
    query = _in(query.join(Customer, Customer.id == model.customer_id), model, only)
    yield from session.execute(query.order_by(Registry.slug, Customer.code, model.email))


def _codes(session: Session) -> dict[Any, str]:
    return {team.id: team.code for team in session.execute(select(Team.id, Team.code))}


def _value(spans: list[Span], day: date) -> Any:
    span = at(spans, day)
    return span.value if span else None


_ROWS: dict[str, Callable[[Session, int | None, date], Rows]] = {
    "teams": _teams,
    "people": _people,
    "products": _products,
    "partners": _partners,
    "agreements": _agreements,
    "customers": _customers,
    "contracts": _contracts,
    "services": _services,
    "training": _training,
    "customer_contacts": _customer_contacts,
}
