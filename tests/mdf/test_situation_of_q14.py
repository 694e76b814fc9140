"""Q14's "your situation": the funds of each registry, decided by the very rule that takes requests (M1)."""

from datetime import date

import pytest
from sqlalchemy import select

from portal.faq import situation
from portal.kernel import clock
from portal.kernel.access import Role, actor_for
from portal.mdf import funding
from portal.mdf.asking_rules import AskFacts, may_ask
from portal.mdf.fund_pages import least
from portal.mdf.ground import ground
from portal.mdf.models import Fund
from portal.mdf.rules import MdfCode as C
from portal.store.db import db
from tests.companies.cast import actor, partner
from tests.mdf.world import make_fund
from tests.people import CHANNEL, LEAD, NORTE, SUR, Browser

TODAY = date(2017, 12, 1)
PATHS = {"es": "/es/faq/puedo-solicitar-mdf", "en": "/en/faq/can-i-request-mdf"}


def aside(page):
    return page.partition('<aside class="page__aside"')[2].partition("</aside>")[0]


def funds(code, on=TODAY):
    """What stands against asking each fund, by its slug, and what is left."""
    reader = actor_for(Role.PARTNER_USER, person_id=1, partner_id=partner(code))
    found = situation.load(db.session(), "mdf", reader, on)
    return {one.fund.slug: ([r.code for r in one.against], one.own) for one in found.funds}


def shown(amount):
    """An amount as English and Latin American Spanish write it."""
    return f"{amount // 100:,}.{amount % 100:02}"


@pytest.mark.parametrize("lang", ["es", "en"])
def test_centurylinks_can_be_asked_and_level_3s_says_its_no_with_the_rule(demo, lang):
    """Q14, M1: fully allocated before any other reason; the other is asked through the portal."""
    page = aside(Browser(demo).as_(NORTE).get(PATHS[lang]))
    ours, theirs = (
        page.index(f"/{lang}/mdf/funds/{slug}") for slug in ("centurylink-2017", "level3-2017")
    )
    assert f'href="/{lang}/mdf/ask?fund=centurylink-2017"' in page
    assert "fund=level3-2017" not in page, "nothing of it can be asked for"
    assert f'href="/{lang}/rules#M1"' in page[theirs:] and ours < theirs
    with demo.app_context():
        own, others = (funds(code)["centurylink-2017"][1] for code in ("norte", "sur"))
        assert shown(own) in page and shown(others) not in page
    assert "65,000" not in page and "80,000" not in page and "100,000" not in page


def test_it_is_the_very_rule_that_enforces_it(demo):
    with demo.app_context():
        assert funds("norte")["centurylink-2017"][0] == []
        assert funds("norte")["level3-2017"] == ([C.FULLY_ALLOCATED], 0)
        # Sur has no agreement with Level 3; that it is fully allocated comes first all the same.
        assert funds("sur")["level3-2017"][0][0] is C.FULLY_ALLOCATED
        found = ground(db.session(), partner("norte"), TODAY)
        for fund in found.funds:
            answer = may_ask(least(fund, TODAY), AskFacts(found.funds))
            assert [r.code for r in answer.reasons] == funds("norte")[fund.fund][0]
        assert funds("norte", date(2018, 1, 1))["centurylink-2017"][0] == [C.FUND_CLOSED]
        assert funds("norte", date(2018, 7, 1)) == {}, "closed for good"


def test_a_company_learns_its_own_allocation_and_of_a_pool_nothing(demo):
    with demo.app_context():
        pool, own = make_fund("comun", pooled=True, budget=777_00), make_fund("propio")
        made = funding.allocate(
            own, partner("norte"), 60_00, actor=actor(LEAD), now=clock.business(), key="k-1"
        )
        assert not made.refused
        assert funds("norte")["propio"] == ([], 60_00)
        assert funds("sur")["propio"] == ([C.ABOVE_ALLOCATION], 0)
        assert funds("sur")["comun"] == ([], None)
        pool_slug = db.session.scalar(select(Fund.slug).where(Fund.id == pool))
        db.session.rollback()
    for reader, seen in ((NORTE, False), (SUR, False), (CHANNEL, True)):
        page = Browser(demo).as_(reader).get(f"/en/mdf/funds/{pool_slug}")
        assert ("777" in page) is seen
