"""C2: whose meeting it was decides who sees it, after the merge as before. The pure rule by table, and the
SQL conditions against it on generated worlds.
"""

import random
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, insert, select

from portal.accounts.models import Person
from portal.councils import scopes
from portal.councils.models import Council, CouncilSits, Meeting, Seat
from portal.councils.sight_rules import Place, Sitting, sees_meeting, sees_seat
from portal.kernel import clock
from portal.kernel.access import SYSTEM, Role, actor_for
from portal.kernel.localized import Localized
from portal.registry.models import Partner, Registry
from portal.store import scope
from portal.store.db import db
from portal.store.facts import WarrantKind, warrant
from portal.store.scope import visible_to

A, B, K = 1, 2, 3
BEGAN, MERGE = date(2017, 1, 1), date(2018, 6, 1)
EVE = MERGE - timedelta(days=1)
MERGED = (
    Sitting(A, A, BEGAN, EVE),
    Sitting(A, K, MERGE, None),
    Sitting(B, B, BEGAN, EVE),
    Sitting(B, K, MERGE, None),
)
LONG = Place(A, date(2017, 3, 1), None)
SHORT = Place(A, date(2017, 3, 1), date(2017, 12, 31))


@pytest.mark.parametrize(
    ("place", "council", "held_on", "sees"),
    [
        (LONG, A, date(2017, 3, 1), True),
        (LONG, A, date(2017, 2, 28), False),
        (LONG, B, date(2017, 9, 1), False),
        (LONG, K, EVE, False),
        (LONG, K, MERGE, True),
        (LONG, B, EVE, False),
        (LONG, B, MERGE, False),
        (LONG, A, MERGE, True),
        (SHORT, A, date(2017, 12, 31), True),
        (SHORT, A, date(2018, 1, 1), False),
        (SHORT, K, MERGE, False),
        (Place(K, MERGE, None), A, EVE, False),
        (Place(K, MERGE, None), K, MERGE, True),
    ],
)
def test_a_meeting_is_theirs_whose_council_met_on_that_day(place, council, held_on, sees):
    """C2: carried over with their terms; nobody gains a meeting of the other council."""
    assert sees_meeting([place], council, held_on, MERGED) is sees
    assert not sees_meeting([], council, held_on, MERGED)


@pytest.mark.parametrize(
    ("place", "seat", "today", "sees"),
    [
        (LONG, Place(A, date(2017, 5, 1), None), BEGAN, False),
        (LONG, Place(A, date(2017, 5, 1), None), date(2017, 4, 1), True),
        (SHORT, Place(A, date(2018, 1, 1), None), MERGE, False),
        (LONG, Place(B, BEGAN, None), EVE, False),
        (LONG, Place(B, BEGAN, None), MERGE, True),
        (LONG, Place(B, BEGAN, EVE), MERGE, False),
        (SHORT, Place(B, BEGAN, None), MERGE, False),
        (LONG, Place(K, MERGE, None), MERGE, True),
    ],
)
def test_members_know_of_each_other_once_they_sit_together(place, seat, today, sees):
    """What is announced brings nobody together yet."""
    assert sees_seat([place], seat, MERGED, today) is sees


class World:
    """A few councils, people and meetings, drawn by chance, in the database and beside it."""

    def __init__(self, seed: int) -> None:
        self.session, self.draw = db.session(), random.Random(seed)
        self.councils = {row.id: row.registry_id for row in self.session.scalars(select(Council))}
        self.registries = self.session.scalars(select(Registry.id)).all()
        self.partners = [self._new(Partner, code=f"w{n}", name=f"W{n}") for n in (1, 2)]
        self.people = [self._person(n) for n in range(3)]
        self.sittings = [each for key in self.councils for each in self._sittings(key)]
        pairs = [(person, partner) for person in self.people for partner in self.partners]
        self.seats = [self._seat(*self.draw.choice(pairs)) for _ in range(7)]
        self.meetings = [self._meeting() for _ in range(12)]
        self.readers = [
            *(actor_for(Role.PARTNER_USER, person_id=p, partner_id=c) for p, c in pairs),
            *(
                actor_for(Role.CHANNEL_MANAGER, person_id=1, registry_id=each)
                for each in self.registries
            ),
            actor_for(Role.ACCOUNT_TEAM, person_id=1, registry_id=self.registries[0], team_id=1),
            actor_for(Role.ADMIN, person_id=1),
        ]

    def places(self, reader):
        if reader.role is Role.CHANNEL_MANAGER:
            return [
                Place(key, date.min, None)
                for key, registry in self.councils.items()
                if registry == reader.registry_id
            ]
        mine = (reader.person_id, reader.partner_id)
        return [place for _, whose, place in self.seats if whose == mine and mine[1]]

    def _day(self):
        return date(2017, 11, 1) + timedelta(days=self.draw.randrange(8))

    def _term(self):
        start = self._day()
        end = self.draw.choice([None, start + timedelta(days=self.draw.randrange(5))])
        return start, end

    def _new(self, model, **values):
        return self.session.execute(insert(model).values(**values).returning(model.id)).scalar_one()

    def _person(self, n):
        told = {"email": f"w{n}@w.example", "email_key": f"w{n}@w.example", "password_hash": ""}
        return self._new(Person, name=f"W{n}", language="es", created_at=clock.wall(), **told)

    def _sittings(self, council):
        """None at all, or several that follow one another, with a gap now and then."""
        self.session.execute(delete(CouncilSits).where(CouncilSits.council_id == council))
        start, found = date(2017, 11, 1), []
        why = warrant(self.session, WarrantKind.ORIGIN, reason="t", actor=SYSTEM, at=clock.wall())
        for last in (False, True)[self.draw.choice([0, 0, 0, 1]) :]:
            end = None if last else start + timedelta(days=self.draw.randrange(4))
            into = self.draw.choice(list(self.councils))
            found.append(Sitting(council, into, start, end))
            self._new(
                CouncilSits, council_id=council, into_id=into, valid_from=start, valid_to=end,
                warrant_id=why.id,
            )  # fmt: skip
            start = (end or start) + timedelta(days=self.draw.choice([1, 1, 2]))
        if self.draw.random() < 0.2:
            self.session.execute(delete(CouncilSits).where(CouncilSits.council_id == council))
            return []
        return found

    def _seat(self, person, partner):
        (start, end), council = self._term(), self.draw.choice(list(self.councils))
        key = self._new(
            Seat, council_id=council, person_id=person, partner_id=partner, starts_on=start,
            ends_on=end,
        )  # fmt: skip
        return key, (person, partner), Place(council, start, end)

    def _meeting(self):
        council, on = self.draw.choice(list(self.councils)), self._day()
        key = self._new(
            Meeting, council_id=council, held_on=on, opens="", place="", link="",
            title=Localized(es="R", en="R"), called_at=clock.business(),
        )  # fmt: skip
        return key, council, on


def differences(monkeypatch, worlds=16):
    """Where the SQL and the pure rule disagree, over worlds drawn by chance; how much anyone saw."""
    today, found, seen = date(2017, 11, 5), [], 0
    monkeypatch.setattr(clock, "today", lambda: today)
    scope._condition.cache_clear()
    for seed in range(worlds):
        world = World(seed)
        for reader in world.readers:
            places = world.places(reader)
            mine = (reader.person_id, reader.partner_id)
            told = {
                Meeting: {
                    key
                    for key, council, on in world.meetings
                    if sees_meeting(places, council, on, world.sittings)
                },
                Seat: {
                    key
                    for key, whose, seat in world.seats
                    if whose == mine or sees_seat(places, seat, world.sittings, today)
                },
            }
            for model, rule in told.items():
                kept = [row[0] for row in getattr(world, f"{model.__name__.lower()}s")]
                query = visible_to(model, reader).with_only_columns(model.id)
                rows = set(world.session.scalars(query.where(model.id.in_(kept))))
                seen += len(rows)
                if rows != rule:
                    found.append((seed, model.__name__, reader.role, rows ^ rule))
        world.session.rollback()
    scope._condition.cache_clear()
    return found, seen


def test_the_database_answers_as_the_rule_does(app, monkeypatch):
    found, seen = differences(monkeypatch)
    assert found == [] and seen > 200


@pytest.mark.parametrize("name", ["meetings", "seats"])
def test_without_its_dates_the_condition_shows_what_was_not_theirs(sqlite_house, monkeypatch, name):
    """The control: seats that never end, and sittings that hold always."""

    def forever(actor, name="place"):
        found = places(actor, name)
        if found is None:
            return None
        first, last = scopes.FIRST.label("start"), scopes.LAST.label("end")
        return select(found.c.council_id, first, last).subquery(f"all_{name}")

    places = scopes.places
    monkeypatch.setattr(scopes, "places", forever)
    sqlite_house.state("loaded")
    with sqlite_house.app.app_context():
        found, _ = differences(monkeypatch, 5)
    assert any(model == name.title()[:-1] for _, model, _, _ in found)
