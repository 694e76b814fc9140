"""A registry's channel people read applications and decide them, once, and only their own (A4, R1,
R8, N1); what the other registry has or was asked is nowhere told.
"""

import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from portal.companies.models import Application
from portal.companies.rules import ApplicationState
from portal.registry.models import (
    AgreementSchedule,
    AgreementTeam,
    AgreementTerms,
    Partner,
)
from portal.store import scope
from portal.store.db import db
from portal.store.events import Event
from portal.store.facts import Warrant, WarrantKind
from tests.companies.applicants import (
    COMPANY,
    CONTACT,
    EMAIL,
    agreements,
    applications,
    company,
    join,
    mails,
    plain,
    state,
    team,
    terms,
)
from tests.people import (
    ACCOUNT,
    ADMIN,
    CHANNEL,
    CHANNEL_L3,
    CSM,
    FINANCE,
    LEAD,
    NORTE,
    NORTE_ADMIN,
    SUPPORT,
    Browser,
)
from tests.registry.world import CTL, L3, Desk

REASON = "Falta CANARIO-RAZON\nen el puerto."


def path(slug: str = CTL, name: str = COMPANY, lang: str = "es") -> str:
    return f"/{lang}/applications/{applications(name)[slug].id}"


def manager(demo: Flask, email: str = CHANNEL, lang: str = "es") -> Browser:
    return Browser(demo).as_(email, lang)


def approve(browser: Browser, at: str, slug: str = CTL, status: int = 302, **changed: str) -> str:
    return browser.post(f"{at}/approve", terms(slug, **changed), at="/es/on", status=status)


def decline(browser: Browser, at: str, reason: str = REASON, status: int = 302) -> str:
    return browser.post(f"{at}/decline", {"reason": reason}, at="/es/on", status=status)


@pytest.mark.parametrize("lang", ["es", "en"])
def test_the_queue_and_the_application_tell_what_to_decide_on(demo: Flask, lang: str) -> None:
    join(demo)
    browser = manager(demo, lang=lang)
    queue = browser.get(f"/{lang}/applications/")
    assert COMPANY in queue and CONTACT in queue
    page = browser.get(path(lang=lang))
    for told in (COMPANY, CONTACT, EMAIL, "CANARIO-NOTA", "&lt;b&gt;y astilleros"):
        assert told in page
    assert COMPANY in browser.get(path(lang=lang) + "/approve")


def test_nothing_of_the_other_registry_is_told(demo: Flask) -> None:
    """Neither that the company asked there, nor what it has there."""
    join(demo)
    approve(manager(demo, CHANNEL_L3), path(L3), L3, number="L3-CANARIO")
    browser = manager(demo)
    for at in ("/es/applications/", "/es/applications/?state=all", path(), f"{path()}/approve"):
        whole = browser.get(at)
        # Around it stand the program's own name and tagline.
        seen = whole.partition("<main")[2].partition("<footer")[0].lower()
        # A token of chance letters spells anything.
        seen = re.sub(r'value="[\w.-]{60,}"', "", seen)
        assert COMPANY.lower() in seen
        for word in ("level 3", "l3", "alliance", "alianza"):
            assert word not in seen, at
    told = [mail for mail in mails("application_received") if mail.to_address == CHANNEL]
    assert all("Level 3" not in str(mail.context) for mail in told)


def test_only_channel_people_of_the_registry_reach_it(demo: Flask) -> None:
    """A4: to the other registry's it is unknown, byte for byte; others have no such page."""
    join(demo)
    theirs, none = path(), "/es/applications/2147483647"
    other = manager(demo, CHANNEL_L3)
    for act in ("", "/approve", "/decline"):
        seen = []
        for at in (theirs, none):
            if act:
                said = other.post(at + act, {**terms(), "reason": "x"}, at="/es/on", status=404)
            else:
                said = other.get(at, status=404)
            seen.append(plain(said))
        assert seen[0] == seen[1], act
        assert COMPANY not in seen[0]
    other.get(f"{theirs}/approve", status=404)
    for email in (ACCOUNT, SUPPORT, CSM, FINANCE, ADMIN, NORTE, NORTE_ADMIN):
        browser = manager(demo, email)
        browser.get("/es/applications/", status=403)
        browser.get(theirs, status=403)
        approve(browser, theirs, status=403)
        decline(browser, theirs, status=403)
    assert state() is ApplicationState.SENT and not agreements()
    Browser(demo).get(theirs, status=302)


def test_the_walls_hold_only_because_of_the_scope(
    demo: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: without it the other registry reads the application, canaries and all."""
    join(demo)
    monkeypatch.setitem(scope._SCOPES, Application, lambda actor: None)
    scope._condition.cache_clear()
    try:
        assert "CANARIO-NOTA" in manager(demo, CHANNEL_L3).get(path())
    finally:
        scope._condition.cache_clear()


def test_approving_opens_the_agreement_with_the_first_values_of_its_facts(demo: Flask) -> None:
    """N1: the first value of something new needs no notice."""
    join(demo)
    approve(manager(demo), path(), ends_on="2019-12-31")
    (agreement,) = agreements()
    row = applications()[CTL]
    assert (row.state, row.agreement_id) == (ApplicationState.APPROVED, agreement.id)
    assert (agreement.number, str(agreement.starts_on), str(agreement.ends_on)) == (
        *("N-9001", "2017-12-01", "2019-12-31"),
    )
    assert agreement.program == row.program and agreement.status.value == "active"
    for model, value in (
        (AgreementTeam.team_id, team(CTL)),
        (AgreementTerms.terms, "Indirect 2017 · 11 % MRC"),
        (AgreementSchedule.schedule, "Mensual · día 20"),
    ):
        period = model.class_
        got = db.session.execute(
            select(model, period.valid_from, period.valid_to, Warrant.kind)
            .join(Warrant, Warrant.id == period.warrant_id)
            .where(period.agreement_id == agreement.id)
        ).all()
        assert [tuple(each) for each in got] == [
            (value, agreement.starts_on, None, WarrantKind.ORIGIN)
        ]
    event = db.session.scalars(select(Event).where(Event.verb == "application.approved")).one()
    assert event.payload == {
        "application_id": row.id,
        "registry_id": row.registry_id,
        "agreement_id": agreement.id,
    }


@pytest.mark.parametrize("lang", ["es", "en"])
def test_the_company_is_told_and_sees_the_agreement(demo: Flask, lang: str) -> None:
    browser = company(demo, language=lang)
    approve(manager(demo), path())
    (mail,) = mails("application_decided")
    assert (mail.to_address, mail.language, mail.context["state"]) == (EMAIL, lang, "approved")
    page = browser.get(f"/{lang}/company/applications/{applications()[CTL].id}")
    assert "N-9001" in page
    browser.get(f"/{lang}/contracts/agreements/{agreements()[0].id}")
    assert state(slug=L3) is ApplicationState.SENT


def test_a_company_sells_there_from_the_day_it_is_approved(demo: Flask, tmp_path: Path) -> None:
    """R8: no order before the agreement is active, and one the very day it is."""
    browser = company(demo)
    code = db.session.scalar(select(Partner.code).where(Partner.name == COMPANY))
    assert code
    desk = Desk(demo, tmp_path)
    assert not desk.give("customers", [("N-1", "Puerto Nuevo SA")])["errors"]
    contract = (CTL, "CTL-N-1", "N-1", code, "CTL-CUENTA-1", "active", "2017-01-01")
    assert not desk.give("contracts", [contract])["errors"]
    order = {"a": "new", "s": "", "p": "CTL-INTERNET", "k": "", "customer": "N-1"}

    def place(key: str) -> str:
        browser.post("/es/orders", {**order, "idempotency_key": key}, at="/es/on")
        return browser.follow()

    assert "verdict--no" in place("before-it-is-approved")
    approve(manager(demo), path())
    assert "verdict--yes" in place("the-day-it-is-approved")


@pytest.mark.parametrize("lang", ["es", "en"])
@pytest.mark.parametrize(
    "wrong",
    [
        {"number": ""},
        {"number": "--"},
        {"number": "A;B"},
        {"number": "x" * 101},
        {"starts_on": "soon"},
        {"starts_on": "0001-01-01"},
        {"ends_on": "2017-11-30"},
        {"ends_on": "9999-12-31"},
        {"team": ""},
        {"team": "999999"},
        {"team": "other"},
        {"compensation": " "},
        {"schedule": ""},
        {"number": "CTL-A-1042"},
    ],
)
def test_bad_terms_keep_what_was_typed_and_open_nothing(
    demo: Flask, wrong: dict[str, str], lang: str
) -> None:
    join(demo)
    if wrong.get("team") == "other":
        wrong = {"team": str(team(L3))}
    browser, at = manager(demo, lang=lang), path(lang=lang)
    said = browser.post(f"{at}/approve", terms(**wrong), at=f"{at}/approve", status=422)
    assert 'class="field__error"' in said
    assert "compensation" in wrong or "11 % MRC" in said
    assert not agreements() and state() is ApplicationState.SENT


@pytest.mark.parametrize("lang", ["es", "en"])
def test_declining_takes_a_reason_which_the_company_reads(demo: Flask, lang: str) -> None:
    browser = company(demo, language=lang)
    at = path(lang=lang)
    said = decline(manager(demo, LEAD, lang), at, "  ", 422)
    assert 'class="field__error"' in said and state() is ApplicationState.SENT
    decline(manager(demo, LEAD), at)
    row = applications()[CTL]
    assert (row.state, row.reason) == (ApplicationState.DECLINED, REASON)
    page = browser.get(f"/{lang}/company/applications/{row.id}")
    assert "CANARIO-RAZON" in page
    (mail,) = mails("application_decided")
    assert mail.context["reason"] == REASON and mail.language == lang
    assert "CANARIO-RAZON" not in manager(demo, CHANNEL_L3).get(path(L3))
    told = db.session.scalars(select(Event).where(Event.verb == "application.declined")).one()
    assert "CANARIO" not in str(told.payload) and not agreements()


@pytest.mark.parametrize("lang", ["es", "en"])
def test_the_second_to_decide_sees_what_happened(demo: Flask, lang: str) -> None:
    """C10: 409, with the state, and nothing overwritten."""
    join(demo)
    at = path(lang=lang)
    decline(manager(demo, LEAD), at)
    for said in (
        approve(manager(demo, lang=lang), at, status=409),
        decline(manager(demo, lang=lang), at, "another reason", 409),
    ):
        assert "CANARIO-RAZON" in said and 'role="alert"' in said
        assert "another reason" not in said
    assert not agreements() and applications()[CTL].reason == REASON
    manager(demo).get(f"{path()}/approve", status=302)


def test_an_agreement_made_meanwhile_is_not_doubled(demo: Flask, tmp_path: Path) -> None:
    join(demo)
    code = db.session.scalar(select(Partner.code).where(Partner.name == COMPANY))
    row = (CTL, "CTL-IMPORTED", str(code), "indirect", "active", "2017-01-01")
    assert not Desk(demo, tmp_path).give("agreements", [row])["errors"]
    said = approve(manager(demo), path(), status=409)
    assert "CTL-IMPORTED" in said
    assert [each.number for each in agreements()] == ["CTL-IMPORTED"]
    decline(manager(demo), path())
