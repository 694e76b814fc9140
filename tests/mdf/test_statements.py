"""Statements on any date, from what moved: the worked example to the cent, for each who may read it."""

import csv
import io
from datetime import UTC, date, datetime, time

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from portal.kernel.access import SYSTEM
from portal.mdf import movements, statements
from portal.mdf.book import available_to, commit, pay, release, reserve, shared
from portal.mdf.models import Fund, FundRequest
from portal.mdf.movements import Filters, Whose
from portal.mdf.rules import Cause, Kind, RequestState
from portal.registry.models import Partner, Registry
from portal.store.db import atomic, db
from portal.store.events import Event
from portal.store.ledger import Account, Move, balances, transfer
from tests import people
from tests.companies.cast import actor
from tests.mdf.world import make_fund, make_request
from tests.people import Browser

NOV, DEC, JAN, FEB = date(2017, 11, 20), date(2017, 12, 4), date(2018, 1, 15), date(2018, 2, 20)


@pytest.fixture
def example(demo: Flask) -> str:
    """The reference of the request of mdf.md 2.3: approved 6,000.00, claimed and paid 4,750.00."""
    fund_id = make_fund("ejemplo", budget=100_000_00)
    ref = make_request(fund_id, state=RequestState.SUBMITTED, asked=6_000_00, title="=Seminario")
    with atomic() as session:
        fund = session.get_one(Fund, fund_id)
        row = session.scalars(select(FundRequest).where(FundRequest.ref == ref)).one()
        row.state, row.approved, row.due_on = RequestState.CLOSED, 6_000_00, FEB
        whole, own = shared(fund, Kind.UNALLOCATED), available_to(fund, row.partner_id)
        for key, on, subject, move in (
            ("1", NOV, "fund:ejemplo", Move(whole, own, 20_000_00, "allocated")),
            ("2", DEC, f"request:{ref}", reserve(fund, row, 6_000_00)),
            ("3", JAN, f"request:{ref}", commit(fund, row, 4_750_00)),
            ("4", FEB, f"request:{ref}", pay(fund, row, 4_750_00)),
            (
                "5",
                FEB,
                f"request:{ref}",
                release(fund, row, 1_250_00, Cause.RELEASED_UNDER_CLAIMED),
            ),
        ):
            at = datetime.combine(on, time(15), UTC)
            name = f"example:{key}"
            transfer(session, [move], key=name, subject=subject, actor=SYSTEM, on=on, at=at)
    return ref


def book(slug: str = "ejemplo", partner: str | None = None) -> Whose:
    session = db.session()
    fund = session.scalars(select(Fund).where(Fund.slug == slug)).one()
    owner = session.scalar(select(Partner.id).where(Partner.code == partner)) if partner else None
    return Whose((fund,), owner)


def held(on: date, whose: Whose) -> list[int]:
    """Unallocated, available, reserved, committed, paid, expired."""
    found = movements.balances(movements.flows(db.session(), whose, on), whose.funds[0].id)
    return [found[kind] // 100 for kind in movements.KINDS]


@pytest.mark.parametrize(
    ("on", "fund", "company"),
    [
        (date(2017, 10, 31), [0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]),
        (date(2017, 11, 19), [100_000, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]),
        (NOV, [80_000, 20_000, 0, 0, 0, 0], [0, 20_000, 0, 0, 0, 0]),
        (date(2017, 12, 31), [80_000, 14_000, 6_000, 0, 0, 0], [0, 14_000, 6_000, 0, 0, 0]),
        (JAN, [80_000, 14_000, 1_250, 4_750, 0, 0], [0, 14_000, 1_250, 4_750, 0, 0]),
        (FEB, [80_000, 15_250, 0, 0, 4_750, 0], [0, 15_250, 0, 0, 4_750, 0]),
    ],
)
def test_the_worked_example_on_each_of_its_days(
    example: str, on: date, fund: list[int], company: list[int]
) -> None:
    assert held(on, book()) == fund
    assert held(on, book(partner="norte")) == company
    assert held(on, book(partner="sur")) == [0] * 6


def test_a_statement_of_today_is_what_the_ledger_holds(example: str) -> None:
    whose = book()
    fund = whose.funds[0]
    ledger = balances(
        db.session(), [Account(f"mdf:{fund.id}", "unallocated", "", "USD"), available_to(fund, 1)]
    )
    now = movements.balances(movements.flows(db.session(), whose, date(2099, 1, 1)), fund.id)
    assert now[Kind.UNALLOCATED] == max(ledger.values()) == 80_000_00


def test_each_line_says_what_every_kind_held_after_it_also_where_lines_are_left_out(
    example: str,
) -> None:
    whose = book()
    every = movements.lines(db.session(), whose, FEB).rows
    assert [line.cause for line in every] == [
        *(Cause.FUNDED, Cause.ALLOCATED, Cause.RESERVED),
        *(Cause.COMMITTED, Cause.PAID, Cause.RELEASED_UNDER_CLAIMED),
    ]
    assert [line.after[Kind.AVAILABLE] // 100 for line in every] == [
        *(0, 20_000, 14_000, 14_000, 14_000, 15_250),
    ]
    paid = movements.lines(db.session(), whose, FEB, Filters(cause=Cause.PAID)).rows
    assert [(line.id, line.after) for line in paid] == [(every[4].id, every[4].after)]
    late = movements.lines(db.session(), whose, FEB, Filters(since=JAN)).rows
    assert [line.id for line in late] == [line.id for line in every[3:]]
    assert not movements.lines(db.session(), whose, FEB, Filters(partner_id=10**6)).rows


def test_lines_come_by_pages_and_none_twice(example: str) -> None:
    whose, seen, after = book(), [], None
    for _ in range(3):
        page = movements.lines(db.session(), whose, FEB, after=after, size=2)
        seen += [line.id for line in page.rows]
        after = page.more
    assert after is None
    assert seen == [line.id for line in movements.lines(db.session(), whose, FEB).rows]
    assert len(set(seen)) == 6


def test_every_release_names_its_cause(example: str) -> None:
    """mdf.md 2.3, 7."""
    for whose in (book(), book(partner="norte")):
        flows = movements.flows(db.session(), whose, FEB)
        fund = whose.funds[0]
        registry = db.session.get_one(Registry, fund.registry_id)
        found = statements.figures(fund, registry, whose, flows, [], FEB)
        back = [(each.cause, each.amount, each.lines) for each in found.released]
        assert back == [(Cause.RELEASED_UNDER_CLAIMED, 1_250_00, 1)]
        assert [month.amounts for month in found.months] == [
            *((6_000_00, 0, 0), (0, 4_750_00, 0), (0, 0, 4_750_00)),
        ]
        assert found.whole == (20_000_00 if whose.partner_id else 100_000_00)


def test_what_falls_due_in_ninety_days_is_what_is_still_reserved(example: str) -> None:
    soon = statements.due(db.session(), book(), date(2017, 12, 31))
    assert [(each.ref, each.amount, each.on) for each in soon] == [(example, 6_000_00, FEB)]
    assert statements.due(db.session(), book(), FEB) == []
    assert statements.due(db.session(), book(), date(2017, 11, 1)) == []


@pytest.mark.parametrize(
    ("email", "fund", "company"),
    [
        (people.NORTE, 404, 200),
        (people.SUR, 404, 404),
        (people.CHANNEL, 200, 200),
        (people.LEAD, 200, 200),
        (people.CHANNEL_L3, 404, 200),
        (people.FINANCE, 200, 200),
        (people.CSM, 403, 403),
        (people.ADMIN, 403, 403),
    ],
)
def test_who_reads_whose_statement(
    example: str, visitor: Browser, email: str, fund: int, company: int
) -> None:
    visitor.as_(email)
    for part in ("", "/file"):
        visitor.get(f"/es/mdf/statements/funds/ejemplo{part}", status=fund)
        told = visitor.get(
            f"/es/mdf/statements/companies/norte{part}?on=2018-02-20", status=company
        )
        if email == people.CHANNEL_L3:
            assert "4750" not in told.replace(".", "").replace(",", ""), "of its registry alone"
    visitor.get("/es/mdf/statements/funds/nada", status=fund if fund == 403 else 404)


def test_pages_tell_it_in_both_languages(example: str, visitor: Browser) -> None:
    visitor.as_(people.FINANCE)
    told = visitor.get("/en/mdf/statements/funds/ejemplo?on=2018-02-20")
    for text in ("USD\xa04,750.00", "USD\xa080,000.00", "Released: less was claimed", "80%"):
        assert text in told, text
    assert "<svg" in told and "<desc" in told and 'style="' not in told
    told = visitor.get("/es/mdf/statements/companies/norte?on=2018-02-20&lang=es")
    for text in ("4,750.00", "20 de febrero de 2018", example):
        assert text in told, text
    told = visitor.get("/en/mdf/statements/?on=2018-02-20")
    assert "Released: less was claimed" in told and "/en/mdf/statements/companies/norte" in told
    for bad in ("on=x", "on=0001-01-01", "since=x", "cause=x", "after=x", "company=x", "fund=x"):
        visitor.get(f"/en/mdf/statements/funds/ejemplo?{bad}")
    visitor.get("/en/mdf/statements/funds/ejemplo/file?form=exe", status=404)


def test_a_file_holds_every_line_its_amounts_as_numbers_and_no_formula(
    example: str, visitor: Browser
) -> None:
    visitor.as_(people.NORTE, "en")
    visitor.get("/en/mdf/statements/companies/norte/file?form=csv&on=2018-02-20")
    assert visitor.page
    rows = list(csv.DictReader(io.StringIO(visitor.page.get_data(as_text=True))))
    mine = [row for row in rows if row["Fund"] == "ejemplo"]
    assert [row["Amount"] for row in mine] == [
        *("20000.00", "6000.00", "4750.00", "4750.00", "1250.00"),
    ]
    assert {row["Name of the activity"] for row in mine} == {"", "'=Seminario"}
    assert mine[-1]["Available after it"] == "15250.00"
    with visitor.app.app_context():
        made = visitor.client.get("/en/mdf/statements/companies/norte/file?form=xlsx&on=2018-02-20")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(made.data)).get_sheet_by_index(0)
    told = sheet.to_python()
    assert "'=Seminario" in {row[5] for row in told}
    assert {20000.0, 1250.0} <= {row[10] for row in told}
    told_of = db.session().scalars(select(Event).where(Event.verb == "mdf.exported")).all()
    assert [each.payload["form"] for each in told_of] == ["csv", "xlsx"]
    assert {each.partner_id for each in told_of} == {actor(people.NORTE).partner_id}
