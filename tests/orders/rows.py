"""The pure rule's facts as rows of the database, so that both are asked the same questions."""

from dataclasses import replace
from datetime import UTC, date, datetime

from sqlalchemy import event, select

from portal.accounts.models import Person
from portal.kernel.access import Role, actor_for
from portal.kernel.localized import Localized
from portal.orders.records import ProductFact
from portal.registry.models import (
    Agreement,
    Contract,
    ContractLine,
    Customer,
    LineTeam,
    Partner,
    Product,
    Registry,
    Replacement,
    Service,
    Team,
)
from portal.registry.rules import Program, TeamKind, normal
from portal.store.db import atomic, db
from portal.store.facts import Warrant, WarrantKind

THEN = datetime(2017, 1, 1, tzinfo=UTC)


class Rows:
    """Writes facts once; the same code gives the same row."""

    def __init__(self, session):
        self.session, self.made = session, {}
        self.warrant = self.one(
            Warrant, "w", kind=WarrantKind.ORIGIN, reason="test", actor="test", at=THEN
        )

    def one(self, model, *key, **values):
        at = (model, *key)
        if at not in self.made:
            row = self.made[at] = model(**values)
            self.session.add(row)
            self.session.flush()
        return self.made[at]

    def registry(self, slug):
        found = self.session.scalar(select(Registry).where(Registry.slug == slug))
        return found or self.one(Registry, slug, slug=slug, name=slug.title(), thread=1, position=9)

    def coded(self, model, code):
        return self.one(model, code, code=code, name=code)

    def team(self, registry, code):
        return self.one(
            Team,
            registry.id,
            code,
            registry_id=registry.id,
            code=code,
            name=code,
            kind=TeamKind.ACCOUNT,
        )


def store(facts, partner="P1"):
    """Write `facts`; they come back as a registry keeps them."""
    facts = as_kept(facts)
    with atomic() as session:
        rows = Rows(session)
        if facts.partner_known:
            rows.coded(Partner, partner)
        for one in facts.agreements if facts.partner_known else ():
            home = rows.registry(one.registry)
            session.add(
                Agreement(
                    registry_id=home.id,
                    number=one.number,
                    partner_id=rows.coded(Partner, partner).id,
                    program=Program.INDIRECT,
                    status=one.status,
                    starts_on=one.starts_on,
                    ends_on=one.ends_on,
                )
            )
        for one in facts.contracts:
            _contract(rows, one)
        for one in facts.products:
            _product(rows, one.registry, one.product)
        for one in facts.services:
            home = rows.registry(one.registry)
            product = one.product and _product(rows, one.registry, one.product)
            session.add(
                Service(
                    registry_id=home.id,
                    service_id=one.service,
                    normal=normal(one.service),
                    contract_id=rows.made[Contract, one.registry, one.contract].id,
                    product_id=product.id if product else None,
                    status=one.status,
                )
            )
    return facts


def _product(rows, slug, code):
    home = rows.registry(slug)
    name = Localized(es=code, en=code)
    return rows.one(Product, slug, code, registry_id=home.id, code=code, name=name)


def _contract(rows, fact):
    home = rows.registry(fact.registry)
    line = _line(rows, fact, home)
    row = rows.one(
        Contract,
        fact.registry,
        fact.number,
        registry_id=home.id,
        line_id=line,
        number=fact.number,
        normal=normal(fact.number),
        customer_id=rows.coded(Customer, fact.customer).id,
        partner_id=rows.coded(Partner, fact.partner).id,
        status=fact.status,
        starts_on=fact.starts_on,
        ends_on=fact.ends_on,
        end_of_term=fact.end_of_term,
    )
    for number in fact.replaces:
        other = rows.made[Contract, fact.registry, number]
        rows.session.add(Replacement(contract_id=row.id, replaced_id=other.id, registry_id=home.id))
    rows.session.flush()


def _line(rows, fact, home):
    if len(fact.replaces) == 1:
        return rows.made[Contract, fact.registry, fact.replaces[0]].line_id
    line = ContractLine(registry_id=home.id)
    rows.session.add(line)
    rows.session.flush()
    for period in fact.teams:
        rows.session.add(
            LineTeam(
                registry_id=home.id,
                line_id=line.id,
                team_id=rows.team(home, period.team).id,
                valid_from=period.valid_from,
                valid_to=period.valid_to,
                warrant_id=rows.warrant.id,
            )
        )
    return line.id


def as_kept(facts):
    """A renewal of one contract is on its line, so has its teams; a service's product is known."""
    teams, contracts = {}, []
    for one in facts.contracts:
        if len(one.replaces) == 1:
            one = replace(one, teams=teams[one.registry, one.replaces[0]])
        teams[one.registry, one.number] = one.teams
        contracts.append(one)
    installed = [ProductFact(one.registry, one.product) for one in facts.services if one.product]
    products = tuple(dict.fromkeys([*facts.products, *installed]))
    return replace(facts, contracts=tuple(contracts), products=products)


def person(partner="P1", email="user@p1.example"):
    """An actor of the partner, with a row to stand on."""
    with atomic() as session:
        company = session.scalar(select(Partner.id).where(Partner.code == partner))
        row = Person(
            email=email,
            email_key=email,
            name="U",
            password_hash="",
            language="es",
            created_at=THEN,
        )
        session.add(row)
        session.flush()
        known = row.id
    return actor_for(Role.PARTNER_USER, person_id=known, name="U", email=email, partner_id=company)


class Counted:
    """How many statements ran inside the block, the driver's own BEGIN on SQLite aside."""

    def __enter__(self):
        self.count = 0
        event.listen(db.engine, "before_cursor_execute", self._hit)
        return self

    def __exit__(self, *_):
        event.remove(db.engine, "before_cursor_execute", self._hit)

    def _hit(self, connection, cursor, statement, *_):
        self.count += not statement.startswith("BEGIN")


def count(model):
    found = len(db.session.scalars(select(model)).all())
    db.session.rollback()
    return found


DAY = date(2017, 12, 1)
