"""The promises of the answers that a rule keeps, each with that rule and its opposite.

Read by `test_agreement_of_answers_and_rules.py`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

import portal.registry.facts  # noqa: F401 - the gated facts declare themselves
from portal.kernel import clock
from portal.kernel.access import Role, actor_for
from portal.kernel.decision import Decision, reason
from portal.orders.rules import CODES, OrderCode, OrderPart, Placement, route_basket
from portal.registry.models import TeamMember
from portal.registry.team_pages import search
from portal.store.db import db
from portal.store.facts import GATED
from tests.orders.world import CTL, L3, TODAY, WAVE, WORLD, add, altered, basket, new, without

NOTICE = r"hasta nuevo aviso|until further notice"
VERDICTS = {"no": "no", "sí": "yes", "yes": "yes"}


class Disagree(AssertionError):
    """The answer says one thing and the rule does another."""


@dataclass(frozen=True)
class Claim:
    """One promise of one answer.

    `reads` finds it in the answer's words, True or False. `acts` runs the rule and says whether it
    does what the promise says. `rule` is the true one, `inverted` does the opposite.
    """

    question: str
    name: str
    reads: Callable[[str], bool]
    acts: Callable[[Any], bool]
    rule: Any
    inverted: Any

    def check(self, answer: str, rule: Any) -> None:
        """Raise Disagree unless answer and rule say the same."""
        said, done = self.reads(answer), self.acts(rule)
        if said != done:
            raise Disagree(f"{self.question} ({self.name}): said {said}, done {done}")


def says(verdict: str) -> Callable[[str], bool]:
    """Whether the answer's very first word is this verdict; an answer without one says neither."""

    def read(answer: str) -> bool:
        first = re.match(r"\w+", answer)
        assert first, "the answer begins with a word"
        return VERDICTS.get(first[0].lower()) == verdict

    return read


def holds(pattern: str) -> Callable[[str], bool]:
    return lambda answer: re.search(pattern, answer, re.IGNORECASE) is not None


def refused_with(decision: Decision[Placement], code: OrderCode) -> bool:
    return decision.refused and any(one.code is code for one in decision.reasons)


# Q5: a product of the other portfolio on one's own contract, in both directions.
CROSSED = (
    basket(new("WAVE", contract="N1")),
    basket(new("MPLS", contract="K2")),
    basket(add(WAVE, "MPLS")),
    basket(add("S-CTL", "WAVE")),
)


def crossing_is_refused(route: Any) -> bool:
    return all(refused_with(route(one, WORLD), OrderCode.OTHER_REGISTRY) for one in CROSSED)


def crossing_is_taken(asked: Any, facts: Any) -> Decision[Placement]:
    """R4 inverted: the product goes on whatever contract it was asked for."""
    decision = route_basket(asked, facts)
    if not refused_with(decision, OrderCode.OTHER_REGISTRY):
        return decision
    named = decision.reasons[0].facts
    part = OrderPart(str(named["asked_registry"]), str(named["asked"]), None, ("1",))
    return Decision(decision.ruleset, Placement((part,)))


def addition_follows(route: Any) -> bool:
    """The service was bought on K1, renewed by K2; the caller names another contract, and K9."""
    for contract in (None, "N1", "K8", "K1", "K2"):
        decision = route(basket(add(WAVE, "WAVE", contract=contract)), WORLD)
        if decision.refused or decision.value.orders[0].contract != "K2":
            return False
    return True


def addition_goes_where_named(asked: Any, facts: Any) -> Decision[Placement]:
    """R3 inverted: the contract the caller named wins."""
    decision = route_basket(asked, facts)
    named = asked.lines[0].contract
    if decision.refused or named is None or decision.value is None:
        return decision
    return Decision(
        decision.ruleset, Placement((replace(decision.value.orders[0], contract=named),))
    )


# Q10: both agreements at once.
MIXED = basket(new("WAVE", line="1"), new("MPLS", line="2"))


def mixed_is_two_orders(route: Any) -> bool:
    decision = route(MIXED, WORLD)
    if decision.refused:
        return False
    return [(one.registry, one.contract) for one in decision.value.orders] == [
        (L3, "K2"),
        (CTL, "N1"),
    ]


def mixed_is_refused(asked: Any, facts: Any) -> Decision[Placement]:
    """R5 inverted: a basket over two registries is not taken."""
    decision = route_basket(asked, facts)
    if decision.value is None or len(decision.value.orders) < 2:
        return decision
    lost = reason(CODES, OrderCode.CONTRACT_NONE, "1", customer="C1", registry=L3)
    return Decision(decision.ruleset, None, (lost,))


def mixed_is_one_order(asked: Any, facts: Any) -> Decision[Placement]:
    """R1 inverted: one order carries both registries."""
    decision = route_basket(asked, facts)
    if decision.value is None:
        return decision
    lines = tuple(line for one in decision.value.orders for line in one.lines)
    return Decision(decision.ruleset, Placement((replace(decision.value.orders[0], lines=lines),)))


def own_door(route: Any) -> bool:
    """P3: each portfolio goes to a contract, and a team, of its own registry."""
    decision = route(MIXED, WORLD)
    if decision.refused:
        return False
    places = {one.lines: (one.registry, one.account_team) for one in decision.value.orders}
    return places == {("1",): (L3, "L3-EAST"), ("2",): (CTL, "CTL-WEST")}


def agreement_decides(route: Any) -> bool:
    """Q4: the same as today under the current agreements: with one it goes, without it does not."""
    with_it = route(basket(new("WAVE")), WORLD)
    without_it = route(basket(new("WAVE")), without(agreements=["A-L3"]))
    ended = route(basket(new("WAVE")), altered("A-L3", ends_on=TODAY.replace(day=1, month=11)))
    return not with_it.refused and all(
        refused_with(one, OrderCode.AGREEMENT_INACTIVE) for one in (without_it, ended)
    )


def agreement_does_not_matter(asked: Any, facts: Any) -> Decision[Placement]:
    """R8 inverted: whoever asks is served."""
    return route_basket(asked, replace(facts, agreements=WORLD.agreements))


def team_of_the_line(route: Any) -> bool:
    """Q2, Q6: an order's team is the one its own contract line has on that date."""
    today, yesterday = (
        route(basket(add(WAVE, "WAVE"), on=on), WORLD)
        for on in (TODAY, TODAY.replace(month=11, day=30))
    )
    return [one.value.orders[0].account_team for one in (yesterday, today)] == [
        "L3-WEST",
        "L3-EAST",
    ]


def any_team(asked: Any, facts: Any) -> Decision[Placement]:
    """R1 inverted: an order goes to a team of the other registry."""
    decision = route_basket(asked, facts)
    orders = tuple(replace(one, account_team="CTL-WEST") for one in decision.value.orders)
    return Decision(decision.ruleset, Placement(orders))


def gated(*names: str) -> Callable[[Any], bool]:
    """Whether these facts change only by an advance notice (N1)."""
    return lambda facts: all(name in facts for name in names)


def found_by_the_old_address(find: Any) -> bool:
    """Q9: everybody who had another address is found by it, and shown with the new one."""
    people = db.session.scalars(select(TeamMember).where(TeamMember.former_email.is_not(None)))
    found = [(one.listed_as, find(one.former_email)) for one in people]
    return bool(found) and all([person.email for person in hits] == [new] for new, hits in found)


def look_up(address: str) -> Any:
    """Whom the search of the directory finds."""
    reader = actor_for(Role.PARTNER_USER, person_id=1, partner_id=1)
    return [one.person for one in search(db.session(), reader, address, clock.today()).people]


def look_up_new_only(address: str) -> Any:
    return [one for one in look_up(address) if one.email == address]


TEAMS = ("agreement.channel_team", "contract.account_team")
TERMS, SCHEDULE = "agreement.compensation_terms", "agreement.payment_schedule"
REACHED = ("team.email", "team.phone", "person.email", "person.phone")
IN_ADVANCE = r"aviso anticipado|hear in advance"
SAME = r"mismos productos y servicios|same products and services"
ORIGINAL = r"adicional \(incremental\) se rige por el contrato con el cliente con el que se adquirió el servicio original|additional \(incremental\) service is governed by the customer contract under which the original service was acquired"
DOOR = r"requieren un contrato de CenturyLink y un equipo de cuenta de CenturyLink; los de Level 3, un contrato de Level 3|require a CenturyLink contract and a CenturyLink account team; those of Level 3 require a Level 3 contract"
ISSUES = r"siguen acudiendo a sus actuales equipos|continue to go to your current"
FORMER = (
    r"antiguas direcciones de correo de Level 3 pasan a ser|former Level 3 e-mail addresses become"
)


def without_gates(*names: str) -> dict[str, Any]:
    return {name: fact for name, fact in GATED.items() if name not in names}


CLAIMS = (
    Claim("Q1", "teams stay", holds(NOTICE), gated(*TEAMS), GATED, without_gates(TEAMS[0])),
    Claim("Q1", "account team", holds(NOTICE), gated(*TEAMS), GATED, without_gates(TEAMS[1])),
    Claim("Q2", "teams stay", holds(NOTICE), gated(TEAMS[1]), GATED, without_gates(TEAMS[1])),
    Claim("Q2", "own registry", holds(NOTICE), team_of_the_line, route_basket, any_team),
    Claim("Q3", "schedule", holds(NOTICE), gated(SCHEDULE), GATED, without_gates(SCHEDULE)),
    Claim(
        "Q4",
        "under agreements",
        holds(SAME),
        agreement_decides,
        route_basket,
        agreement_does_not_matter,
    ),
    Claim("Q5", "crossing", says("no"), crossing_is_refused, route_basket, crossing_is_taken),
    Claim(
        "Q5",
        "incremental",
        holds(ORIGINAL),
        addition_follows,
        route_basket,
        addition_goes_where_named,
    ),
    Claim("Q5", "own door", holds(DOOR), own_door, route_basket, mixed_is_one_order),
    Claim("Q6", "own teams", holds(ISSUES), team_of_the_line, route_basket, any_team),
    Claim("Q7", "terms", says("no"), gated(TERMS), GATED, without_gates(TERMS)),
    Claim("Q8", "schedule", says("no"), gated(SCHEDULE), GATED, without_gates(SCHEDULE)),
    Claim("Q9", "addresses", holds(IN_ADVANCE), gated(*REACHED), GATED, without_gates(REACHED[2])),
    Claim(
        "Q9", "former address", holds(FORMER), found_by_the_old_address, look_up, look_up_new_only
    ),
    Claim("Q10", "both", says("yes"), mixed_is_two_orders, route_basket, mixed_is_refused),
    Claim("Q10", "own door", holds(DOOR), own_door, route_basket, mixed_is_one_order),
)
