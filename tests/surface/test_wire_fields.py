"""What a form did not ask for is not stored (catalogue B17): every form, 28 fields it does not have.

Each form is sent three times to the same portal: twice as it is, which tells what differs by
itself (keys, moments, secrets), and once with the fields beside it. Nothing else may differ.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import request
from sqlalchemy import update

from portal.accounts.models import Person
from portal.store.db import Base, atomic
from tests import people
from tests.conftest import House
from tests.people import TOKEN, Browser
from tests.surface.dump import Dump, columns, dump
from tests.surface.paths import Form, walk
from tests.surface.rivals import settle

CANARY = "zq-canary"
EXTRA = {
    "id": "2147483000", "role": "admin", "roles": "admin", "partner_id": "1", "registry_id": "1", "person_id": "1", "team_id": "1",
    "membership_id": "1", "status": "approved", "state": "approved", "approved": "on", "approved_amount": "999999", "amount": "999999",
    "is_admin": "1", "admin": "1", "active": "0", "level": "2", "verified": "1", "confirmed_at": "2000-01-01T00:00:00", "started_at": "2000-01-01",
    "ended_at": "2000-01-01", "created_at": "2000-01-01", "actor": "1", "owner_id": "1", "password_hash": CANARY, "session_version": "99",
    "permissions": "people.manage", "note_internal": CANARY,
}  # fmt: skip
READERS = ("", people.NORTE, people.NORTE_ADMIN, people.CHANNEL, people.LEAD, people.SUPPORT, people.ADMIN)  # fmt: skip


def send(house: House, email: str, form: Form, extra: dict[str, str]) -> tuple[int, Dump]:
    """The form, filled in, sent by its own reader to a portal put back; status and all rows."""
    house.state("rivals")
    browser = Browser(house.app)
    if email:
        browser.as_(email)
    found = TOKEN.search(browser._send("get", "/es/on").text)
    assert found
    data = {**extra, **form.filled(), "csrf_token": found[1]}
    response = browser._send("post", form.action, data=data)
    return response.status_code, dump(house.app)


def taken(house: House, email: str, form: Form) -> bool:
    """Try one form; whether it was taken as it is. Fails when a field beside it is stored."""
    extra = {name: value for name, value in EXTRA.items() if name not in form.names}
    first, before = send(house, email, form, {})
    again, same = send(house, email, form, {})
    status, after = send(house, email, form, extra)
    assert first == again == status, f"{form.action}: {first}, with more fields {status}"
    by_itself = columns(before, same)
    told = columns(before, after) - by_itself
    assert not told, f"{form.action}: {sorted(told)} differ by what the form did not ask"
    assert CANARY not in repr(after), form.action
    for name in Base.metadata.tables:
        assert len(after[name]) == len(before[name]), f"{form.action}: rows of {name}"
    return first in (302, 303)


@pytest.mark.parametrize("email", READERS)
def test_what_a_form_did_not_ask_for_is_not_stored(
    sqlite_house: House, tmp_path: Path, email: str
) -> None:
    settle(sqlite_house, tmp_path)
    browser = Browser(sqlite_house.app).as_(email) if email else Browser(sqlite_house.app)
    forms = [form for form in walk(browser, deep=1).forms.values() if form.method == "POST"]
    assert len(EXTRA) == 28
    assert sum(taken(sqlite_house, email, form) for form in forms) >= 1


def test_a_form_that_takes_what_it_is_given_is_seen(
    sqlite_house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: a view that stores what it finds in the form."""
    settle(sqlite_house, tmp_path)
    app = sqlite_house.app
    inner: Callable[[], object] = app.view_functions["site.home.choose_date"]

    def careless() -> object:
        if version := request.form.get("session_version"):
            with atomic() as session:
                session.execute(update(Person).values(session_version=int(version)))
        return inner()

    monkeypatch.setitem(app.view_functions, "site.home.choose_date", careless)
    careless.access = "public"  # type: ignore[attr-defined]
    form = next(
        each
        for each in walk(Browser(app), deep=1).forms.values()
        if each.endpoint == "site.home.choose_date"
    )
    with pytest.raises(AssertionError, match=r"did not ask|more fields"):
        taken(sqlite_house, people.NORTE, form)
