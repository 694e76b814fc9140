"""In the browser: a lead checks and approves a claim, finance pays it; what was typed is kept (M4)."""

import re
from datetime import timedelta

import pytest
from flask import Flask

from portal.kernel import clock
from portal.mdf.claim_models import Payment
from portal.mdf.rules import ClaimState as S
from portal.mdf.rules import RequestState as R
from tests.mdf.claim_desk import do, judge, parts, request_
from tests.mdf.claim_world import make_claim
from tests.mdf.review_desk import count, stands
from tests.mdf.test_claim_reviewing import disputed
from tests.mdf.world import explained
from tests.people import CHANNEL, CHANNEL_L3, FINANCE, LEAD, NORTE, Browser

__all__ = ["request_"]
LINES = (("venue", 40_00), ("alcohol", 2_00))


def test_verdicts_are_kept_as_typed_and_the_sum_follows_them(demo: Flask, request_: str) -> None:
    ref = make_claim(request_, lines=LINES)
    _, [paper], [venue, _alcohol] = parts(ref)
    lead, path = Browser(demo).as_(LEAD, "en"), f"/en/mdf/claims/{ref}/review"
    assert "USD&nbsp;20.00" in lead.get(path).replace("\xa0", "&nbsp;")
    deed = f"/en/mdf/claims/{ref}/verdicts"
    typed = {f"line-{venue.id}": "part", f"line-{venue.id}-amount": "treinta", "rest": "1"}
    page = lead.post(deed, typed, at=path, status=422)
    assert "treinta" in page and "Write the amount in USD" in page
    typed |= {f"line-{venue.id}-amount": "30.00"}
    page = lead.post(deed, typed, at=path, status=422)
    assert 'value="30.00"' in page and "Fill in: Reason" in page
    typed |= {f"line-{venue.id}-reason": "CANARIO-CENA"}
    lead.post(deed, typed, at=path)
    page = lead.follow().replace("\xa0", " ")
    assert "Approve USD 15.00" in page and "CANARIO-CENA" in page
    assert parts(ref)[1][0].verdict == "accepted" and parts(ref)[2][0].accepted == 30_00
    Browser(demo).as_(CHANNEL_L3).get(path, status=404)
    Browser(demo).as_(FINANCE).get(path, status=403)
    assert paper.verdict == "open"


def test_whoever_approved_the_request_is_told_why_not_the_claim(demo: Flask, request_: str) -> None:
    ref = make_claim(request_, lines=LINES)
    judge(ref)
    manager, path = Browser(demo).as_(CHANNEL), f"/es/mdf/claims/{ref}/review"
    assert f'action="/es/mdf/claims/{ref}/approval"' not in manager.get(path)
    yes = {"amount": "2000"}
    manager.post(f"/es/mdf/claims/{ref}/approval", yes, at=path, status=422)
    question = {"ask-note": "CANARIO-PREGUNTA", "ask-fields": "outcome"}
    manager.post(f"/es/mdf/claims/{ref}/question", {"ask-note": "x"}, at=path, status=422)
    manager.post(f"/es/mdf/claims/{ref}/question", question, at=path)
    assert "CANARIO-PREGUNTA" in Browser(demo).as_(NORTE).get(f"/es/mdf/claims/{ref}")
    assert parts(ref)[0].state is S.NEEDS_INFO
    assert "Rechazar lo que no se contestó" in manager.get(f"/es/mdf/claims/{ref}")
    assert "todavía no contestó" in manager.get(path)
    no = {"no-note": "Nunca contestaron."}
    manager.post(f"/es/mdf/claims/{ref}/rejection", no, at=path)
    assert parts(ref)[0].state is S.REJECTED


def test_a_claim_is_approved_and_paid_once_in_the_browser(demo: Flask, request_: str) -> None:
    ref = make_claim(request_, lines=(("venue", 40_00),))
    judge(ref)
    lead, path = Browser(demo).as_(LEAD), f"/es/mdf/claims/{ref}/review"
    lead.post(f"/es/mdf/claims/{ref}/approval", {"amount": "1999"}, at=path, status=422)
    lead.post(f"/es/mdf/claims/{ref}/approval", {"amount": "2000"}, at=path)
    finance, deed = Browser(demo).as_(FINANCE), f"/es/mdf/claims/{ref}/payment"
    assert ref in finance.get("/es/mdf/payments")
    assert f"{ref}," in finance.get("/es/mdf/payments.csv")
    page = finance.get(deed)
    [key] = re.findall(r'name="key" value="([^"]+)"', page)
    later = (clock.today() + timedelta(days=1)).isoformat()
    typed = {"amount": "20,01", "paid_on": later, "reference": "CANARIO-REF", "key": key}
    page = finance.post(deed, typed, status=422)
    assert "CANARIO-REF" in page and "20,01" in page and later in page
    [key] = re.findall(r'name="key" value="([^"]+)"', page)
    good = typed | {"amount": "20,00", "paid_on": clock.today().isoformat(), "key": key}
    for _twice in range(2):
        finance.post(deed, good)
    assert count(Payment) == 1 and stands(request_)[0].state is R.CLOSED
    assert "CANARIO-REF" in Browser(demo).as_(NORTE).get(f"/es/mdf/claims/{ref}")
    explained()


def test_a_dispute_and_a_reversal_are_answered_in_the_browser(demo: Flask, request_: str) -> None:
    ref = make_claim(request_, lines=(("venue", 40_00),), final=False)
    judge(ref, venue=20_00)
    do("approve", ref, 10_00)
    line = parts(ref)[2][0].id
    disputed(ref, line)
    manager, deed = Browser(demo).as_(CHANNEL), f"/es/mdf/claims/{ref}/lines/{line}/settlement"
    path = f"/es/mdf/claims/{ref}/review"
    manager.post(deed, {"settle-amount": "", "settle-note": "x"}, at=path, status=422)
    good = {"settle-amount": "40,00", "settle-note": "CANARIO-SALDO"}
    manager.post(f"/es/mdf/claims/{ref}/lines/{line + 999}/settlement", good, at=path, status=404)
    manager.post(deed, good, at=path)
    assert parts(ref)[0].approved == 20_00
    finance, undo = Browser(demo).as_(FINANCE), f"/es/mdf/claims/{ref}/reversal"
    finance.post(undo, {"note": ""}, status=422)
    finance.post(undo, {"note": "CANARIO-DEVUELTO"})
    lead, answer = Browser(demo).as_(LEAD), f"/es/mdf/claims/{ref}/reversal/confirmation"
    assert "CANARIO-DEVUELTO" in lead.get(answer)
    lead.post(answer, {"note": "CANARIO-NO", "keep": "1"})
    assert parts(ref)[0].state is S.APPROVED
    finance.post(undo, {"note": "CANARIO-DEVUELTO"})
    lead.post(answer, {"note": "Confirmado."})
    assert parts(ref)[0].state is S.REVERSED
    finance.get(answer, status=403)
    explained()


@pytest.mark.parametrize("lang", ["es", "en"])
def test_the_company_says_that_it_claims_no_more(demo: Flask, request_: str, lang: str) -> None:
    ref = make_claim(request_, S.PAID, lines=LINES, final=False)
    assert parts(ref)[0].state is S.PAID
    norte, path = Browser(demo).as_(NORTE, lang), f"/{lang}/mdf/requests/{request_}"
    assert f'action="{path}/closing"' in norte.get(path)
    norte.post(f"{path}/closing", {}, at=path)
    norte.follow()
    assert stands(request_)[0].state is R.CLOSED
    explained()
