"""What a registry's lead does with a fund's money: allocating it to companies, adding to it, carrying
some over to another fund (RUN_FUNDS); and what becomes of the rest when the fund closes.

What was allocated is not taken back before the hard close: that would change a company's terms.
Every amount is in minor units, every `now` business time. Commands raise Unseen for a fund of another
registry; what the rule refuses is returned and on record.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor, Permission
from portal.kernel.decision import JSON, Decision
from portal.mdf.book import available_to, shared
from portal.mdf.deciding import Act, Outcome, Unseen, act_on, earlier, keep, move, once, replaying
from portal.mdf.fund_rules import (
    Gift,
    GiftFacts,
    Given,
    Purse,
    may_add,
    may_allocate,
    may_carry_over,
)
from portal.mdf.models import Fund
from portal.mdf.queries import terms_on
from portal.mdf.rules import Cause, Kind
from portal.registry.models import Partner, Registry
from portal.registry.reach import partners_of
from portal.store.db import atomic, retrying
from portal.store.decisions import KINDS
from portal.store.events import emit
from portal.store.ledger import Move, balances

ALLOCATE, ADD, CARRY = "mdf.allocate", "mdf.add", "mdf.carry_over"
Rule = Callable[[Gift, GiftFacts], Decision[Given]]
_RULES: dict[str, Rule] = {ALLOCATE: may_allocate, ADD: may_add, CARRY: may_carry_over}


KINDS |= {kind: replaying(Gift, GiftFacts, rule) for kind, rule in _RULES.items()}


@once
@retrying
def allocate(
    fund_id: int,
    partner_id: int,
    amount: int,
    *,
    actor: Actor,
    now: datetime,
    key: str,
    reason: str = "",
) -> Outcome:
    """Give a company so much of what is unallocated. An unknown company is Unseen too."""
    act = act_on(fund_id, actor, now, key)
    with atomic() as session:
        if (before := earlier(session, ALLOCATE, act)) is not None:
            return before
        fund = own_fund(session, fund_id, actor)
        if session.get(Partner, partner_id) is None:
            raise Unseen
        facts = GiftFacts(
            purse(session, fund, now),
            agreement=partner_id in partners_of(session, fund.registry_id, act.today),
        )
        gift = Gift(fund.slug, amount, reason, company=partner_id)
        source, target = shared(fund, Kind.UNALLOCATED), available_to(fund, partner_id)
        moves = [Move(source, target, amount, Cause.ALLOCATED.value)]
        return _give(session, ALLOCATE, gift, facts, fund, moves, act)


@once
@retrying
def add(
    fund_id: int, amount: int, *, reason: str, actor: Actor, now: datetime, key: str
) -> Outcome:
    """Raise the budget of a fund."""
    act = act_on(fund_id, actor, now, key)
    with atomic() as session:
        if (before := earlier(session, ADD, act)) is not None:
            return before
        fund = own_fund(session, fund_id, actor)
        facts, gift = GiftFacts(purse(session, fund, now)), Gift(fund.slug, amount, reason)
        source, target = shared(fund, Kind.SOURCE), shared(fund, Kind.UNALLOCATED)
        moves = [Move(source, target, amount, Cause.ADDED.value)]
        return _give(session, ADD, gift, facts, fund, moves, act)


@once
@retrying
def carry_over(
    fund_id: int, to_id: int, amount: int, *, reason: str, actor: Actor, now: datetime, key: str
) -> Outcome:
    """Move so much of what is unallocated to another fund of the registry: out of one book through
    its source, into the other through that one's, so that each still sums to zero.
    """
    act = act_on(fund_id, actor, now, key)
    with atomic() as session:
        if (before := earlier(session, CARRY, act)) is not None:
            return before
        fund, to = own_fund(session, fund_id, actor), own_fund(session, to_id, actor)
        if fund.id == to.id:
            raise Unseen
        facts = GiftFacts(purse(session, fund, now), to=purse(session, to, now))
        gift = Gift(fund.slug, amount, reason, to=to.slug)
        cause = Cause.CARRIED_OVER.value
        moves = [
            Move(shared(fund, Kind.UNALLOCATED), shared(fund, Kind.SOURCE), amount, cause),
            Move(shared(to, Kind.SOURCE), shared(to, Kind.UNALLOCATED), amount, cause),
        ]
        return _give(session, CARRY, gift, facts, fund, moves, act)


def purse(session: Session, fund: Fund, now: datetime) -> Purse:
    """A fund as its money stands. Four queries."""
    terms = terms_on(session, fund.id, clock.local_date(now))
    whole = shared(fund, Kind.UNALLOCATED)
    return Purse(
        fund=fund.slug,
        registry=session.get_one(Registry, fund.registry_id).slug,
        currency=fund.currency,
        pooled=fund.pooled,
        closed=fund.closed_at is not None,
        requests_from=terms.requests_from.isoformat() if terms else "",
        closes_on=terms.closes_on.isoformat() if terms else "",
        unallocated=balances(session, [whole])[whole],
    )


_VERBS = {ALLOCATE: "mdf.allocated", ADD: "mdf.budget_raised", CARRY: "mdf.carried_over"}


def _give(
    session: Session,
    kind: str,
    gift: Gift,
    facts: GiftFacts,
    fund: Fund,
    moves: list[Move],
    act: Act,
) -> Outcome:
    """Decide, put on record, and move."""
    decision = _RULES[kind](gift, facts)
    outcome = keep(session, kind, decision, gift, facts, None, act)
    if decision.refused:
        return outcome
    said: dict[str, JSON] = {"fund": fund.slug, "amount": gift.amount}
    emit(
        *(session, f"mdf-fund:{fund.slug}", _VERBS[kind]),
        actor=act.actor,
        at=clock.wall(),
        partner_id=gift.company,
        registry_id=fund.registry_id,
        payload={**said, "to": gift.to} if gift.to else said,
    )
    subject = f"fund:{fund.slug}>{gift.to}" if gift.to else f"fund:{fund.slug}"
    move(session, kind, moves, subject, act)
    return outcome


def own_fund(session: Session, fund_id: int, actor: Actor) -> Fund:
    """The fund, for a lead of its registry. Raises Unseen."""
    fund = session.get(Fund, fund_id)
    own = fund is not None and fund.registry_id == actor.registry_id
    if fund is None or not own or not actor.may(Permission.RUN_FUNDS):
        raise Unseen
    return fund
