"""People of the demo as commands know them, and what is in the tables about them."""

from sqlalchemy import select

from portal.accounts.models import Membership, Person, SignIn
from portal.accounts.queries import capacities
from portal.companies.models import Invitation
from portal.kernel import clock
from portal.kernel.access import Role
from portal.registry.models import Partner
from portal.store.db import atomic, db
from portal.store.events import Event
from portal.store.outbox import Mail

NOW = clock.wall


def person(email):
    """Their id."""
    found = db.session.scalar(select(Person.id).where(Person.email == email))
    db.session.rollback()
    return found


def actor(email, at=0):
    """Who they act as."""
    found = capacities(db.session(), person(email))
    db.session.rollback()
    return found[at]


def membership(email, at=0):
    """The id of a living membership of theirs."""
    return actor(email, at).membership_id


def partner(code):
    """A company's id."""
    found = db.session.scalar(select(Partner.id).where(Partner.code == code))
    db.session.rollback()
    return found


def join(email, code, role=Role.PARTNER_ADMIN):
    """Let somebody act for a company too, as if invited long ago; the membership's id."""
    with atomic() as session:
        new = Membership(
            person_id=session.scalar(select(Person.id).where(Person.email == email)),
            role=role,
            partner_id=session.scalar(select(Partner.id).where(Partner.code == code)),
            since=NOW(),
        )
        session.add(new)
        session.flush()
        return new.id


def promote(email):
    """Make a partner user an administrator."""
    with atomic() as session:
        row = session.get_one(Membership, membership_in(session, email))
        row.role = Role.PARTNER_ADMIN


def membership_in(session, email):
    return session.scalar(
        select(Membership.id)
        .join(Person, Person.id == Membership.person_id)
        .where(Person.email == email, Membership.ended_at.is_(None))
    )


def living(email):
    """The roles they have now."""
    found = capacities(db.session(), person(email))
    db.session.rollback()
    return [each.role for each in found]


def open_sessions(email):
    """How many sessions of theirs have not ended."""
    found = db.session.scalars(
        select(SignIn).where(SignIn.person_id == person(email), SignIn.ended_at.is_(None))
    ).all()
    db.session.rollback()
    return len(found)


def events(*verbs):
    """The events of these verbs, as (verb, company, payload)."""
    found = db.session.scalars(select(Event).where(Event.verb.in_(verbs)).order_by(Event.id)).all()
    told = [(row.verb, row.partner_id, dict(row.payload)) for row in found]
    db.session.rollback()
    return told


def tokens(email):
    """The tokens mailed to an address by invitation, the first first."""
    found = db.session.scalars(
        select(Mail.secret)
        .where(Mail.to_address == email, Mail.kind == "invitation")
        .order_by(Mail.id)
    ).all()
    db.session.rollback()
    return list(found)


def sent(**more):
    """The invitations kept, as rows."""
    found = db.session.scalars(select(Invitation).filter_by(**more).order_by(Invitation.id)).all()
    db.session.expunge_all()
    db.session.rollback()
    return found
