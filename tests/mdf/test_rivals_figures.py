"""No company learns a rival's figure, not even from a total of two (M2): everything that it can read is
read, and no amount of the other's stands in it, nor one of a fund from which it could be subtracted.
"""

import html
import json
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.home import doctor, doctor_money
from portal.kernel import clock
from portal.mdf import movements, reviewing
from portal.mdf.claim_models import Claim, ClaimLine, Invoice, Payment
from portal.mdf.models import Fund, FundRequest
from portal.mdf.rules import ClaimState, RequestState
from portal.registry.models import Partner
from portal.store.db import db
from portal.store.decisions import StoredDecision
from portal.store.events import Event
from portal.store.ledger import LedgerAccount, LedgerTransfer
from tests import people
from tests.companies.cast import actor
from tests.mdf.claim_world import make_claim
from tests.mdf.world import allot, make_fund, make_request
from tests.people import Browser
from tests.surface.paths import walk

R, S = RequestState, ClaimState
SLUGS = ("canario-propio", "canario-comun")
# Nobody writes these by chance: each company's amounts are an odd number of its own, times some steps.
STEP = {"norte": 10_007_3, "sur": 20_011_7}
ONLY_SQLITE = pytest.mark.parametrize("house", ["sqlite"], indirect=True)


class Reader(Browser):
    """A browser that remembers all it was answered."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        self.answers: dict[str, str] = {}

    def _send(self, method: str, path: str, **kwargs: Any) -> Any:
        response = super()._send(method, path, **kwargs)
        if not response.is_streamed or response.mimetype in ("text/csv", "text/html"):
            self.answers[f"{method} {path}"] = response.get_data().decode("utf-8", "replace")
        return response


def seed() -> None:
    """Two companies ask, claim and are paid in a fund of allocations and in a common one."""
    own = make_fund(SLUGS[0], budget=9_000_019_1)
    common = make_fund(SLUGS[1], budget=1_300_003_9, pooled=True)
    for code, step in STEP.items():
        allot(own, code, step * 16)
        for fund in (own, common):
            for times, state in enumerate((R.SUBMITTED, R.APPROVED, R.EXPIRED, R.CLOSED), 1):
                make_request(fund, code, state, asked=step * times, title=f"Acto de {code}")
            ref = make_request(fund, code, R.APPROVED, asked=step * 5, title=f"Acto de {code}")
            make_claim(ref, S.PART_PAID, lines=[("venue", step * 4), ("alcohol", step // 3)])
            make_claim(ref, S.SUBMITTED, lines=[("venue", step)])


def refuse_for_want_of_money() -> None:
    """The channel would give North more than there is, and is told how much there is; what it decides
    of either is mailed.
    """
    channel = actor(people.LEAD)
    waiting = select(FundRequest.ref).where(FundRequest.state == R.SUBMITTED)
    refs = db.session.scalars(waiting).all()
    db.session.rollback()
    for ref in refs:
        reviewing.ask(ref, ("title",), "x", actor=channel, now=clock.business(), key=ref)
    for slug in SLUGS:
        fund = db.session.scalars(select(Fund).where(Fund.slug == slug)).one().id
        ref = make_request(fund, "norte", R.SUBMITTED, asked=70_000_000, title="Demasiado")
        answer = reviewing.approve(
            ref, 70_000_000, "", actor=channel, now=clock.business(), key=f"much-{slug}"
        )
        assert answer.refused and any("most" in each.facts for each in answer.reasons)


def amounts_of(code: str) -> set[int]:
    """Every amount of a company's requests, claims, invoices and accounts."""
    session = db.session()
    owner = session.scalars(select(Partner.id).where(Partner.code == code)).one()
    columns = (
        (
            FundRequest.partner_id,
            (FundRequest.asked, FundRequest.approved, FundRequest.total_cost),
        ),
        (Claim.partner_id, (Claim.claimed, Claim.approved)),
        (Invoice.partner_id, (Invoice.amount,)),
        (ClaimLine.partner_id, (ClaimLine.amount, ClaimLine.accepted)),
        (Payment.partner_id, (Payment.amount,)),
        (LedgerAccount.partner_id, (LedgerAccount.balance,)),
    )
    found: set[int] = set()
    for whose, each in columns:
        for row in session.execute(select(*each).where(whose == owner)):
            found |= {abs(amount) for amount in row if amount}
    mine = select(LedgerAccount.id).where(LedgerAccount.partner_id == owner)
    moved = select(LedgerTransfer.amount).where(LedgerTransfer.target_id.in_(mine))
    return found | set(session.scalars(moved))


def totals() -> set[int]:
    """What the funds hold by kind, their budgets, and what they have given so far."""
    session = db.session()
    books = [f"mdf:{id_}" for id_ in session.scalars(select(Fund.id).where(Fund.slug.in_(SLUGS)))]
    found: set[int] = set()
    for book in books:
        sums: dict[str, int] = {}
        query = select(LedgerAccount.kind, LedgerAccount.balance)
        for kind, balance in session.execute(query.where(LedgerAccount.book == book)):
            sums[kind] = sums.get(kind, 0) + balance
        every = [abs(each) for each in sums.values()]
        found |= {*every, *(a + b for a, b in pairwise(sorted(every)))}
        budget = -sums["source"]
        found |= {budget - amount for amount in every}
    return found - {0}


def written(amount: int) -> Iterator[str]:
    """An amount of dollars as anything may write it."""
    whole, cents = divmod(amount, 100)
    comma = f"{whole:,}"
    yield from (f"{comma}.{cents:02}", f"{comma.replace(',', '.')},{cents:02}")
    yield from (f"{whole}.{cents:02}", f"{whole},{cents:02}", str(amount))
    if cents % 10 == 0:
        yield f"{whole}.{cents // 10}"


def told_in(text: str, secrets: set[int]) -> set[int]:
    """The secrets that a text tells: numbers in it, whole ones."""
    numbers = set(re.findall(r"\d[\d.,]*\d", html.unescape(text)))
    return {amount for amount in secrets if numbers & set(written(amount))}


@pytest.fixture
def secrets(demo: Flask) -> set[int]:
    """What North must not learn."""
    seed()
    refuse_for_want_of_money()
    found = (amounts_of("sur") | totals()) - amounts_of("norte")
    db.session.rollback()
    assert len(found) > 30
    return found


@ONLY_SQLITE
def test_nothing_a_company_reads_tells_a_rivals_figure_or_a_total(
    secrets: set[int], demo: Flask
) -> None:
    reader = Reader(demo)
    reader.as_(people.NORTE)
    found = walk(reader, deep=2, limit=300)
    read = {"site.mdf.request_page", "site.mdf.company_statement", "site.inbox.letter"}
    assert read <= set(found.pages), "its requests, its statement, its mails"
    dates = "activity=event&starts_on=2017-12-20&ends_on=2017-12-22"
    for amount in ("90000000", "1", "9000"):
        asked = reader._send("get", f"/en/mdf/ask?{dates}&asked={amount}&total_cost=180000000").text
        assert "Fund canario-comun" in asked, "it is told about the common fund"
    for slug in SLUGS:
        for path in (f"funds/{slug}", f"statements/funds/{slug}", f"statements/funds/{slug}/file"):
            reader._send("get", f"/en/mdf/{path}")
    for path in ("companies/sur", "companies/sur/file", "companies/norte/file"):
        reader._send("get", f"/en/mdf/statements/{path}")
    reader.answers |= {f"post {path}": text for path, text in tried(reader)}
    assert len(reader.answers) > 60
    leaks = {
        path: told for path, text in reader.answers.items() if (told := told_in(text, secrets))
    }
    assert not leaks, leaks


def tried(reader: Reader) -> Iterator[tuple[str, str]]:
    """What it is answered when it sends everything it has to send."""
    own = select(FundRequest.ref).join(Partner, Partner.id == FundRequest.partner_id)
    refs = list(db.session.scalars(own.where(Partner.code == "norte").order_by(FundRequest.id)))
    db.session.rollback()
    for ref in refs:
        for deed in ("submission", "copies", "withdrawal", "cancellation", "claims"):
            told = reader._send("post", f"/en/mdf/requests/{ref}/{deed}", data={}).text
            yield f"{ref}/{deed}", told


@ONLY_SQLITE
def test_no_event_of_its_own_trail_holds_it(secrets: set[int], demo: Flask) -> None:
    home = select(Partner.id).where(Partner.code == "norte").scalar_subquery()
    events = db.session().scalars(select(Event).where(Event.partner_id == home)).all()
    told = [told_in(json.dumps(event.payload), secrets) for event in events]
    assert len(told) > 20 and not any(told)


@ONLY_SQLITE
def test_the_reading_does_find_what_the_other_side_reads(secrets: set[int], demo: Flask) -> None:
    """The control: finance reads the same books, and the rival its own."""
    reader = Reader(demo)
    reader.as_(people.FINANCE)
    for slug in SLUGS:
        reader.get(f"/en/mdf/statements/funds/{slug}")
        reader.get(f"/en/mdf/statements/funds/{slug}/file")
    told = set().union(*(told_in(text, secrets) for text in reader.answers.values()))
    assert len(told) > 12
    kept = db.session().scalars(select(StoredDecision).where(StoredDecision.refused)).all()
    assert any(told_in(json.dumps(each.reasons), secrets) for each in kept), "it is on record"


@ONLY_SQLITE
def test_without_the_condition_on_whose_accounts_they_are_it_would_be_told(
    secrets: set[int], demo: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: a statement of all that moved in the books that one has anything in."""
    page = "/en/mdf/statements/companies/norte"
    reader = Reader(demo)
    reader.as_(people.NORTE)
    assert not told_in(reader.get(page), secrets)
    books = movements._books
    monkeypatch.setattr(movements, "_touched", lambda whose: movements.S.book.in_(books(whose)))
    assert len(told_in(reader.get(page), secrets)) > 5


@ONLY_SQLITE
def test_the_doctor_explains_every_request_claim_and_payment_of_it(
    secrets: set[int], demo: Flask
) -> None:
    place = doctor.here(deploy=False, deep=True)
    assert list(doctor_money.mdf(place)) == list(doctor_money.ledger(place)) == []
