"""The pages of the contract registries: each once per outcome, in both languages (R1, R3, R8)."""

import re
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.kernel.access import Role, actor_for
from portal.orders.basket import Action, Basket, BasketLine
from portal.orders.book import Book
from portal.orders.queries import load_routing_facts
from portal.registry import contract_page, queries
from portal.registry.models import Agreement, Contract, Customer, Partner, Registry, Service
from portal.store.db import db
from tests.people import ACCOUNT, CHANNEL, CHANNEL_L3, FINANCE, NORTE, SUPPORT, SUR, Browser

CTL, L3 = "centurylink", "level3"


def contract_id(number: str) -> int:
    found = db.session.scalar(select(Contract.id).where(Contract.number == number))
    assert found is not None
    return found


def service_id(written: str) -> int:
    found = db.session.scalar(select(Service.id).where(Service.service_id == written))
    assert found is not None
    return found


def agreement_id(number: str) -> int:
    found = db.session.scalar(select(Agreement.id).where(Agreement.number == number))
    assert found is not None
    return found


def words(page: str) -> str:
    """The text of a page, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def both(browser: Browser, path: str, *, status: int = 200) -> str:
    """The page in both languages; the English text."""
    browser.get(f"/es{path}", status=status)
    return words(browser.get(f"/en{path}", status=status))


def test_a_partner_sees_both_registries_side_by_side(visitor: Browser) -> None:
    page = both(visitor.as_(NORTE), "/contracts/")
    assert "5 contracts in force Agreement CTL-A-1042 Active" in page
    assert "6 contracts in force Agreement L3-A-2077 Active" in page
    assert "Account team: Cuentas Level 3 " in page


def test_a_partner_without_an_agreement_in_a_registry_is_told_so(visitor: Browser) -> None:
    page = both(visitor.as_(SUR), "/contracts/")
    assert "Level 3 0 contracts in force Your company has no agreement here." in page
    page = both(visitor, "/contracts/level3/portfolio")
    assert "Your company cannot order these products." in page


def test_staff_see_their_own_registry_alone(visitor: Browser) -> None:
    """One registry's people do not read the other's contracts (facts.md 9)."""
    browser = visitor.as_(CHANNEL_L3)
    page = both(browser, "/contracts/")
    assert "Level 3" in page and "CTL-" not in page
    assert "Integradora Norte" in both(browser, "/contracts/level3/")
    both(browser, "/contracts/centurylink/", status=404)
    both(browser, "/contracts/centurylink/portfolio", status=404)


@pytest.mark.parametrize("email", [SUPPORT, FINANCE])
def test_roles_without_contracts_are_refused(visitor: Browser, email: str) -> None:
    browser = visitor.as_(email)
    for path in ("/", "/centurylink/", "/centurylink/1", "/customers/1", "/agreements/1"):
        both(browser, f"/contracts{path}", status=403)


def test_a_visitor_is_sent_to_sign_in(visitor: Browser) -> None:
    for path in ("/contracts/", "/contracts/centurylink/1", "/directory/", "/directory/teams/1"):
        visitor.get(f"/en{path}", status=302)
        assert visitor.page is not None
        assert "/en/sign-in" in visitor.page.headers["Location"]


@pytest.mark.parametrize(
    "written",
    [
        "73/HCGS/123456/000/NE",
        "73HCGS123456000NE",
        "73.hcgs.123456.000.ne",
        "  73-HCGS-123456-000-NE ",
        "73 HCGS 123456 000 NE",
        "“73/HCGS/123456/000/NE”",
    ],
)
def test_a_service_is_found_as_people_paste_it(visitor: Browser, written: str) -> None:
    visitor.as_(NORTE).get("/es/contracts/", query_string={"q": written}, status=302)
    page = words(visitor.follow())
    assert "73/HCGS/123456/000/NE" in page and "CTL-2015-0042" in page


def test_a_contract_is_found_by_its_number_and_a_rivals_is_not(visitor: Browser) -> None:
    visitor.as_(SUR).get("/en/contracts/?q=ctl20170502", status=302)
    assert "In force on December 1, 2017." in words(visitor.follow())
    page = both(visitor, "/contracts/?q=CTL-2015-0042")
    assert "Nothing here is called “CTL-2015-0042”" in page
    assert 'value="CTL-2015-0042"' in visitor.get("/en/contracts/?q=CTL-2015-0042")


def test_what_several_records_are_called_is_listed_with_its_registry(visitor: Browser) -> None:
    """The same letters and digits in both registries: both are shown, none is guessed."""
    twin = db.session.scalars(select(Service).where(Service.service_id == "BBWX-7301")).one()
    other = db.session.scalars(select(Service).where(Service.service_id == "FDEC-30144")).one()
    other.service_id, other.normal = "BB/WX/7301", twin.normal
    db.session.commit()
    page = both(visitor.as_(NORTE), "/contracts/?q=bbwx7301")
    assert "2 records are called like this" in page
    assert "BBWX-7301 Service Level 3" in page and "BB/WX/7301 Service CenturyLink" in page


def test_an_empty_page_of_contracts_says_how_to_go_on(visitor: Browser) -> None:
    page = both(visitor.as_(SUR), "/contracts/level3/?state=not-in-force")
    assert "No contract here" in page and "Show all" in page


def test_a_list_keeps_its_filters_in_the_address(visitor: Browser) -> None:
    browser = visitor.as_(NORTE)
    page = both(browser, "/contracts/centurylink/?state=not-in-force")
    assert "CTL-2012-0042" in page and "CTL-2015-0042" not in page
    customer = db.session.scalar(select(Customer.id).where(Customer.code == "N-106"))
    page = both(browser, f"/contracts/centurylink/?customer={customer}&state=all")
    assert "CTL-2016-0299" in page and "CTL-2015-0042" not in page
    both(browser, "/contracts/centurylink/?older=x&newer=2017-13-45.1&customer=zz&state=odd")


def test_a_contract_says_whether_it_is_in_force_and_why(visitor: Browser) -> None:
    """R8: status, start, end and what replaces it."""
    browser = visitor.as_(NORTE)
    page = both(browser, f"/contracts/centurylink/{contract_id('CTL-2015-0042')}")
    assert "In force on December 1, 2017. Its term ends on January 31, 2018; then" in page
    assert "Renews CTL-2012-0042." in page and "Óscar Villalba" in page
    assert "Mon to Fri, 08:00–18:00" in page and "Unchanged since February 1, 2012" in page
    page = both(browser, f"/contracts/level3/{contract_id('L3-2013-0333')}")
    assert "Its term ended on September 30, 2016; it goes on month by month." in page
    page = both(browser, f"/contracts/centurylink/{contract_id('CTL-2013-0077')}")
    assert "Not in force on December 1, 2017. Its term ended on August 31, 2016." in page


def test_a_consolidated_contract_leads_to_the_one_that_stands_for_it(visitor: Browser) -> None:
    browser = visitor.as_(NORTE)
    page = both(browser, f"/contracts/centurylink/{contract_id('CTL-2013-0118')}")
    assert "Another contract replaced it on May 1, 2017." in page
    assert "Orders for its services go to the contract in force: CTL-2017-0120" in page
    assert "Consolidates CTL-2013-0118 and other contracts." in page
    page = both(browser, f"/contracts/centurylink/{contract_id('CTL-2017-0120')}")
    assert "Consolidates CTL-2013-0118 and CTL-2014-0119." in page
    assert "61/HCGS/201877/000/SW" in page and "61/KFGS/201901/000/SW" in page


def test_a_service_says_where_it_was_bought_and_what_stands_for_it(visitor: Browser) -> None:
    """R3."""
    service = service_id("61/KFGS/201901/000/SW")
    page = both(visitor.as_(NORTE), f"/contracts/centurylink/services/{service}")
    assert "Originally bought on CTL-2014-0119 Stands for it now CTL-2017-0120" in page
    page = both(visitor, f"/contracts/level3/services/{service}", status=404)


def test_an_agreement_shows_what_changes_only_by_notice(visitor: Browser) -> None:
    """Q7, Q8, P2: terms, schedule and team, since when, and what is announced."""
    page = both(visitor.as_(NORTE), f"/contracts/agreements/{agreement_id('L3-A-2077')}")
    assert "Active on December 1, 2017." in page and "Alliance L3-7 · 14 % MRC" in page
    assert page.count("Unchanged since March 1, 2013") == 3
    assert page.count("Next announced change: none") == 3
    assert "Lucía Rivas" in page


def test_an_account_team_sees_the_lines_it_serves_and_no_agreement(visitor: Browser) -> None:
    browser = visitor.as_(ACCOUNT)
    page = both(browser, "/contracts/centurylink/?state=all")
    assert "CTL-2015-0042" in page and "CTL-2017-0502" not in page
    both(browser, f"/contracts/centurylink/{contract_id('CTL-2017-0502')}", status=404)
    both(browser, f"/contracts/agreements/{agreement_id('CTL-A-1042')}", status=403)


def unnumbered(page: str) -> str:
    """A page without what is its request's own: its number in the log, and the signed token of a
    form, which tells the second it was made in.
    """
    bare = re.sub(r'<span class="id">[0-9a-f]{12}</span>', "", page)
    return re.sub(r'(name="csrf_token" value=)"[^"]+"', r"\1", bare)


def foreign() -> list[tuple[str, str]]:
    """Addresses of what is Norte's, each beside the same address of what nobody has."""
    norte = db.session.scalar(select(Customer.id).where(Customer.code == "N-101"))
    return [
        (f"/contracts/{CTL}/{contract_id('CTL-2015-0042')}", f"/contracts/{CTL}/987654"),
        (
            f"/contracts/{CTL}/services/{service_id('73/HCGS/123456/000/NE')}",
            f"/contracts/{CTL}/services/987654",
        ),
        (f"/contracts/customers/{norte}", "/contracts/customers/987654"),
        (f"/contracts/agreements/{agreement_id('CTL-A-1042')}", "/contracts/agreements/987654"),
    ]


@pytest.mark.parametrize("email", [SUR, CHANNEL_L3])
def test_what_is_not_yours_answers_as_what_is_not_there(visitor: Browser, email: str) -> None:
    """Another partner's object, or another registry's, is 404 byte for byte as an unknown one."""
    browser = visitor.as_(email)
    for real, unknown in foreign():
        if email == CHANNEL_L3 and "customers" in real:
            continue  # Norte's customer has contracts in both registries
        for lang in ("es", "en"):
            found = browser.get(f"/{lang}{real}", status=404).replace(real, unknown)
            assert unnumbered(found) == unnumbered(browser.get(f"/{lang}{unknown}", status=404))


def test_a_line_that_went_to_another_partner_names_nothing_of_it(visitor: Browser) -> None:
    """The former partner still reads its own paper; the new one, its team and services are absent."""
    renewal = db.session.scalars(select(Contract).where(Contract.number == "CTL-2015-0042")).one()
    renewal.partner_id = db.session.scalars(select(Partner.id).where(Partner.code == "sur")).one()
    db.session.commit()
    old, new = contract_id("CTL-2012-0042"), renewal.id
    page = both(visitor.as_(NORTE), f"/contracts/centurylink/{old}")
    assert "Not in force" in page
    for secret in ("CTL-2015-0042", "Cuentas Corporativas", "73/HCGS/123456/000/NE", "Conexiones"):
        assert secret not in page
    both(visitor, f"/contracts/centurylink/{new}", status=404)


@pytest.mark.parametrize("days", [-900, -300, -214, -1, 0, 60, 200, 1500])
def test_the_pages_and_the_routing_rule_read_the_records_alike(demo: Flask, days: int) -> None:
    """R8: what the page calls in force, the rule does, and the list's filter; the reason too."""
    on = date(2017, 12, 1) + timedelta(days=days)
    norte = db.session.scalars(select(Partner).where(Partner.code == "norte")).one()
    who = actor_for(Role.PARTNER_USER, person_id=1, partner_id=norte.id)
    rows = db.session.execute(
        select(Contract.id, Contract.number, Registry.slug, queries.in_force(Contract, on))
        .join(Registry, Registry.id == Contract.registry_id)
        .where(Contract.partner_id == norte.id)
    ).all()
    assert len(rows) == 16
    for customer in db.session.scalars(select(Customer.code).where(Customer.code.like("N-%"))):
        basket = Basket("norte", on, (BasketLine("1", Action.NEW, product="L3-MPLS"),), customer)
        book = Book(load_routing_facts(db.session(), basket), "norte", on)
        for fact in book.contracts_of(customer):
            row = next(
                row for row in rows if (row.slug, row.number) == (fact.registry, fact.number)
            )
            chain = contract_page.chain(db.session(), who, fact.registry, row.id, on)
            assert chain is not None
            assert bool(row[3]) == book.in_force(fact)
            assert chain.paper.state.value == (book.why_not(fact) or "in_force")
            stands = book.current(fact) or book.last(fact)
            assert chain.standing.number == stands.number


def test_pages_show_the_date_that_is_looked_at(visitor: Browser) -> None:
    """Before the consolidation the old contract was in force; nothing can be ordered meanwhile."""
    browser = visitor.as_(NORTE)
    path = f"/contracts/centurylink/{contract_id('CTL-2013-0118')}"
    assert "Add or change" in both(browser, path)
    browser.post("/en/on", {"on": "2017-03-01"})
    page = both(browser, path)
    assert "In force on March 1, 2017." in page and "Add or change" not in page


def test_staff_see_which_partner_sold_a_contract(visitor: Browser) -> None:
    page = both(visitor.as_(CHANNEL), f"/contracts/centurylink/{contract_id('CTL-2017-0502')}")
    assert "Partner Conexiones Sur" in page
