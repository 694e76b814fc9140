"""Your situation: what an answer means for the company that reads it, on any date."""

import re
from datetime import date

import pytest
from sqlalchemy import event, func, select, update

from portal.faq import situation
from portal.kernel.access import Role, actor_for
from portal.orders.commands import KIND
from portal.registry.facts import CHANNEL_TEAM
from portal.registry.models import Agreement, Partner, Product, Registry, Team
from portal.registry.rules import ContractStatus
from portal.store.db import atomic, db
from portal.store.decisions import StoredDecision
from tests.people import CHANNEL, NORTE, SUPPORT, SUR, Browser

TODAY = date(2017, 12, 1)
BOTH = pytest.mark.parametrize("lang", ["es", "en"])


def company(code):
    session = db.session()
    partner = session.scalar(select(Partner.id).where(Partner.code == code))
    return actor_for(Role.PARTNER_USER, person_id=1, partner_id=partner)


def load(kind, code, on=TODAY):
    return situation.load(db.session(), kind, company(code), on)


def aside(page):
    return page.partition('<aside class="page__aside"')[2].partition("</aside>")[0]


@BOTH
def test_q1_names_the_partners_own_team_in_each_registry(demo, lang):
    page = aside(Browser(demo).as_(NORTE).get(f"/{lang}/faq/{SLUG['Q1'][lang]}"))
    for text in ("Canal Andino", "+1 303 555 0101", "Lucía Rivas", "lucia.rivas@level3.example"):
        assert text in page
    assert "Canal Austral" not in page


@BOTH
def test_q1_says_where_there_is_no_agreement(demo, lang):
    page = aside(Browser(demo).as_(SUR).get(f"/{lang}/faq/{SLUG['Q1'][lang]}"))
    assert "Canal Austral" in page
    assert "Canal L3" not in page


@BOTH
def test_q2_gives_each_contract_the_account_team_of_its_own_registry(demo, lang):
    page = aside(Browser(demo).as_(NORTE).get(f"/{lang}/faq/{SLUG['Q2'][lang]}"))
    assert "Cuentas Corporativas" in page
    assert "Cuentas Level 3" in page
    assert "Banco del Istmo" in page
    assert "Frigorífico Pampa Clara" not in page


def test_q2_shows_the_contract_that_stands_for_the_line_on_the_date(demo):
    """A renewed contract gives way to its successor on the day that starts (facts.md 3)."""

    def contracts(on):
        served = load("customer_teams", "norte", on).served
        return {line.contract: line.in_force for team in served.teams for line in team.lines}

    assert "CTL-2012-0042" not in contracts(TODAY)
    assert contracts(TODAY)["CTL-2015-0042"]
    assert contracts(date(2015, 1, 31))["CTL-2012-0042"]
    assert "CTL-2013-0118" not in contracts(TODAY)
    assert "CTL-2017-0120" in contracts(TODAY)
    assert contracts(TODAY)["CTL-2013-0077"] is False


def test_q4_shows_a_portfolio_only_while_the_agreement_is_active(demo):
    """R8: without an active agreement, nothing of that registry may be sold."""

    def sellable(code, on=TODAY):
        return {one.registry: one.portfolio.total for one in load("portfolio", code, on).standings}

    assert sellable("norte") == {"CenturyLink": 8, "Level 3": 8}
    assert sellable("sur") == {"CenturyLink": 8, "Level 3": 0}
    assert sellable("norte", date(2013, 2, 28)) == {"CenturyLink": 8, "Level 3": 0}
    assert sellable("sur", date(2018, 12, 31)) == {"CenturyLink": 8, "Level 3": 0}
    assert sellable("sur", date(2019, 1, 1)) == {"CenturyLink": 0, "Level 3": 0}
    with atomic() as session:
        session.execute(update(Agreement).values(status=ContractStatus.SUSPENDED))
    assert set(sellable("norte").values()) == {0}


@BOTH
@pytest.mark.parametrize("question", ["Q5", "Q10"])
def test_q5_and_q10_route_what_is_pasted_for_real(demo, lang, question):
    """R3: the answer under the question is the rule's own, and nothing is placed by looking."""
    path = f"/{lang}/faq/{SLUG[question][lang]}"
    browser = Browser(demo).as_(NORTE)
    assert 'name="q"' in browser.get(path)
    page = browser.get(path, query_string={"q": "73 HCGS 123456 000 NE\nBBWX-7301"})
    shown = page.partition('class="receipt')[2]
    said = re.sub(r"<[^>]+>", "", shown)
    for text in ("CTL-2015-0042", "L3-2015-0611", "Cuentas Level 3"):
        assert text in said
    assert f'href="/{lang}/orders/new?' in shown
    placed = select(func.count()).where(StoredDecision.kind == KIND)
    assert db.session().scalar(placed) == 0, "what-if questions store nothing"
    other = {"es": "en", "en": "es"}[lang]
    assert f'href="/{other}/faq/{SLUG[question][other]}?q=73' in page


def test_a_long_list_is_not_cut(demo):
    """More than a search may hold, fewer than an order form: every line is answered."""
    pasted = "\n".join(f"73/HCGS/{number:06}/000/NE" for number in range(38))
    page = Browser(demo).as_(NORTE).get(f"/en/faq/{SLUG['Q5']['en']}", query_string={"q": pasted})
    assert page.count('data-code="service.unknown"') == 38


def test_another_companys_circuit_is_unknown_in_the_box(demo):
    page = (
        Browser(demo).as_(SUR).get(f"/en/faq/{SLUG['Q5']['en']}", query_string={"q": "BBWX-7301"})
    )
    assert 'data-code="service.unknown"' in page
    assert "Banco del Istmo" not in page


def test_what_needs_a_choice_goes_on_in_the_order_form(demo):
    """A contract number asks for something new on it: which product is chosen there."""
    browser = Browser(demo).as_(NORTE)
    path = f"/en/faq/{SLUG['Q5']['en']}"
    browser.get(path, query_string={"q": "L3-2015-0611"}, status=302)
    assert browser.page.headers["Location"].startswith("/en/orders/new?")


def test_whatever_is_pasted_gets_an_answer(demo):
    browser = Browser(demo).as_(NORTE)
    for pasted in ("x" * 5_000, "\ud800", "'; DROP TABLE service; --", ";;;,,,"):
        sent = pasted.encode("utf-8", "surrogatepass")
        response = browser.client.get(f"/en/faq/{SLUG['Q5']['en']}", query_string={"q": sent})
        assert response.status_code in (200, 302)


@BOTH
@pytest.mark.parametrize(
    ("question", "said"),
    [("Q7", "Indirect 2012-B · 12 % MRC"), ("Q3", "Mensual · día 20"), ("Q8", "Mensual · día 15")],
)
def test_terms_and_schedule_are_those_of_each_agreement(demo, lang, question, said):
    page = aside(Browser(demo).as_(NORTE).get(f"/{lang}/faq/{SLUG[question][lang]}"))
    assert said in page
    assert "CTL-A-1042" in page
    assert "10 % MRC" not in page


def test_a_fact_that_changed_shows_its_value_of_the_date_looked_at(demo):
    """P2, N1: a team changes from a day on; before that day the old one is shown, since when."""
    with atomic() as session:
        agreement = session.scalar(select(Agreement).where(Agreement.number == "CTL-A-1042"))
        team = session.scalar(select(Team).where(Team.code == "CTL-CANAL-2"))
        (row,) = session.scalars(
            select(CHANNEL_TEAM.model).where(CHANNEL_TEAM.model.agreement_id == agreement.id)
        )
        row.valid_to = date(2018, 1, 14)
        session.add(
            CHANNEL_TEAM.model(
                registry_id=row.registry_id,
                agreement_id=agreement.id,
                team_id=team.id,
                valid_from=date(2018, 1, 15),
                warrant_id=row.warrant_id,
            )
        )

    def team_on(on):
        standing = load("teams", "norte", on).standings[0]
        return standing.team.name, standing.since

    assert team_on(date(2018, 1, 14)) == ("Canal Andino", date(2012, 1, 1))
    assert team_on(date(2018, 1, 15)) == ("Canal Austral", date(2018, 1, 15))


def test_a_page_looked_at_on_another_date_shows_that_dates_situation(demo):
    browser = Browser(demo).as_(NORTE)
    with browser.client.session_transaction() as session:
        session["look_on"] = "2013-01-01"
    page = aside(browser.get(f"/en/faq/{SLUG['Q4']['en']}"))
    assert "Your agreement L3-A-2077 is not active on January 1, 2013." in page


@BOTH
def test_a_visitor_is_invited_to_sign_in_and_come_back(visitor, lang):
    path = f"/{lang}/faq/{SLUG['Q4'][lang]}"
    assert f"/{lang}/sign-in?next={path}" in aside(visitor.get(path))


@pytest.mark.parametrize("person", [CHANNEL, SUPPORT])
def test_staff_have_no_situation_of_their_own(demo, person):
    page = Browser(demo).as_(person).get(f"/en/faq/{SLUG['Q4']['en']}")
    assert not aside(page)


def test_answers_without_a_situation_have_nothing_beside_them(visitor):
    assert not aside(visitor.get("/en/faq/will-centurylink-keep-investing"))


def test_a_long_portfolio_is_cut_and_says_so(demo):
    with atomic() as session:
        registry = session.scalar(select(Registry).order_by(Registry.position))
        session.add_all(
            Product(registry_id=registry.id, code=f"X{n:03}", name={"es": "x", "en": "x"})
            for n in range(40)
        )
    first = load("portfolio", "norte").standings[0].portfolio
    assert (len(first.products), first.total) == (situation.MOST_PRODUCTS, 48)


@pytest.mark.parametrize("kind", sorted(situation.KINDS))
def test_a_situation_costs_the_same_queries_for_little_and_for_much(demo, kind):
    """`sur` has one agreement and few contracts, `norte` two and many."""

    def cost(code):
        actor, asked = company(code), []

        def note(*call):
            asked.append(call[2])

        event.listen(db.engine, "before_cursor_execute", note)
        situation.load(db.session(), kind, actor, TODAY)
        event.remove(db.engine, "before_cursor_execute", note)
        return len(asked)

    assert cost("sur") == cost("norte") <= 10


SLUG = {
    "Q1": {"es": "quien-me-dara-soporte", "en": "who-will-support-me"},
    "Q2": {"es": "quien-dara-soporte-a-mis-clientes", "en": "who-will-support-my-customers"},
    "Q3": {"es": "como-me-pagaran", "en": "how-will-i-be-paid"},
    "Q4": {"es": "que-puedo-vender", "en": "what-can-i-sell"},
    "Q5": {
        "es": "vender-level-3-con-contratos-de-centurylink",
        "en": "sell-level-3-on-centurylink-contracts",
    },
    "Q7": {"es": "cambiara-mi-remuneracion", "en": "will-my-compensation-change"},
    "Q8": {"es": "cambiaran-las-fechas-de-mis-pagos", "en": "will-my-payment-dates-change"},
    "Q10": {"es": "ordenes-con-ambos-convenios", "en": "orders-under-both-agreements"},
}
