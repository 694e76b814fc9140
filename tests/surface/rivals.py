"""Two rivals in one portal: who may see what of it, written down by hand from facts.md section 9.

The demo world, and on top of it what is hard: lines that changed hands both ways, a customer that
both companies sell to, and two services whose ids read alike but belong to different companies.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from portal.accounts.models import Person
from portal.companies.models import Application
from portal.kernel.access import Role
from portal.orders.commands import KIND
from portal.orders.models import Order
from portal.registry.models import Agreement, Contract, Customer, Partner, Registry, Service, Team
from portal.store.db import db
from portal.store.decisions import StoredDecision
from portal.store.pack import demo_path
from tests import people
from tests.companies import applicants
from tests.conftest import House
from tests.people import Browser
from tests.registry.world import CTL, L3, Desk
from tests.surface import rival_councils, rival_people

SHARED = "Astilleros Compartidos"
LOST, WON, LOST_SERVICE, WON_SERVICE = (
    *("CTL-H-0001", "CTL-H-0012"),
    *("77/HAND/700001/000/XX", "77/HAND/700002/000/XX"),
)
ALIKE = "48-KFGS-310225-000-CE"
CONTRACTS = (
    (CTL, LOST, "RIV-1", "norte", "CTL-CUENTA-1", "active", "2013-01-01", "", "auto_renew", ""),
    (CTL, "CTL-H-0002", "RIV-1", "sur", "CTL-CUENTA-1", "active", "2016-01-01", "", "expire", LOST),
    (CTL, "CTL-H-0011", "RIV-1", "sur", "CTL-CUENTA-2", "active", "2013-01-01", "", "expire", ""),
    (
        CTL,
        WON,
        "RIV-1",
        "norte",
        "CTL-CUENTA-2",
        "active",
        "2016-01-01",
        "",
        "expire",
        "CTL-H-0011",
    ),
)
SERVICES = (
    (CTL, LOST_SERVICE, LOST, "CTL-ETHERNET", "active", "2013-02-01", "Puerto Cedido"),
    (CTL, WON_SERVICE, "CTL-H-0011", "CTL-ETHERNET", "active", "2013-02-01", "Puerto Ganado"),
    (CTL, ALIKE, "CTL-2016-0510", "CTL-INTERNET", "active", "2016-02-22", "Rosario"),
)
NORTE_SERVICE, SUR_SERVICE = "BBWX-7301", "82/KFGS/620190/000/SE"
PARTNER = {
    people.NORTE: "norte",
    people.NORTE_ADMIN: "norte",
    people.SUR: "sur",
    people.SUR_ADMIN: "sur",
}
# A company's administrator knows its people; the portal's knows everybody, and the companies.
_ADMIN = {"norte": people.NORTE_ADMIN, "sur": people.SUR_ADMIN}
CHANNEL = {
    people.CHANNEL: CTL,
    people.LEAD: CTL,
    people.CHANNEL_L3: L3,
    people.LEAD_L3: L3,
}
SERVES = {people.ACCOUNT: "CTL-CUENTA-1", people.ACCOUNT_L3: "L3-CUENTA-1"}
MINE_TODAY = {LOST: "sur", "CTL-H-0002": "sur", "CTL-H-0011": "norte", WON: "norte"}


@dataclass(frozen=True)
class Thing:
    """Something with a page of its own: the argument that names it, and who may see it."""

    argument: str
    value: str
    registry: str
    texts: frozenset[str]
    seen_by: frozenset[str]


@dataclass
class World:
    """Everything that has a page, and everyone's secrets."""

    house: House
    things: list[Thing] = field(default_factory=list)
    texts: set[str] = field(default_factory=set)
    allowed: dict[str, set[str]] = field(default_factory=dict)

    def foreign(self, email: str) -> set[str]:
        """What must never reach this person; "" is somebody who has not signed in."""
        return self.texts - self.allowed.get(email, set())


def settle(house: House, folder: Path) -> World:
    """Put the database into the state "rivals", made once, and tell what is in it."""
    if "rivals" not in house.states:
        house.state("demo")
        desk = Desk(house.app, folder)
        for kind, rows in (
            ("customers", [("RIV-1", SHARED)]),
            ("contracts", CONTRACTS),
            ("services", SERVICES),
        ):
            answer = desk.give(kind, rows)
            assert not answer["errors"], answer
        for email, service in ((people.NORTE, NORTE_SERVICE), (people.SUR, SUR_SERVICE)):
            place(Browser(house.app).as_(email), service)
            place(Browser(house.app).as_(email), "NO/SUCH/SERVICE")
        with house.app.app_context():
            applicants.join(house.app, **{f"program_{CTL}": ""})
            rival_people.invite()
        house.keep("rivals")
    house.state("rivals")
    world = World(house)
    with house.app.app_context():
        _fill(world)
        db.session.rollback()
    return world


def place(browser: Browser, service: str, **more: str) -> str:
    """Ask to change `service`; the path of the receipt."""
    key = f"key-{service.replace('/', '-')}"
    form = {"a": "change", "s": service, "p": "", "k": "", "idempotency_key": key, **more}
    browser.post("/es/orders", form, at="/es/sign-in")
    assert browser.page is not None
    return str(browser.page.headers["Location"])


def rows(kind: str) -> list[dict[str, str]]:
    """The demo's rows of a kind."""
    with (demo_path("centurylink") / f"{kind}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _fill(world: World) -> None:
    session = db.session()
    papers = [
        *((r["registry"], r["contract_number"], r["partner_id"], r["account_team"]) for r in rows("contracts")),
        *((row[0], row[1], row[3], row[4]) for row in CONTRACTS),
    ]  # fmt: skip
    by_number = {number: (slug, partner, team) for slug, number, partner, team in papers}
    customers: dict[str, set[str]] = {}
    for row in session.execute(
        select(Contract.id, Contract.number, Registry.slug, Customer.name, Customer.code)
        .join(Registry, Registry.id == Contract.registry_id)
        .join(Customer, Customer.id == Contract.customer_id)
    ):
        slug, partner, team = by_number[row.number]
        whose = {partner, MINE_TODAY.get(row.number, partner)}
        seen = frozenset(_of(whose, slug, team))
        customers.setdefault(row.name, set()).update(seen)
        texts = frozenset({row.number, row.name, row.code})
        world.things.append(Thing("contract_id", str(row.id), slug, texts, seen))
        for email in seen & SERVES.keys():
            world.allowed.setdefault(email, set()).add(_name(partner))
    for row in session.execute(
        select(Service.id, Service.service_id, Contract.number, Service.site_a)
        .join(Contract, Contract.id == Service.contract_id)
    ):  # fmt: skip
        slug, partner, team = by_number[row.number]
        seen = frozenset(_of({MINE_TODAY.get(row.number, partner)}, slug, team))
        texts = {row.service_id, *({row.site_a} if "Puerto" in (row.site_a or "") else ())}
        world.things.append(Thing("service_id", str(row.id), slug, frozenset(texts), seen))
    for customer in session.scalars(select(Customer)):
        texts = frozenset({customer.name, customer.code})
        seen = frozenset(customers.get(customer.name, set()))
        world.things.append(Thing("customer_id", str(customer.id), "", texts, seen))
    terms = {row["agreement_number"]: row for row in rows("agreements")}
    for agreement in session.scalars(select(Agreement)):
        row = terms[agreement.number]
        seen = frozenset(_of({row["partner_id"]}, row["registry"], ""))
        texts = frozenset({agreement.number, row["compensation_terms"], row["payment_schedule"]})
        world.things.append(Thing("agreement_id", str(agreement.id), row["registry"], texts, seen))
    for company in session.scalars(select(Partner)):
        seen = frozenset(_knows(company.code))
        texts = frozenset({company.name})
        world.things.append(Thing("partner_id", str(company.id), "", texts, seen))
        for email, code in PARTNER.items():
            if code == company.code:
                world.allowed.setdefault(email, set()).add(company.name)
        world.allowed.setdefault(people.ADMIN, set()).add(company.name)
    for team_id in session.scalars(select(Team.id)):
        thing = Thing("team_id", str(team_id), "", frozenset(), frozenset(people.EVERYONE))
        world.things.append(thing)
    _placed(world)
    world.things += [Thing(*told) for told in rival_people.things()]
    world.things += [Thing(*told) for told in rival_councils.things()]
    _applied(world)
    for row in rows("customer_contacts"):
        texts = {row["name"], row["email"]}
        world.texts |= texts
        for email, registry in CHANNEL.items():
            if registry == row["registry"]:
                world.allowed.setdefault(email, set()).update(texts)
    for person in session.scalars(select(Person)):
        if person.email in PARTNER:
            world.texts.add(person.name)
            for email in (person.email, _ADMIN[PARTNER[person.email]], people.ADMIN):
                world.allowed.setdefault(email, set()).add(person.name)
    for thing in world.things:
        world.texts |= thing.texts
        for email in thing.seen_by:
            world.allowed.setdefault(email, set()).update(thing.texts)


def _placed(world: World) -> None:
    session = db.session()
    for row in session.execute(
        select(
            *(Order.ref, StoredDecision.ref.label("receipt")),
            *(Partner.code, Registry.slug, Team.code.label("team")),
        )
        .join(StoredDecision, StoredDecision.id == Order.decision_id)
        .join(Partner, Partner.id == Order.partner_id)
        .join(Registry, Registry.id == Order.registry_id)
        .outerjoin(Team, Team.id == Order.account_team_id)
    ):
        seen = frozenset(_of({row.code}, row.slug, row.team or ""))
        # Who sees an order is told the number of its receipt, not what stands in it.
        texts = frozenset({row.ref, row.receipt})
        world.things.append(Thing("order", row.ref, row.slug, texts, seen))
    for ref, code in session.execute(
        select(StoredDecision.ref, Partner.code)
        .join(Partner, Partner.id == StoredDecision.partner_id)
        .where(StoredDecision.kind == KIND)
    ):
        seen = frozenset(email for email, whose in PARTNER.items() if whose == code)
        world.things.append(Thing("decision", ref, "", frozenset({ref}), seen))


def _applied(world: World) -> None:
    """A third company has applied to one registry, whose channel people read of it."""
    told = frozenset({applicants.COMPANY, applicants.CONTACT, applicants.EMAIL, "CANARIO-NOTA"})
    seen = frozenset(email for email, registry in CHANNEL.items() if registry == L3)
    theirs = select(Application.id).join(Partner, Partner.id == Application.partner_id)
    theirs = theirs.where(Partner.name == applicants.COMPANY)
    for identifier in db.session().scalars(theirs):
        world.things.append(Thing("application_id", str(identifier), L3, told, seen))
    # The portal's administrators look after people: who they are, not what they asked.
    world.allowed.setdefault(people.ADMIN, set()).update(told - {"CANARIO-NOTA"})


def _of(partners: set[str], slug: str, team: str) -> Iterator[str]:
    """A company's own people, the registry's channel people, the account team that serves it."""
    yield from (email for email, code in PARTNER.items() if code in partners)
    yield from (email for email, registry in CHANNEL.items() if registry == slug)
    yield from (email for email, serves in SERVES.items() if serves == team)


def _knows(company: str) -> Iterator[str]:
    """Who has the page of a partner company: channel people of its registries, support, CSM."""
    registries = {"norte": {CTL, L3}, "sur": {CTL}}.get(company, set())
    yield from (email for email, registry in CHANNEL.items() if registry in registries)
    yield from (people.SUPPORT, people.CSM)


def _name(code: str) -> str:
    return next(row["name"] for row in rows("partners") if row["partner_id"] == code)


ROLE = {
    **dict.fromkeys(PARTNER, Role.PARTNER_USER),
    **dict.fromkeys(_ADMIN.values(), Role.PARTNER_ADMIN),
    **dict.fromkeys(CHANNEL, Role.CHANNEL_MANAGER),
    **dict.fromkeys((people.LEAD, people.LEAD_L3), Role.CHANNEL_LEAD),
    **dict.fromkeys(SERVES, Role.ACCOUNT_TEAM),
    people.SUPPORT: Role.SUPPORT,
    people.CSM: Role.CSM,
    people.FINANCE: Role.FINANCE,
    people.ADMIN: Role.ADMIN,
}
