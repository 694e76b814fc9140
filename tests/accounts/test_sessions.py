"""Sessions: begun by signing in, ended at the server; what changed acts on the next request."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import select, update

from portal.accounts import commands, demo
from portal.accounts.models import Membership, Person, SignIn
from portal.accounts.rules import LONGEST
from portal.kernel import clock
from portal.kernel.access import Role
from portal.store.db import atomic, db
from portal.store.events import Event
from portal.web.site import safe_path
from tests.people import CHANNEL, NORTE, SUR, TOKEN, Browser

COOKIE = "__Host-session"


def copy_of(browser: Browser) -> Browser:
    """Somebody else with the very same cookie."""
    kept = browser.client.get_cookie(COOKIE)
    assert kept is not None
    thief = Browser(browser.app)
    thief.client.set_cookie(COOKIE, kept.value, secure=True)
    return thief


def person_of(email: str) -> int:
    found = db.session.scalars(select(Person.id).where(Person.email == email)).one()
    db.session.rollback()
    return found


def token(browser: Browser, path: str = "/es/sign-in") -> str:
    found = TOKEN.search(browser._send("get", path).text)
    assert found
    return found[1]


def test_signing_out_ends_every_copy_of_the_cookie(visitor: Browser) -> None:
    browser = visitor.as_(NORTE)
    thief = copy_of(browser)
    thief.get("/es/orders")
    browser.post("/es/sign-out", {}, at="/es/on")
    thief.get("/es/orders", status=302)


def test_signing_out_here_leaves_the_other_device_signed_in(visitor: Browser) -> None:
    other = Browser(visitor.app).as_(NORTE)
    visitor.as_(NORTE).post("/es/sign-out", {}, at="/es/on")
    other.get("/es/orders")


def test_signing_in_anew_ends_the_session_before(visitor: Browser) -> None:
    thief = copy_of(visitor.as_(NORTE))
    visitor.as_(SUR)
    thief.get("/es/orders", status=302)


def test_a_session_given_by_somebody_else_is_not_taken_over(visitor: Browser) -> None:
    """Fixation: the cookie from before signing in stays signed out, its token worthless."""
    before = token(visitor)
    attacker = copy_of(visitor)
    visitor.as_(NORTE)
    attacker.get("/es/orders", status=302)
    response = visitor._send("post", "/es/on", data={"csrf_token": before, "on": "2018-01-01"})
    assert response.status_code == 400


@pytest.mark.parametrize("change", [{"active": False}, {"session_version": 99}])
def test_deactivation_and_a_new_session_version_act_on_the_next_request(
    visitor: Browser, change: dict[str, object]
) -> None:
    browser = visitor.as_(NORTE)
    browser.get("/es/orders")
    with atomic() as session:
        session.execute(update(Person).where(Person.email == NORTE).values(**change))
    browser.get("/es/orders", status=302)


def test_another_role_acts_on_the_next_request(visitor: Browser) -> None:
    browser = visitor.as_(NORTE)
    with atomic() as session:
        mine = Membership.person_id == person_of_now(session, NORTE)
        session.execute(update(Membership).where(mine).values(role=Role.FINANCE, partner_id=None))
    browser.get("/es/orders", status=403)


def person_of_now(session, email):
    return session.scalars(select(Person.id).where(Person.email == email)).one()


def test_a_session_ends_after_twelve_hours(visitor: Browser) -> None:
    browser = visitor.as_(NORTE)
    with atomic() as session:
        begun = clock.wall() - LONGEST + timedelta(minutes=1)
        session.execute(update(SignIn).values(started_at=begun))
    browser.get("/es/orders")
    with atomic() as session:
        session.execute(update(SignIn).values(started_at=begun - timedelta(minutes=2)))
    browser.get("/es/orders", status=302)


@pytest.mark.parametrize(
    ("email", "limit"), [(NORTE, timedelta(hours=4)), (CHANNEL, timedelta(minutes=30))]
)
def test_a_session_left_idle_ends_sooner_for_staff(
    visitor: Browser, email: str, limit: timedelta
) -> None:
    """B2: 4 hours for partners, 30 minutes for staff, since the last sign of life."""
    browser = visitor.as_(email)
    for idle, status in ((limit - timedelta(minutes=1), 200), (limit, 302)):
        with atomic() as session:
            session.execute(update(SignIn).values(seen_at=clock.wall() - idle))
        browser.get("/es/directory/", status=status)


def test_a_sign_of_life_is_written_down_once_a_minute_at_most(visitor: Browser) -> None:
    browser = visitor.as_(NORTE)
    with atomic() as session:
        before = clock.wall() - timedelta(minutes=2)
        session.execute(update(SignIn).values(seen_at=before))
    browser.get("/es/orders")
    noted = db.session.scalars(select(SignIn.seen_at)).one()
    db.session.rollback()
    assert noted > before + timedelta(minutes=1)
    browser.get("/es/orders")
    assert db.session.scalars(select(SignIn.seen_at)).one() == noted
    db.session.rollback()


def test_old_sessions_are_forgotten_at_the_next_sign_in(visitor: Browser) -> None:
    visitor.as_(NORTE)
    with atomic() as session:
        session.execute(update(SignIn).values(started_at=clock.wall() - timedelta(days=31)))
    Browser(visitor.app).as_(NORTE)
    assert len(db.session.scalars(select(SignIn)).all()) == 1
    db.session.rollback()


def test_signing_in_and_out_are_on_record(visitor: Browser) -> None:
    visitor.as_(NORTE).post("/es/sign-out", {}, at="/es/on")
    stream = f"person:{person_of(NORTE)}"
    verbs = db.session.scalars(
        select(Event.verb).where(Event.stream == stream).order_by(Event.version)
    ).all()
    db.session.rollback()
    assert verbs[-2:] == ["person.signed_in", "person.signed_out"]


OFF_SITE = [
    *("//evil.example", "/\\evil.example", "https://evil.example", "https:evil.example", "javascript:1"),
    *("/\t/evil.example", "\\\\evil.example", " //evil.example", "/\n/evil.example", "///evil.example"),
    *("http:/\\evil.example", "evil.example", "/\\/evil.example", "data:text/html,x", "/%0d\\evil"),
]  # fmt: skip


@pytest.mark.parametrize("target", OFF_SITE)
def test_after_signing_in_nobody_is_led_off_the_site(visitor: Browser, target: str) -> None:
    visitor.post("/es/sign-in", {"demo": NORTE, "next": target})
    assert visitor.page is not None
    assert visitor.page.headers["Location"] == "/es/"


def test_after_signing_in_one_gets_where_one_wanted(visitor: Browser) -> None:
    visitor.get("/es/orders?before=x", status=302)
    assert visitor.page is not None
    form = visitor.follow()
    assert "before%3Dx" in form or "before=x" in form
    visitor.post("/es/sign-in", {"demo": NORTE, "next": "/es/orders?before=x"})
    assert visitor.page.headers["Location"] == "/es/orders?before=x"


def test_the_guard_of_next_is_what_keeps_one_here() -> None:
    """The control: what it lets through is a path, what it stops is each of those above."""
    assert safe_path("/es/orders") == "/es/orders"
    assert [safe_path(target) for target in OFF_SITE] == [None] * len(OFF_SITE)


def test_the_cookie_tells_nothing_of_its_owner(visitor: Browser, demo: Flask) -> None:
    kept = visitor.as_(NORTE).client.get_cookie(COOKIE)
    assert kept is not None and len(kept.value) < 4096
    serializer = demo.session_interface.get_signing_serializer(demo)  # type: ignore[attr-defined]
    told = serializer.loads(kept.value)
    assert set(told) <= {"_id", "_user_id", "_fresh", "csrf_token"}
    assert NORTE not in str(told) and str(person_of(NORTE)) != told["_user_id"]


def test_a_cookie_signed_the_old_way_opens_nothing(visitor: Browser, demo: Flask) -> None:
    """V11.4.1: the signature is of SHA-256; the very same content signed with SHA-1 is no session."""
    browser = visitor.as_(NORTE)
    kept = browser.client.get_cookie(COOKIE)
    signer = demo.session_interface.get_signing_serializer(demo)  # type: ignore[attr-defined]
    weaker = SecureCookieSessionInterface().get_signing_serializer(demo)
    assert kept is not None and weaker is not None
    thief = Browser(demo)
    thief.client.set_cookie(COOKIE, weaker.dumps(signer.loads(kept.value)), secure=True)
    thief.get("/es/orders", status=302)
    assert signer.signer_kwargs["digest_method"]().name == "sha256"


def test_one_click_is_for_a_demo_only(visitor: Browser, demo: Flask) -> None:
    """Without demo.json nobody is offered, and nobody signs in by an address alone."""
    from portal.accounts import demo as kept

    path = kept._file()
    hidden = path.with_suffix(".away")
    path.rename(hidden)
    try:
        assert NORTE not in visitor.get("/es/sign-in")
        form = {"csrf_token": token(visitor), "demo": NORTE}
        assert visitor._send("post", "/es/sign-in", data=form).status_code == 404
        visitor.get("/es/orders", status=302)
    finally:
        hidden.rename(path)


def test_only_the_demos_own_people_sign_in_by_one_click(visitor: Browser) -> None:
    commands.create_person(
        "real@norte.example", "Real", "a password of one's own", Role.ADMIN, now=clock.wall()
    )
    form = {"csrf_token": token(visitor), "demo": "real@norte.example"}
    assert visitor._send("post", "/es/sign-in", data=form).status_code == 404
    assert demo.find("real@norte.example") is None
