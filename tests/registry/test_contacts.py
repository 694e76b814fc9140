"""Addresses of teams and people are dated facts: files cannot change them, old ones still find (Q9)."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.access import SYSTEM, Role, actor_for
from portal.registry import stage_contacts, team_pages
from portal.registry.addresses import Coming, reaches
from portal.registry.facts import PERSON_EMAIL, PERSON_PHONE, TEAM_EMAIL, TEAM_PHONE
from portal.registry.models import Partner, Registry, Team, TeamMember
from portal.registry.spans import settle
from portal.store.db import atomic, db
from portal.store.events import Event
from portal.store.facts import DESKS, BadValue, GatedFact, Warrant, WarrantKind, warrant
from portal.store.periods import take_effect
from tests.conftest import TODAY, House
from tests.people import NORTE, Browser
from tests.registry.test_pages_contracts import both
from tests.registry.world import CTL, Desk, codes

SOON = date(2018, 1, 15)
TEAM = (CTL, "T", "account", "Team T", "t@old.example", "1000")
ANA = (CTL, "T", "Ana Núñez", "ana@old.example", "", "2000")
NEW_ANA = (*ANA[:3], "ana@new.example", "ana@old.example", "2000")
READER = actor_for(Role.PARTNER_USER, person_id=1, partner_id=1)


@pytest.fixture
def team(desk: Desk) -> Desk:
    """A team with one person."""
    assert not desk.give("teams", [TEAM])["errors"] and not desk.give("people", [ANA])["errors"]
    return desk


def notice(fact: GatedFact, name: str, value: str, on: date = SOON) -> None:
    """Let a notice change the address of the team or the person of that name."""
    model: Any = Team if fact in (TEAM_EMAIL, TEAM_PHONE) else TeamMember
    with atomic() as session:
        subject = session.scalar(select(model.id).where(model.name == name))
        made = warrant(session, WarrantKind.NOTICE, reason="N-1", actor=SYSTEM, at=clock.wall())
        take_effect(session, fact, {subject: value}, on=on, warrant_id=made.id)


def ana(on: date = TODAY) -> team_pages.Person:
    """The one person, as she is reached on a date."""
    [card] = team_pages.all_teams(db.session(), READER, on)
    [person] = card.people
    db.session.rollback()
    return person


def test_the_first_address_holds_since_ever_and_stands_on_its_file(team: Desk) -> None:
    assert ana(date(1990, 1, 1)) == ana() == ana(date(2100, 1, 1))
    model = PERSON_EMAIL.model
    warrants = select(Warrant.kind, Warrant.reason).join(model, model.warrant_id == Warrant.id)
    assert [tuple(row) for row in db.session.execute(warrants)] == [
        (WarrantKind.ORIGIN, "import people people.csv")
    ]


@pytest.mark.parametrize(
    ("kind", "row", "fact", "subject", "stands", "given"),
    [
        ("teams", (*TEAM[:4], "t@new.example", "1000"), TEAM_EMAIL, "T", TEAM[4], "t@new.example"),
        ("teams", (*TEAM[:5], "1001"), TEAM_PHONE, "T", "1000", "1001"),
        ("people", NEW_ANA, PERSON_EMAIL, "Ana Núñez", "ana@old.example", "ana@new.example"),
        ("people", (*ANA[:5], "2001"), PERSON_PHONE, "Ana Núñez", "2000", "2001"),
    ],
)
def test_a_file_that_says_another_address_is_held_and_a_correction_is_marked(
    team: Desk,
    kind: str,
    row: tuple[str, ...],
    fact: GatedFact,
    subject: str,
    stands: str,
    given: str,
) -> None:
    """N1: no import changes an address around a notice; nobody is made twice by a new address."""
    done = team.give(kind, [row])
    assert (done["created"], done["changed"], done["unchanged"]) == (0, 0, 1)
    [held] = done["held"]
    assert [held[key] for key in ("fact", "subject", "from", "to")] == [
        *(fact.name, subject, stands, given)
    ]
    told = db.session.scalars(select(Event.payload))
    said = [event["held"] for event in told if event.get("held")]
    assert said == [[{"line": 2, "fact": fact.name, "subject": 1}]]  # no address is sealed
    again = team.give(kind, [row], "--correction", "a typo")
    assert (again["changed"], again["held"], len(again["corrected"])) == (1, [], 1)
    found = reaches(db.session(), TODAY)[fact.name, 1]
    assert (found.now, found.former) == (given, (stands,))
    db.session.rollback()
    assert team.give(kind, [row])["unchanged"] == 1


def test_the_guards_of_an_import_are_what_keeps_addresses(
    team: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The controls: without the hold a file changes an address, without recognition it makes a person."""
    with monkeypatch.context() as patch:
        patch.setattr(
            stage_contacts,
            "settle",
            lambda *args, today, correct: settle(*args, today=today, correct=True),
        )
        assert team.give("people", [NEW_ANA])["held"] == []
    assert ana().email == "ana@new.example"
    monkeypatch.setattr(
        stage_contacts,
        "recognise",
        lambda at, plan, staged: [each.update(listed_as=row.key[1]) for row, each in staged],
    )
    assert team.give("people", [NEW_ANA])["created"] == 1


def test_a_blank_says_nothing_and_an_address_where_none_was_is_a_first_one(team: Desk) -> None:
    bare = (CTL, "U", "channel", "Team U")
    team.give("teams", [bare])
    assert team.give("teams", [TEAM[:4], bare])["unchanged"] == 2
    done = team.give("teams", [(*bare, "u@new.example")])
    assert (done["changed"], done["held"]) == (1, [])
    with_it, before = (
        {card.name: card.email for card in team_pages.all_teams(db.session(), READER, on)}
        for on in (TODAY, TODAY - timedelta(days=1))
    )
    assert (with_it["Team U"], before["Team U"]) == ("u@new.example", None)
    assert with_it["Team T"] == before["Team T"] == "t@old.example"


def test_a_notice_changes_it_on_its_day_and_files_go_round_before_and_after(
    team: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Q9: the new address is shown, the old one still finds; an export comes back unchanged."""
    notice(PERSON_EMAIL, "Ana Núñez", "ana@new.example")
    notice(PERSON_PHONE, "Ana Núñez", "3000")
    assert (ana().email, ana().former_email) == ("ana@old.example", None)
    assert ana().coming == (Coming(SOON, "ana@new.example"), Coming(SOON, "3000"))
    assert (ana(SOON).email, ana(SOON).phone) == ("ana@new.example", "3000")
    assert (ana(SOON).former_email, ana(SOON).coming) == ("ana@old.example", ())
    for text, on, former in (
        ("ana@old.example", TODAY, None),
        ("ana@new.example", TODAY, None),
        ("ana@new.example", SOON, None),
        ("Ana <ANA@old.example>", SOON, "ana@old.example"),
        ("30-00", SOON, None),
        ("2000", SOON, "2000"),
    ):
        [found] = team_pages.search(db.session(), READER, text, on).people
        assert found.former == former, text
    db.session.rollback()
    for day in (TODAY, SOON):
        monkeypatch.setattr(clock, "today", lambda day=day: day)
        for kind in ("teams", "people"):
            done = team.run(kind, team.file(f"{kind}.csv", team.export(kind)))
            assert (done["unchanged"], done["held"], done["created"]) == (1, [], 0), (day, kind)
    assert "ana@new.example,ana@old.example" in team.export("people").decode()
    held = team.give("people", [ANA])["held"]
    assert [each["to"] for each in held] == ["ana@old.example", "2000"]


def test_two_rows_of_one_person_are_a_fault(team: Desk) -> None:
    done = team.give("people", [ANA, NEW_ANA])
    assert codes(done) == [(3, "row.conflict")] and ana().email == "ana@old.example"


def test_desks_speak_of_addresses_and_say_whom_they_touch(demo: Any) -> None:
    session = db.session()
    registry = session.scalar(select(Registry.id).where(Registry.slug == "level3"))
    manager = actor_for(Role.CHANNEL_MANAGER, person_id=1, registry_id=registry)
    teams, people = DESKS["team.email"], DESKS["person.email"]
    assert len(teams.find(session, manager, "", 10)) == 3
    [found] = teams.find(session, manager, "industria", 10)
    [lucia] = people.find(session, manager, "LUCIA.RIVAS@level3", 10)
    assert (lucia.label, lucia.detail) == ("Lucía Rivas", "Canal L3")
    assert people.find(session, manager, "Marta Quiroga", 10) == []  # of the other registry
    assert teams.named(session, [found.key])[found.key] == found
    partners = {row.id: row.code for row in session.execute(select(Partner.id, Partner.code))}
    for desk, key, names in ((people, lucia.key, {"norte"}), (teams, found.key, {"norte"})):
        touched = desk.affected(session, [key], TODAY)[key]
        assert {partners[each] for each in touched} == names
    assert people.read(session, lucia.key, {"": " L.Rivas@New.example "}) == "l.rivas@new.example"
    assert people.read(session, lucia.key, {"": "lucia.rivas@centurylink.example"})
    for desk, typed, code in (
        (people, "not an address", "value.address"),
        (people, "peter.novak@centurylink.example", "value.taken"),
        (DESKS["person.phone"], "call me", "value.number"),
        (DESKS["team.phone"], "", "value.missing"),
    ):
        with pytest.raises(BadValue, match=code):
            desk.read(session, lucia.key, {"": typed})


def test_the_directory_shows_what_is_announced_and_finds_teams_by_address(visitor: Browser) -> None:
    notice(TEAM_EMAIL, "Cuentas Level 3", "cuentas.l3@centurylink.example")
    notice(TEAM_PHONE, "Cuentas Level 3", "+1 720 555 0999", TODAY)
    browser = visitor.as_(NORTE)
    coming = "From January 15, 2018: cuentas.l3@centurylink.example"
    assert coming in both(browser, "/directory/")
    page = both(browser, "/directory/?q=cuentas@level3.example")
    assert "1 team found Cuentas Level 3" in page and coming in page
    page = both(browser, "/directory/?q=720+555+0112")
    assert "+1 720 555 0112 former number; now: +1 720 555 0999" in page


def test_addresses_become_dated_facts_of_what_stood_and_columns_again(house: House) -> None:
    house.state("demo")
    with house.app.app_context():
        known = reaches(db.session(), TODAY)
        notice(TEAM_PHONE, "Canal Andino", "+1 303 555 0999", TODAY)
        team = db.session.scalar(select(Team.id).where(Team.name == "Canal Andino"))
        db.session.remove()
        downgrade(revision="0008")
        upgrade()
        after = reaches(db.session(), TODAY)
        changed = after.pop(("team.phone", team))
        # A column says what stands: what notices announce for later is no part of it.
        stood = {key: replace(one, coming=()) for key, one in known.items()}
        assert after == {key: one for key, one in stood.items() if key != ("team.phone", team)}
        assert changed.now == "+1 303 555 0999"
