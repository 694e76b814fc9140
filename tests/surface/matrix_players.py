"""Who walks the matrix: visitor, every role of either side, somebody shut out, somebody who moved.

Each player has a session begun before the walk, and asks with that very cookie every time: what
an answer sets is not kept, so that no question depends on the one before.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy import event, select
from sqlalchemy.engine import Engine
from werkzeug.test import TestResponse

from portal.accounts.models import Membership, Person
from portal.councils.models import Seat
from portal.kernel.access import Role
from portal.registry.models import Partner
from portal.store.db import atomic, db
from tests import people
from tests.conftest import PASSWORD, House
from tests.people import EVERYONE, TOKEN, Browser
from tests.surface.matrix_made import MOVED, SHUT
from tests.surface.rivals import ROLE, World

COOKIE = "__Host-session"
WRITES = re.compile(r"\s*(INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", re.IGNORECASE)


class Player(NamedTuple):
    """Somebody in the matrix: `email` whose person, `like` in whose place ("" for a visitor's)."""

    name: str
    email: str
    like: str
    enter: Callable[[House], Browser]

    @property
    def role(self) -> Role:
        """The role the table is read for."""
        return ROLE[self.like] if self.like else Role.VISITOR

    def foreign(self, world: World) -> set[str]:
        """The canaries that must not reach this player: but for their own, all but the place's."""
        own = world.allowed.get(self.email, set()) if self.like else set()
        return world.foreign(self.like) - own


def _stranger(house: House) -> Browser:
    return Browser(house.app)


def _demo(email: str) -> Callable[[House], Browser]:
    return lambda house: Browser(house.app).as_(email)


def _password(house: House, email: str) -> Browser:
    browser = Browser(house.app)
    browser.post("/es/sign-in", {"email": email, "password": PASSWORD})
    browser.get("/es/account/")
    return browser


def _of(house: House, query: Any) -> int:
    with house.app.app_context():
        found = db.session.scalar(query)
        db.session.rollback()
    assert isinstance(found, int)
    return found


def _shut(house: House) -> Browser:
    browser = _password(house, SHUT)
    person = _of(house, select(Person.id).where(Person.email == SHUT))
    admin = Browser(house.app).as_(people.ADMIN)
    admin.post(f"/es/staff/{person}/deactivation", {})
    return browser


def _move(house: House) -> None:
    living = select(Membership.id).join(Person, Person.id == Membership.person_id)
    living = living.where(Person.email == MOVED, Membership.ended_at.is_(None))
    company = _of(house, select(Partner.id).where(Partner.code == "norte"))
    path = f"/es/staff/memberships/{_of(house, living)}"
    admin = Browser(house.app).as_(people.ADMIN)
    admin.post(f"{path}/company", {"company": company}, at=path)


def _seat_beside(house: House, email: str, other: str) -> None:
    """Let somebody sit where a colleague sits: seats are a person's, not their company's."""
    who = _of(house, select(Person.id).where(Person.email == email))
    theirs = select(Seat).join(Person, Person.id == Seat.person_id).where(Person.email == other)
    with house.app.app_context(), atomic() as session:
        for seat in session.scalars(theirs).all():
            terms = {"starts_on": seat.starts_on, "ends_on": seat.ends_on}
            place = {"council_id": seat.council_id, "partner_id": seat.partner_id}
            session.add(Seat(person_id=who, **place, **terms))


def _moved_before(house: House) -> Browser:
    browser = _password(house, MOVED)
    _move(house)
    return browser


def _moved_after(house: House) -> Browser:
    _move(house)
    _seat_beside(house, MOVED, people.NORTE)
    return _password(house, MOVED)


PLAYERS = (
    Player("a visitor", "", "", _stranger),
    *(Player(email, email, email, _demo(email)) for email in EVERYONE),
    Player("somebody deactivated since", SHUT, "", _shut),
    Player("somebody moved since", MOVED, "", _moved_before),
    Player("somebody who moved before", MOVED, people.NORTE, _moved_after),
)


class Asker:
    """One player's cookie and form token, and what each request wrote."""

    def __init__(self, house: House, player: Player) -> None:
        self.house, self.player = house, player
        self.client = house.app.test_client(use_cookies=False)
        self.cookie = self.token = ""
        self.wrote: list[tuple[str, str]] = []
        self.enter()

    def enter(self) -> None:
        """Begin the session anew."""
        browser = self.player.enter(self.house)
        page = browser._send("get", "/es/on")
        found, kept = TOKEN.search(page.text), browser.client.get_cookie(COOKIE)
        assert found and kept
        self.token, self.cookie = found[1], kept.value

    def ask(self, method: str, path: str, form: dict[str, Any] | None = None) -> TestResponse:
        """The answer, its body read to the end; `wrote` holds which tables were written to."""
        self.wrote.clear()
        more: dict[str, Any] = {}
        if method == "POST":
            more["data"] = {"csrf_token": self.token, **(form or {})}
        headers = {"Cookie": f"{COOKIE}={self.cookie}"}
        event.listen(Engine, "before_cursor_execute", self._note)
        try:
            with self.house.app.app_context():
                response = self.client.open(path, method=method, headers=headers, **more)
                response.get_data()
                response.close()
        finally:
            event.remove(Engine, "before_cursor_execute", self._note)
        return response

    def _note(self, _connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        found = WRITES.match(statement)
        # A sign of life, once a minute, is no deed.
        if found and "sign_in SET seen_at" not in statement:
            self.wrote.append((found[1].upper().split()[0], found[2]))
