"""The steps of a claim that its company takes (M4), on both databases."""

from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.kernel import clock
from portal.mdf import claiming
from portal.mdf.claim_models import Claim, ClaimLine, InvoiceKey
from portal.mdf.claim_writing import (
    Target,
    TypedInvoice,
    TypedLine,
    attach,
    drawer,
    save_invoice,
    save_outcome,
)
from portal.mdf.deciding import Outcome, Unseen
from portal.mdf.models import FundRequest, TimelineStep
from portal.mdf.queries import CLAIM_FILES
from portal.mdf.rules import ClaimState, MdfCode, RequestState
from portal.mdf.transitions import Verb
from portal.registry.models import Registry
from portal.store import blobs, files
from portal.store.db import atomic, db
from portal.store.decisions import StoredDecision, replay
from portal.store.files import File, Upload
from portal.store.outbox import Mail
from tests import people
from tests.companies.cast import actor
from tests.mdf.claim_world import make_claim
from tests.mdf.world import explained, make_fund, make_request
from tests.registry.world import L3

C, S = MdfCode, ClaimState
TODAY = date(2017, 12, 1)


@pytest.fixture
def asked(demo: Flask) -> str:
    """An approved request of norte, 600.00 reserved at 50 %."""
    return approved()


def approved(code: str = "norte", registry: str = "centurylink", slug: str = "fondo") -> str:
    fund_id = make_fund(slug, registry=registry, budget=9000_00, pooled=True)
    return make_request(fund_id, code, RequestState.APPROVED, asked=600_00)


def begin(ref: str, key: str = "k1", email: str = people.NORTE) -> claiming.Begun:
    return claiming.begin(ref, actor=actor(email), now=clock.business(), key=key)


def bill(claim: str, email: str = people.NORTE, **changed: object) -> None:
    """An invoice of 1,000.00, of which 100 is alcohol."""
    said = {
        "issuer": "Hotel Central",
        "tax_id": "30-71234567-8",
        "number": "F001-000123",
        "issued_on": TODAY,
        "currency": "USD",
        "amount": 1000_00,
        "rate": "",
        "rate_source": "",
        "lines": (TypedLine("venue", "Sala", 900_00), TypedLine("alcohol", "Vino", 100_00)),
    }
    assert save_invoice(claim, None, TypedInvoice(**said | changed), actor=actor(email)) is None


def bring(claim: str, target: Target, content: str, email: str = people.NORTE) -> None:
    """A file of that content on a claim."""
    who, blob = actor(email), blobs.write(content.encode())
    upload = Upload("prueba.txt", "text/plain", blob.sha256, blob.size)
    with atomic() as session:
        subject = drawer(claim, target)
        files.keep(
            *(session, upload),
            partner_id=who.partner_id,
            registry_id=None,
            subject=subject,
            actor=who,
            now=clock.wall(),
        )
    assert attach(claim, target, actor=who) is None


def whole(request: str, email: str = people.NORTE, content: str = "", **changed: object) -> str:
    """A claim with everything that is owed, not sent."""
    claim = begin(request, f"begin-{request}", email).claim
    assert claim is not None
    bill(claim, email, **changed)
    invoice = db.session.scalars(
        select(ClaimLine.invoice_id)
        .join(Claim, Claim.ref == claim)
        .where(ClaimLine.partner_id == Claim.partner_id)
        .order_by(ClaimLine.id.desc())
    ).first()
    bring(claim, Target(invoice=invoice), content or f"factura {claim}", email)
    bring(claim, Target("agenda"), f"agenda {claim}", email)
    numbers = {"attendees": 40, "leads": 3}
    assert save_outcome(claim, numbers, "", True, actor=actor(email)) is None
    return claim


def submit(claim: str, key: str = "s1", email: str = people.NORTE) -> Outcome:
    return claiming.submit(claim, actor=actor(email), now=clock.business(), key=f"{key}-{claim}")


def codes(outcome: Outcome) -> list[str]:
    return [each.code for each in outcome.reasons if each.blocks]


def cut(request: str) -> str:
    """An approved claim of three lines: accepted whole, in part, and of a kind that is not eligible."""
    lines = [("venue", 500_00), ("venue", 80_00), ("alcohol", 50_00)]
    claim = make_claim(request, S.APPROVED, lines=lines, approved=260_00)
    with atomic() as session:
        row = session.scalars(select(Claim).where(Claim.ref == claim)).one()
        claiming.lines_of(session, row)[1].accepted = 20_00
    return claim


def one(ref: str) -> Claim:
    db.session.rollback()
    return db.session.scalars(select(Claim).where(Claim.ref == ref)).one()


def test_claims_are_begun_one_after_another(asked: str) -> None:
    first = begin(asked)
    assert first.claim and not first.outcome.refused
    again = begin(asked)
    assert again.outcome.again and again.claim == first.claim, "the same key begins once"
    second = begin(asked, "k2")
    assert codes(second.outcome) == [C.CLAIM_OPEN] and second.claim == first.claim
    row = db.session.scalars(select(Claim)).one()
    steps = select(TimelineStep.verb).where(TimelineStep.claim_id == row.id)
    assert (row.state, list(db.session.scalars(steps))) == (S.DRAFT, [Verb.CLAIM_BEGIN])
    explained()


def test_what_is_not_one_s_own_is_not_there_and_staff_do_not_claim(asked: str) -> None:
    claim = whole(asked)
    for email in (people.SUR, people.CHANNEL, people.LEAD_L3, people.FINANCE):
        with pytest.raises(Unseen):
            begin(asked, email=email)
        with pytest.raises(Unseen):
            submit(claim, email=email)
        with pytest.raises(Unseen):
            bill(claim, email)


def test_after_the_last_claim_and_without_a_reserve_none_is_begun(asked: str) -> None:
    last = make_claim(asked, S.PAID, lines=[("venue", 1200_00)])
    found = begin(asked).outcome
    assert codes(found) == [C.CLAIM_OPEN, C.ABOVE_APPROVED]
    assert found.reasons[0].facts == {"claim": last}


def test_everything_that_is_missing_is_said_at_once_and_then_it_is_sent(asked: str) -> None:
    """R7: both answers are on record, with the facts they stood on."""
    claim = begin(asked).claim or ""
    nothing = submit(claim)
    missing = [C.INVOICE_MISSING, C.PROOF_MISSING, C.FIELD_MISSING, C.FIELD_MISSING]
    assert codes(nothing) == missing and one(claim).state is S.DRAFT
    sent = submit(whole(asked), "s2")
    assert not sent.refused
    row = one(claim)
    assert (row.state, row.claimed, row.turn_due_on) == (S.SUBMITTED, 450_00, date(2017, 12, 4))
    assert submit(claim, "s2").again, "the same key sends once"
    assert codes(submit(claim, "s3")) == [C.NOT_NOW]
    stored = db.session.scalars(select(StoredDecision)).all()
    assert len(stored) > 3 and all(replay(each).same for each in stored)
    explained()


def test_an_invoice_is_claimed_once_within_a_company_and_its_own_claim_is_named(asked: str) -> None:
    first = whole(asked)
    assert not submit(first).refused
    other = approved(slug="otro")
    second = whole(other, number="f001 / ００００123", content="escaneado otra vez")
    found = submit(second)
    assert codes(found) == [C.INVOICE_TWICE]
    assert found.reasons[0].facts == {"invoice": "f001 / ００００123", "claim": first}


def test_over_companies_and_registries_nobody_learns_whose_it_is(asked: str) -> None:
    """The same invoice and the same bytes, in the other registry, by a rival."""
    first = whole(asked, content="la misma factura")
    assert not submit(first).refused
    rival = approved("sur", L3, "nivel")
    home = select(Registry.slug).join(FundRequest, FundRequest.registry_id == Registry.id)
    assert db.session.scalar(home.where(FundRequest.ref == rival)) == L3
    second = whole(rival, people.SUR, content="la misma factura")
    found = submit(second, email=people.SUR)
    assert codes(found) == [C.INVOICE_TWICE, C.FILE_TWICE]
    assert [each.facts["claim"] for each in found.reasons if each.blocks] == [None, None]
    stored = db.session.scalars(select(StoredDecision).where(StoredDecision.ref == found.ref)).one()
    assert first not in str([stored.asked, stored.facts, stored.reasons])


def test_without_its_keys_an_invoice_would_be_claimed_twice(
    asked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the test before: what the keys hold off."""
    monkeypatch.setattr(claiming, "take_keys", lambda session, found, asked: None)
    for ref in (asked, approved("sur", L3, "nivel")):
        email = people.NORTE if ref == asked else people.SUR
        assert not submit(whole(ref, email, content="la misma factura"), email=email).refused


def test_what_is_withdrawn_may_be_claimed_again(asked: str) -> None:
    first = whole(asked)
    submit(first)
    done = claiming.withdraw(first, actor=actor(people.NORTE), now=clock.business(), key="w1")
    assert not done.refused and one(first).state is S.WITHDRAWN
    assert db.session.scalar(select(func.count()).select_from(InvoiceKey)) == 0
    again = claiming.begin(asked, actor=actor(people.NORTE), now=clock.business(), key="k-again")
    assert again.claim and again.claim != first
    late = claiming.withdraw(first, actor=actor(people.NORTE), now=clock.business(), key="w2")
    assert codes(late) == [C.NOT_NOW]


def test_of_two_claims_with_one_invoice_sent_at_once_one_is_sent(demo: Flask) -> None:
    """The other gets a readable no, whoever was first: the key of the invoice is the database's."""
    refs = [whole(approved()), whole(approved("sur", slug="otro"), people.SUR)]
    who = dict(zip(refs, (people.NORTE, people.SUR), strict=True))
    actors = {ref: actor(email) for ref, email in who.items()}
    found: dict[str, Outcome] = {}
    start = Barrier(2)

    def send(ref: str) -> None:
        with demo.app_context():
            start.wait(30)
            found[ref] = claiming.submit(
                ref, actor=actors[ref], now=clock.business(), key="at-once"
            )

    threads = [Thread(target=send, args=(ref,)) for ref in refs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(each.refused for each in found.values()) == [False, True]
    lost = next(each for each in found.values() if each.refused)
    assert codes(lost) == [C.INVOICE_TWICE]
    db.session.rollback()


def test_a_line_not_accepted_whole_is_disputed_once_in_time(asked: str) -> None:
    claim = cut(asked)
    lines = [line.id for line in claiming.lines_of(db.session(), one(claim))]
    db.session.rollback()

    def ask(line: int, key: str, days: int = 0) -> Outcome:
        now = clock.business() + timedelta(days=days)
        return claiming.dispute(
            claim, line, "¿Por qué?", actor=actor(people.NORTE), now=now, key=key
        )

    assert codes(ask(lines[0], "d0")) == [C.NOT_NOW], "all of it was accepted"
    assert codes(ask(lines[2], "d1")) == [C.NOT_NOW], "the terms do not pay for it"
    assert codes(ask(lines[1], "d2", 31)) == [C.DISPUTE_LATE]
    assert not ask(lines[1], "d3", 30).refused
    assert codes(ask(lines[1], "d4")) == [C.LINE_DISPUTED]
    with pytest.raises(Unseen):
        ask(max(lines) + 1, "d5")
    explained()


def test_files_of_a_draft_are_the_company_s_alone_until_it_is_sent(asked: str) -> None:
    claim = whole(asked)
    subject = f"{CLAIM_FILES}{claim}"

    def seen(email: str) -> int:
        found = files.files_of(db.session(), actor(email), subject)
        db.session.rollback()
        return len(found)

    assert [seen(email) for email in (people.NORTE, people.CHANNEL, people.SUR)] == [2, 0, 0]
    key = {"actor": actor(people.NORTE), "now": clock.business(), "key": "never-sent"}
    claiming.withdraw(claim, **key)
    assert seen(people.CHANNEL) == seen(people.FINANCE) == 0, "it was never sent"
    assert not db.session.scalar(select(func.count()).select_from(Mail)), "nor is it told"
    claim = whole(approved(slug="otro"))
    subject = f"{CLAIM_FILES}{claim}"
    submit(claim)
    readers = (people.CHANNEL, people.FINANCE, people.CHANNEL_L3, people.SUR)
    assert [seen(email) for email in readers] == [2, 2, 0, 0]
    assert not db.session.scalar(select(File.registry_id).where(File.subject == subject))
