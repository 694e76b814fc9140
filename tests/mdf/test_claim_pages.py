"""The page of a claim and its forms: from nothing to sent, kept on every mistake, in both languages."""

import re
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select

from portal.kernel import clock
from portal.mdf import claiming
from portal.mdf.rules import ClaimState, RequestState
from portal.store.db import db
from portal.store.files import File
from tests import people
from tests.companies.cast import actor
from tests.mdf.claim_world import make_claim
from tests.mdf.test_claiming import bill, cut, one, submit, whole
from tests.mdf.world import make_fund, make_request
from tests.orders.rows import Counted
from tests.people import Browser
from tests.registry.world import L3

INVOICE = {
    "issuer": "Hotel Central",
    "tax_id": "30-1",
    "number": "A-1",
    "issued_on": "2017-12-01",
    "currency": "USD",
    "amount": "1,000.00",
    "cost": ["venue", "alcohol"],
    "text": ["Sala", "Brindis"],
    "line_amount": ["900", "100.00"],
}


def text(page: str) -> str:
    """What a reader reads, in one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.fixture
def asked(demo: Flask) -> str:
    fund_id = make_fund(budget=9000_00, pooled=True)
    return make_request(fund_id, state=RequestState.APPROVED, asked=600_00)


def begun(ref: str) -> str:
    made = claiming.begin(ref, actor=actor(people.NORTE), now=clock.business(), key="begin-it")
    assert made.claim
    return made.claim


def test_a_claim_is_written_piece_by_piece_and_sent(demo: Flask, asked: str) -> None:
    """English, as the company: what is missing shrinks, and the sum stands before it is sent."""
    norte = Browser(demo).as_(people.NORTE, "en")
    norte.post(f"/en/mdf/requests/{asked}/claims", {}, at=f"/en/mdf/requests/{asked}")
    page = norte.follow()
    at = norte.page.request.path if norte.page else ""
    assert "Still owed: Agenda." in page and "Add at least one invoice" in page
    norte.post(f"{at}/invoices/new", INVOICE)
    page = text(norte.follow())
    assert "USD 450.00 is what this claim comes to" in page and "Not reimbursed." in page
    invoice = re.search(r"/invoices/(\d+)\"", norte.get(at))
    assert invoice
    for field, value in (("proof", "agenda"), ("invoice", invoice[1])):
        form = {field: value, "files": (BytesIO(f"{value},si\n".encode()), "prueba.csv")}
        norte.post(f"{at}/documents", form, at=at)
    norte.post(f"{at}/outcome", {"metric-attendees": "1,200", "metric-leads": "0", "final": "1"})
    assert "Nothing is missing" in norte.follow()
    norte.post(f"{at}/submission", {}, at=at)
    page = text(norte.follow())
    assert "Your claim is sent." in page and "1200" in page
    assert "It is the turn of the channel support team" in page
    channel = Browser(demo).as_(people.CHANNEL, "es")
    assert "prueba.csv" in channel.get(at.replace("/en/", "/es/"))


def test_nothing_typed_is_lost_where_something_is_wrong(demo: Flask, asked: str) -> None:
    norte, at = Browser(demo).as_(people.NORTE), f"/es/mdf/claims/{begun(asked)}"
    wrong = INVOICE | {"amount": "800", "number": "---", "currency": "EUR", "rate": "cero"}
    page = norte.post(f"{at}/invoices/new", wrong, status=422)
    for kept in ("Hotel Central", "Sala", "Brindis", 'value="800"', 'value="cero"', "2017-12-01"):
        assert kept in page, kept
    assert page.count('aria-invalid="true"') >= 3
    more = norte.post(f"{at}/invoices/new", wrong | {"more": "1"}, status=200)
    assert more.count('name="cost"') == 5 and "Brindis" in more, "more lines, and nothing is saved"
    page = norte.post(f"{at}/outcome", {"metric-leads": "doce", "remarks": "Bien"}, status=422)
    assert 'value="doce"' in page and "Bien" in page
    page = norte.post(f"{at}/documents", {"proof": "agenda"}, at=at, status=422)
    assert 'id="files-proof-agenda-error"' in page
    astray = {"invoice": "2147483646", "files": (BytesIO(b"si,no\n"), "prueba.csv")}
    norte.post(f"{at}/documents", astray, at=at, status=404)
    kept = select(File.id).where(File.subject.like("draft:%"))
    assert not db.session.scalars(kept).all(), "a file for what is not there is nobody's"
    page = norte.post(f"{at}/submission", {}, at=at, status=422)
    assert page.count("<li>") > 4 and 'href="#proof-agenda"' in page


def test_amounts_and_rates_are_read_as_they_are_written(demo: Flask, asked: str) -> None:
    """One line without an amount is the whole invoice, in currencies of no, two and three decimals."""
    norte, claim = Browser(demo).as_(people.NORTE), begun(asked)
    at = f"/es/mdf/claims/{claim}"
    one_line = {"cost": ["venue"], "text": [""], "line_amount": [""], "rate_source": "Banco"}
    for amount, currency, rate, converted in (
        ("1.000.000", "PYG", "0,000177", "USD 177.00"),
        ("30.050", "KWD", "3,3113", "USD 99.50"),
        ("500,01", "USD", "", "USD 500.01"),
    ):
        money = {"amount": amount, "currency": currency, "rate": rate, "number": currency}
        norte.post(f"{at}/invoices/new", INVOICE | one_line | money)
        page = text(norte.get(f"/en/mdf/claims/{claim}"))
        assert re.search(rf"{currency} {currency}[\d.,  ]+ [\d.]+ {converted}", page), page
    assert "USD 388.25 is what this claim comes to" in page
    first = re.search(rf"{at}/invoices/\d+", norte.get(at))
    assert first and 'value="0.000177"' in norte.get(first[0]), "shown again in the reader's format"


def test_a_rival_s_invoice_is_refused_without_a_word_of_whose_it_is(
    demo: Flask, asked: str
) -> None:
    first = whole(asked, content="la misma")
    assert not submit(first).refused
    level3 = make_fund("nivel", registry=L3, budget=9000_00, pooled=True)
    rival = make_request(level3, "sur", RequestState.APPROVED, asked=600_00)
    second = whole(rival, people.SUR, content="la misma")
    sur, at = Browser(demo).as_(people.SUR, "en"), f"/en/mdf/claims/{second}"
    page = sur.post(f"{at}/submission", {}, at=at, status=422)
    assert "The invoice F001-000123 is claimed already." in page
    assert "The file prueba.txt is on a claim already." in page
    for secret in (first, "Integradora Norte", people.NORTE):
        assert secret not in page
    third = make_request(level3, "norte", RequestState.APPROVED, asked=600_00)
    own = begun(third)
    bill(own)
    norte, at = Browser(demo).as_(people.NORTE, "en"), f"/en/mdf/claims/{own}"
    page = norte.post(f"{at}/submission", {}, at=at, status=422)
    assert f"is claimed already, on {first}." in page, "one's own claim is named"


def test_each_reader_finds_on_it_what_is_theirs(demo: Flask, asked: str) -> None:
    claim = cut(asked)
    for email, sees in ((people.NORTE, True), (people.CHANNEL, False), (people.FINANCE, False)):
        reader = Browser(demo).as_(email)
        for lang in ("es", "en"):
            page = reader.get(f"/{lang}/mdf/claims/{claim}")
            assert ("/dispute" in page) is sees and "/submission" not in page
    for email in (people.SUR, people.CHANNEL_L3):
        Browser(demo).as_(email).get(f"/es/mdf/claims/{claim}", status=404)
    norte = Browser(demo).as_(people.NORTE, "en")
    found = re.search(r"/en/mdf/claims/\w+/lines/\d+/dispute", norte.get(f"/en/mdf/claims/{claim}"))
    assert found
    norte.post(found[0], {"text": " "}, status=422)
    norte.post(found[0], {"text": "It was juice."})
    page = text(norte.follow())
    assert "It was juice." in page and "is looked at again" in page
    norte.post(found[0], {"text": "Again"}, status=422)
    assert one(claim).state is ClaimState.APPROVED


def test_each_of_the_registry_s_side_is_led_to_what_is_theirs_to_do(
    demo: Flask, asked: str
) -> None:
    sent = make_claim(asked, ClaimState.SUBMITTED)
    held = cut(make_request(make_fund("otro", budget=9000_00, pooled=True), asked=600_00,
                            state=RequestState.APPROVED))  # fmt: skip
    for email, claim, ways in (
        (people.CHANNEL, sent, {"review"}),
        (people.CHANNEL, held, set()),
        (people.FINANCE, sent, set()),
        (people.FINANCE, held, {"payment", "reversal"}),
        (people.NORTE, sent, set()),
    ):
        page = Browser(demo).as_(email).get(f"/es/mdf/claims/{claim}")
        found = set(re.findall(rf'href="/es/mdf/claims/{claim}/([a-z/]+)"', page))
        assert found == ways, (email, claim)


def test_many_invoices_cost_no_more_queries_than_one(demo: Flask, asked: str) -> None:
    norte, claim = Browser(demo).as_(people.NORTE), whole(asked)

    def cost() -> int:
        with Counted() as counted:
            norte.get(f"/es/mdf/claims/{claim}")
        return int(counted.count)

    norte.get(f"/es/mdf/claims/{claim}")
    first = cost()
    for number in range(4):
        bill(claim, number=f"B-{number}")
    assert cost() == first
