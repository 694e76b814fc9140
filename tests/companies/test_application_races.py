"""Several at once: one approval, one open application, one company, whoever comes first (C9, C10).

Real processes on both databases; each guard has its control, which must do the harm.
"""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from portal.accounts.models import Person
from portal.accounts.queries import capacities
from portal.companies import applications as commands
from portal.companies import applying
from portal.companies.models import Application
from portal.kernel import clock
from portal.kernel.access import Actor
from portal.registry.agreements import Terms
from portal.registry.models import Partner
from portal.registry.rules import Program
from portal.store.db import atomic, db
from portal.store.scope import visible_to
from tests.companies.applicants import (
    COMPANY,
    EMAIL,
    PASSWORD,
    agreements,
    applications,
    ask,
    join,
    team,
)
from tests.concurrency.crowd import together, unguarded
from tests.conftest import PASSWORD as DEMO_PASSWORD
from tests.people import CHANNEL, LEAD, NORTE_ADMIN, SUR_ADMIN
from tests.registry.world import CTL, L3

TODAY = date(2017, 12, 1)
LOCKED = "OperationalError"
CROWD = 6


def approve(application_id: int, number: str, team_id: int, actor: Actor) -> str:
    """What one manager is answered."""
    terms = Terms(number, TODAY, None, team_id, "terms", "schedule")
    now = clock.wall()
    done = commands.approve(application_id, terms, actor=actor, now=now, today=TODAY)
    return str(done.value or done.reasons[0].code)


def approve_unguarded(*arguments: Any) -> str:
    """The control: the application is read without a lock, in a transaction like any other."""
    commands.atomic = unguarded  # type: ignore[assignment]
    commands._locked = _unlocked  # type: ignore[assignment]
    return approve(*arguments)


def _unlocked(session: Any, application_id: int, actor: Actor) -> Application:
    query = visible_to(Application, actor).where(Application.id == application_id)
    return session.scalars(query).one()  # type: ignore[no-any-return]


def send(registry_id: int, actor: Actor) -> str:
    """What one administrator is answered."""
    now = clock.wall()
    done = commands.send(registry_id, Program.ALLIANCE, "note", actor=actor, now=now, today=TODAY)
    return str(done.value or done.reasons[0].code)


def send_unguarded(*arguments: Any) -> str:
    """The control: in a transaction that does not say it will write."""
    commands.atomic = unguarded  # type: ignore[assignment]
    return send(*arguments)


def confirm(token: str, password: str) -> str:
    """What one click is answered."""
    return applying.confirm(token, password, now=clock.wall(), origin="").outcome.value


def confirm_unguarded(token: str, password: str) -> str:
    """The control: the link is looked at and not used up."""
    applying.links.use = applying.links.look  # type: ignore[assignment]
    applying.atomic = unguarded  # type: ignore[assignment]
    return confirm(token, password)


def actor_of(email: str) -> Actor:
    person = db.session.scalars(select(Person.id).where(Person.email == email)).one()
    found = capacities(db.session(), person)[0]
    db.session.rollback()
    return found


def count(model: type[Any], *where: Any) -> int:
    found = db.session.scalar(select(func.count()).select_from(model).where(*where)) or 0
    db.session.rollback()
    return found


def crowd(demo: Flask) -> list[tuple[Any, ...]]:
    """Two people of the channel, three times each, with a number of their own each time."""
    join(demo)
    row, who, of = applications()[CTL], [actor_of(CHANNEL), actor_of(LEAD)], team(CTL)
    return [(row.id, f"N-{n}", of, who[n % 2]) for n in range(CROWD)]


def test_of_managers_who_approve_at_once_one_does(demo: Flask) -> None:
    answers = together(demo, approve, crowd(demo))
    assert sorted(answers) == ["application.decided_already"] * (CROWD - 1) + ["approved"]
    assert len(agreements()) == 1


def test_without_the_lock_they_do_harm(demo: Flask) -> None:
    answers = together(demo, approve_unguarded, crowd(demo))
    assert len(agreements()) > 1 or LOCKED in answers, answers


def applicants(demo: Flask) -> list[tuple[Any, ...]]:
    """One company's administrators, at its forms at the same moment."""
    join(demo)
    return [(applications()[L3].registry_id, actor_of(SUR_ADMIN))] * CROWD


def test_of_administrators_who_apply_at_once_one_does(demo: Flask) -> None:
    answers = together(demo, send, applicants(demo))
    assert sorted(answers) == ["alliance"] + ["application.open_already"] * (CROWD - 1)
    assert len(applications("Conexiones Sur")) == 1


def test_without_the_guard_they_do_harm(demo: Flask) -> None:
    """Without the one open application of the database on PostgreSQL, without IMMEDIATE on SQLite."""
    people = applicants(demo)
    if db.engine.dialect.name != "postgresql":
        assert LOCKED in together(demo, send_unguarded, people)
        return
    with atomic() as session:
        session.execute(text("DROP INDEX uq_application_open"))
    try:
        assert together(demo, send, people).count("alliance") > 1
    finally:
        with atomic() as session:
            session.execute(text("DELETE FROM application"))
            session.execute(
                text(
                    "CREATE UNIQUE INDEX uq_application_open ON application"
                    " (partner_id, registry_id) WHERE state = 'sent'"
                )
            )


@pytest.mark.parametrize("email", [EMAIL, NORTE_ADMIN])
def test_one_link_makes_one_company_however_often_it_is_sent(demo: Flask, email: str) -> None:
    password = PASSWORD if email == EMAIL else DEMO_PASSWORD
    answers = together(demo, confirm, [(ask(demo, email=email), password)] * CROWD)
    assert answers.count("sent") == 1, answers
    assert (count(Partner, Partner.name == COMPANY), count(Application)) == (1, 2)


def test_without_being_used_up_it_does_harm(demo: Flask) -> None:
    token = ask(demo, email=NORTE_ADMIN)
    answers = together(demo, confirm_unguarded, [(token, DEMO_PASSWORD)] * CROWD)
    assert count(Partner, Partner.name == COMPANY) > 1 or LOCKED in answers, answers
