"""What a dishonest partner, channel person or payer tries with MDF, and how far it gets (M2 to M4)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.accounts.models import Membership
from portal.kernel import clock
from portal.kernel.access import Role
from portal.mdf import claiming
from portal.mdf.asking import submit
from portal.mdf.claim_writing import TypedInvoice, TypedLine, save_invoice
from portal.mdf.drafting import Wish, begin, save
from portal.mdf.rules import MdfCode as C
from portal.mdf.rules import RequestState as R
from portal.mdf.rules import Verdict
from portal.mdf.time import end
from portal.store.db import atomic, db
from portal.store.events import Event
from tests.companies.cast import actor, join, membership, person
from tests.mdf import claim_desk
from tests.mdf.claim_desk import do, judge, parts, pay, request_
from tests.mdf.claim_world import make_claim
from tests.mdf.review_desk import codes, fund, say, stands
from tests.mdf.world import DUE, STARTS, explained, make_request
from tests.people import CHANNEL, FINANCE, LEAD, NORTE

__all__ = ["fund", "request_"]
pytestmark = pytest.mark.usefixtures("demo")


def sent(ref, by=NORTE, key="key-0001", days=0):
    now = clock.business() + timedelta(days)
    return codes(submit(ref, actor=actor(by), now=now, key=key))


def write(ref, revision, by, **changed):
    return save(ref, changed, revision, actor=actor(by), now=clock.business())


def test_staff_write_only_in_what_they_filed_and_so_never_decide_on_their_own_words(fund):
    """A save leaves no line of the timeline: nobody would know later whose words were approved."""
    by_colleague = make_request(fund, state=R.DRAFT, by=CHANNEL)
    asked_back = make_request(fund, state=R.NEEDS_INFO)
    for ref in (by_colleague, asked_back):
        refused = write(ref, 1, LEAD, asked=14_99).refused
        assert [each.code for each in refused] == [C.NOT_YOURS]
        assert sent(ref, LEAD, f"key-{ref}") == [C.NOT_YOURS]
        assert stands(ref)[0].asked == 15_00
    assert write(by_colleague, 1, CHANNEL, asked=14_00).revision == 2
    assert write(asked_back, 1, NORTE, asked=14_00).revision == 2


def test_other_days_put_in_while_questions_are_answered_are_asked_for_that_day(fund):
    """mdf.md 2.6: nothing is asked for afterwards, also not by way of an answer."""
    ref = make_request(fund, state=R.DRAFT)
    assert sent(ref) == []
    assert not say("ask", ref, ("starts_on",)).refused
    late = (STARTS - clock.today()).days + 5
    days = {"starts_on": STARTS + timedelta(1), "ends_on": STARTS + timedelta(2)}
    write(ref, 1, NORTE, **days)
    assert sent(ref, key="key-0002", days=late) == [C.TOO_SOON]
    write(ref, 2, NORTE, starts_on=STARTS)
    assert sent(ref, key="key-0003", days=late) == [], "what was asked for in time stays so"
    explained()


def test_who_acted_for_the_company_when_it_first_asked_does_not_decide_after_leaving(fund):
    ref = make_request(fund, state=R.DRAFT)
    join(CHANNEL, "norte")
    assert sent(ref) == []
    with atomic() as session:
        session.get_one(Membership, membership(CHANNEL, 1)).ended_at = clock.wall()
    assert not say("ask", ref, ("title",), by=LEAD).refused
    assert sent(ref, key="key-0002") == []
    assert codes(say("approve", ref, 15_00)) == [C.OWN_COMPANY]


def test_what_is_never_answered_is_rejected_and_its_reserve_returns(request_):
    """M4: a claim that is asked about keeps its request from expiring, and so its money."""
    ref = make_claim(request_)
    assert not do("ask", ref, ("outcome",)).refused
    row, late = stands(request_)[0], clock.business() + timedelta((DUE - clock.today()).days + 40)
    assert end(row.id, now=late) is None
    assert not do("reject", ref, key="key-0002").refused
    assert end(row.id, now=late) is not None
    assert claim_desk.money(request_) == ((0, 0, 0), 60_00)
    explained()


def test_an_invoice_changed_after_its_verdict_is_looked_at_again(request_):
    ref = make_claim(request_, lines=(("venue", 20_00),), billed=True)
    judge(ref)
    assert not do("ask", ref, ("outcome",)).refused
    said = {"issuer": "Hotel Central", "tax_id": "30-1", "number": f"F-{ref}", "currency": "EUR"}
    typed = TypedInvoice(
        **said,
        issued_on=clock.today(),
        amount=20_00,
        rate="3",
        rate_source="Banco",
        lines=(TypedLine("venue", "Sala", 20_00),),
    )
    _, _, [line] = parts(ref)
    assert line.accepted == 20_00
    assert save_invoice(ref, line.invoice_id, typed, actor=actor(NORTE)) is None
    _, papers, [line] = parts(ref)
    assert line.accepted is None
    assert Verdict.OPEN in {one.verdict for one in papers if one.invoice_id == line.invoice_id}


def test_nobody_pays_a_claim_of_their_company_or_one_they_approved(request_):
    """In whatever capacity: the person counts."""
    ref = make_claim(request_)
    judge(ref)
    assert not do("approve", ref, 5_00).refused
    with atomic() as session:
        more = {"person_id": person(LEAD), "role": Role.FINANCE, "since": clock.wall()}
        session.add(Membership(**more))
    both = next(each for at in range(3) if (each := actor(LEAD, at)).role is Role.FINANCE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(claim_desk, "actor", lambda email: both)
        assert codes(pay(ref, 5_00)) == [C.SAME_PERSON]
    join(FINANCE, "norte")
    assert codes(pay(ref, 5_00, key="key-0002")) == [C.OWN_COMPANY]
    assert claim_desk.money(request_)[0] == (25_00, 5_00, 0)


def test_no_event_tells_a_registry_of_a_request_or_a_claim_that_was_never_sent(request_):
    """Nor one with which the company has no agreement: a draft names any fund."""
    norte, now = actor(NORTE), clock.business()
    draft = begin(Wish("fondo"), actor=norte, now=now)
    claim = claiming.begin(request_, actor=norte, now=now, key="key-0001").claim
    verbs = {draft: "mdf.begun", request_: "mdf.claim.begun"}
    found = [
        select(Event.registry_id)
        .where(Event.stream == f"mdf:{ref}", Event.verb == verb)
        .order_by(Event.version.desc())
        for ref, verb in verbs.items()
    ]
    seen = [db.session.scalars(query).first() for query in found]
    db.session.rollback()
    assert claim and seen == [None, None]
