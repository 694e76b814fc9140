"""Two at once, on real processes: a company keeps an administrator, a link is taken up once.

Each guard has its control, the same two without it, which must do the harm.
"""

import time

import pytest
from sqlalchemy import select

from portal.accounts.models import Membership
from portal.companies import invitations, people, staff
from portal.kernel.access import VISITOR, Role
from portal.store.db import atomic, db
from tests.companies import cast
from tests.companies.cast import NOW, actor, living, membership, tokens
from tests.companies.inviting import NEW, invite, newcomer
from tests.concurrency.crowd import TRIES, together, unguarded
from tests.people import ADMIN, CSM, NORTE, NORTE_ADMIN

DONE = "done"
GONE = "gone"


def told(decision):
    """What became of a command, as a word that goes from process to process."""
    if decision is None:
        return GONE
    return ",".join(reason.code for reason in decision.reasons) or DONE


def remove(membership_id, who):
    return told(people.remove(membership_id, actor=who, now=NOW()))


def leave(_membership_id, who):
    return told(people.leave(actor=who, now=NOW()))


def deactivate(person_id, who):
    return told(staff.deactivate(person_id, actor=who, now=NOW()))


def remove_unguarded(membership_id, who):
    """The control: nobody is held, and neither asks again whether they still act."""
    people.hold = lambda *asked, **more: time.sleep(0.3)
    people.still_acts = lambda *asked: True
    people.atomic = unguarded
    return remove(membership_id, who)


@pytest.fixture
def two(demo):
    """The company's two administrators, each with the other's membership in hand."""
    cast.promote(NORTE)
    one, other = actor(NORTE_ADMIN), actor(NORTE)
    return [(other.membership_id, one), (one.membership_id, other)]


def administrators():
    found = db.session.scalars(
        select(Membership).where(
            Membership.partner_id == cast.partner("norte"),
            Membership.role == Role.PARTNER_ADMIN,
            Membership.ended_at.is_(None),
        )
    ).all()
    db.session.rollback()
    return len(found)


def test_two_administrators_who_remove_each_other_at_once_leave_one(demo, two):
    answers = together(demo, remove, two)
    assert sorted(answers) == [DONE, GONE], answers
    assert administrators() == 1


def test_two_administrators_who_leave_at_once_leave_one(demo, two):
    answers = together(demo, leave, two)
    assert sorted(answers) == [DONE, "people.last_admin"], answers
    assert administrators() == 1


def test_without_the_guard_they_do_harm(demo, two):
    """The control: on PostgreSQL the company is left alone, on SQLite one of them meets an error."""
    answers = together(demo, remove_unguarded, two)
    if db.engine.dialect.name == "postgresql":
        assert answers == [DONE, DONE] and administrators() == 0
    else:
        assert "OperationalError" in answers


def test_two_portal_administrators_who_shut_each_other_out_leave_one(demo):
    with atomic() as session:
        session.get_one(Membership, cast.membership_in(session, CSM)).role = Role.ADMIN
    one, other = actor(ADMIN), actor(CSM)
    pairs = [(other.person_id, one), (one.person_id, other)]
    answers = together(demo, deactivate, pairs)
    assert sorted(answers) == [DONE, GONE], answers
    assert sorted(len(living(email)) for email in (ADMIN, CSM)) == [0, 1]


def take(token):
    made = newcomer()
    return told_number(invitations.accept(token, actor=VISITOR, now=NOW(), newcomer=made))


def told_number(found):
    return GONE if found is None else DONE


def take_unguarded(token):
    """The control: neither the invitation nor its company is held."""
    invitations.hold = lambda *asked, **more: None
    invitations.atomic = unguarded
    invitations._of = unheld(invitations._of)
    invitations.IntegrityError = ZeroDivisionError
    return take(token)


def unheld(query):
    class Plain:
        def __init__(self, *asked):
            self.query = query(*asked)

        def with_for_update(self):
            time.sleep(0.3)
            return self.query

    return Plain


def test_of_six_who_take_one_link_at_once_one_gets_it(demo):
    invite()
    answers = together(demo, take, [(tokens(NEW)[0],)] * 6)
    assert sorted(answers) == [DONE] + [GONE] * 5, answers
    assert living(NEW) == [Role.PARTNER_USER]


def test_without_the_guard_of_six_some_meet_an_error(demo):
    """The control: the database's own keys still hold, and answer with an error. On a busy machine
    the six may come one by one, so they may try a few times.
    """
    met: set[str] = set()
    for number in range(TRIES):
        address = f"nueva{number}@norte.example"
        invite(address)
        met |= set(together(demo, take_unguarded, [(tokens(address)[0],)] * 6))
        if met & {"IntegrityError", "OperationalError"}:
            return
    raise AssertionError(met)


def test_a_removed_membership_is_the_same_one_for_both(demo, two):
    """Two who press the same button at once: one does it, the other finds it done."""
    both = [(membership(NORTE), actor(NORTE_ADMIN))] * 2
    assert sorted(together(demo, remove, both)) == [DONE, GONE]
