"""What the pages cost: one row and thirty take the same number of queries; lists go by key."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import event, func, insert, select

from portal.registry.models import (
    Contract,
    ContractLine,
    Customer,
    Partner,
    Product,
    Registry,
    Service,
    Team,
    TeamMember,
)
from portal.registry.rules import ContractStatus, EndOfTerm, ServiceStatus, normal
from portal.store.db import db
from tests.people import CHANNEL_L3, NORTE, SUPPORT, Browser


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements sent to the database meanwhile."""
    said: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def one(query: object) -> int:
    found = db.session.scalar(query)  # type: ignore[call-overload]
    assert isinstance(found, int)
    return found


def contract_of(number: str) -> int:
    return one(select(Contract.id).where(Contract.number == number))


def grow(rows: int) -> None:
    """`rows` more contracts, customers, services on one contract, partners, people."""
    db.session.rollback()  # what was read before is not the newest any more
    registry = one(select(Registry.id).where(Registry.slug == "level3"))
    partner = one(select(Partner.id).where(Partner.code == "norte"))
    home, product = (
        contract_of("L3-2015-0611"),
        one(select(Product.id).where(Product.code == "L3-MPLS")),
    )
    team = one(select(Team.id).where(Team.code == "L3-CANAL-1"))
    top = {m: one(select(func.max(m.id))) for m in (ContractLine, Contract, Customer)}
    for n in range(1, rows + 1):
        line, customer = top[ContractLine] + n, top[Customer] + n
        number, circuit = f"L3-X-{n:04}", f"ZZ-{n:04}"
        db.session.execute(insert(ContractLine).values(id=line, registry_id=registry))
        db.session.execute(
            insert(Customer).values(id=customer, code=f"X-{n}", name=f"Cliente {n:03}")
        )
        db.session.execute(
            insert(Contract).values(
                id=top[Contract] + n, registry_id=registry, line_id=line, number=number,
                normal=normal(number), customer_id=customer, partner_id=partner,
                status=ContractStatus.ACTIVE, starts_on=date(2016, 1, 1) + timedelta(days=n // 3),
                ends_on=None, end_of_term=EndOfTerm.EXPIRE,
            )
        )  # fmt: skip
        db.session.execute(
            insert(Service).values(
                registry_id=registry, service_id=circuit, normal=normal(circuit), contract_id=home,
                product_id=product, status=ServiceStatus.ACTIVE, installed_on=None,
                site_a=None, site_z="Quito",
            )
        )  # fmt: skip
        db.session.execute(insert(Partner).values(code=f"p{n}", name=f"Empresa {n:03}"))
        person = f"persona.{n}@centurylink.example"
        db.session.execute(
            insert(TeamMember).values(
                registry_id=registry, team_id=team, name=f"Persona {n:03}", listed_as=person,
                former_email=None,
            )
        )  # fmt: skip
    db.session.commit()


PAGES = (
    (NORTE, "/contracts/"),
    (NORTE, "/contracts/level3/?state=all"),
    (CHANNEL_L3, "/contracts/level3/"),
    (NORTE, "/contracts/level3/{home}"),
    (NORTE, "/contracts/level3/portfolio"),
    (NORTE, "/contracts/customers/{customer}"),
    (NORTE, "/directory/"),
    (NORTE, "/directory/?q=a"),
    (SUPPORT, "/directory/partners/"),
    (CHANNEL_L3, "/directory/partners/{partner}"),
)


@pytest.mark.parametrize(("email", "path"), PAGES)
def test_a_page_costs_the_same_for_one_row_and_for_thirty(
    visitor: Browser, email: str, path: str
) -> None:
    path = "/es" + path.format(
        home=contract_of("L3-2015-0611"),
        customer=one(select(Customer.id).where(Customer.code == "N-101")),
        partner=one(select(Partner.id).where(Partner.code == "norte")),
    )
    browser = visitor.as_(email)
    browser.get(path)
    with counted() as few:
        browser.get(path)
    grow(30)
    with counted() as many:
        browser.get(path)
    assert len(many) == len(few) <= 14, "\n".join(many)


def test_the_count_sees_a_query_for_each_row(visitor: Browser) -> None:
    """The control: a loop over rows is seen by the counter."""
    with counted() as said:
        for row in db.session.scalars(select(Contract.id).limit(5)).all():
            db.session.scalar(select(Contract.number).where(Contract.id == row))
    assert len([text for text in said if "SELECT" in text]) == 6


def test_contracts_are_paged_by_key_there_and_back(visitor: Browser) -> None:
    """Each contract on exactly one page, newest first, and the way back shows the same pages."""
    grow(65)
    browser = visitor.as_(NORTE)
    pages, back = [], []
    path: str | None = "/en/contracts/level3/?state=all"
    while path:
        text = browser.get(path)
        pages.append(re.findall(r'class="id">(L3-[^<]+)<', text))
        last = path
        path = link(text, "next")
    assert [len(page) for page in pages] == [30, 30, 12]
    assert len({number for page in pages for number in page}) == 72
    path = last
    while path:
        text = browser.get(path)
        back.append(re.findall(r'class="id">(L3-[^<]+)<', text))
        path = link(text, "prev")
    assert back[::-1][-1] == pages[-1] and back[1] == pages[1] and back[-1] == pages[0]


def test_the_services_of_a_contract_and_the_partners_are_paged(visitor: Browser) -> None:
    grow(65)
    browser = visitor.as_(NORTE)
    path: str | None = f"/en/contracts/level3/{contract_of('L3-2015-0611')}"
    found: list[str] = []
    while path:
        text = browser.get(path)
        found += re.findall(r'services/\d+"[^>]*><span class="id">([^<]+)<', text)
        path = link(text, "next")
    assert len(found) == len(set(found)) == 68
    other = Browser(visitor.app).as_(SUPPORT)
    path, names = "/en/directory/partners/", []
    while path:
        text = other.get(path)
        names += re.findall(r'/directory/partners/\d+">([^<]+)<', text)
        path = link(text, "next")
    assert len(names) == len(set(names)) == 67


def link(page: str, rel: str) -> str | None:
    """The address of the neighbouring page."""
    found = re.search(rf'href="([^"]+)" rel="{rel}"', page)
    return found[1].replace("&amp;", "&") if found else None
