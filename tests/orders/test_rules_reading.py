"""Whose a record is, how ids are read, and what counts on a date (R2 to R4, R8)."""

from datetime import date

import pytest

from portal.orders.records import ProductFact
from portal.orders.rules import route_basket
from portal.registry.rules import ContractStatus, EndOfTerm
from tests.orders.world import (
    CTL,
    L3,
    add,
    agreement,
    altered,
    basket,
    contract,
    disconnect,
    fault,
    new,
    only,
    plus,
    service,
    without,
)

# --- whose it is ---------------------------------------------------------------------------------


def test_what_belongs_to_another_partner_is_unknown():
    assert fault(basket(add("S-P2"))).code == "service.unknown"
    assert fault(basket(new(contract="K9"))).code == "contract.unknown"


def test_what_belongs_to_another_customer_than_the_one_named_is_unknown():
    assert fault(basket(add("S-C2"))).code == "service.unknown"
    assert fault(basket(new(contract="K8"))).code == "contract.unknown"
    assert only(basket(add("S-C2"), customer=None)) == (L3, "K8")


def test_a_service_goes_with_its_line_when_another_partner_renews_it():
    """The partner of a line is that of its contract in force: P1 sold it, P2 has it now."""
    facts = altered("K2", partner="P2")
    assert fault(basket(add()), facts).code == "service.unknown"
    assert only(basket(add(), on=date(2016, 1, 1)), facts) == (L3, "K1")


def test_a_line_won_from_another_partner_is_the_callers_and_keeps_its_past_to_itself():
    """The paper the service was bought on is a stranger's: its number is not told."""
    facts = altered("K1", partner="P2")
    (told,) = route_basket(basket(add(contract="N1")), facts).reasons
    assert told.facts["original"] is None


# --- how ids are read ----------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["73HCGS123456000NE", "73.hcgs.123456..000 ne"])
def test_a_service_is_found_by_its_letters_and_digits_alone(written):
    assert only(basket(add(written))) == (L3, "K2")


def test_an_exact_id_wins_over_one_alike():
    facts = plus(services=[service(L3, "S1", "K2"), service(CTL, "S-1", "N1")])
    assert only(basket(disconnect("S-1")), facts) == (CTL, "N1")
    assert only(basket(disconnect("S1")), facts) == (L3, "K2")
    found = fault(basket(disconnect("s 1")), facts)
    assert found.code == "service.ambiguous"
    assert found.facts["candidates"] == [
        {"registry": CTL, "service": "S-1"},
        {"registry": L3, "service": "S1"},
    ]


def test_a_strangers_service_alike_makes_nothing_ambiguous_and_is_not_listed():
    facts = plus(services=[service(L3, "S1", "K2"), service(L3, "S-1", "K9")])
    assert only(basket(disconnect("s 1")), facts) == (L3, "K2")
    assert fault(basket(disconnect("S-1"), customer="C2"), facts).code == "service.unknown"


def test_a_contract_is_named_by_its_letters_and_digits_too():
    facts = plus(contracts=[contract(L3, "K-77/A")])
    assert only(basket(new(contract="k77a")), facts) == (L3, "K-77/A")


def test_a_number_in_both_registries_means_the_one_of_the_products():
    facts = plus(contracts=[contract(CTL, "K7"), contract(L3, "K7")])
    assert only(basket(new("MPLS", "K7")), facts) == (CTL, "K7")
    assert only(basket(new("WAVE", "K7")), facts) == (L3, "K7")


# --- the other portfolio (R4) --------------------------------------------------------------------


def test_a_product_of_the_other_portfolio_names_the_callers_own_contract_there():
    found = fault(basket(add(product="MPLS")))
    assert found.facts == {
        "product": "MPLS",
        "registry": CTL,
        "asked": "K2",
        "asked_registry": L3,
        "contract": "N1",
    }


@pytest.mark.parametrize(
    "facts",
    [
        without(contracts=["N1"]),
        altered("N1", partner="P2"),
        altered("N1", customer="C2"),
        altered("N1", status=ContractStatus.TERMINATED),
    ],
)
def test_without_an_own_contract_in_force_there_none_is_named(facts):
    assert fault(basket(add(product="MPLS")), facts).facts["contract"] is None


def test_a_disconnect_ignores_the_product():
    assert only(basket(disconnect(product="MPLS"))) == (L3, "K2")


def test_a_product_of_several_portfolios_goes_where_it_can_be_placed():
    assert only(basket(new("BOTH")), without(agreements=["A-L3"])) == (CTL, "N1")
    assert only(basket(new("BOTH")), without(contracts=["N1"])) == (L3, "K2")
    assert only(basket(new("BOTH", "N1"))) == (CTL, "N1")
    assert only(basket(add(product="BOTH"))) == (L3, "K2")


def test_naming_a_contract_chooses_its_registry_with_whatever_lacks_there():
    """A product of both portfolios on a contract whose registry has no agreement: that is told."""
    found = fault(basket(new("BOTH", "N1")), without(agreements=["A-CTL"]))
    assert (found.code, found.facts["registry"]) == ("agreement.inactive", CTL)


# --- in force, and agreements (R8) ---------------------------------------------------------------

ENDED = date(2017, 11, 30)


@pytest.mark.parametrize("rolls", [EndOfTerm.MONTH_TO_MONTH, EndOfTerm.AUTO_RENEW])
def test_a_contract_that_rolls_outlives_its_end(rolls):
    assert only(basket(add()), altered("K2", ends_on=ENDED, end_of_term=rolls)) == (L3, "K2")


@pytest.mark.parametrize("ends_on", [None, date(2017, 12, 1)])
def test_an_end_is_inclusive_and_a_blank_one_open(ends_on):
    assert only(basket(add()), altered("K2", ends_on=ends_on)) == (L3, "K2")


def test_on_the_day_a_renewal_starts_the_renewed_paper_no_longer_counts():
    """R8, inclusive: whatever else the old paper says."""
    facts = altered("K1", ends_on=None)
    facts = altered("K2", facts, starts_on=date(2017, 12, 1), status=ContractStatus.PENDING)
    assert fault(basket(add()), facts).code == "contract.not_in_force"
    assert only(basket(add(), on=date(2017, 11, 30)), facts) == (L3, "K1")


def test_a_replacement_that_has_started_ends_what_it_replaces_whatever_its_own_status():
    facts = altered("K2", status=ContractStatus.PENDING)
    rolling = altered("K1", facts, end_of_term=EndOfTerm.MONTH_TO_MONTH)
    found = fault(basket(add()), rolling)
    assert found.code == "contract.not_in_force"
    assert found.facts == {"contract": "K2", "registry": L3, "why": "pending", "on": None}


@pytest.mark.parametrize(
    ("changes", "why", "on"),
    [
        ({"status": ContractStatus.TERMINATED}, "terminated", None),
        ({"starts_on": date(2017, 12, 2)}, "not_started", "2017-12-02"),
        ({"ends_on": ENDED}, "ended", "2017-11-30"),
    ],
)
def test_a_refusal_says_what_keeps_the_contract_from_counting(changes, why, on):
    found = fault(basket(new("MPLS")), altered("N1", **changes))
    assert (found.facts["contract"], found.facts["why"], found.facts["on"]) == ("N1", why, on)


def test_a_named_paper_that_was_renewed_is_said_to_be_replaced():
    assert fault(basket(new(contract="K1"))).facts["why"] == "replaced"


def test_a_disconnect_is_taken_on_the_last_contract_when_none_is_in_force():
    """R8."""
    facts = altered("K2", status=ContractStatus.TERMINATED)
    assert only(basket(disconnect()), facts) == (L3, "K2")


@pytest.mark.parametrize(
    "changes",
    [
        {"status": ContractStatus.SUSPENDED},
        {"starts_on": date(2017, 12, 2)},
        {"ends_on": ENDED},
    ],
)
def test_an_agreement_counts_only_while_active(changes):
    found = fault(basket(add()), altered("A-L3", **changes))
    assert found.code == "agreement.inactive"
    assert found.facts == {"registry": L3, "agreement": "A-L3"}


def test_one_active_agreement_of_several_is_enough():
    facts = altered("A-L3", status=ContractStatus.TERMINATED)
    assert only(basket(add()), plus(facts, agreements=[agreement(L3, "A-2")])) == (L3, "K2")


# --- the order of faults -------------------------------------------------------------------------


def test_the_first_fault_of_the_list_is_the_one_told():
    """A line with every later fault at once, cured one by one, tells them in the list's order."""
    facts = without(agreements=["A-L3"])
    facts = altered("K2", facts, status=ContractStatus.SUSPENDED)
    facts = plus(facts, products=[ProductFact(CTL, "X")])
    told = [
        fault(basket(add("NOPE", "NONE"), customer="C9"), facts),
        fault(basket(add("NOPE", "NONE")), facts),
        fault(basket(add("S-OLD", "NONE")), facts),
        fault(basket(add("S-OLD", "X")), facts),
        fault(basket(add(product="X")), facts),
        fault(basket(add()), facts),
        fault(basket(add()), plus(facts, agreements=[agreement(L3, "A-2")])),
    ]
    assert [found.code for found in told] == [
        "customer.unknown",
        "service.unknown",
        "product.unknown",
        "service.ended",
        "product.other_registry",
        "agreement.inactive",
        "contract.not_in_force",
    ]


def test_something_new_tells_its_faults_in_the_lists_order_too():
    facts = without(agreements=["A-L3"])
    told = [
        fault(basket(new("NONE", "NONE")), facts),
        fault(basket(new("WAVE", "N1")), facts),
        fault(basket(new("WAVE", "NONE")), facts),
        fault(basket(new("WAVE", "NONE"))),
        fault(basket(new("WAVE", "K1"))),
    ]
    assert [found.code for found in told] == [
        "product.unknown",
        "product.other_registry",
        "agreement.inactive",
        "contract.unknown",
        "contract.not_in_force",
    ]
