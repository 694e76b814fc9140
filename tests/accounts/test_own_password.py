"""Another password, and leaving: what ends, and what stays (B2, B7; being forgotten)."""

import pytest
from sqlalchemy import select

from portal.store.db import Base, db
from portal.store.outbox import Mail
from tests.accounts.test_own_account import one
from tests.conftest import PASSWORD, House
from tests.people import NORTE, NORTE_ADMIN, Browser

NEW = "cobalt lantern seventeen otters"


def test_another_password_needs_the_present_one_and_ends_every_other_session(
    visitor: Browser,
) -> None:
    """B2, B7: this browser goes on under a new key; the old password opens nothing."""
    other = Browser(visitor.app).as_(NORTE)
    visitor.as_(NORTE)
    before = visitor.client.get_cookie("__Host-session")
    wrong = {"current": "not my password", "password": NEW}
    visitor.post("/es/account/password", wrong, status=422)
    visitor.post("/es/account/password", {"current": PASSWORD, "password": NEW})
    assert before and before.value != visitor.client.get_cookie("__Host-session").value
    visitor.get("/es/orders")
    other.get("/es/orders", status=302)
    stranger = Browser(visitor.app)
    stranger.post("/es/sign-in", {"email": NORTE, "password": PASSWORD}, status=422)
    stranger.post("/es/sign-in", {"email": NORTE, "password": NEW})
    assert one(select(Mail.to_address).where(Mail.kind == "password_changed")) == NORTE


@pytest.mark.parametrize("weak", ["", "short", "password1234", "integradora norte", "x" * 2_000])
def test_a_weak_password_is_refused_with_what_to_do(visitor: Browser, weak: str) -> None:
    """B7: too short, common, of the company's name, too long."""
    form = {"current": PASSWORD, "password": weak}
    page = visitor.as_(NORTE).post("/es/account/password", form, status=422)
    assert 'id="password-error"' in page


def test_whoever_leaves_is_signed_out_and_keeps_no_door(visitor: Browser) -> None:
    other = Browser(visitor.app).as_(NORTE)
    visitor.as_(NORTE).post("/es/account/leave", {})
    other.get("/es/orders", status=302)
    stranger = Browser(visitor.app)
    stranger.post("/es/sign-in", {"email": NORTE, "password": PASSWORD}, status=422)


def test_the_last_administrator_cannot_leave_or_be_forgotten(visitor: Browser) -> None:
    """The company would be left without one: refused, and said whom to make one first."""
    visitor.as_(NORTE_ADMIN)
    for path in ("/es/account/leave", "/es/account/forget"):
        page = visitor.post(path, {}, status=409)
        assert "Integradora Norte" in page
    visitor.get("/es/orders")


def test_who_is_forgotten_leaves_nothing_that_tells_who_it_was(
    visitor: Browser, house: House
) -> None:
    """Every text of every table is read: neither name nor address stands anywhere any more."""
    visitor.as_(NORTE).post(
        "/es/account/settings", {"name": "Zoraida Huarcaya", "language": "es", "region": ""}
    )
    visitor.post("/es/account/forget", {})
    found = [
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        for value in db.session.scalars(select(column))
        if NORTE in str(value) or "Huarcaya" in str(value)
    ]
    db.session.rollback()
    assert found == []
    stranger = Browser(visitor.app)
    stranger.post("/es/sign-in", {"email": NORTE, "password": PASSWORD}, status=422)


def test_what_the_forgotten_did_stays_and_names_a_former_person(visitor: Browser) -> None:
    visitor.as_(NORTE).post("/es/account/forget", {})
    trail = Browser(visitor.app).as_(NORTE_ADMIN).get("/es/trail/")
    assert NORTE not in trail
