"""What channel people see of the applications that wait: flags, pages, the desk (A4, D5, R1)."""

import re

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from portal.accounts.models import Membership, Person, SignIn
from portal.companies.models import Application
from portal.companies.rules import ApplicationState
from portal.kernel import clock
from portal.kernel.access import Role
from portal.registry.models import (
    Agreement,
)
from portal.store.db import atomic, db
from tests.companies.applicants import (
    COMPANY,
    agreements,
    applications,
    join,
    state,
)
from tests.companies.test_application_review import approve, decline, manager, path
from tests.people import (
    ACCOUNT,
    CHANNEL,
    CHANNEL_L3,
    LEAD,
)
from tests.registry.world import CTL, L3


@pytest.mark.parametrize(
    ("name", "flagged"),
    [
        ("CONEXIONES SÚR, S.A. de C.V.", True),
        ("Сonexiones Sur", True),
        ("Conexiones Oeste", False),
    ],
)
def test_a_name_that_reads_like_a_partners_is_flagged_to_who_may_see_that_partner(
    demo: Flask, name: str, flagged: bool
) -> None:
    """D5. Sur is a partner of one registry alone: the other's people are told nothing of it."""
    join(demo, company=name)
    assert ("Conexiones Sur" in manager(demo).get(path(CTL, name))) is flagged
    assert "Conexiones Sur" not in manager(demo, CHANNEL_L3).get(path(L3, name))


def test_a_name_like_another_applicants_is_flagged_in_the_registry_it_applied_to(
    demo: Flask,
) -> None:
    join(demo, company="Puertos Unidos SRL", email="uno@uno.example", **{f"program_{L3}": ""})
    join(demo, company="Puertos Unidos", email="dos@dos.example")
    assert "Puertos Unidos SRL" in manager(demo).get(path(CTL, "Puertos Unidos"))
    assert "Puertos Unidos SRL" not in manager(demo, CHANNEL_L3).get(path(L3, "Puertos Unidos"))


def many(demo: Flask, number: int) -> None:
    """Applications of the past, of one company."""
    join(demo)
    row = applications()[CTL]
    kept = {c.name: getattr(row, c.name) for c in Application.__table__.columns}
    with atomic() as session:
        for n in range(number):
            more = {"id": None, "ref": f"MANY{n:04}", "state": ApplicationState.WITHDRAWN}
            session.add(Application(**{**kept, **more, "decided_at": kept["sent_at"]}))


def test_the_queue_goes_by_pages_and_keeps_its_filter(demo: Flask) -> None:
    many(demo, 65)
    browser, seen, at = manager(demo), [], "/es/applications/?state=withdrawn"
    while at:
        page = browser.get(at)
        rows = re.findall(r'href="/es/applications/(\d+)"', page)
        assert len(rows) <= 30
        seen += rows
        more = re.search(r'href="([^"]*)" rel="next"', page)
        at = more[1].replace("&amp;", "&") if more else ""
        assert not at or "state=withdrawn" in at
    assert len(seen) == len(set(seen)) == 65
    for strange in ("?state=nothing", "?after=x", "?after=99999999999999999999"):
        browser.get(f"/es/applications/{strange}")


def test_the_desk_shows_what_waits_to_channel_people_of_the_registry(demo: Flask) -> None:
    join(demo, **{f"program_{L3}": ""})
    assert COMPANY in manager(demo).get("/es/")
    assert COMPANY not in manager(demo, CHANNEL_L3).get("/es/")
    assert COMPANY not in manager(demo, ACCOUNT).get("/es/")


def test_the_company_is_no_partner_of_the_registry_before_it_is_approved(demo: Flask) -> None:
    join(demo)
    browser = manager(demo)
    assert COMPANY not in browser.get("/es/directory/partners/")
    approve(browser, path())
    assert COMPANY in browser.get("/es/directory/partners/")
    assert COMPANY not in manager(demo, CHANNEL_L3).get("/es/directory/partners/")


def test_no_row_of_an_application_is_of_two_registries(demo: Flask) -> None:
    """R1 in the database: an application leads to an agreement of its own registry alone."""
    join(demo)
    approve(manager(demo), path())
    other = applications()[L3].id
    agreement = agreements()[0].id
    with pytest.raises(Exception, match=r"(?i)R1|foreign|violates"), atomic() as session:
        session.execute(
            update(Application).where(Application.id == other).values(agreement_id=agreement)
        )
    assert db.session.scalar(select(func.count()).select_from(Agreement)) == 4


def test_approving_wants_somebody_who_proved_lately_who_they_are(demo: Flask) -> None:
    join(demo)
    browser = manager(demo)
    with atomic() as session:
        long_ago = clock.wall().replace(year=2020)
        session.execute(update(SignIn).values(confirmed_at=long_ago))
    browser.get(f"{path()}/approve", status=302)
    assert browser.page is not None and "/confirm" in browser.page.headers["Location"]
    approve(browser, path())
    assert not agreements()


def test_who_acts_for_the_company_does_not_decide_for_the_registry(demo: Flask) -> None:
    """A channel manager who is also one of the company's people is no judge of it."""
    join(demo)
    partner = applications()[CTL].partner_id
    with atomic() as session:
        person = session.scalars(select(Person.id).where(Person.email == CHANNEL)).one()
        now = clock.wall()
        session.add(
            Membership(person_id=person, role=Role.PARTNER_USER, partner_id=partner, since=now)
        )
    browser = manager(demo)
    assert 'name="reason"' not in browser.get(path())
    approve(browser, path(), status=409)
    decline(browser, path(), status=409)
    assert state() is ApplicationState.SENT
    approve(manager(demo, LEAD), path())
