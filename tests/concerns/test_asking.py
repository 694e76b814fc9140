"""A partner's question reaches the team of the day of its own registry, and nobody else (Q18, Q2, Q6)."""

import io
import re

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.concerns.models import Concern
from portal.store import scope
from portal.store.db import db
from portal.store.decisions import StoredDecision, replay
from portal.store.events import Event
from tests.companies import applicants
from tests.concerns.desk import CONTRACT, TEXT, about_contract, asked, kept, told
from tests.people import (
    ACCOUNT,
    ACCOUNT_L3,
    CHANNEL,
    CHANNEL_L3,
    LEAD,
    LEAD_L3,
    NORTE,
    NORTE_ADMIN,
    SUR,
    Browser,
)


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("es", ("Espera respuesta", "equipo de soporte de canal del convenio CTL-A-1042")),
        ("en", ("Waits for an answer", "channel support team of the agreement CTL-A-1042")),
    ],
)
def test_the_relationship_is_asked_of_the_channel_team_of_the_agreement(
    demo: Flask, lang: str, words: tuple[str, ...]
) -> None:
    norte = Browser(demo).as_(NORTE, lang)
    path = asked(norte, lang, question="Q4")
    page = norte.get(path)
    for said in (*words, "Canal Andino", "Una duda", "CANARIO-TEXTO &lt;b&gt;y más"):
        assert said in page
    assert f"/{lang}/faq/" in page, "after which answer it was asked, and which answer is behind it"
    assert told("concern_asked", kept().id) == {CHANNEL, LEAD}
    stored = db.session.get_one(StoredDecision, kept().decision_id)
    assert replay(stored).same and stored.ruleset == "concerns/1"
    event = db.session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert event is not None and event.verb == "concern.asked"
    assert set(event.payload) == {"concern_id", "registry_id", "team_id"}


@pytest.mark.parametrize("written", [CONTRACT, "ctl 20150042", "BBWX7301"])
def test_a_contract_is_asked_of_the_account_team_of_its_line(demo: Flask, written: str) -> None:
    """P3, Q2: however the number is written; a service is asked of the line it is on."""
    path = about_contract(demo, written)
    row = kept()
    mine, other = (ACCOUNT, ACCOUNT_L3) if written != "BBWX7301" else (ACCOUNT_L3, ACCOUNT)
    assert told("concern_asked", row.id) == {mine}
    assert "CANARIO-TEXTO" in Browser(demo).as_(mine).get(path)
    Browser(demo).as_(other).get(path, status=404)


def test_an_order_is_asked_about_from_its_receipt(demo: Flask) -> None:
    norte = Browser(demo).as_(NORTE)
    form = {"a": "change", "s": "BBWX-7301", "p": "", "k": "", "idempotency_key": "key-for-order"}
    norte.post("/es/orders", form, at="/es/orders/new")
    (order,) = re.findall(r'href="(/es/orders/[2-9A-Z]{8})"', norte.follow())
    (link,) = re.findall(r'href="(/es/ask/new\?order=[2-9A-Z]{8})"', norte.get(order))
    assert order.rpartition("/")[2] in norte.get(link)
    page = norte.get(asked(norte, about="contract", number=order.rpartition("/")[2].lower()))
    assert ">Q6<" in page and order.rpartition("/")[2] in page


def test_whoever_it_is_no_business_of_gets_what_the_unknown_gets(demo: Flask) -> None:
    mine = about_contract(demo)
    row = kept()
    for email, allowed in {CHANNEL: True, CHANNEL_L3: False, LEAD_L3: False}.items():
        browser = Browser(demo).as_(email)
        if allowed:
            browser.get(mine)
            continue
        nothing = browser.get("/es/answers/2147483646", status=404)
        uneven = r'/answers/\d+|name="csrf_token" value="[^"]*"'
        theirs = browser.get(mine, status=404)
        assert re.sub(uneven, "", theirs) == re.sub(uneven, "", nothing)
        assert "Una duda" not in browser.get("/es/answers/?state=all")
    sur, colleague = Browser(demo).as_(SUR), Browser(demo).as_(NORTE_ADMIN)
    sur.get(f"/es/ask/{row.id}", status=404)
    for deed in ("messages", "closing"):
        sur.post(f"/es/ask/{row.id}/{deed}", {"text": "x"}, at="/es/ask/new", status=404)
    assert "Una duda" in colleague.get("/es/ask/")
    assert "Una duda" not in colleague.get("/es/ask/?mine=1")


def test_the_walls_hold_only_because_of_the_scope(
    demo: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: without it the other company reads the question."""
    about_contract(demo)
    monkeypatch.setitem(scope._SCOPES, Concern, lambda actor: None)
    scope._condition.cache_clear()
    try:
        assert "CANARIO-TEXTO" in Browser(demo).as_(SUR).get(f"/es/ask/{kept().id}")
    finally:
        scope._condition.cache_clear()


def test_the_same_form_twice_is_one_question(demo: Flask) -> None:
    norte = Browser(demo).as_(NORTE)
    first = asked(norte, key="one-and-the-same")
    assert asked(norte, key="one-and-the-same", text="anders") == first
    count = select(func.count()).select_from(Concern).where(Concern.subject == "Una duda")
    assert db.session.scalar(count) == 1


@pytest.mark.parametrize("lang", ["es", "en"])
def test_what_no_team_takes_is_kept_and_goes_to_the_nearest_or_the_contact_person(
    demo: Flask, lang: str
) -> None:
    norte = Browser(demo).as_(NORTE, lang)
    page = asked(norte, lang, 422, about="contract", number="NADA-77")
    assert "NADA-77" in page and "CANARIO-TEXTO" in page and "Lisa Miller" in page
    kept_decision = select(StoredDecision.refused).order_by(StoredDecision.id.desc()).limit(1)
    assert db.session.scalar(kept_decision), "a refusal is on record too"
    db.session.rollback()
    ways = re.findall(r'name="instead" value="([^"]+)"', page)
    assert ways == ["relationship|centurylink|", "relationship|level3|"]
    asked(norte, lang, about="contract", number="NADA-77", instead=ways[1])
    assert told("concern_asked", kept().id) == {CHANNEL_L3, LEAD_L3}


def test_what_is_missing_is_said_and_what_was_typed_is_kept(demo: Flask) -> None:
    norte = Browser(demo).as_(NORTE)
    page = asked(norte, status=422, about="contract", number="", subject="")
    assert 'href="#number"' in page and 'href="#subject"' in page and "CANARIO-TEXTO" in page
    assert 'value="/"' not in norte.post("/es/ask/new", {"key": "/"}, status=422)


def test_a_company_without_agreement_or_contract_is_told_whom_to_reach(demo: Flask) -> None:
    """Q18: the page names the program's contact person."""
    page = applicants.company(demo).get("/es/ask/new")
    assert "Lisa Miller" in page and 'name="subject"' not in page


def test_only_registries_one_has_something_with_are_offered(demo: Flask) -> None:
    sur = Browser(demo).as_(SUR)
    page = sur.get("/es/ask/new")
    assert "relationship:centurylink" in page and "relationship:level3" not in page
    asked(sur, status=422, about="relationship:level3")


def test_an_attachment_goes_with_the_question_to_its_team_alone(demo: Flask) -> None:
    file = (io.BytesIO(b"un plano"), "plano.txt")
    norte = Browser(demo).as_(NORTE)
    path = asked(norte, about="contract", number=CONTRACT, files=file)
    (link,) = re.findall(r'href="(/es/files/[^"]+)"', norte.get(path))
    for email, status in {CHANNEL: 200, ACCOUNT: 200, ACCOUNT_L3: 404, CHANNEL_L3: 404}.items():
        reader = Browser(demo).as_(email)
        reader.get(link, status=status)
        assert reader.page is not None
        reader.page.close()
    assert TEXT.split()[0] in norte.get(path)
