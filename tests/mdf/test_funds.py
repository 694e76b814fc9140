"""The pages of funds: read by everyone who has to do with MDF, run by the lead of their registry."""

import pytest
from sqlalchemy import event, select

from portal.kernel import clock
from portal.mdf.fund_pages import money_of
from portal.mdf.models import Fund
from portal.mdf.queries import terms_on
from portal.mdf.rules import RequestState as R
from portal.store.db import db
from tests.companies.cast import partner
from tests.mdf.test_funding import stands
from tests.mdf.world import TERMS, allot, explained, make_fund, make_request
from tests.people import CHANNEL, CHANNEL_L3, FINANCE, LEAD, LEAD_L3, NORTE, SUR, Browser
from tests.registry.world import L3

OTHERS = "61.11"  # of Sur, in `money`


@pytest.fixture
def money(demo):
    """A fund of 200.00: Norte has 60.00 with 15.00 of it reserved, Sur 61.11."""
    with demo.app_context():
        fund_id = make_fund("fondo", budget=200_00)
        allot(fund_id, "norte", 60_00)
        allot(fund_id, "sur", 61_11)
        make_request(fund_id, state=R.APPROVED, asked=15_00)
        yield fund_id


def seen(demo, reader, slug="fondo", lang="en"):
    return Browser(demo).as_(reader).get(f"/{lang}/mdf/funds/{slug}")


@pytest.mark.parametrize("lang", ["es", "en"])
def test_everyone_reads_what_it_pays_for_and_when(demo, lang):
    page = seen(demo, NORTE, "centurylink-2017", lang)
    for text in {
        "es": ("Seminario o evento para clientes", "Bebidas alcohólicas", "no se reembolsan"),
        "en": ("Customer seminar or event", "Alcohol is not reimbursed.", "Photos of the event"),
    }[lang]:
        assert text in page
    assert 'datetime="2018-06-30"' in page and 'datetime="2017-12-31"' in page
    assert "USD\xa08,000.00" in page and "50" in page


def test_a_company_sees_what_is_its_own_and_staff_of_the_registry_and_finance_what_is_in_it(
    demo, money
):
    """facts.md section 9; no rival's figure, nor one that gives it away."""
    norte, sur = seen(demo, NORTE), seen(demo, SUR)
    assert "USD\xa045.00" in norte and "USD\xa061.11" in sur
    for page in (norte, sur):
        assert "200.00" not in page and "78.89" not in page and "Versions of" not in page
    assert OTHERS not in norte and "45.00" not in sur and "15.00" not in sur
    for reader in (CHANNEL, LEAD, FINANCE):
        page = seen(demo, reader)
        assert all(text in page for text in ("200.00", "78.89", OTHERS, "45.00", "15.00")), reader
    for reader in (CHANNEL_L3, LEAD_L3):
        page = seen(demo, reader)
        assert "200.00" not in page and OTHERS not in page and "Integradora" not in page
    held = money_of(db.session(), [db.session.get_one(Fund, money)])[money]
    parts = (held.unallocated, held.available, held.reserved, held.committed, held.paid)
    assert held.budget == sum(parts) + held.expired
    db.session.rollback()


def test_a_lead_allocates_adds_and_carries_over_in_forms(demo):
    with demo.app_context():
        fund_id, to_id = make_fund("fondo"), make_fund("proximo")
        make_fund("ajeno", registry=L3)
        norte = partner("norte")
    lead, base = Browser(demo).as_(LEAD), "/en/mdf/funds/fondo"
    page = lead.get(f"{base}/transfers")
    assert "Fund proximo" in page and "Fund ajeno" not in page
    for path, sent, said in (
        ("allocations", {"to": norte, "amount": "100.01"}, "is unallocated"),
        ("allocations", {"to": "", "amount": "1"}, "Choose one of them."),
        ("allocations", {"to": "x", "amount": "mucho"}, "Write"),
        ("additions", {"amount": "5", "reason": ""}, "Say why."),
        ("additions", {"amount": "0", "reason": "Sí"}, "more than nothing"),
        ("transfers", {"to": to_id, "amount": "500", "reason": "Sí"}, "is unallocated"),
    ):
        assert said in lead.post(
            f"{base}/{path}", sent | {"key": f"k {path} {said}"}, status=422
        ), path
    for path, sent in (
        ("allocations", {"to": norte, "amount": "60.00", "reason": "Por su feria"}),
        ("additions", {"amount": "1,000.50", "reason": "Más eventos"}),
        ("transfers", {"to": to_id, "amount": "40", "reason": "Para 2018"}),
    ):
        for _twice in range(2):
            lead.post(f"{base}/{path}", sent | {"key": f"key-{path}"})
    page = lead.follow()
    assert all(text in page for text in ("Por su feria", "Más eventos", "Para 2018"))
    assert "Carried over from fondo" in lead.get("/en/mdf/funds/proximo")
    with demo.app_context():
        assert stands(fund_id) == {"source": -1060_50, "unallocated": 1000_50, "available": 60_00}
        assert stands(to_id) == {"source": -140_00, "unallocated": 140_00}
        explained()
    for stranger, status in ((CHANNEL, 403), (NORTE, 403), (LEAD_L3, 404)):
        Browser(demo).as_(stranger).get(f"{base}/allocations", status=status)


def test_a_lead_opens_a_fund_that_needs_no_notice(demo):
    """N1: the first terms of something new; once a form, whatever is sent twice."""
    lead, path = Browser(demo).as_(LEAD), "/en/mdf/funds/new"
    page = lead.get(f"{path}?like=centurylink-2017")
    assert "Customer seminar or event" in page
    sent = {name: day.isoformat().replace("2017", "2018") for name, day in dates().items()}
    sent |= {"activity_until": "2018-12-31", "claims_until": "2019-02-01"}
    sent |= {"closes_on": "2019-03-01", "requests_until": "2018-11-30"}
    sent |= {name: str(value) for name, value in TERMS.items() if isinstance(value, int)}
    sent |= {
        "event-keep": "1",
        "event-percent": "40",
        "event-cap": "900",
        "event-cost-venue": "paid",
    }
    sent |= {"event-proof-agenda": "needed", "like": "centurylink-2017", "key": "key-open"}
    sent |= {"name_es": "MDF 2018", "name_en": "MDF 2018", "fiscal_year": "2018"}
    sent |= {"currency": "cop", "budget": "1.000.000,00", "pooled": "1"}
    for wrong in ({"name_es": ""}, {"fiscal_year": "18"}, {"currency": "$"}, {"budget": "-1"}):
        lead.post(path, sent | wrong, status=422)
    for _twice in range(2):
        lead.post(path, sent)
    assert "MDF 2018" in lead.follow()
    with demo.app_context():
        (fund,) = db.session.scalars(select(Fund).where(Fund.fiscal_year == 2018)).all()
        assert (fund.slug, fund.currency, fund.pooled) == ("centurylink-2018", "COP", True)
        assert terms_on(db.session(), fund.id, clock.today()).number == 1
        assert stands(fund.id) == {"source": -100_000_000, "unallocated": 100_000_000}
    assert "Can be asked" not in seen(demo, NORTE, "centurylink-2018"), "from 2018 on"
    Browser(demo).as_(CHANNEL).get(path, status=403)


def dates():
    return {name: value for name, value in TERMS.items() if hasattr(value, "isoformat")}


def test_more_funds_cost_no_more_queries(demo):
    with demo.app_context():
        reader, costs = Browser(demo).as_(LEAD), []
        for number in range(2):
            asked = []

            def note(*call, asked=asked):
                asked.append(call[2])

            event.listen(db.engine, "before_cursor_execute", note)
            reader.get("/en/mdf/funds")
            event.remove(db.engine, "before_cursor_execute", note)
            costs.append(len(asked))
            for each in range(8 * (1 - number)):
                make_fund(f"fondo-{each}")
    assert costs[0] == costs[1]
