"""The channel's pages: what waits, deciding on a request, idle reserves, personal limits; in both languages."""

import re
from datetime import date

from sqlalchemy import select

from portal.mdf.models import FundRequest, Limit
from portal.mdf.rules import ClaimState
from portal.mdf.rules import RequestState as R
from portal.store.db import atomic, db
from tests.mdf.claim_world import make_claim
from tests.mdf.review_desk import fund, last_step, say, stands
from tests.mdf.world import make_request
from tests.people import CHANNEL, CHANNEL_L3, LEAD, NORTE, Browser
from tests.registry.test_pages_cost import counted

__all__ = ["fund"]
KEY = re.compile(r'name="key" value="([^"]+)"')
ROW = re.compile(r'<th scope="row"[^>]*>.*?/(?:requests|claims)/(\w+)', re.S)


def post(browser, ref, verb, form, status=302, page="review"):
    at = f"/en/mdf/requests/{ref}/{page}"
    key = KEY.search(browser.get(at))
    assert key
    return browser.post(
        f"/en/mdf/requests/{ref}/{verb}", {"key": key[1], **form}, status=status, at=at
    )


def test_the_queue_has_the_oldest_promise_first_and_says_what_is_overdue(demo, fund):
    late = make_request(fund, title="Tarde", turn_due_on=date(2017, 11, 30))
    soon = make_request(fund, title="Pronto", turn_due_on=date(2017, 12, 5))
    moved = make_request(
        *(fund, "norte", R.APPROVED),
        turn_due_on=date(2017, 12, 4),
        wanted_from=date(2018, 1, 2),
        wanted_until=date(2018, 1, 3),
    )
    claim = make_claim(make_request(fund, state=R.APPROVED), ClaimState.SUBMITTED)
    done = make_request(fund, state=R.DECLINED)
    say("approve", soon, 15_00, by=LEAD)
    browser = Browser(demo).as_(CHANNEL)
    found = browser.get("/en/mdf/queue")
    assert ROW.findall(found) == [late, moved, claim] and found.count("Overdue") == 1
    assert ROW.findall(browser.get("/es/mdf/queue?state=declined")) == [done]
    assert soon in browser.get("/en/mdf/queue?state=approved")
    assert late not in browser.get("/en/mdf/queue?company=1&after=2017-12-01.request.0")
    assert late not in Browser(demo).as_(CHANNEL_L3).get("/en/mdf/queue")


def test_as_many_queries_for_one_as_for_a_page_of_them(demo, fund):
    browser = Browser(demo).as_(CHANNEL)
    make_request(fund, asked=1_00)
    costs = []
    for more in (30, 0):
        with counted() as seen:
            found = browser.get("/en/mdf/queue")
        costs.append((len(ROW.findall(found)), len(seen)))
        for _each in range(more):
            make_request(fund, asked=1_00)
    assert (costs[0][0], costs[1][0]) == (1, 30) and costs[0][1] == costs[1][1]
    rest = re.search(r'href="([^"]+)" rel="next"', found)
    assert rest and len(ROW.findall(browser.get(rest[1].replace("&amp;", "&")))) == 1


def test_a_part_is_approved_as_it_is_typed(demo, fund):
    """M3: what the rules say stands there before; a mistake keeps what was typed."""
    ref = make_request(fund, asked=30_00)
    browser = Browser(demo).as_(CHANNEL)
    page = browser.get(f"/en/mdf/requests/{ref}/review")
    assert "You may approve up to USD\xa020.00 now" in page and "USD\xa060.00" in page
    page = post(browser, ref, "approval", {"approve-amount": "doce"}, 422)
    assert 'value="doce"' in page and stands(ref)[0].state is R.SUBMITTED
    page = post(browser, ref, "approval", {"approve-amount": "90.00"}, 409)
    assert "USD\xa060.00" in page and 'value="90.00"' in page
    post(browser, ref, "approval", {"approve-amount": "12,50", "approve-note": "Bien"})
    assert stands(ref)[0].approved == 12_50 and last_step(ref).note == "Bien"
    assert "It is approved" in browser.follow()
    assert "nothing to decide" not in browser.get(f"/es/mdf/requests/{ref}/review")


def test_what_the_company_mended_meanwhile_is_not_approved_unread(demo, fund):
    ref = make_request(fund)
    browser = Browser(demo).as_(CHANNEL)
    at = f"/en/mdf/requests/{ref}/review"
    page = browser.get(at)
    key, read = KEY.search(page), re.search(r'name="seen" value="([^"]+)"', page)
    with atomic() as session:
        session.scalars(select(FundRequest).where(FundRequest.ref == ref)).one().revision += 1
    form = {"key": key[1], "seen": read[1], "approve-amount": "15"}
    page = browser.post(f"/en/mdf/requests/{ref}/approval", form, status=409, at=at)
    assert "has changed since you opened it" in page
    assert stands(ref)[0].state is R.SUBMITTED


def test_a_first_yes_says_that_a_second_is_needed_and_the_lead_gives_it(demo, fund):
    ref = make_request(fund, asked=30_00)
    browser = Browser(demo).as_(CHANNEL)
    post(browser, ref, "approval", {"approve-amount": "30"})
    assert "A second person decides now" in browser.follow()
    assert "cannot approve" in browser.get(f"/en/mdf/requests/{ref}/review")
    lead = Browser(demo).as_(LEAD)
    assert "First yes given" in lead.get("/en/mdf/queue")
    post(lead, ref, "approval", {"approve-amount": "30"})
    assert stands(ref)[0].approved == 30_00


def test_a_question_names_fields_and_a_no_speaks_the_companys_language(demo, fund):
    """M3: in Spanish to who reads Spanish, with the nearest yes."""
    ref = make_request(fund, asked=90_00)
    browser = Browser(demo).as_(CHANNEL)
    assert "Choose what" in post(browser, ref, "question", {"ask-note": "?"}, 422)
    page = browser.get(f"/en/mdf/requests/{ref}/review")
    assert "spoken to in Spanish" in page
    form = {"decline-reason": "No alcanza.", "decline-nearest": "y", "decline-other": "Too much."}
    post(browser, ref, "decline", form)
    note = last_step(ref).note
    assert note.startswith("No alcanza.\n\n") and note.endswith("\n\nToo much.")
    assert "USD\xa060" in note and stands(ref)[0].state is R.DECLINED
    other = make_request(fund)
    post(browser, other, "question", {"ask-fields": ["title"], "ask-note": "¿Cuál?"})
    assert last_step(other).fields == ["title"]


def test_the_company_asks_for_other_days_and_cancels(demo, fund):
    ref = make_request(fund, state=R.APPROVED)
    norte, channel = Browser(demo).as_(NORTE), Browser(demo).as_(CHANNEL)
    days = {"starts_on": "2018-01-10", "ends_on": "2018-01-12", "note": "Local"}
    assert "2018" in post(norte, ref, "dates", {**days, "ends_on": "2018-01-09"}, 409, "dates")
    post(norte, ref, "dates", days, page="dates")
    assert "Other dates are asked for" in channel.get(f"/en/mdf/requests/{ref}/review")
    post(channel, ref, "dates/move", {})
    assert stands(ref)[0].starts_on == date(2018, 1, 10)
    assert "Write the reason" in post(norte, ref, "cancellation", {}, 422, "cancellation")
    post(norte, ref, "cancellation", {"note": "Se canceló"}, page="cancellation")
    assert stands(ref)[1] == (0, 60_00)
    assert 'name="note"' not in norte.get(f"/es/mdf/requests/{ref}/cancellation")
    Browser(demo).as_(CHANNEL_L3).get(f"/en/mdf/requests/{ref}/cancellation", status=404)


def test_an_idle_reserve_gets_more_time_or_goes_back_with_one_click(demo, fund):
    more, gone = (make_request(fund, state=R.APPROVED, due_on=date(2017, 12, 20)) for _ in "ab")
    channel = Browser(demo).as_(CHANNEL)
    page = channel.get("/en/mdf/idle")
    forms = re.findall(r'<form method="post" action="([^"]+)".*?</form>', page, re.S)
    said = dict(re.findall(r'name="(extend-note|note)" value="([^"]+)"', page))
    assert f"/en/mdf/requests/{more}/extension" in forms and len(said) == 2
    at = {"at": "/en/mdf/idle"}
    key = KEY.search(page)
    assert key
    sent = {"key": key[1], "back": "idle", **said}
    channel.post(f"/en/mdf/requests/{more}/extension", sent, **at)
    channel.post(f"/en/mdf/requests/{gone}/cancellation", sent, **at)
    assert stands(more)[0].due_on == date(2018, 1, 4)
    assert stands(gone)[0].state is R.CANCELLED
    assert more in channel.get("/es/mdf/idle") and gone not in channel.get("/es/mdf/idle")


def test_a_lead_sets_the_limit_of_another_and_nobody_their_own(demo, fund):
    lead = Browser(demo).as_(LEAD)
    page = lead.get("/es/mdf/limits")
    person = re.search(r'name="person" value="(\d+)"', page)
    assert person and page.count('name="person"') == 1
    form = {"person": person[1], "currency": "USD"}
    name = f"USD-{person[1]}-amount"
    lead.post("/es/mdf/limits", {**form, name: "-1"}, status=422)
    lead.post("/es/mdf/limits", {**form, name: "1.000,50"})
    assert db.session.scalars(select(Limit.amount)).all() == [1000_50]
    db.session.rollback()
    lead.post("/es/mdf/limits", {**form, name: ""})
    assert db.session.scalars(select(Limit.amount)).all() == []
    lead.post("/es/mdf/limits", {"person": "1", "currency": "USD"}, status=404)
