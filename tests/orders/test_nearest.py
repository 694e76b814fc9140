"""The nearest yes of each refusal, as a partner would hope for it."""

from datetime import date

from portal.orders.nearest import Change, nearest_yes
from portal.orders.rules import route_basket
from portal.registry.rules import ContractStatus
from tests.orders.world import (
    CTL,
    L3,
    WORLD,
    add,
    altered,
    basket,
    contract,
    new,
    plus,
    service,
    without,
)


def ways(asked, facts=WORLD):
    found = nearest_yes(asked, facts, route_basket(asked, facts))
    return [
        (one.change, one.to, one.goes and (one.goes.registry, one.goes.contract)) for one in found
    ]


def test_the_other_portfolios_product_is_something_new_on_the_own_contract_there():
    """R4."""
    assert ways(basket(add(product="MPLS"))) == [(Change.ACTION, "new", (CTL, "N1"))]


def test_a_new_service_on_the_wrong_contract_is_pointed_at_the_right_one():
    assert ways(basket(new(contract="N1"))) == [(Change.CONTRACT, "K2", (L3, "K2"))]


def test_without_an_own_contract_there_it_is_the_joint_opportunity_path():
    assert ways(basket(add(product="MPLS")), without(contracts=["N1"])) == [
        (Change.ASK_JOINT, CTL, None)
    ]


def test_a_renewed_paper_is_answered_with_the_one_in_force():
    assert (Change.NO_CONTRACT, None, (L3, "K2")) in ways(basket(new(contract="K1")))
    assert (Change.CONTRACT, "K2", (L3, "K2")) in ways(basket(new(contract="K1")))


def test_several_contracts_are_each_offered():
    facts = plus(contracts=[contract(L3, "K7")])
    assert ways(basket(new()), facts) == [
        (Change.CONTRACT, "K2", (L3, "K2")),
        (Change.CONTRACT, "K7", (L3, "K7")),
    ]


def test_several_services_are_each_offered_by_their_full_id():
    facts = plus(services=[service(L3, "S1", "K2"), service(CTL, "S-1", "N1")])
    asked = basket(add("s 1", "BOTH"))
    assert ways(asked, facts) == [
        (Change.SERVICE, "S-1", (CTL, "N1")),
        (Change.SERVICE, "S1", (L3, "K2")),
    ]


def test_a_contract_or_an_agreement_to_come_gives_the_first_date():
    """R8: the date a contract starts, an agreement starts, and no later one."""
    later = altered("N1", starts_on=date(2018, 1, 10))
    assert ways(basket(new("MPLS")), later) == [(Change.DATE, "2018-01-10", (CTL, "N1"))]
    later = altered("A-CTL", starts_on=date(2018, 2, 1))
    assert ways(basket(new("MPLS")), later) == [(Change.DATE, "2018-02-01", (CTL, "N1"))]


def test_an_ended_agreement_is_for_people_to_mend():
    facts = altered("A-CTL", status=ContractStatus.TERMINATED)
    assert ways(basket(new("MPLS")), facts) == [(Change.ASK_AGREEMENT, CTL, None)]


def test_a_service_of_another_own_customer_names_that_customer():
    assert ways(basket(add("S-C2"))) == [(Change.CUSTOMER, "C2", (L3, "K8"))]


def test_a_disconnected_service_can_be_ordered_anew():
    assert ways(basket(add("S-OLD"))) == [(Change.ACTION, "new", (L3, "K2"))]


def test_a_strangers_service_has_no_way_out_that_tells_of_it():
    assert ways(basket(add("S-P2"))) == [(Change.ASK_TEAM, None, None)]


def test_a_suggestion_keeps_the_other_lines_of_the_basket():
    asked = basket(add(product="MPLS", line="1"), add(line="2"))
    (found,) = nearest_yes(asked, WORLD, route_basket(asked, WORLD))
    assert found.basket is not None and found.basket.lines[1] == asked.lines[1]
    assert not route_basket(found.basket, WORLD).refused
