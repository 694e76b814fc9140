"""Where an order goes, case by case (facts.md section 3, R1 to R5 and R8)."""

from datetime import date

import pytest

from portal.orders.rules import CODES, OrderCode, OrderPart, route_basket
from portal.registry.rules import ContractStatus
from tests.orders.world import (
    CTL,
    L3,
    WAVE,
    WORLD,
    add,
    altered,
    basket,
    change,
    contract,
    disconnect,
    fault,
    new,
    only,
    placed,
    plus,
    service,
    without,
)


def test_an_addition_follows_the_service_it_adds_to_onto_the_renewal_in_force():
    """R3: bought on K1, which K2 renewed: the line goes to K2."""
    assert only(basket(add())) == (L3, "K2")


def test_a_change_and_a_disconnect_follow_the_service_too():
    """R3."""
    assert only(basket(change())) == only(basket(disconnect())) == (L3, "K2")


def test_before_the_renewal_starts_the_old_paper_is_in_force():
    """R8: K1 runs to 2016-12-31 inclusive, K2 starts the day after."""
    assert only(basket(add(), on=date(2016, 12, 31))) == (L3, "K1")
    assert only(basket(add(), on=date(2017, 1, 1))) == (L3, "K2")


def test_a_service_recorded_on_a_renewal_that_has_not_started_goes_to_the_paper_it_renews():
    """R3, R8: looked for ahead first, then back."""
    facts = plus(
        contracts=[contract(L3, "K3", starts_on=date(2018, 1, 1), replaces=("K2",))],
        services=[service(L3, "S-NEXT", "K3")],
    )
    assert only(basket(add("S-NEXT")), facts) == (L3, "K2")


def test_a_consolidation_takes_over_every_line_it_replaces():
    """R3: K5 replaces K2 and K6; services of both go there."""
    facts = plus(
        contracts=[
            contract(L3, "K6"),
            contract(L3, "K5", starts_on=date(2017, 6, 1), replaces=("K2", "K6")),
        ],
        services=[service(L3, "S6", "K6")],
    )
    (order,) = placed(basket(add(), add("S6", line="2")), facts)
    assert (order.contract, order.lines) == ("K5", ("1", "2"))


def test_a_caller_who_names_another_contract_is_told_where_the_line_goes():
    """R3: accepted, and the decision says so."""
    decision = route_basket(basket(add(contract="N1")), WORLD)
    assert decision.value is not None and decision.value.orders[0].contract == "K2"
    (told,) = decision.reasons
    assert (told.code, told.rule, told.blocks) == ("contract.follows_service", "R3", False)
    assert told.facts == {
        "named": "N1",
        "contract": "K2",
        "registry": L3,
        "service": WAVE,
        "original": "K1",
    }


def test_a_caller_who_names_the_renewed_paper_is_told_too():
    """R3: K1 is another contract than K2."""
    (told,) = route_basket(basket(add(contract="K1")), WORLD).reasons
    assert told.facts["named"] == "K1"


@pytest.mark.parametrize("written", ["K2", "k-2"])
def test_naming_the_right_contract_says_nothing(written):
    assert route_basket(basket(add(contract=written)), WORLD).reasons == ()


def test_a_refusal_tells_faults_only():
    """A line that would be accepted carries no reason while the basket is refused."""
    decision = route_basket(basket(add(contract="N1"), add("NOPE", line="2")), WORLD)
    assert [(reason.line, reason.code) for reason in decision.reasons] == [("2", "service.unknown")]


def test_a_new_service_goes_to_the_contract_of_the_registry_that_holds_the_product():
    """R2."""
    assert only(basket(new("WAVE"))) == (L3, "K2")
    assert only(basket(new("MPLS"))) == (CTL, "N1")


def test_a_basket_of_both_registries_becomes_one_order_per_contract_in_the_order_of_its_lines():
    """R5, R1: and each has the team of its own line on the date."""
    orders = placed(basket(add("S-CTL", "MPLS", line="b"), add(line="a"), new(line="c")))
    assert orders == (
        OrderPart(CTL, "N1", "CTL-WEST", ("b",)),
        OrderPart(L3, "K2", "L3-EAST", ("a", "c")),
    )


def test_the_team_is_the_lines_on_that_date():
    """Q1, Q2: the day before, another team served the line."""
    (order,) = placed(basket(add(), on=date(2017, 11, 30)))
    assert order.account_team == "L3-WEST"


def test_one_fault_refuses_the_whole_basket_and_all_faults_are_told_in_line_order():
    """R5: all or none."""
    decision = route_basket(basket(add("X", line="z"), add(line="m"), new("Y", line="a")), WORLD)
    assert decision.value is None and decision.refused
    assert [(reason.line, reason.code) for reason in decision.reasons] == [
        ("z", "service.unknown"),
        ("a", "product.unknown"),
    ]


# --- each code -----------------------------------------------------------------------------------

FAULTS = [
    ("customer.unknown", basket(add(), customer="C9"), WORLD),
    ("service.unknown", basket(add("S-NONE")), WORLD),
    ("service.unknown", basket(add("///")), WORLD),
    ("product.unknown", basket(add(product="NONE")), WORLD),
    ("product.unknown", basket(change(product="NONE")), WORLD),
    ("product.unknown", basket(new("NONE")), WORLD),
    ("service.ended", basket(add("S-OLD")), WORLD),
    ("service.ended", basket(disconnect("S-OLD")), WORLD),
    ("product.other_registry", basket(add(product="MPLS")), WORLD),
    ("product.other_registry", basket(change(product="MPLS")), WORLD),
    ("product.other_registry", basket(new("WAVE", "N1")), WORLD),
    ("agreement.inactive", basket(add()), without(agreements=["A-L3"])),
    ("agreement.inactive", basket(disconnect()), without(agreements=["A-L3"])),
    ("agreement.inactive", basket(new()), without(agreements=["A-L3"])),
    ("contract.unknown", basket(new(contract="NONE")), WORLD),
    ("contract.none", basket(new("MPLS"), customer="C2"), WORLD),
    ("contract.not_in_force", basket(new(contract="K1")), WORLD),
    ("contract.not_in_force", basket(add()), altered("K2", ends_on=date(2017, 11, 30))),
    ("contract.not_in_force", basket(new()), altered("K2", status=ContractStatus.SUSPENDED)),
    ("contract.ambiguous", basket(new()), plus(contracts=[contract(L3, "K7")])),
    ("contract.ambiguous", basket(new("BOTH")), WORLD),
]


@pytest.mark.parametrize(("code", "asked", "facts"), FAULTS)
def test_each_fault_refuses_with_its_code(code, asked, facts):
    found = fault(asked, facts)
    assert found.code == code
    assert found.blocks and found.line == "1"
    assert found.rule == CODES[OrderCode(code)].rule


def test_the_rules_behind_the_codes_are_those_of_the_record():
    """facts.md section 3, reason codes."""
    assert {code.value: spec.rule for code, spec in CODES.items()} == {
        "partner.unknown": "R2",
        "customer.unknown": "R2",
        "service.unknown": "R3",
        "service.ambiguous": "R3",
        "product.unknown": "R2",
        "service.ended": "R3",
        "product.other_registry": "R4",
        "agreement.inactive": "R8",
        "contract.unknown": "R2",
        "contract.none": "R2",
        "contract.not_in_force": "R8",
        "contract.ambiguous": "R2",
        "contract.follows_service": "R3",
    }
    assert [code for code, spec in CODES.items() if not spec.blocks] == ["contract.follows_service"]


def test_an_unknown_partner_and_an_unknown_customer_are_told_of_every_line():
    asked = basket(add(line="1"), new(line="2"))
    unknown = type(WORLD)(partner_known=False)
    assert [r.code for r in route_basket(asked, unknown).reasons] == ["partner.unknown"] * 2
    asked = basket(add(line="1"), new(line="2"), customer="C9")
    assert [r.code for r in route_basket(asked, WORLD).reasons] == ["customer.unknown"] * 2
