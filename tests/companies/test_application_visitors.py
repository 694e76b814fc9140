"""A visitor applies: nothing before the mailed link, the same answer to everybody (B4, B5, D5)."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from portal.accounts.models import MailedLink, Membership, Person
from portal.companies import applying
from portal.companies.models import Application
from portal.kernel import clock
from portal.kernel.access import Role
from portal.registry.models import Partner
from portal.store.db import atomic, db
from portal.store.events import Event
from tests.companies.applicants import (
    COMPANY,
    CONTACT,
    EMAIL,
    PASSWORD,
    applications,
    ask,
    form,
    join,
    mails,
)
from tests.companies.cast import events, person
from tests.conftest import PASSWORD as DEMO_PASSWORD
from tests.people import CHANNEL, CHANNEL_L3, LEAD, LEAD_L3, NORTE, NORTE_ADMIN, Browser
from tests.registry.world import CTL, L3

KEPT = (Partner, Person, Membership, Application, Event)


def counts() -> list[int]:
    found = [db.session.scalar(select(func.count()).select_from(model)) or 0 for model in KEPT]
    db.session.rollback()
    return found


def page(token: str, lang: str = "es") -> str:
    return f"/{lang}/apply/confirm?token={token}"


def confirm(app: Flask, token: str, password: str = PASSWORD, status: int = 302) -> str:
    browser = Browser(app)
    form = {"token": token, "password": password}
    return browser.post("/es/apply/confirm", form, at="/es/apply", status=status)


@pytest.mark.parametrize("lang", ["es", "en"])
def test_who_has_asked_is_told_to_look_into_the_mailbox(demo: Flask, lang: str) -> None:
    browser = Browser(demo)
    browser.post(f"/{lang}/apply", form(language=lang))
    assert "24" in browser.follow()
    (mail,) = mails("application_link")
    assert (mail.to_address, mail.language, mail.person_id) == (EMAIL, lang, None)
    assert mail.context["company"] == COMPANY


def test_nothing_is_made_before_the_link_is_confirmed(demo: Flask) -> None:
    """Mail scanners fetch links: opening one changes nothing."""
    before = counts()
    token = ask(demo)
    for _ in range(3):
        seen = Browser(demo).get(page(token))
        assert COMPANY in seen and "CANARIO-NOTA" in seen and "&lt;b&gt;" in seen
    assert counts() == before
    confirm(demo, token)
    made = [now - then for then, now in zip(before, counts(), strict=True)]
    assert made == [1, 1, 1, 2, 4]


def test_confirming_makes_a_company_with_its_administrator_and_an_application_each(
    demo: Flask,
) -> None:
    browser = join(demo)
    assert "sign-in" in browser.page.headers["Location"]  # type: ignore[union-attr]
    person = db.session.scalars(select(Person).where(Person.email == EMAIL)).one()
    assert (person.name, person.language, person.active) == (CONTACT, "es", True)
    membership = db.session.scalars(
        select(Membership).where(Membership.person_id == person.id)
    ).one()
    assert membership.role is Role.PARTNER_ADMIN
    found = applications()
    assert {slug: row.program.value for slug, row in found.items()} == {
        CTL: "indirect",
        L3: "alliance",
    }
    assert {row.sent_by for row in found.values()} == {person.id}
    events = list(db.session.scalars(select(Event).where(Event.person_id == person.id)))
    assert sorted(event.verb for event in events) == [
        *("application.sent", "application.sent", "company.created", "person.created"),
    ]
    told = " ".join(str((event.payload, event.actor, event.stream)) for event in events)
    for secret in (EMAIL, CONTACT, COMPANY, "CANARIO"):
        assert secret not in told
    sent = {event.registry_id for event in events if event.verb == "application.sent"}
    assert sent == {row.registry_id for row in found.values()}


def test_each_registrys_channel_people_are_told_of_their_own_application(demo: Flask) -> None:
    join(demo, **{f"program_{CTL}": ""})
    assert {mail.to_address for mail in mails("application_received")} == {CHANNEL_L3, LEAD_L3}
    join(demo, **{f"program_{L3}": ""}, email="otra@otra.example", company="Otra")
    told = [mail for mail in mails("application_received") if mail.context["company"] == "Otra"]
    assert {mail.to_address for mail in told} == {CHANNEL, LEAD}


def test_known_and_unknown_addresses_get_the_same_answer_and_the_same_mail(demo: Flask) -> None:
    """B4: text, status, headers, and what is written meanwhile."""
    seen = []
    for email in (NORTE, "nobody@nowhere.example"):
        browser, before = Browser(demo), counts()
        browser.post("/es/apply", form(email=email))
        answer = browser.page
        assert answer is not None
        hidden = {"Set-Cookie", "Date"}
        headers = [(k, v) for k, v in answer.headers if k not in hidden]
        assert counts() == before
        sent = [m for m in mails() if m.to_address == email]
        kept = sorted(sent[0].context) if sent else []
        seen.append((answer.status_code, answer.text, headers, len(sent), kept))
    assert seen[0] == seen[1]
    assert seen[0][3] == 1


def test_somebody_known_proves_the_password_and_keeps_account_and_companies(demo: Flask) -> None:
    token = ask(demo, email=NORTE_ADMIN, contact="Otro Nombre")
    assert "Otro Nombre" not in Browser(demo).get(page(token))
    confirm(demo, token, "not the password at all", 422)
    assert not applications()
    confirm(demo, token, DEMO_PASSWORD)
    person = db.session.scalars(select(Person).where(Person.email == NORTE_ADMIN)).one()
    assert person.name == "Ana Belmonte"
    roles = select(func.count()).where(Membership.person_id == person.id)
    assert db.session.scalar(roles.where(Membership.ended_at.is_(None))) == 2
    assert set(applications()) == {CTL, L3}


def test_wrong_passwords_behind_a_link_are_counted_with_those_of_signing_in(demo: Flask) -> None:
    """B4, B23: the link is no second door, and each try at it is on record."""
    token = ask(demo, email=NORTE)
    for _ in range(10):
        confirm(demo, token, "wrong every time", 422)
    confirm(demo, token, DEMO_PASSWORD, 429)
    assert not applications()
    told = events("person.sign_in_failed", "person.sign_in_throttled")
    assert [verb.rpartition("_")[2] for verb, *_ in told] == ["failed"] * 10 + ["throttled"]
    assert {payload["person_id"] for *_, payload in told} == {person(NORTE)}


def test_a_deactivated_persons_address_takes_no_password(demo: Flask) -> None:
    token = ask(demo, email=NORTE)
    with atomic() as session:
        session.execute(update(Person).where(Person.email == NORTE).values(active=False))
    confirm(demo, token, DEMO_PASSWORD, 422)
    assert not applications()


@pytest.mark.parametrize("lang", ["es", "en"])
def test_a_weak_password_is_refused_with_what_was_asked_still_there(demo: Flask, lang: str) -> None:
    token, browser = ask(demo), Browser(demo)
    form = {"token": token, "password": "Enlaces Nuevo"}
    said = browser.post(f"/{lang}/apply/confirm", form, at=page(token, lang), status=422)
    assert COMPANY in said and 'class="field__error"' in said
    said = browser.post(
        f"/{lang}/apply/confirm", {"token": token}, at=page(token, lang), status=422
    )
    assert 'class="field__error"' in said and not applications()


def test_a_link_works_once(demo: Flask) -> None:
    token = ask(demo)
    confirm(demo, token)
    before = counts()
    confirm(demo, token, status=404)
    Browser(demo).get(page(token), status=404)
    assert counts() == before


def test_a_link_works_for_a_day(demo: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    token = ask(demo)
    late = clock.wall() + applying.LASTS
    monkeypatch.setattr(clock, "wall", lambda: late)
    Browser(demo).get(page(token), status=404)
    confirm(demo, token, status=404)
    assert not applications()


def test_used_expired_and_unknown_links_read_the_same(demo: Flask) -> None:
    token = ask(demo)
    confirm(demo, token)
    used, unknown = (Browser(demo).get(page(t), status=404) for t in (token, "a" * 43))
    assert used.replace(token, "") == unknown.replace("a" * 43, "")


def test_without_the_guard_a_link_would_work_twice(
    demo: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: a link that is looked at and not used up makes a second company."""
    monkeypatch.setattr(applying.links, "use", applying.links.look)
    monkeypatch.setattr(MailedLink, "payload", MailedLink.payload)
    token = ask(demo, email=NORTE)
    kept = dict(db.session.scalars(select(MailedLink.payload)).one())
    confirm(demo, token, DEMO_PASSWORD)
    with atomic() as session:
        session.execute(update(MailedLink).values(payload=kept))
    confirm(demo, token, DEMO_PASSWORD)
    found = select(func.count()).select_from(Partner).where(Partner.name == COMPANY)
    assert db.session.scalar(found) == 2


def test_the_token_is_kept_as_a_hash_and_what_was_asked_is_forgotten(demo: Flask) -> None:
    token = ask(demo)
    kept = db.session.scalars(select(MailedLink)).one()
    assert token not in str((kept.token_hash, kept.payload)) and len(token) >= 43
    db.session.rollback()
    confirm(demo, token)
    assert db.session.scalars(select(MailedLink.payload)).one() == {}


def test_what_nobody_confirmed_is_forgotten_with_the_next_application(
    demo: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(demo)
    late = clock.wall() + applying.LASTS + timedelta(minutes=1)
    monkeypatch.setattr(clock, "wall", lambda: late)
    ask(demo, email="later@later.example", company="Later")
    (company,) = (row["company"] for row in db.session.scalars(select(MailedLink.payload)))
    assert company == "Later"
