"""Tries are counted before any work is done for them (B4).

A try is reserved in one short transaction, exact however many come at once; only then a password is
hashed or a code compared. A try that succeeds is given back, so what is counted are wrong tries and
those under way. A refused try is not counted: nobody is kept out by others going on trying, and
when the oldest try leaves the window the next may come. Times are the wall's.
"""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from portal.accounts.keys import fingerprint
from portal.accounts.models import Attempt
from portal.accounts.rules import address_key
from portal.store.types import uuid7

QUARTER = timedelta(minutes=15)
LONGEST_SPAN = timedelta(hours=1)


@dataclass(frozen=True)
class Bucket:
    """What is counted together: at most `limit` tries of one `kind` and `key` within `span`."""

    kind: str
    key: str
    limit: int = 10
    span: timedelta = QUARTER


@dataclass(frozen=True)
class Reserved:
    """Tries that were counted; `give_back` takes them off again."""

    ids: tuple[object, ...]


@dataclass(frozen=True)
class Later:
    """Too many tries: the next one may come in so many seconds."""

    seconds: int

    @property
    def minutes(self) -> int:
        """The same in whole minutes, at least one."""
        return -(-self.seconds // 60)


def sign_in_buckets(email: str, origin: str, device: object | None) -> list[Bucket]:
    """Where a try of a password counts: for the address typed (whether or not anybody has it), for
    the network it comes from and among all strangers; from a known device of that person, there alone.
    """
    if device is not None:
        return [Bucket("sign_in.device", _key("device", str(device)))]
    return [
        _account(email),
        Bucket("sign_in.network", _key("network", network(origin))),
        Bucket("sign_in.all", "", limit=300),
    ]


def code_bucket(person_id: int, device: object | None) -> Bucket:
    """Where a try of a second factor's code counts: 5 in 5 minutes, from strangers all together."""
    whom = f"{person_id}/{device or ''}"
    return Bucket("code", _key("code", whom), limit=5, span=timedelta(minutes=5))


def confirm_bucket(person_id: int) -> Bucket:
    """Where a try of the password of somebody signed in counts."""
    return Bucket("confirm", _key("confirm", str(person_id)))


def address_bucket(person_id: int) -> Bucket:
    """Where asking for another address counts: 5 an hour, since each may write to a stranger."""
    return Bucket("address", _key("address.of", str(person_id)), 5, LONGEST_SPAN)


def feed_bucket(key: str) -> Bucket:
    """Where reading by a secret address counts: twice a minute is more than any reader needs."""
    return Bucket("feed", _key("feed", key), 120, LONGEST_SPAN)


def mail_buckets(
    what: str, email: str, origin: str, of_address: int = 5, of_network: int = 20
) -> list[Bucket]:
    """Where asking for a mail of a kind counts: so many an hour for the address typed, and for the
    network it is asked from.
    """
    return [
        Bucket(f"{what}.address", _key("address", address_key(email)), of_address, LONGEST_SPAN),
        Bucket(f"{what}.network", _key("network", network(origin)), of_network, LONGEST_SPAN),
    ]


def reserve(session: Session, buckets: list[Bucket], now: datetime) -> Reserved | Later:
    """Count a try in every bucket, or in none and say when the next may come.

    Inside the caller's `atomic()`, which should do little else. Writers of one bucket queue: on
    SQLite by the transaction, on PostgreSQL by a lock each, taken in order.
    """
    _lock(session, buckets)
    waits = [_wait(session, bucket, now) for bucket in buckets]
    if any(waits):
        return Later(max(waits))
    tries = [Attempt(id=uuid7(), kind=each.kind, key=each.key, at=now) for each in buckets]
    session.add_all(tries)
    session.flush()
    return Reserved(tuple(one.id for one in tries))


def give_back(session: Session, reserved: Reserved) -> None:
    """Take a try that succeeded off the count."""
    session.execute(delete(Attempt).where(Attempt.id.in_(reserved.ids)))


def forgive(session: Session, email: str, person_id: int) -> None:
    """Forget the wrong tries at an account: its owner has proved who they are by mail."""
    for bucket in (_account(email), code_bucket(person_id, None), confirm_bucket(person_id)):
        session.execute(
            delete(Attempt).where(Attempt.kind == bucket.kind, Attempt.key == bucket.key)
        )


def sweep(session: Session, now: datetime) -> None:
    """Forget tries that no window reaches any more."""
    session.execute(delete(Attempt).where(Attempt.at < now - LONGEST_SPAN))


def address_print(email: str) -> str:
    """An address typed, as it may stand on record: a keyed hash."""
    return _key("address", address_key(email))


def network(origin: str) -> str:
    """Whom a network address belongs to: an IPv6 customer has a /64, an IPv4 one an address."""
    try:
        found = ipaddress.ip_address(origin.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.IPv6Network((int(found), 64), strict=False))
    return str(found)


def _account(email: str) -> Bucket:
    return Bucket("sign_in.account", _key("address", address_key(email)))


def _key(what: str, text: str) -> str:
    return fingerprint(f"throttle.{what}", text)


def _lock(session: Session, buckets: list[Bucket]) -> None:
    if session.get_bind().dialect.name != "postgresql":
        return
    for name in sorted(f"{bucket.kind}:{bucket.key}" for bucket in buckets):
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 1))))


def _wait(session: Session, bucket: Bucket, now: datetime) -> int:
    """Seconds until the bucket takes another try; 0 when it does now."""
    counted = session.scalars(
        select(Attempt.at)
        .where(
            Attempt.kind == bucket.kind, Attempt.key == bucket.key, Attempt.at > now - bucket.span
        )
        .order_by(Attempt.at.desc())
        .limit(bucket.limit)
    ).all()
    if len(counted) < bucket.limit:
        return 0
    return max(1, int((counted[-1] + bucket.span - now).total_seconds()) + 1)
