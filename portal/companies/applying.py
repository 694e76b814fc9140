"""Becoming a partner: a visitor asks, proves the address by a mailed link, and only then is anything
made. The answer to asking is the same for every address. `now` is wall time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.accounts import links, passwords, throttle
from portal.accounts.commands import add_person
from portal.accounts.models import MailedLink, Person
from portal.accounts.queries import credentials
from portal.accounts.records import Asked, note
from portal.accounts.rules import address_key
from portal.accounts.throttle import Later, Reserved
from portal.companies.applications import add
from portal.companies.people import begin_in
from portal.companies.people_rules import Place
from portal.kernel.access import Actor, Role, actor_for
from portal.kernel.decision import Decision
from portal.registry.models import Partner, Registry
from portal.registry.rules import Program
from portal.store.db import atomic, db, retrying
from portal.store.events import emit
from portal.store.outbox import post
from portal.store.types import new_ref

KIND = "application"
HOUR = timedelta(hours=1)
LASTS = 24 * HOUR
PER_ADDRESS, PER_NETWORK = 3, 10


@dataclass(frozen=True)
class Wish:
    """What a visitor asks: for which registries (by slug) in which program, and as whom."""

    company: str
    contact: str
    email: str
    language: str
    programs: Mapping[str, Program]
    note: str


@dataclass(frozen=True)
class Pending:
    """A wish whose address is proved by the link; `known`: somebody signs in with it already."""

    wish: Wish
    known: bool


class Outcome(StrEnum):
    """What became of confirming."""

    SENT = "sent"
    LINK_GONE = "link_gone"
    WRONG_PASSWORD = "wrong_password"
    REFUSED_PASSWORD = "refused_password"
    LATER = "later"


@dataclass(frozen=True)
class Confirmed:
    """The outcome, what was said of a new password, and when the next try may come."""

    outcome: Outcome
    judged: Decision[str] | None = None
    later: Later | None = None


def ask(wish: Wish, *, now: datetime, origin: str) -> Later | None:
    """Mail a link to the address; until it is used nothing is made but the link itself.

    Later, when that address or the network `origin` is of has asked too often in the last hour,
    whoever they are. What was asked by links that nobody used is forgotten.
    """
    buckets = throttle.mail_buckets("apply", wish.email, origin, PER_ADDRESS, PER_NETWORK)
    payload = {
        "company": wish.company,
        "contact": wish.contact,
        "language": wish.language,
        "programs": {slug: program.value for slug, program in wish.programs.items()},
        "note": wish.note,
    }
    with atomic() as session:
        reserved = throttle.reserve(session, buckets, now)
        if isinstance(reserved, Later):
            return reserved
        old = MailedLink.kind == KIND, MailedLink.expires_at < now
        session.execute(delete(MailedLink).where(*old))
        token = links.make(session, KIND, wish.email, now=now, lasts=LASTS, payload=payload)
        told = {
            "company": wish.company,
            "path": "/apply/confirm?token={secret}",
            "hours": LASTS // HOUR,
        }
        post(
            session,
            "application_link",
            to=wish.email,
            language=wish.language,
            context=told,
            secret=token,
            now=now,
        )
    return None


def pending(session: Session, token: str, now: datetime) -> Pending | None:
    """What the link of `token` would confirm, while it works. Two queries; changes nothing."""
    link = links.look(session, KIND, token, now)
    if link is None:
        return None
    taken = exists().where(Person.email_key == address_key(link.email))
    return Pending(_wish(link), bool(session.scalar(select(taken))))


def confirm(token: str, password: str, *, now: datetime, origin: str) -> Confirmed:
    """Make the company, its first administrator and its applications, in one transaction.

    `password` is the one a known person has, or the one a new person chooses.
    """
    session = db.session()
    found = pending(session, token, now)
    if found is None:
        return Confirmed(Outcome.LINK_GONE)
    wish = found.wish
    if found.known:
        return _confirm_known(token, wish, password, now, origin)
    judged = passwords.judge(
        password, name=wish.contact, email=wish.email, companies=(wish.company,)
    )
    if judged.value is None:
        return Confirmed(Outcome.REFUSED_PASSWORD, judged)
    try:
        return _make(token, None, now, origin, hashed=passwords.hashed(judged.value))
    except IntegrityError:
        # Somebody began to sign in with this address at the same moment: it is known by now.
        return confirm(token, password, now=now, origin=origin)


def _confirm_known(token: str, wish: Wish, password: str, now: datetime, origin: str) -> Confirmed:
    row, asked = credentials(db.session(), wish.email), Asked(origin=origin)
    person, told = row.id if row else None, {"at": "application"}
    with atomic() as session:
        buckets = throttle.sign_in_buckets(wish.email, origin, None)
        reserved = throttle.reserve(session, buckets, now)
        if isinstance(reserved, Later):
            note(session, "person.sign_in_throttled", person, asked, now, told)
            return Confirmed(Outcome.LATER, later=reserved)
    if not passwords.verify(row.password_hash if row else None, password) or row is None:
        with atomic() as session:
            note(session, "person.sign_in_failed", person, asked, now, told)
        return Confirmed(Outcome.WRONG_PASSWORD)
    return _make(token, row.id, now, origin, reserved=reserved)


@retrying
def _make(
    token: str,
    known: int | None,
    now: datetime,
    origin: str,
    *,
    hashed: str = "",
    reserved: Reserved | None = None,
) -> Confirmed:
    with atomic() as session:
        link = links.use(session, KIND, token, now)
        if link is None:
            return Confirmed(Outcome.LINK_GONE)
        wish = _wish(link)
        link.payload = {}
        if reserved is not None:
            throttle.give_back(session, reserved)
        made = wish.email, wish.contact, hashed, wish.language
        person = add_person(session, *made, now).id if known is None else known
        company = Partner(code=new_ref(), name=wish.company)
        session.add(company)
        session.flush()
        membership = begin_in(session, person, Place(Role.PARTNER_ADMIN, company.id), now)
        actor = actor_for(
            Role.PARTNER_ADMIN,
            person_id=person,
            partner_id=company.id,
            membership_id=membership.id,
            origin=origin,
        )
        if known is None:
            _emit(session, f"person:{person}", "person.created", actor, now)
        _emit(session, f"company:{company.id}", "company.created", actor, now)
        ids = {row.slug: row.id for row in session.execute(select(Registry.slug, Registry.id))}
        for slug, program in wish.programs.items():
            add(session, ids[slug], program, wish.note, actor=actor, now=now)
        return Confirmed(Outcome.SENT)


def _emit(session: Session, stream: str, verb: str, actor: Actor, now: datetime) -> None:
    told = {"membership": actor.membership_id, "role": actor.role.value}
    emit(session, stream, verb, actor=actor, at=now, partner_id=actor.partner_id, payload=told)


def _wish(link: MailedLink) -> Wish:
    kept = link.payload
    return Wish(
        company=kept["company"],
        contact=kept["contact"],
        email=link.email,
        language=kept["language"],
        programs={slug: Program(each) for slug, each in kept["programs"].items()},
        note=kept["note"],
    )
