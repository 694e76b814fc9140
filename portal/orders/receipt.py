"""A routing decision as the receipt that pages and print show.

The same for a what-if and a stored decision, a yes and a no, the sample world and a company's own.
"""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from portal.kernel.decision import Decision, Reason
from portal.orders import labels
from portal.orders.basket import Basket, BasketLine
from portal.orders.naming import Names
from portal.orders.nearest import Change, Suggestion, nearest_yes
from portal.orders.records import RoutingFacts
from portal.orders.rules import OrderCode, OrderPart, Placement
from portal.web.explain import rule_box
from portal.web.hours import hours_text
from portal.web.site import language, url

Link = Callable[[Basket], str]


def receipt(
    basket: Basket,
    facts: RoutingFacts,
    decision: Decision[Placement],
    names: Names,
    *,
    link: Link | None = None,
    address: str | None = None,
    at: str = "",
) -> dict[str, Any]:
    """The value that the receipt macro draws: each refusal with its nearest yes.

    `link` gives the address where a suggested basket is looked at; without it a suggestion is
    only said. `at` is the moment in words.
    """
    orders = decision.value.orders if decision.value else ()
    suggestions = nearest_yes(basket, facts, decision) if decision.refused else ()
    ways = {suggestion.line: suggestion for suggestion in reversed(suggestions)}
    several = len(basket.lines) > 1
    return {
        "verdict": "no" if decision.refused else "split" if len(orders) > 1 else "yes",
        "title": _title(decision, orders),
        "cards": [_card(order, basket, facts, decision, names, len(orders) > 1) for order in orders]
        or [_refused_card(basket, names)],
        "reasons": [
            _reason(reason, names, ways.get(reason.line or ""), link, several)
            for reason in decision.reasons
        ]
        + (_split(orders) if len(orders) > 1 else []),
        "address": address,
        "at": at,
        "actions": "",
    }


def line_text(line: BasketLine, names: Names, registry: str | None = None) -> str:
    """One line of a basket in words: what is asked, the product, the service."""
    product = names.product(line.product, language(), registry) if line.product else None
    parts = [str(labels.ACTIONS[line.action]), product, line.service]
    return " · ".join(part for part in parts if part)


def _title(decision: Decision[Placement], orders: tuple[OrderPart, ...]) -> str:
    if decision.refused:
        first = next(reason for reason in decision.reasons if reason.blocks)
        return str(labels.TITLES[OrderCode(first.code)])
    if len(orders) == 1:
        return str(_("It goes to contract %(number)s", number=orders[0].contract))
    return str(ngettext("It becomes %(num)s order", "It becomes %(num)s orders", len(orders)))


def _card(
    order: OrderPart,
    basket: Basket,
    facts: RoutingFacts,
    decision: Decision[Placement],
    names: Names,
    several: bool,
) -> dict[str, Any]:
    registry = names.registry(order.registry)
    contract = next(
        one
        for one in facts.contracts
        if (one.registry, one.number) == (order.registry, order.contract)
    )
    rows: list[tuple[Any, ...]] = [(_("Customer"), names.customer(contract.customer))]
    if order.account_team:
        team = names.team(order.registry, order.account_team)
        hours = hours_text(team.hours)
        rows.append((_("Account team"), team.name))
        if hours:
            rows.append((_("Hours"), hours))
        if team.phone:
            rows.append((_("Phone"), team.phone, "phone"))
    struck = [
        (_("You had named"), str(reason.facts["named"]))
        for reason in decision.reasons
        if reason.code == OrderCode.FOLLOWS_SERVICE and reason.line in order.lines
    ]
    wanted = [line for line in basket.lines if line.line in order.lines]
    return {
        "thread": registry.thread,
        "registry": registry.name,
        "heading": order.contract if several else "",
        "facts": rows,
        "struck": list(dict.fromkeys(struck)),
        "lines": [line_text(line, names, order.registry) for line in wanted],
    }


def _refused_card(basket: Basket, names: Names) -> dict[str, Any]:
    rows: list[tuple[Any, ...]] = []
    if basket.customer:
        rows.append((_("Customer"), names.customer(basket.customer)))
    return {
        "thread": None,
        "registry": "",
        "heading": "",
        "facts": rows,
        "struck": [],
        "lines": [line_text(line, names) for line in basket.lines],
    }


def _reason(
    reason: Reason, names: Names, way: Suggestion | None, link: Link | None, several: bool
) -> dict[str, Any]:
    return rule_box(
        reason.rule,
        str(reason.code),
        labels.sentence(reason.code, _named(reason.facts, names), _registries(names)),
        blocks=reason.blocks,
        line=reason.line if several else None,
        nearest=_nearest(way, names, link) if way and reason.blocks else None,
    )


def _nearest(way: Suggestion, names: Names, link: Link | None) -> dict[str, Any]:
    """What would be accepted, and where to go on: the form so filled, or whom to ask.

    A later date is only said, since an order is placed on the day it is sent.
    """
    said = {"text": labels.way_out(way, _registries(names)), "url": None, "label": ""}
    if link and way.basket is None:
        said |= {"url": url("site.directory.index"), "label": _("Find my team")}
    elif link and way.basket and way.change is not Change.DATE:
        said |= {"url": link(way.basket), "label": _("See where it would go")}
    return said


def _split(orders: tuple[OrderPart, ...]) -> list[dict[str, Any]]:
    """R5, said with every basket that becomes several orders; it is no reason of the decision."""
    if len({order.registry for order in orders}) < 2:
        return []
    text = _("An order is on exactly one contract. All of these are placed, or none is.")
    return [rule_box("R5", "basket.split", text)]


def _named(facts: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """The facts of a reason with names for the codes of customers and products."""
    said = dict(facts)
    if said.get("customer"):
        said["customer"] = names.customer(str(said["customer"]))
    if said.get("product"):
        said["product"] = names.product(str(said["product"]), language())
    return said


def _registries(names: Names) -> dict[str, str]:
    return {slug: registry.name for slug, registry in names.registries.items()}
