"""The accounts of a fund in the ledger, and the movements between them that a program knows.

Money is funded into U (unallocated), allocated to a partner's A, reserved for a request in R, committed
to its claims in C, paid in P; what is left at the hard close is X. A pooled fund reserves from U.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.mdf.claim_models import Claim
from portal.mdf.models import Fund, FundRequest
from portal.mdf.rules import Cause, Kind
from portal.store.ledger import Account, Move, balances, transfer


def book_of(fund_id: int) -> str:
    """The name of a fund's book."""
    return f"mdf:{fund_id}"


def shared(fund: Fund, kind: Kind) -> Account:
    """An account of the whole fund: the source, what is unallocated, what is expired."""
    return Account(book_of(fund.id), kind.value, "", fund.currency)


def available_to(fund: Fund, partner_id: int) -> Account:
    """Where a partner's requests are reserved from: its allocation, or the pool."""
    if fund.pooled:
        return shared(fund, Kind.UNALLOCATED)
    owner = f"partner:{partner_id}"
    return Account(book_of(fund.id), Kind.AVAILABLE.value, owner, fund.currency, partner_id)


def subject_of(row: FundRequest | Claim) -> str:
    """The name under which the accounts, movements and yeses of a request or of a claim are kept."""
    return f"{'claim' if isinstance(row, Claim) else 'request'}:{row.ref}"


def of_request(fund: Fund, row: FundRequest, kind: Kind) -> Account:
    """What is reserved, committed or paid of one request."""
    return Account(book_of(fund.id), kind.value, subject_of(row), fund.currency, row.partner_id)


@dataclass(frozen=True)
class Held:
    """What a request holds, in minor units of its fund's currency."""

    reserved: int
    committed: int
    paid: int


def held(session: Session, fund: Fund, row: FundRequest) -> Held:
    """What `row` holds now. One query."""
    names = [of_request(fund, row, each) for each in (Kind.RESERVED, Kind.COMMITTED, Kind.PAID)]
    found = balances(session, names)
    return Held(*(found[name] for name in names))


def left_for(session: Session, fund: Fund, partner_id: int) -> int:
    """What may still be reserved for a partner now. One query, nothing is locked."""
    account = available_to(fund, partner_id)
    return balances(session, [account])[account]


def back_to(fund: Fund, row: FundRequest) -> Account:
    """Where money of a request returns: whence it came, or, once the fund is closed, among the
    expired.
    """
    if fund.closed_at is not None:
        return shared(fund, Kind.EXPIRED)
    return available_to(fund, row.partner_id)


def reserve(fund: Fund, row: FundRequest, amount: int) -> Move:
    """A or U → R."""
    source = available_to(fund, row.partner_id)
    return Move(source, of_request(fund, row, Kind.RESERVED), amount, Cause.RESERVED.value)


def release(fund: Fund, row: FundRequest, amount: int, cause: Cause) -> Move:
    """R → back; `cause` is one of the releases (mdf.md 2.3, 7)."""
    source = of_request(fund, row, Kind.RESERVED)
    return Move(source, back_to(fund, row), amount, cause.value)


def commit(fund: Fund, row: FundRequest, amount: int) -> Move:
    """R → C."""
    source, target = (of_request(fund, row, each) for each in (Kind.RESERVED, Kind.COMMITTED))
    return Move(source, target, amount, Cause.COMMITTED.value)


def pay(fund: Fund, row: FundRequest, amount: int) -> Move:
    """C → P."""
    source, target = (of_request(fund, row, each) for each in (Kind.COMMITTED, Kind.PAID))
    return Move(source, target, amount, Cause.PAID.value)


def post(
    session: Session,
    moves: Sequence[Move],
    *,
    key: str,
    subject: str,
    actor: Actor,
    on: date,
    at: datetime,
) -> None:
    """Make those of `moves` that move something: the last thing a command does. Raises LostRace."""
    real = [move for move in moves if move.amount > 0]
    if real:
        transfer(session, real, key=key, subject=subject, actor=actor, on=on, at=at)
