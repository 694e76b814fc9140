"""The first page of MDF: what everybody has to do with, and nobody what is another's (M5)."""

import re
from datetime import timedelta

import pytest
from flask import Flask

from portal.kernel import clock
from portal.mdf import overview
from portal.mdf.rules import ClaimState, RequestState
from portal.store.db import db
from portal.web.feeds import entries
from tests.companies.cast import actor
from tests.mdf.claim_world import make_claim
from tests.mdf.world import DUE, allot, make_fund, make_request
from tests.people import CHANNEL, CHANNEL_L3, FINANCE, NORTE, SUR, Browser
from tests.registry.test_pages_cost import counted
from tests.registry.world import L3

R, S = RequestState, ClaimState


@pytest.fixture
def fund(demo: Flask) -> int:
    made = make_fund(budget=5_000_00)
    allot(made, "norte", 500_00)
    allot(made, "sur", 40_00)
    return made


def _index(app: Flask, who: str, lang: str = "en", more: str = "") -> str:
    return Browser(app).as_(who, lang).get(f"/{lang}/mdf/{more}")


def test_a_company_sees_its_requests_with_state_turn_and_day_and_its_own_money(
    demo: Flask, fund: int
) -> None:
    make_request(fund, state=R.APPROVED, title="Feria propia")
    make_request(fund, "sur", title="Feria ajena")
    pool = make_fund("pozo", registry=L3, budget=777_00, pooled=True)
    make_request(pool, state=R.APPROVED, title="Del pozo", asked=12_00)
    page = _index(demo, NORTE)
    for said in (
        "Feria propia",
        "It is your turn",
        "By February 5, 2018 at the latest",
        "Fund fondo",
    ):
        assert said in page
    for amount in ("500.00", "485.00", "15.00", "12.00"):
        assert f"USD\xa0{amount}" in page
    assert "Feria ajena" not in page and "765.00" not in page, "no rival's, no pool's figure"


def test_a_company_without_any_request_is_invited_to_ask(demo: Flask) -> None:
    for lang, said in (("en", "No request yet"), ("es", "<h3>")):
        assert said in _index(demo, SUR, lang)


def test_staff_see_what_waits_for_them_the_longest_promised_first(demo: Flask, fund: int) -> None:
    today = clock.today()
    make_request(fund, title="Sin fecha")
    make_request(fund, title="Después", turn_due_on=today + timedelta(days=3))
    make_request(fund, title="Vencida", turn_due_on=today - timedelta(days=2))
    make_request(
        fund, title="Otras fechas", state=R.APPROVED, wanted_from=today, wanted_until=today
    )
    make_request(fund, title="Borrador", state=R.DRAFT)
    page = _index(demo, CHANNEL)
    waiting = page[: page.index("All requests")]
    names = re.findall(r"Vencida|Después|Sin fecha|Otras fechas|Borrador", waiting)
    assert names == ["Vencida", "Después", "Sin fecha", "Otras fechas"]
    assert waiting.count("Overdue") == 1
    assert "Vencida" not in _index(demo, CHANNEL_L3)


def test_finance_sees_the_claims_to_pay_and_channel_people_those_to_check(
    demo: Flask, fund: int
) -> None:
    checked, paid = (make_request(fund, state=R.APPROVED) for _each in range(2))
    sent = make_claim(checked, S.SUBMITTED)
    due = make_claim(paid, S.PART_PAID, approved=5_00, paid=2_00)
    for who, there, missing in ((CHANNEL, sent, due), (FINANCE, due, sent)):
        page = _index(demo, who)
        assert f"/claims/{there}" in page and f"/claims/{missing}" not in page


def test_lists_page_by_key_newest_first(demo: Flask, fund: int) -> None:
    for number in range(overview.PAGE + 1):
        make_request(fund, title=f"Feria {number:02}", asked=1_00)
    page = _index(demo, NORTE)
    assert "Feria 01" in page and "Feria 00" not in page
    older = re.search(r'href="/en/mdf/(\?after=\d+)"', page)
    assert older and "Feria 00" in _index(demo, NORTE, more=older[1])
    found, more = overview.listed(db.session(), actor(NORTE), most=5)
    assert len(found) == 5 and more == found[-1].id


def test_a_companys_feed_tells_its_steps_and_its_calendar_the_day_of_each_claim(
    demo: Flask, fund: int
) -> None:
    """M5; the day is taken back when there is nothing to claim by it any more."""
    ref = make_request(fund, state=R.APPROVED, title="Feria")
    gone = make_request(fund, state=R.EXPIRED)
    claim = make_claim(ref, S.SUBMITTED)
    for who, lang, said in (
        (NORTE, "en", "Claim sent: Feria"),
        (SUR, "en", ""),
        (CHANNEL, "es", ""),
    ):
        found = {each.id: each for each in entries(db.session(), actor(who), lang)}
        mine = [each for each in found.values() if each.id.startswith("mdf-")]
        assert bool(mine) is bool(said)
        if said:
            assert f"/mdf/claims/{claim}" in {each.path for each in mine if each.title == said}
            days = found[f"mdf-due-{ref}"], found[f"mdf-due-{gone}"]
            assert [day.on for day in days] == [DUE, DUE]
            assert [day.withdrawn for day in days] == [False, True]


def test_the_pages_cost_the_same_however_many_there_are(demo: Flask, fund: int) -> None:
    ref = make_request(fund, state=R.APPROVED, asked=1_00)
    make_claim(ref, S.SUBMITTED, lines=[("venue", 1_00)])
    norte = Browser(demo).as_(NORTE, "en")

    def cost() -> list[int]:
        found = []
        for path in ("/en/mdf/", f"/en/mdf/requests/{ref}"):
            with counted() as statements:
                norte.get(path)
            found.append(len(statements))
        return found

    cost()  # the library of answers is read once
    cheap = cost()
    for _each in range(4):
        more = make_request(fund, state=R.APPROVED, asked=1_00)
        make_claim(more, S.SUBMITTED, lines=[("venue", 1_00)])
        make_claim(ref, S.WITHDRAWN, lines=[("venue", 1_00)])
    assert cost() == cheap
