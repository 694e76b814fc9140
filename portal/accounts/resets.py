"""A forgotten password: a mailed link, and a new password (B5). All moments are the wall's.

Asking answers the same and costs the same work for everybody. The link works once, within an hour,
as long as nothing of the account changed; it does not stand in for the second factor.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.accounts import devices, links, passwords, throttle
from portal.accounts.models import Attempt, MailedLink, Person
from portal.accounts.queries import capacities, credentials
from portal.accounts.records import Asked, note, tell
from portal.accounts.throttle import Later
from portal.kernel.access import VISITOR, Actor
from portal.kernel.decision import Decision
from portal.store.db import atomic, db
from portal.store.events import emit
from portal.store.outbox import post
from portal.store.types import uuid7

KIND = "reset"
PATH = "/reset?token={secret}"


def ask_reset(email: str, *, asked: Asked, now: datetime) -> Later | None:
    """Send a link to whoever signs in with `email`. Says nothing of whether there is anybody."""
    row = credentials(db.session(), email)
    may_be = capacities(db.session(), row.id if row else 0)
    with atomic() as session:
        taken = throttle.reserve(session, throttle.mail_buckets("reset", email, asked.origin), now)
        person_id = may_be[0].person_id if may_be else None
        address = {"address": throttle.address_print(email)}
        if isinstance(taken, Later):
            note(
                session,
                "person.sign_in_throttled",
                person_id,
                asked,
                now,
                {"at": "reset", **address},
            )
            return taken
        note(session, "person.reset_asked", person_id, asked, now, address)
        if row is None or not may_be:
            _as_if(session, now)
            return None
        token = links.make(
            session, KIND, may_be[0].email, now=now, person=(row.id, row.session_version)
        )
        post(
            session,
            "reset_link",
            to=may_be[0].email,
            person_id=row.id,
            language=may_be[0].language,
            context={"name": may_be[0].name, "path": PATH, "hours": 1},
            secret=token,
            now=now,
        )
        return None


def make_link(email: str, *, actor: Actor, now: datetime) -> str | None:
    """The token of a link for whoever signs in with `email`, handed over by the operator or an
    administrator who never learns the password; None when nobody does. No mail goes out.
    """
    row = credentials(db.session(), email)
    if row is None:
        return None
    with atomic() as session:
        emit(session, f"person:{row.id}", "person.reset_asked", actor=actor, at=now)
        bound = (row.id, row.session_version)
        return links.make(session, KIND, email, now=now, person=bound)


def whose(token: str, now: datetime) -> list[Actor]:
    """The capacities of who may choose a new password with this link; none when it does not work."""
    link = links.look(db.session(), KIND, token, now)
    return capacities(db.session(), link.person_id) if link and link.person_id else []


def judge(token: str, new: str, now: datetime) -> Decision[str] | None:
    """Whether `new` may be the password of the link's person; None when the link does not work."""
    found = whose(token, now)
    return passwords.judge_own(new, found) if found else None


def reset(token: str, new: str, *, asked: Asked, now: datetime) -> str | None:
    """Make `new` (judged before) the password of the link's person, once; None: no such link.

    Every session ends and wrong tries at the account are forgotten. The browser is known from now
    on, by the token answered: strangers who go on trying do not keep its owner out.
    """
    fresh = passwords.hashed(new)
    with atomic() as session:
        link = links.use(session, KIND, token, now)
        if link is None or link.person_id is None:
            return None
        person = session.get_one(Person, link.person_id)
        person.password_hash = fresh
        person.session_version += 1
        throttle.forgive(session, person.email, person.id)
        devices.forget_all(session, person.id)
        device = devices.remember(session, None, person.id, now)
        who = replace(VISITOR, person_id=person.id, origin=asked.origin)
        emit(session, f"person:{person.id}", "person.reset_done", actor=who, at=now)
        tell(session, "password_changed", person.id, now)
        return device


def _as_if(session: Session, now: datetime) -> None:
    """What a link and its mail would have cost, where nobody gets one: the same statements."""
    nobody = MailedLink.kind == KIND, MailedLink.person_id == 0, MailedLink.used_at.is_(None)
    session.execute(update(MailedLink).where(*nobody).values(expires_at=now))
    links.make(session, KIND, "", now=now, lasts=links.HOUR * 0)
    session.add(Attempt(id=uuid7(), kind="reset.nobody", key="", at=now))
