"""What the rule is told is what it needs, no more, in as many queries for 30 lines as for one."""

import pytest
from hypothesis import HealthCheck, assume, given, settings
from sqlalchemy import delete

from portal.orders.queries import load_routing_facts
from portal.orders.rules import route_basket
from portal.registry.models import Registry
from portal.store.db import Base, atomic, db
from tests.orders.rows import Counted, store
from tests.orders.world import L3, WORLD, add, basket, contract, new, plus, service
from tests.orders.worlds import cases


def empty():
    """Put the registries' tables back to empty: Hypothesis asks one database many times."""
    with atomic() as session:
        for table in reversed(Base.metadata.sorted_tables):
            if table.name in TOUCHED:
                session.execute(delete(table))
        session.execute(delete(Registry).where(Registry.slug.in_(["north", "south"])))


TOUCHED = {
    *("line_team", "contract_replacement", "service", "contract", "contract_line", "agreement"),
    *("product", "team", "customer", "partner"),
}


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cases())
def test_the_database_tells_the_rule_what_it_would_decide_from_everything(app, case):
    """The few rows loaded give the decision that all rows give, whatever the world (R2, R3)."""
    facts, asked = case
    assume(facts.partner_known)
    empty()
    facts = store(facts)
    loaded = load_routing_facts(db.session(), asked)
    db.session.rollback()
    assert route_basket(asked, loaded) == route_basket(asked, facts)


def test_only_lines_the_partner_takes_part_in_enter_a_decision(app):
    """A stranger's service of that very id and its contract stay where they are."""
    store(WORLD)
    facts = load_routing_facts(db.session(), basket(add("S-P2"), add(line="2"), customer=None))
    assert {one.number for one in facts.contracts} == {"K1", "K2", "N1"}
    assert [one.service for one in facts.services] == ["73/HCGS/123456/000/NE"]


def test_a_partner_nobody_knows_has_no_facts(app):
    store(WORLD)
    facts = load_routing_facts(db.session(), basket(add(), partner="P9"))
    assert not facts.partner_known and facts.contracts == () == facts.agreements


@pytest.mark.parametrize("lines", [1, 30])
def test_thirty_lines_cost_as_many_queries_as_one(app, lines):
    many = [service(L3, f"T{at}", "K2") for at in range(30)]
    store(
        plus(services=many, contracts=[contract(L3, "K3", starts_on=WORLD.contracts[0].starts_on)])
    )
    asked = basket(*(add(f"t-{at}", line=f"{at}") for at in range(lines)), new(line="n"))
    with Counted() as queries:
        facts = load_routing_facts(db.session(), asked)
    assert len(facts.services) == lines
    assert queries.count == 8
