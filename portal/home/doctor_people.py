"""What the doctor asks of people: somebody administers, nobody is made up, staff have a second factor."""

from collections.abc import Iterator, Sequence

from sqlalchemy import exists, func, select

from portal.accounts import demo
from portal.accounts.factors import decrypted
from portal.accounts.models import Factor, Membership, Person
from portal.kernel.access import STAFF_ROLES, Role
from portal.store import pack
from portal.store.db import db
from portal.web.checkup import Blocks, Finding, Needs, Place, Words, check

NAMED = 10


@check(
    "administrator",
    Needs.SCHEMA,
    {"admin.none": Words("nobody can sign in as administrator", "flask accounts create-admin")},
)
def administrator(_place: Place) -> Iterator[Finding]:
    """Somebody can look after people and settings."""
    query = select(func.count()).select_from(Membership).join(Person)
    living = query.where(Membership.ended_at.is_(None), Person.active)
    if not db.session().scalar(living.where(Membership.role == Role.ADMIN)):
        yield Finding("admin.none", {})


@check(
    "people of the demo",
    Needs.SCHEMA,
    {
        "demo.accounts": Words(
            "{count} people of the made-up world can sign in (person {people})",
            "use an empty PORTAL_DATA and database for the real portal",
            Blocks.DEPLOY,
        )
    },
)
def people_of_the_demo(place: Place) -> Iterator[Finding]:
    """No account is one of the pack's made-up people, also where demo.json was taken away."""
    if demo.people():
        return  # said already
    known = [each.address for each in pack.load_accounts(place.program.slug, place.packs).people]
    query = select(Person.id).where(Person.email.in_(known), Person.active).order_by(Person.id)
    if people := db.session().scalars(query).all():
        yield Finding("demo.accounts", {"count": len(people), "people": _named(people)})


@check(
    "second factors",
    Needs.SCHEMA,
    {
        "factor.missing": Words(
            "{count} people of the staff have no second factor yet (person {people})",
            "they are asked to set one up when they sign in; end the access of who does not",
            Blocks.DEPLOY,
        ),
        "factor.locked": Words(
            "the second factors of {count} people were kept under another key (person {people})",
            "put the secret.key back that they were made under, or flask accounts reset-factor",
        ),
    },
)
def second_factors(_place: Place) -> Iterator[Finding]:
    """Everyone of the staff has confirmed a second factor, and each can be read with the key in use."""
    kept = db.session().execute(select(Factor.person_id, Factor.secret).order_by(Factor.person_id))
    if locked := [person for person, secret in kept if decrypted(secret) is None]:
        yield Finding("factor.locked", {"count": len(locked), "people": _named(locked)})
    factor = exists().where(Factor.person_id == Person.id, Factor.confirmed_at.is_not(None))
    query = select(Person.id).join(Membership, Membership.person_id == Person.id)
    living = query.where(Membership.ended_at.is_(None), Person.active)
    staff = living.where(Membership.role.in_(STAFF_ROLES), ~factor).distinct().order_by(Person.id)
    if people := db.session().scalars(staff).all():
        yield Finding("factor.missing", {"count": len(people), "people": _named(people)})


def _named(people: Sequence[int]) -> str:
    return ", ".join(map(str, people[:NAMED])) + (", …" if len(people) > NAMED else "")
