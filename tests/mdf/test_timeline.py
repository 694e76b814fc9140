"""One request, one timeline: what happened, by whom, whose turn it is, promised beside real (M5)."""

import pytest
from flask import Flask

from portal.kernel import clock
from portal.mdf import reviewing
from portal.mdf.rules import ClaimState, RequestState
from tests.companies.cast import actor
from tests.mdf.claim_world import make_claim
from tests.mdf.world import allot, make_fund, make_request
from tests.people import CHANNEL, CHANNEL_L3, FINANCE, LEAD, NORTE, SUR, Browser

R, S = RequestState, ClaimState


@pytest.fixture
def fund(demo: Flask) -> int:
    made = make_fund(budget=1_000_00)
    allot(made, "norte", 500_00)
    allot(made, "sur", 100_00)
    return made


def _page(app: Flask, who: str, ref: str, lang: str = "en", status: int = 200) -> str:
    return Browser(app).as_(who, lang).get(f"/{lang}/mdf/requests/{ref}", status=status)


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "en",
            ("It is your turn", "Claim by", "By February 5, 2018 at the latest", "USD\xa015.00"),
        ),
        ("es", ("5 de febrero de 2018", "USD\xa015.00")),
    ],
)
def test_an_approved_request_says_what_is_reserved_and_by_when_to_claim(
    demo: Flask, fund: int, lang: str, words: tuple[str, ...]
) -> None:
    ref = make_request(fund, state=R.APPROVED)
    page = _page(demo, NORTE, ref, lang)
    for said in (*words, "Seminario", ref, 'data-verdict="yes"', f"/{lang}/faq/", "M2", "M3"):
        assert said in page


@pytest.mark.parametrize("state", list(R))
def test_each_state_has_its_page_for_all_who_see_it(demo: Flask, fund: int, state: R) -> None:
    """Channel people see what was sent, finance what was approved, the others nothing."""
    ref = make_request(fund, state=state)
    granted = state in (R.APPROVED, R.CANCELLED, R.EXPIRED, R.CLOSED)
    sees = {NORTE: True, CHANNEL: state is not R.DRAFT, LEAD: state is not R.DRAFT}
    for who, may in (sees | {FINANCE: granted, SUR: False, CHANNEL_L3: False}).items():
        _page(demo, who, ref, status=200 if may else 404)


def test_what_was_asked_is_linked_to_the_form_and_waits_for_the_company(
    demo: Flask, fund: int
) -> None:
    ref = make_request(fund)
    asks, note = actor(CHANNEL), "Falta el <b>lugar</b>"
    reviewing.ask(ref, ("details", "asked"), note, actor=asks, now=clock.business(), key="k")
    page = _page(demo, NORTE, ref)
    assert "It is your turn" in page and "Falta el &lt;b&gt;lugar&lt;/b&gt;" in page
    assert "What you plan" in page and "Amount you ask for" in page
    theirs = _page(demo, CHANNEL, ref)
    assert "It is the turn of the company" in theirs and "It is your turn" not in theirs


def test_a_claim_is_told_on_the_requests_timeline_and_its_money_to_the_cent(
    demo: Flask, fund: int
) -> None:
    ref = make_request(fund, state=R.APPROVED, asked=15_00)
    claim = make_claim(ref, S.PART_PAID, lines=[("venue", 20_00)], approved=8_00, paid=3_00)
    page = _page(demo, FINANCE, ref)
    for said in (claim, "USD\xa08.00", "USD\xa03.00", "USD\xa05.00", "USD\xa07.00"):
        assert said in page
    assert "It is your turn" in page, "finance pays the rest"
    assert "It is the turn of finance" in _page(demo, NORTE, ref)
    draft = make_claim(make_request(fund, state=R.APPROVED), S.DRAFT)
    assert draft not in _page(demo, CHANNEL, ref), "a draft is its company's alone"


def test_no_rivals_and_no_pools_figure_is_on_the_page(demo: Flask, fund: int) -> None:
    """A partner sees its own figures; 500.00 is what its company was allocated, 1,000.00 the fund's."""
    ref = make_request(fund, state=R.APPROVED)
    page = _page(demo, NORTE, ref)
    assert "1,000.00" not in page and "400.00" not in page
