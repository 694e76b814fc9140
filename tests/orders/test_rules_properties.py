"""What holds for every basket in every sound world (R1, R3, R5, R7, R8)."""

import random
from dataclasses import replace

import msgspec
from hypothesis import event, given
from hypothesis import strategies as st

from portal.orders.basket import Basket
from portal.orders.nearest import nearest_yes
from portal.orders.records import RoutingFacts
from portal.orders.rules import RULESET, route_basket
from tests.orders.oracle import Oracle
from tests.orders.worlds import cases


@given(cases())
def test_every_answer_is_that_of_a_second_rule_written_apart(case):
    """Faults, contracts, teams and the split agree with the oracle."""
    facts, basket = case
    oracle = Oracle(facts, basket.partner, basket.on)
    expected = [(line, *oracle.line(line, basket.customer)) for line in basket.lines]
    decision = route_basket(basket, facts)
    faults = [(line.line, code) for line, code, _ in expected if code]
    for _, code in faults or [("", "accepted")]:
        event(code)
    assert decision.ruleset == RULESET
    if faults:
        assert decision.value is None and decision.refused
        assert [(reason.line, reason.code) for reason in decision.reasons] == faults
        return
    orders: dict[tuple[str, str], list[str]] = {}
    for line, _, contract in expected:
        orders.setdefault((contract.registry, contract.number), []).append(line.line)
    teams = {(k.registry, k.number): oracle.team(k) for _, _, k in expected}
    assert decision.value is not None and not decision.refused
    assert [
        (order.registry, order.contract, order.account_team, list(order.lines))
        for order in decision.value.orders
    ] == [(*key, teams[key], lines) for key, lines in orders.items()]


@given(cases())
def test_no_order_is_of_two_registries_and_every_line_is_in_exactly_one(case):
    """R1, R5, R8: registry, product, service, contract, all of one book, in force on the date."""
    facts, basket = case
    decision = route_basket(basket, facts)
    if decision.value is None:
        return
    oracle = Oracle(facts, basket.partner, basket.on)
    lines = {line.line: line for line in basket.lines}
    contracts = {(k.registry, k.number): k for k in facts.contracts}
    for order in decision.value.orders:
        contract = contracts[order.registry, order.contract]
        assert contract.partner == basket.partner
        assert order.account_team is None or order.account_team.startswith(order.registry)
        assert oracle.agreed(order.registry)
        for name in order.lines:
            line = lines.pop(name)
            if line.action != "disconnect":
                assert oracle.in_force(contract)
                held = {p.registry for p in facts.products if p.product == line.product}
                assert line.product is None or order.registry in held
    assert not lines


@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_the_records_says_nothing(case, rng: random.Random):
    """The same rows in any order give the same decision, reasons and facts included."""
    facts, basket = case
    shuffled = {
        name: tuple(rng.sample(rows, len(rows)))
        for name, rows in vars(facts).items()
        if isinstance(rows, tuple)
    }
    assert route_basket(basket, replace(facts, **shuffled)) == route_basket(basket, facts)


@given(cases())
def test_a_decision_can_be_made_again_from_what_was_kept(case):
    """R7: facts and basket survive their JSON, and so does the answer."""
    facts, basket = case
    kept = msgspec.json.encode([basket, facts])
    again_basket, again_facts = msgspec.json.decode(kept, type=tuple[Basket, RoutingFacts])
    assert (again_basket, again_facts) == (basket, facts)
    assert route_basket(again_basket, again_facts) == route_basket(basket, facts)


@given(cases())
def test_nothing_of_another_partner_changes_or_shows_in_an_answer(case):
    """What belongs to another partner is unknown: whole lines of P2 may vanish unnoticed."""
    facts, basket = case
    decision = route_basket(basket, facts)
    own = {(k.registry, k.number) for k in facts.contracts if k.partner == basket.partner}
    named = {line.contract for line in basket.lines}
    for reason in decision.reasons:
        told = [reason.facts.get("contract"), reason.facts.get("original")]
        told += [one.get("contract") for one in reason.facts.get("candidates", ())]
        for number in told:
            assert number is None or number in named or number in {number for _, number in own}


@given(cases())
def test_a_suggestion_is_truly_accepted_and_each_refused_line_has_one(case):
    """The nearest yes: asked again with that change, the line goes where it says."""
    facts, basket = case
    decision = route_basket(basket, facts)
    found = nearest_yes(basket, facts, decision)
    refused = [reason.line for reason in decision.reasons if reason.blocks]
    assert list(dict.fromkeys(one.line for one in found)) == refused
    own = {(k.registry, k.number) for k in facts.contracts if k.partner == basket.partner}
    for one in found:
        event(one.change.value)
        if one.basket is None:
            assert one.goes is None
            continue
        assert one.basket != basket
        (line,) = (line for line in one.basket.lines if line.line == one.line)
        again = route_basket(replace(one.basket, lines=(line,)), facts)
        assert again.value is not None and again.value.orders == (one.goes,)
        assert (one.goes.registry, one.goes.contract) in own
