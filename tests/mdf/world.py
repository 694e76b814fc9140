"""Funds of any shape and requests in any state, written straight into the tables, for every test of MDF.

The demo's companies ask (`norte`, `sur`), its channel people decide. What moves, moves by the ledger,
so that it explains every fund, request and claim of these (`explained`). Amounts are minor units.
Nothing is mailed; each step is on the timeline and an event. Claims: `claim_world.py`.
"""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.accounts.queries import capacities
from portal.kernel import clock
from portal.kernel.access import SYSTEM, Actor
from portal.kernel.localized import Localized
from portal.mdf.book import available_to, post, release, reserve, shared
from portal.mdf.load import PackFund, open_fund
from portal.mdf.models import Activity, Approval, Fund, FundRequest, FundTermsHeld, TimelineStep
from portal.mdf.rules import Cause, ClaimState, Kind, RequestState
from portal.mdf.steps import party_of, turn_of
from portal.mdf.transitions import Verb
from portal.registry.models import Partner, Registry
from portal.store.db import atomic, db
from portal.store.events import emit
from portal.store.ledger import Move, audit
from portal.store.types import new_ref
from tests import people
from tests.companies.cast import actor
from tests.registry.world import CTL, L3

R = RequestState
ASKS = {"norte": people.NORTE, "sur": people.SUR}
DECIDES = {CTL: people.CHANNEL, L3: people.CHANNEL_L3}
LEADS = {CTL: people.LEAD, L3: people.LEAD_L3}
STARTS, ENDS, DUE = date(2017, 12, 20), date(2017, 12, 22), date(2018, 2, 5)
TERMS: dict[str, Any] = {
    "requests_from": date(2017, 11, 1),
    "requests_until": date(2017, 12, 31),
    "activity_from": date(2017, 11, 1),
    "activity_until": date(2018, 3, 31),
    "claims_until": date(2018, 5, 15),
    "closes_on": date(2018, 6, 30),
    "claim_days": 45,
    "lead_days": 7,
    "review_days": 3,
    "pay_days": 30,
    "extensions": 2,
    "extension_days": 15,
    "manager_limit": None,
}


def _named(code: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "name": {"es": code.title(), "en": code.title()}, **more}


EVENT: dict[str, Any] = {
    "code": "event",
    "position": 1,
    "name": {"es": "Evento", "en": "Event"},
    "percent": 50,
    "cap": None,
    "proofs": [_named("agenda", needed=True), _named("photos", needed=False)],
    "costs": [
        _named("venue", eligible=True, why=None),
        _named("alcohol", eligible=False, why={"es": "No se reembolsa.", "en": "Not reimbursed."}),
    ],
    "metrics": [_named("attendees"), _named("leads")],
}
# By which steps a request comes into each state.
SENT = (Verb.BEGIN, Verb.SUBMIT)
PATHS: dict[RequestState, tuple[Verb, ...]] = {
    R.DRAFT: (Verb.BEGIN,),
    R.SUBMITTED: SENT,
    R.NEEDS_INFO: (*SENT, Verb.ASK),
    R.APPROVED: (*SENT, Verb.APPROVE),
    R.REJECTED: (*SENT, Verb.REJECT),
    R.DECLINED: (*SENT, Verb.DECLINE),
    R.WITHDRAWN: (*SENT, Verb.WITHDRAW),
    R.CANCELLED: (*SENT, Verb.APPROVE, Verb.CANCEL),
    R.EXPIRED: (*SENT, Verb.APPROVE, Verb.EXPIRE),
    R.CLOSED: (*SENT, Verb.APPROVE, Verb.CLOSE),
}
GRANTED = frozenset({R.APPROVED, R.CANCELLED, R.EXPIRED, R.CLOSED})
GIVEN_BACK = {
    R.CANCELLED: Cause.RELEASED_CANCELLED,
    R.EXPIRED: Cause.RELEASED_EXPIRED,
    R.CLOSED: Cause.RELEASED_UNDER_CLAIMED,
}
OURS = frozenset(
    {Verb.BEGIN, Verb.SUBMIT, Verb.WITHDRAW, Verb.CLAIM_BEGIN, Verb.CLAIM_SUBMIT}
    | {Verb.CLAIM_WITHDRAW, Verb.CLAIM_DISPUTE}
)
ITSELF = frozenset({Verb.EXPIRE, Verb.CLOSE})


def make_fund(
    slug: str = "fondo",
    *,
    registry: str = CTL,
    budget: int = 100_00,
    pooled: bool = False,
    currency: str = "USD",
    activities: tuple[dict[str, Any], ...] = (EVENT,),
    **terms: Any,
) -> int:
    """The id of a new fund with its first terms (`TERMS`, changed by `terms`) and its budget."""
    columns = {
        "fiscal_year": 2017,
        "currency": currency,
        "name": Localized(es=f"Fondo {slug}", en=f"Fund {slug}"),
        "pooled": pooled,
    }
    since = TERMS["requests_from"]
    said = PackFund(registry, columns, {**TERMS, **terms}, activities, budget, 0, since)
    with atomic() as session:
        home = session.scalar(select(Registry.id).where(Registry.slug == registry))
        fund = Fund(slug=slug, registry_id=home, position=90, closed_at=None, **columns)
        session.add(fund)
        session.flush()
        open_fund(session, fund, said, reason="test", now=clock.wall())
        return fund.id


def allot(fund_id: int, code: str, amount: int) -> None:
    """Give a company so much of a fund."""
    with atomic() as session:
        fund = session.get_one(Fund, fund_id)
        partner = session.scalars(select(Partner.id).where(Partner.code == code)).one()
        source, target = shared(fund, Kind.UNALLOCATED), available_to(fund, partner)
        moved(session, f"fund:{fund.slug}", Move(source, target, amount, Cause.ALLOCATED.value))


def make_request(
    fund_id: int,
    code: str = "norte",
    state: RequestState = R.SUBMITTED,
    *,
    asked: int = 15_00,
    approved: int | None = None,
    by: str = "",
    note: str = "",
    decided_by: str = "",
    **columns: Any,
) -> str:
    """The reference of a request in `state`, all of `asked` approved unless said; `by` filed it,
    `decided_by` decided.

    `columns` are set on the row at last. The fund, or the company's part of it, must have the amount.
    """
    filer = actor(by or ASKS[code])
    with atomic() as session:
        fund = session.get_one(Fund, fund_id)
        held = select(FundTermsHeld.terms_id).where(FundTermsHeld.fund_id == fund_id)
        terms_id = session.scalars(held.order_by(FundTermsHeld.valid_from)).all()[-1]
        kind = select(Activity.id).where(Activity.terms_id == terms_id).order_by(Activity.position)
        granted = (asked if approved is None else approved) if state in GRANTED else None
        bound, now = state is not R.DRAFT, clock.business()
        row = FundRequest(
            ref=new_ref(),
            registry_id=fund.registry_id,
            fund_id=fund.id,
            partner_id=session.scalars(select(Partner.id).where(Partner.code == code)).one(),
            terms_id=terms_id if bound else None,
            activity_id=session.scalars(kind).first(),
            state=state,
            title="Seminario",
            details="Para clientes",
            starts_on=STARTS,
            ends_on=ENDS,
            total_cost=2 * asked,
            asked=asked,
            outcome={"attendees": 40},
            filed_by=filer.person_id,
            for_staff=filer.partner_id is None,
            revision=1,
            begun_at=now - timedelta(days=2),
            submitted_at=now - timedelta(days=1) if bound else None,
            approved=granted,
            due_on=DUE if granted else None,
            extended=0,
            round=1 if bound else 0,
        )
        session.add(row)
        session.flush()
        slug = session.get_one(Registry, fund.registry_id).slug
        decider = actor_in(session, decided_by or DECIDES[slug])
        for verb in PATHS[state]:
            who = filer if verb in OURS else SYSTEM if verb in ITSELF else decider
            amount = granted if verb is Verb.APPROVE else None
            put_step(session, row, verb, who, amount=amount, note=note)
        if granted:
            _granted(session, fund, row, decider, granted)
        for name, value in columns.items():
            setattr(row, name, value)
        return row.ref


def _granted(session: Session, fund: Fund, row: FundRequest, by: Actor, amount: int) -> None:
    subject = f"request:{row.ref}"
    moved(session, subject, reserve(fund, row, amount))
    session.add(
        Approval(
            request_id=row.id,
            subject=subject,
            round=row.round,
            person_id=by.person_id,
            amount=amount,
            at=clock.business(),
        )
    )
    if cause := GIVEN_BACK.get(row.state):
        moved(session, subject, release(fund, row, amount, cause))


def put_step(
    session: Session, row: FundRequest, verb: Verb, who: Actor, **columns: Any
) -> TimelineStep:
    """A line of the timeline and its event; `columns` are set on the line."""
    claim_state: ClaimState | None = columns.pop("claim_state", None)
    turn = turn_of(row.state, claim_state)
    step = TimelineStep(
        partner_id=row.partner_id,
        request_id=row.id,
        verb=verb,
        party=party_of(who).value,
        person_id=who.person_id,
        at=clock.business(),
        turn=turn.value if turn else None,
        **{"note": "", "fields": [], **columns},
    )
    session.add(step)
    emit(
        *(session, f"mdf:{row.ref}", f"mdf.{verb.value}"),
        actor=who,
        at=clock.wall(),
        partner_id=row.partner_id,
        registry_id=row.registry_id,
        payload={"request": row.ref, "amount": step.amount},
    )
    session.flush()
    return step


def actor_in(session: Session, email: str) -> Actor:
    """Who acts, inside a transaction (`cast.actor` ends the one it is in)."""
    known = session.scalars(select(Person.id).where(Person.email == email)).one()
    return capacities(session, known)[0]


def moved(session: Session, subject: str, *moves: Move) -> None:
    """Make `moves` through the ledger, under a key of their own."""
    now = clock.business()
    key, on = f"world:{new_ref(12)}", clock.local_date(now)
    post(session, moves, key=key, subject=subject, actor=SYSTEM, on=on, at=now)


def explained() -> None:
    """The ledger explains everything (M2, mdf.md 2.3), and each request's timeline what it is."""
    session = db.session()
    assert audit(session) == []
    begun = select(func.count()).select_from(FundRequest)
    first = select(func.count()).where(TimelineStep.verb == Verb.BEGIN)
    assert session.scalar(begun) == session.scalar(first)
    session.rollback()
