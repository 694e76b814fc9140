"""What the order form recognises of what was typed, and what that costs."""

import pytest

from portal.kernel import clock
from portal.orders import desk
from portal.store.db import db
from tests.orders.rows import Counted, person, store
from tests.orders.world import WORLD


@pytest.fixture
def user(app):
    store(WORLD)
    return person()


def recognised(user, lines):
    """The form of these lines as the portal knows it, and how many queries that took."""
    session = db.session()
    choices = desk.choices(session, user, clock.today())
    with Counted() as asked:
        form = desk.recognise(session, desk.OrderForm(tuple(lines)), choices, user)
    return form, asked.count


def named(number):
    return desk.FormLine("new", product="MPLS", contract=number)


def test_a_contract_named_in_a_line_tells_its_registry(user):
    """R1: whichever way its number is written."""
    [line] = recognised(user, [named("n-1")])[0].lines
    assert (line.registry, line.contract) == ("centurylink", "n-1")


def test_thirty_lines_that_name_contracts_cost_as_many_queries_as_one(user):
    assert recognised(user, [named("N1")] * 30)[1] == recognised(user, [named("N1")])[1] == 2


def test_a_registry_that_there_is_none_of_is_not_one_of_the_line(user):
    """What stands in an address need not stand on the form: such a line waits for its product."""
    [line] = recognised(user, [desk.FormLine("new", product="X", registry="2147483648")])[0].lines
    assert line.registry is None
