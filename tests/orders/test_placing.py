"""Placing: all or none, once, on record, and never of two registries (R1, R5, R7)."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from portal.kernel import clock
from portal.kernel.access import Role
from portal.orders import rules
from portal.orders.commands import NotYours, Receipt, place, route
from portal.orders.models import Order, OrderLine
from portal.registry.models import Contract, Product, Registry, Service, Team
from portal.registry.rules import ContractStatus
from portal.store.db import atomic, db
from portal.store.decisions import StoredDecision, replay
from portal.store.events import Event
from portal.store.scope import visible_to
from tests.orders.rows import count, person, store
from tests.orders.world import CTL, L3, WORLD, add, basket, change, disconnect, new

MIXED = basket(add("S-CTL", "MPLS", line="a"), add("73hcgs123456000ne", line="b"), new(line="c"))


@pytest.fixture
def user(app):
    store(WORLD)
    return person()


def stored(ref):
    return db.session.scalar(select(StoredDecision).where(StoredDecision.ref == ref))


def test_a_mixed_basket_becomes_one_order_per_contract_with_its_lines(user):
    """R5; every row is of its order's registry (R1), and the line knows the service meant."""
    receipt = place(MIXED, actor=user, now=clock.business(), key="k")
    assert receipt == Receipt(receipt.ref, refused=False)
    rows = db.session.execute(
        select(Registry.slug, Contract.number, Team.code, Order.on_date, Order.position)
        .select_from(Order)
        .join(Registry, Registry.id == Order.registry_id)
        .join(Contract, Contract.id == Order.contract_id)
        .join(Team, Team.id == Order.account_team_id)
        .join(StoredDecision, StoredDecision.id == Order.decision_id)
        .where(StoredDecision.ref == receipt.ref)
        .order_by(Order.position)
    ).all()
    day = date(2017, 12, 1)
    assert rows == [(CTL, "N1", "CTL-WEST", day, 0), (L3, "K2", "L3-EAST", day, 1)]
    lines = db.session.execute(
        select(OrderLine.line, OrderLine.action, Service.service_id, Product.code)
        .outerjoin(Service, Service.id == OrderLine.service_id)
        .outerjoin(Product, Product.id == OrderLine.product_id)
        .order_by(OrderLine.position)
    ).all()
    assert lines == [
        ("a", "add", "S-CTL", "MPLS"),
        ("b", "add", "73/HCGS/123456/000/NE", "WAVE"),
        ("c", "new", None, "WAVE"),
    ]


def test_one_fault_places_nothing_and_the_refusal_is_on_record(user):
    """R5, R7."""
    asked = basket(add(line="1"), add("S-P2", line="2"))
    receipt = place(asked, actor=user, now=clock.business(), key="k")
    assert receipt.refused
    kept = stored(receipt.ref)
    assert kept.refused and kept.value is None and kept.kind == "orders.place"
    assert [(one["line"], one["code"], one["rule"]) for one in kept.reasons] == [
        ("2", "service.unknown", "R3")
    ]
    assert kept.asked["lines"][0]["action"] == "add" and kept.facts["partner_known"]
    assert count(Order) == count(OrderLine) == 0
    assert not [one for one in db.session.scalars(select(Event)) if one.verb == "orders.placed"]


def test_a_placement_is_one_event_for_each_registry(user):
    """Staff of one registry may read of its own orders, so no event tells of two (B23)."""
    place(MIXED, actor=user, now=clock.business(), key="k")
    events = db.session.scalars(select(Event).where(Event.verb == "orders.placed")).all()
    assert len(events) == len({event.registry_id for event in events}) == 2
    for event in events:
        assert (event.person_id, event.partner_id) == (user.person_id, user.partner_id)
        (ref,) = event.payload["orders"]
        order = db.session.scalars(select(Order).where(Order.ref == ref)).one()
        assert order.registry_id == event.registry_id


def test_the_same_form_sent_twice_makes_one_order_and_the_same_receipt(user):
    first = place(MIXED, actor=user, now=clock.business(), key="k")
    later = place(MIXED, actor=user, now=clock.business() + timedelta(days=1), key="k")
    assert later == Receipt(first.ref, refused=False, again=True)
    assert (count(Order), count(StoredDecision)) == (2, 1)


def test_a_refusal_sent_again_is_the_same_refusal_though_it_would_pass_by_now(user):
    """A key has one answer; a new try is a new form."""
    first = place(basket(new("MPLS"), customer="C2"), actor=user, now=clock.business(), key="k")
    again = place(basket(new("MPLS"), customer="C2"), actor=user, now=clock.business(), key="k")
    assert again == Receipt(first.ref, refused=True, again=True)


def test_a_key_used_for_another_basket_points_at_its_first_receipt(user):
    first = place(MIXED, actor=user, now=clock.business(), key="k")
    other = place(basket(disconnect()), actor=user, now=clock.business(), key="k")
    assert other == Receipt(first.ref, refused=False, again=True, differs=True)
    assert count(StoredDecision) == 1


def test_two_people_may_happen_on_the_same_key(user):
    colleague = person(email="other@p1.example")
    place(basket(change()), actor=user, now=clock.business(), key="k")
    assert not place(basket(change()), actor=colleague, now=clock.business(), key="k").again
    assert count(Order) == 2


def test_nobody_places_in_another_companys_name(user):
    with pytest.raises(NotYours):
        place(basket(add(), partner="P2"), actor=user, now=clock.business(), key="k")
    assert count(StoredDecision) == 0


def test_an_order_is_dated_by_the_moment_it_is_placed_not_by_the_date_looked_at(user):
    asked = basket(add(), on=date(2016, 6, 1))
    receipt = place(asked, actor=user, now=clock.business(), key="k")
    assert stored(receipt.ref).value["orders"][0]["contract"] == "K2"


def test_asking_what_would_happen_stores_nothing(user):
    decision, _ = route(db.session(), MIXED)
    assert decision.value is not None
    assert count(StoredDecision) == count(Order) == 0


@pytest.mark.parametrize("asked", [MIXED, basket(add("S-P2"), new("NONE", line="2"))])
def test_a_stored_decision_is_decided_the_same_again_whatever_became_of_the_records(user, asked):
    """R7: from its own facts."""
    receipt = place(asked, actor=user, now=clock.business(), key="k")
    with atomic() as session:
        for contract in session.scalars(select(Contract)):
            contract.status = ContractStatus.TERMINATED
    again = replay(stored(receipt.ref))
    assert again.same and again.then == again.now == "orders/1"


def test_a_changed_rule_is_named_when_the_answer_differs(user, monkeypatch):
    """R7: the control of the replay, with a rule that takes no R4 for a fault."""
    receipt = place(basket(add(product="MPLS")), actor=user, now=clock.business(), key="k")
    monkeypatch.setattr(rules, "_other_portfolio", lambda *_: None)
    monkeypatch.setattr(rules, "RULESET", "orders/2")
    again = replay(stored(receipt.ref))
    assert not again.same and (again.then, again.now) == ("orders/1", "orders/2")


def test_a_company_sees_its_orders_and_a_registrys_staff_those_of_theirs(user):
    place(MIXED, actor=user, now=clock.business(), key="k")

    def seen(**who):
        rows = db.session.scalars(visible_to(Order, replace(user, **who)))
        return len(list(rows))

    home = db.session.scalar(select(Registry.id).where(Registry.slug == L3))
    team = db.session.scalar(select(Team.id).where(Team.code == "L3-EAST"))
    assert seen() == 2
    assert seen(partner_id=user.partner_id + 1) == 0
    assert seen(role=Role.CHANNEL_MANAGER, registry_id=home, partner_id=None) == 1
    assert seen(role=Role.ACCOUNT_TEAM, registry_id=home, team_id=team) == 1
    assert seen(role=Role.ACCOUNT_TEAM, registry_id=home, team_id=team + 99) == 0
    assert seen(role=Role.FINANCE) == seen(role=Role.VISITOR) == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE placed_order SET registry_id = (SELECT id FROM registry WHERE slug = 'level3') "
        "WHERE position = 0",
        "UPDATE placed_order SET contract_id = (SELECT id FROM contract WHERE number = 'K2') "
        "WHERE position = 0",
        "UPDATE placed_order SET account_team_id = (SELECT id FROM team WHERE code = 'L3-EAST') "
        "WHERE position = 0",
        "UPDATE order_line SET service_id = (SELECT id FROM service WHERE service_id = 'S-C2') "
        "WHERE line = 'a'",
        "UPDATE order_line SET product_id = (SELECT id FROM product WHERE code = 'WAVE') "
        "WHERE line = 'a'",
        "UPDATE order_line SET order_id = (SELECT id FROM placed_order WHERE position = 1) "
        "WHERE line = 'a'",
    ],
)
def test_no_row_of_an_order_can_be_of_two_registries_whoever_writes(user, statement):
    """R1 in the database."""
    place(MIXED, actor=user, now=clock.business(), key="k")
    with pytest.raises(DBAPIError), atomic() as session:
        session.execute(text(statement))


def test_the_moments_of_a_decision_are_the_programs_and_the_walls(user):
    now: datetime = clock.business()
    receipt = place(MIXED, actor=user, now=now, key="k")
    kept = stored(receipt.ref)
    assert kept.business_at == now and abs(kept.recorded_at - clock.wall()) < timedelta(minutes=1)
