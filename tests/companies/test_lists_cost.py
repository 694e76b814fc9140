"""The lists of people and applications: one row and thirty cost the same number of queries, and they
go by keys, names in the order people read them on both databases (C1).
"""

import re

from flask import Flask

from portal.accounts.commands import add_person
from portal.companies.models import Application, Invitation
from portal.companies.people_rules import Place
from portal.companies.rules import ApplicationState
from portal.kernel.access import Role
from portal.store.db import atomic
from tests.companies.applicants import applications, join
from tests.companies.cast import NOW, partner, person
from tests.orders.rows import Counted
from tests.people import ADMIN, CHANNEL, NORTE, Browser
from tests.registry.world import CTL


def cost(browser: Browser, path: str) -> int:
    """How many queries a page asks, once it was asked before."""
    browser.get(path)
    with Counted() as asked:
        browser.get(path)
    return int(asked.count)


def test_sixty_people_cost_as_many_queries_as_those_of_the_demo(visitor: Browser) -> None:
    """Who is called Ábaco stands first, not last; the page after a name loses nobody."""
    admin = visitor.as_(ADMIN)
    few = cost(admin, "/es/staff/")
    with atomic() as session:
        for at in range(60):
            add_person(session, f"p{at}@norte.example", f"Ábaco {at:02}", "!", "es", NOW())
    assert cost(admin, "/es/staff/") == few
    page = admin.get("/es/staff/")
    assert "Ábaco 49" in page and "Ábaco 50" not in page
    (more,) = re.findall(r'href="(/es/staff/\?after=[^"]*)"', page)
    rest = admin.get(more)
    assert "Ábaco 49" not in rest and "Ábaco 50" in rest and NORTE in rest


def invited(number: int, first: int = 0) -> None:
    """Open invitations to a company, as if sent long before the limits."""
    place = Place(Role.PARTNER_USER, partner("norte"))
    by, now = person(ADMIN), NOW()
    with atomic() as session:
        for at in range(first, first + number):
            session.add(
                Invitation(
                    token_hash=f"hash {at}",
                    email=f"i{at:02}@else.example",
                    email_key=f"i{at:02}@else.example",
                    language="es",
                    role=place.role,
                    partner_id=place.partner_id,
                    sent_by=by,
                    sent_at=now,
                    expires_at=now.replace(year=now.year + 1),
                )
            )


def test_sixty_invitations_cost_as_many_queries_as_one_and_come_in_pages(visitor: Browser) -> None:
    admin, path = visitor.as_(ADMIN), "/es/staff/invitations"
    invited(1)
    few = cost(admin, path)
    invited(59, first=1)
    assert cost(admin, path) == few
    page = admin.get(path)
    assert "i59@" in page and "i10@" in page and "i09@" not in page
    (more,) = re.findall(r'href="(/es/staff/invitations\?before=\d+)"', page)
    rest = admin.get(more)
    assert "i09@" in rest and "i00@" in rest and "i10@" not in rest


def test_thirty_applications_cost_as_many_queries_as_one(demo: Flask) -> None:
    join(demo)
    browser, path = Browser(demo).as_(CHANNEL), "/es/applications/?state=withdrawn"
    kept = {c.name: getattr(applications()[CTL], c.name) for c in Application.__table__.columns}
    kept |= {"id": None, "state": ApplicationState.WITHDRAWN, "decided_at": kept["sent_at"]}

    def add(*numbers: int) -> None:
        with atomic() as session:
            session.add_all(Application(**{**kept, "ref": f"MANY{n:04}"}) for n in numbers)

    add(0)
    few = cost(browser, path)
    add(*range(1, 30))
    assert cost(browser, path) == few
    assert len(re.findall(r'href="/es/applications/\d+"', browser.get(path))) == 30
