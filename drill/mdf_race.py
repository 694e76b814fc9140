"""Rounds of 24 requests of 15 on a fund of 100, decided at the same moment by real processes (M2).

What was granted is counted from the requests and from the transfers, never from the account's own column.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import delete, func, select, text

from drill.mdf_crowd import Crowd, Job
from portal.mdf.book import book_of
from portal.mdf.models import FundRequest
from portal.mdf.rules import RELEASES, Cause, RequestState
from portal.mdf.transitions import Verb
from portal.store.db import atomic, db
from portal.store.ledger import LedgerAccount, LedgerTransfer, audit
from portal.store.types import new_ref
from tests import people
from tests.mdf.claim_world import make_claim
from tests.mdf.world import make_fund, make_request

BUDGET, AMOUNT, ASKERS = 100_00, 15_00, 24
DECIDERS = (people.CHANNEL, people.LEAD)


@dataclass(frozen=True)
class Round:
    """How a round ended. `granted` requests were said yes to; `held` is what requests hold of the fund
    after it, by the requests; `moved` the same by the transfers; `wrong` what does not add up.
    """

    granted: int
    held: int
    moved: int
    answers: Counter[str]
    wrong: tuple[str, ...]

    @property
    def over(self) -> bool:
        """Whether more was given than there is."""
        return max(self.held, self.moved) > BUDGET


def play(crowd: Crowd, *, mixed: bool) -> Round:
    """One round on a new fund. `mixed`: three requests hold a part of it already; meanwhile one is
    cancelled, one expires, and a claim on the third is approved.
    """
    slug = f"round-{new_ref().lower()}"
    fund_id = make_fund(slug, budget=BUDGET, pooled=True)
    askers = [make_request(fund_id, asked=AMOUNT) for _ in range(ASKERS)]
    jobs = [Job("approve", (ref, AMOUNT, _decider(at), ref)) for at, ref in enumerate(askers)]
    if mixed:
        jobs[5:5], jobs[11:11], jobs[17:17] = _beside(fund_id)
    first = crowd.at_once(jobs)
    early = judge(fund_id, first)
    # Whoever was refused before something was given back asks again: what fits is granted then.
    again = [
        Job("approve", (ref, AMOUNT, _decider(at), f"{ref}-2")) for at, ref in enumerate(askers)
    ]
    late = judge(fund_id, first + (crowd.at_once(again) if mixed else []))
    there = BUDGET // AMOUNT - mixed
    wrong = (*early.wrong, *late.wrong, *(("it was over meanwhile",) if early.over else ()))
    if late.granted - mixed != there:
        wrong += (f"{late.granted - mixed} fitted, not {there}",)
    return Round(late.granted, late.held, late.moved, late.answers, wrong)


def _beside(fund_id: int) -> tuple[list[Job], ...]:
    """What else happens to the fund: a request is cancelled, one expires, a claim is approved."""
    cancels, expires, claims = (
        make_request(fund_id, state=RequestState.APPROVED, asked=AMOUNT) for _ in range(3)
    )
    claim = make_claim(claims, lines=[("venue", AMOUNT)])
    steps = (
        (Verb.CANCEL, cancels, "", people.NORTE, 0),
        (Verb.EXPIRE, expires, "", people.NORTE, 100),
        (Verb.CLAIM_APPROVE, claims, claim, people.LEAD, 0),
    )
    return tuple([Job("step", (verb.value, *more))] for verb, *more in steps)


def play_careless(crowd: Crowd) -> Round:
    """The control: a round whose processes ask nothing when they write."""
    fund_id = make_fund(f"careless-{new_ref().lower()}", budget=BUDGET, pooled=True)
    askers = [make_request(fund_id, asked=AMOUNT) for _ in range(ASKERS)]
    jobs = [
        Job("approve_careless", (ref, AMOUNT, _decider(at), ref, BUDGET))
        for at, ref in enumerate(askers)
    ]
    return judge(fund_id, crowd.at_once(jobs))


def judge(fund_id: int, answers: list[str]) -> Round:
    """What became of a fund."""
    session = db.session()
    approved = FundRequest.fund_id == fund_id, FundRequest.state == RequestState.APPROVED
    count, held = session.execute(
        select(func.count(), func.coalesce(func.sum(FundRequest.approved), 0)).where(*approved)
    ).one()
    by_cause: Counter[str] = Counter()
    query = (
        select(LedgerTransfer.cause, func.sum(LedgerTransfer.amount))
        .join(LedgerAccount, LedgerAccount.id == LedgerTransfer.source_id)
        .where(LedgerAccount.book == book_of(fund_id))
        .group_by(LedgerTransfer.cause)
    )
    for cause, amount in session.execute(query):
        by_cause[cause] = int(amount)
    moved = by_cause[Cause.RESERVED.value] - sum(by_cause[each.value] for each in RELEASES)
    wrong = [f"{each.what}: {each.stored}, not {each.explained}" for each in audit(session)]
    session.rollback()
    told = Counter(answers)
    wrong += [each for each in told if each not in ("done", "refused")]
    if moved != held:
        wrong.append(f"the requests hold {held}, by the transfers {moved}")
    return Round(count, int(held), moved, told, tuple(wrong))


def _decider(at: int) -> str:
    return DECIDERS[at % len(DECIDERS)]


@contextmanager
def unchecked() -> Iterator[None]:
    """A database whose accounts may go below zero; what became of the ledger is dropped after it.

    SQLite's connections that need it ignore checks of their own accord.
    """
    if db.engine.dialect.name != "postgresql":
        yield
        return
    _alter(lambda: "DROP CONSTRAINT ck_ledger_account_balance")
    try:
        yield
    finally:
        _empty()
        check = "CHECK (balance >= 0 OR kind = 'source')"
        _alter(lambda: f"ADD CONSTRAINT ck_ledger_account_balance {check}")


def _alter(change: Callable[[], str]) -> None:
    with atomic() as session:
        session.execute(text(f"ALTER TABLE ledger_account {change()}"))


def _empty() -> None:
    with atomic() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(delete(LedgerTransfer))
        session.execute(delete(LedgerAccount))
