"""Changing the address one signs in with: asked here, proved by a link to the new one (B5).

Nobody is told whether an address has an account already: the answer is the same, what is kept is the
same, and no mail goes out. A person asks five times an hour at most: each may reach a stranger.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import exists, select

from portal.accounts import links, throttle
from portal.accounts.models import Person
from portal.accounts.queries import capacities
from portal.accounts.records import record, tell
from portal.accounts.rules import address_key
from portal.accounts.throttle import Later
from portal.kernel.access import VISITOR, Actor
from portal.store.db import atomic
from portal.store.outbox import post
from portal.web.site import url

KIND = "address"


def ask_address(email: str, *, actor: Actor, now: datetime) -> Later | None:
    """Send a link to `email` that makes it the actor's address; none when it is somebody's. The links
    sent before are void either way. Later: asked too often.
    """
    with atomic() as session:
        taken = throttle.reserve(session, [throttle.address_bucket(actor.person_id or 0)], now)
        if isinstance(taken, Later):
            return taken
        person = session.get_one(Person, actor.person_id)
        record(session, "person.address_asked", actor, now)
        bound = (person.id, person.session_version)
        path = url("site.account.new_address", lang=person.language) + "?token={secret}"
        token = links.make(session, KIND, email, now=now, person=bound)
        if session.scalar(select(exists().where(Person.email_key == address_key(email)))):
            return None
        post(
            session,
            "address_link",
            to=email,
            person_id=person.id,
            language=person.language,
            context={"name": person.name, "path": path, "hours": 1},
            secret=token,
            now=now,
        )
        return None


def take_address(token: str, *, now: datetime, origin: str) -> str | None:
    """Make the address of the link its person's; that address, or None when the link is no good.

    Every session of the person ends, and the old address is told.
    """
    with atomic() as session:
        link = links.use(session, KIND, token, now)
        if link is None or link.person_id is None:
            return None
        key = address_key(link.email)
        if session.scalar(select(exists().where(Person.email_key == key))):
            return None
        person = session.get_one(Person, link.person_id)
        before, person.email, person.email_key = person.email, link.email, key
        person.session_version += 1
        tell(session, "address_changed", person.id, now, to=before)
        mine = capacities(session, person.id)
        who = replace(mine[0] if mine else VISITOR, person_id=person.id, origin=origin)
        record(session, "person.address_changed", who, now)
        return link.email
