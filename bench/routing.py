"""What it costs to say where an order goes, beside the plain look-up it cannot be cheaper than.

    python -m bench.routing

Processor time only, on the demo world in SQLite. The pure rule answers from facts in memory, beside
one dictionary look-up a line; loading its facts stands beside one indexed query of the service ids;
placing (facts, rule, record, order, event, one commit) beside one insert and commit of its own.
"""

from collections.abc import Callable
from itertools import count
from uuid import uuid4

from sqlalchemy import insert, select

from bench.pages import reader
from bench.world import TODAY, beside, machine, portal
from portal.kernel import clock
from portal.orders.basket import Action, Basket, BasketLine
from portal.orders.commands import place
from portal.orders.queries import load_routing_facts
from portal.orders.rules import route_basket
from portal.registry.models import Contract, Partner, Service
from portal.store.db import atomic, db

SIZES = (1, 10, 100)
Measured = tuple[float, float, float]


def baskets(size: int, partner: str, ids: list[str]) -> Basket:
    """A basket of `size` lines over the partner's services."""
    lines = (BasketLine(str(at), Action.CHANGE, ids[at % len(ids)]) for at in range(size))
    return Basket(partner, TODAY, tuple(lines))


def rule(basket: Basket) -> Measured:
    """The rule on loaded facts; a dictionary that already knows each line's contract."""
    facts = load_routing_facts(db.session(), basket)
    known = {one.service: (one.registry, one.contract) for one in facts.services}
    return beside(
        lambda: route_basket(basket, facts),
        lambda: [known[line.service or ""] for line in basket.lines],
    )


def loading(basket: Basket) -> Measured:
    """All the facts; one query for the services named."""
    session = db.session()
    wanted = {line.service for line in basket.lines}
    query = select(Service.service_id, Service.contract_id).where(Service.service_id.in_(wanted))
    return beside(lambda: load_routing_facts(session, basket), lambda: session.execute(query).all())


def placing(basket: Basket) -> Measured:
    """The command; an insert in a transaction of its own."""
    actor, keys = reader(), (f"{uuid4()}-{number}" for number in count())

    def ours() -> None:
        made = place(basket, actor=actor, now=clock.business(), key=next(keys))
        assert not made.refused

    def limit() -> None:
        with atomic() as session:
            name = next(keys)
            session.execute(insert(Partner), [{"code": name, "name": name}])

    return beside(ours, limit, 3)


PARTS: tuple[tuple[str, Callable[[Basket], Measured]], ...] = (
    ("rule alone", rule),
    ("loading its facts", loading),
    ("placing", placing),
)


def main() -> None:
    """Print each part for baskets of several sizes."""
    print(f"{machine()}; baskets a processor second, the two in turn")
    print(f"\n{'':22}{'lines':>6}{'baskets/s':>12}{'limit/s':>14}{'ours/limit':>12}")
    with portal(demo=True) as app, app.app_context():
        actor = reader()
        partner = db.session.scalars(
            select(Partner.code).where(Partner.id == actor.partner_id)
        ).one()
        ids = db.session.scalars(
            select(Service.service_id)
            .join(Contract, Contract.id == Service.contract_id)
            .where(Contract.partner_id == actor.partner_id)
            .order_by(Service.id)
        ).all()
        able = [one for one in ids if accepted(baskets(1, partner, [one]))]
        for name, part in PARTS:
            for size in SIZES:
                ours, limit, ratio = part(baskets(size, partner, able))
                print(f"{name:22}{size:6}{1000 / ours:12.0f}{1000 / limit:14.0f}{ratio:12.1f}")


def accepted(basket: Basket) -> bool:
    """Whether the rule takes the basket."""
    return not route_basket(basket, load_routing_facts(db.session(), basket)).refused


if __name__ == "__main__":
    main()
