"""The terms of a fund change by a notice and by nothing else (N1); what was sent keeps its own (M3)."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from portal.kernel import clock
from portal.mdf.deciding import Unseen
from portal.mdf.fund_pages import card
from portal.mdf.models import Fund, FundRequest, FundTerms
from portal.mdf.preparing import Stale, prepare
from portal.mdf.queries import terms_on
from portal.mdf.terms import in_full
from portal.mdf.terms_rules import Terms, differences
from portal.store.db import db
from portal.store.facts import DESKS, GATED, BadValue
from portal.store.periods import spans_of
from portal.web.fact_words import in_words
from tests.companies.cast import actor, partner
from tests.mdf.world import TERMS, make_fund, make_request
from tests.notices.world import draft, opens, publish, wait, when
from tests.people import CHANNEL, CHANNEL_L3, FINANCE, NORTE, SUR, Browser

FACT = "fund.terms"
ON = date(2017, 12, 1)


@pytest.fixture
def fund(demo):
    """A fund whose first version holds, and a second that was prepared from it."""
    with demo.app_context():
        fund_id = make_fund("otro")
        before = terms_of(fund_id)
        event = {**before.activities[0], "cap": 40_00, "percent": 60}
        event |= {"proofs": [{**event["proofs"][0], "needed": False}], "costs": event["costs"][:1]}
        until = {"requests_until": date(2018, 2, 28), "manager_limit": 50_00}
        second = Terms({**before.columns, **until}, (event,))
        assert prepare(fund_id, 1, second, actor=actor(CHANNEL), now=clock.business()) == 2
        yield fund_id, second


def terms_of(fund_id, on=ON):
    """The terms that hold."""
    row = terms_on(db.session(), fund_id, on)
    found = in_full(db.session(), [row])[row.id]
    db.session.rollback()
    return found


def version(fund_id, number):
    query = select(FundTerms.id).where(FundTerms.fund_id == fund_id, FundTerms.number == number)
    found = db.session.scalar(query)
    db.session.rollback()
    return found


def test_a_prepared_version_changes_nothing_and_is_written_once(fund):
    fund_id, second = fund
    assert terms_of(fund_id).columns["requests_until"] == TERMS["requests_until"]
    assert len(spans_of(db.session(), GATED[FACT], [fund_id])[fund_id]) == 1
    db.session.rollback()
    again = prepare(fund_id, 1, second, actor=actor(CHANNEL), now=clock.business())
    assert again == 2, "the same form sent twice is one version"
    with pytest.raises(Stale):
        prepare(fund_id, 2, second, actor=actor(CHANNEL), now=clock.business())
    for stranger in (CHANNEL_L3, NORTE, FINANCE):
        with pytest.raises(Unseen):
            prepare(fund_id, 1, second, actor=actor(stranger), now=clock.business())


def test_a_notice_says_every_date_limit_cap_proof_and_cost_that_differs(fund):
    fund_id, second = fund
    (said,) = DESKS[FACT].said(db.session(), [version(fund_id, 2)])
    for lang, words in {
        "es": ("28 de febrero de 2018", "31 de diciembre de 2017", "Agenda", "Photos", "Alcohol"),
        "en": ("February 28, 2018", "December 31, 2017", "Agenda", "Photos", "Alcohol"),
    }.items():
        text = in_words(said, lang)
        assert all(word in text for word in (*words, "USD\xa050.00", "USD\xa040.00", "60 %")), text
        assert "%(" not in text
    found = differences(terms_of(fund_id), second)
    assert [(each.field, each.before, each.after) for each in found] == [
        ("requests_until", TERMS["requests_until"], date(2018, 2, 28)),
        ("manager_limit", None, 50_00),
        ("percent", 50, 60),
        ("cap", None, 40_00),
        ("proof", "needed", "optional"),
        ("proof", "optional", None),
        ("cost", "unpaid", None),
    ]
    assert not differences(second, second)
    gone = differences(second, replace(second, activities=()))
    assert [(each.field, each.before, each.after) for each in gone] == [("activity", "there", None)]


def test_the_desk_offers_what_was_prepared_and_reaches_every_company_with_an_agreement(fund):
    fund_id, _second = fund
    desk, session = DESKS[FACT], db.session()
    offered = desk.choices(session, fund_id)
    assert [value for value, _words in offered] == [version(fund_id, 2), version(fund_id, 1)]
    assert desk.read(session, fund_id, {"": str(version(fund_id, 2))}) == version(fund_id, 2)
    for typed, code in (("", "value.missing"), ("999", "value.unknown"), ("x", "value.unknown")):
        with pytest.raises(BadValue, match=code):
            desk.read(session, fund_id, {"": typed})
    reached = desk.affected(session, [fund_id], ON)[fund_id]
    assert {partner("norte"), partner("sur")} <= reached
    found = desk.find(session, actor(CHANNEL), "otro", 5)
    assert [each.key for each in found] == [fund_id] and found[0].registry_id == 1
    assert not desk.find(session, actor(CHANNEL_L3), "otro", 5)
    assert not desk.find(session, actor(NORTE), "otro", 5)


def test_by_notice_alone_they_change_and_a_sent_request_keeps_its_own(fund):
    """N1, N2: not before everybody they touch is served; M3: bound from the moment it is sent."""
    fund_id, second = fund
    ref = make_request(fund_id)
    notice = draft(
        actor(CHANNEL),
        (FACT, fund_id, version(fund_id, 2)),
        effective="2018-01-15",
        topic="mdf_terms",
    )
    publish(notice, actor(CHANNEL), when("2017-12-01"))
    told = card(db.session(), actor(NORTE), "otro", ON).coming
    assert (told.value, told.certain) == (version(fund_id, 2), False)
    db.session.rollback()
    opens(notice, actor(NORTE), when("2017-12-02"))
    wait(when("2018-02-01"))
    assert terms_of(fund_id, date(2018, 2, 1)) != second, "not everybody was served"
    opens(notice, actor(SUR), when("2018-02-02"))
    wait(when("2018-02-03"))
    assert terms_of(fund_id, date(2018, 2, 2)).columns["requests_until"] == TERMS["requests_until"]
    assert terms_of(fund_id, date(2018, 2, 3)) == second
    row = db.session.scalars(select(FundRequest).where(FundRequest.ref == ref)).one()
    assert row.terms_id == version(fund_id, 1)
    desk = DESKS[FACT]
    assert [value for value, _ in desk.choices(db.session(), fund_id)][-1] == version(fund_id, 1)


def test_a_version_is_prepared_in_the_form_and_what_is_wrong_is_told_by_field(fund, demo):
    fund_id, _second = fund
    browser, path = Browser(demo).as_(CHANNEL), "/en/mdf/funds/otro/terms/new"
    assert "USD" in browser.get(path)
    sent = {name: TERMS[name].isoformat() for name in TERMS if isinstance(TERMS[name], date)}
    sent |= {name: str(value) for name, value in TERMS.items() if isinstance(value, int)}
    sent |= {"base": "1", "manager_limit": "", "event-keep": "1", "event-percent": "50"}
    sent |= {"event-cap": "", "event-proof-agenda": "needed", "event-proof-photos": "optional"}
    sent |= {"event-cost-venue": "paid", "event-cost-alcohol": "unpaid"}
    for wrong, said in (
        ({}, "Nothing reads otherwise"),
        ({"closes_on": "2018-01-01"}, "comes before"),
        ({"closes_on": "soon"}, "Write a date."),
        ({"claim_days": "-1"}, "Write a whole number"),
        ({"event-percent": "101"}, "Write a whole number"),
        ({"event-cap": "mucho"}, "Write"),
        ({"event-keep": ""}, "Keep at least one"),
    ):
        page = browser.post(path, sent | wrong, status=422)
        assert said in page and all(value in page for value in wrong.values()), wrong
    browser.post(path, sent | {"base": "7", "claim_days": "60"}, status=409)
    browser.post(path, sent | {"claim_days": "60"})
    page = browser.follow()
    assert "Version 3 is prepared" in page and "Version 3, against version 1" in page
    with demo.app_context():
        assert version(fund_id, 3)
        assert terms_of(fund_id).columns["claim_days"] == 45
        row = db.session.scalars(select(Fund).where(Fund.id == fund_id)).one()
        assert row.slug == "otro"
        db.session.rollback()
