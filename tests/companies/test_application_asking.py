"""Applying as a visitor: how often, what is typed, and what stays of it (B4, B5, D5)."""

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.companies import applying
from portal.kernel import clock
from portal.registry.models import Partner
from portal.store.db import db
from portal.store.outbox import Mail
from tests.companies.applicants import (
    COMPANY,
    EMAIL,
    applications,
    ask,
    form,
    join,
    mails,
)
from tests.companies.test_application_visitors import confirm, counts, page
from tests.people import NORTE, Browser
from tests.registry.world import CTL, L3


def test_one_address_is_not_flooded_whoever_has_it(demo: Flask) -> None:
    for email in (NORTE, "nobody@nowhere.example"):
        for _ in range(applying.PER_ADDRESS):
            Browser(demo).post("/es/apply", form(email=email))
        assert COMPANY in Browser(demo).post("/es/apply", form(email=email), status=429)
        assert len([m for m in mails() if m.to_address == email]) == applying.PER_ADDRESS


def test_one_network_asks_so_often_and_no_more(demo: Flask) -> None:
    for number in range(applying.PER_NETWORK):
        Browser(demo).post("/es/apply", form(email=f"p{number}@nuevo.example"))
    browser = Browser(demo)
    said = browser.post("/es/apply", form(email="last@nuevo.example"), status=429)
    assert browser.page is not None and int(browser.page.headers["Retry-After"]) > 0
    assert COMPANY in said and "last@nuevo.example" in said
    assert len(mails("application_link")) == applying.PER_NETWORK


@pytest.mark.parametrize("lang", ["es", "en"])
@pytest.mark.parametrize(
    "wrong",
    [
        {"company": ""},
        {"company": "\u200b\u202e"},
        {"company": "--"},
        {"company": "x" * 121},
        {"company": "Gana en www.malo.example"},
        {"contact": " "},
        {"email": "nobody"},
        {"email": "a@b.example, c@d.example"},
        {"email": "a@b.example\r\nBcc: c@d.example"},
        {"email": "ñandú@b.example"},
        {"language": "xx"},
        {f"program_{CTL}": "", f"program_{L3}": ""},
        {f"program_{CTL}": "gold"},
        {"note": " \n "},
        {"note": "x" * 2001},
    ],
)
def test_bad_input_loses_nothing_typed_and_makes_nothing(
    demo: Flask, wrong: dict[str, str], lang: str
) -> None:
    before = counts()
    said = Browser(demo).post(f"/{lang}/apply", form(**wrong), status=422)
    assert 'class="field__error"' in said and 'role="alert"' in said
    for name, typed in form().items():
        if name not in wrong and name in {"company", "contact", "email"}:
            assert f'value="{typed}"' in said, name
    if "note" not in wrong:
        assert "CANARIO-NOTA" in said
    assert counts() == before and not mails()


def test_further_fields_are_not_taken(demo: Flask) -> None:
    """B17: no role, no state, no code."""
    more = {"role": "admin", "state": "approved", "code": "norte", "partner_id": "1", "active": "0"}
    join(demo, **more)
    row = applications()[CTL]
    assert row.state.value == "sent"
    assert db.session.scalar(select(Partner.code).where(Partner.id == row.partner_id)) != "norte"


def test_the_name_kept_is_the_name_seen(demo: Flask) -> None:
    """D5: what is not seen, or turns the text around, is taken out."""
    join(demo, company="Enlaces\u202e Nuevo\u200b  Puerto")
    assert db.session.scalar(select(Partner.id).where(Partner.name == COMPANY))


def test_nobody_keeps_a_copy_of_the_page_behind_the_link(demo: Flask) -> None:
    browser = Browser(demo)
    browser.get(page(ask(demo)))
    assert browser.page is not None and browser.page.headers["Cache-Control"] == "no-store"


def test_two_who_confirm_at_once_with_one_address_end_as_one_person(
    demo: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address was taken between looking and writing: the second is asked for that password."""
    first, second = ask(demo), ask(demo, company="Otra")
    real = applying.pending
    answers = [False]

    def stale(session: Session, token: str, now: datetime) -> applying.Pending | None:
        found = real(session, token, now)
        if found is not None and answers:
            return applying.Pending(found.wish, answers.pop())
        return found

    confirm(demo, first)
    monkeypatch.setattr(applying, "pending", stale)
    done = applying.confirm(second, "another long password here", now=clock.wall(), origin="")
    assert done.outcome is applying.Outcome.WRONG_PASSWORD
    people = select(func.count()).select_from(Person).where(Person.email == EMAIL)
    assert db.session.scalar(people) == 1


def test_the_mail_is_written_with_the_address_as_its_only_reader(demo: Flask) -> None:
    ask(demo)
    mail = db.session.scalars(select(Mail)).one()
    assert (mail.kind, mail.to_address) == ("application_link", EMAIL)
    assert mail.context["path"] == "/apply/confirm?token={secret}"
