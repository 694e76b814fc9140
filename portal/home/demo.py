"""The demo world: the pack's made-up rows through the importer, and people who sign in at once."""

import csv
from dataclasses import dataclass
from pathlib import Path

from flask import current_app
from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from portal.accounts import commands as accounts
from portal.accounts import demo as kept
from portal.accounts.models import Person
from portal.concerns import demo as concerns
from portal.councils import demo as councils
from portal.kernel import clock
from portal.kernel.access import STAFF_ROLES, SYSTEM
from portal.library import demo as library
from portal.mdf import demo as mdf
from portal.notices import demo as notices
from portal.registry import commands as registry
from portal.registry.models import Partner, Registry, Team
from portal.store import pack
from portal.store.db import atomic, db
from portal.store.pack import Account

# Each kind stands on those before it.
KINDS = (
    *("teams", "people", "products", "partners", "agreements"),
    *("customers", "contracts", "services", "training", "customer_contacts"),
)


class NotADemo(Exception):
    """This portal cannot take the demo world; the message says why."""


@dataclass(frozen=True)
class Seeded:
    """What was made, and who may sign in with which password."""

    created: int
    unchanged: int
    sign_in: str
    password: str
    people: tuple[dict[str, str], ...]


def seed() -> Seeded:
    """Import the pack's demo rows and make its people. Raises NotADemo when rows are refused.

    Sets the business clock going from the world's own date, unless PORTAL_TODAY says another.
    Safe to run again: rows that stand are unchanged, people who exist are kept.
    """
    program = current_app.extensions["portal.program"]
    settings = current_app.extensions["portal.config"]
    _refuse_real_data()
    world = pack.load_accounts(program.slug)
    clock.configure(program.zone, settings.starts_on or world.today, settings.clock_stamp)
    folder = pack.demo_path(program.slug)
    created = unchanged = 0
    for kind in KINDS:
        path = folder / f"{kind}.csv"
        if not path.exists():
            continue
        result = registry.import_file(kind, path, actor=SYSTEM, now=clock.wall())
        if result.errors:
            first = result.errors[0]
            raise NotADemo(f"{path.name}, line {first.line}: {first.code}; load the program first")
        created, unchanged = created + result.created, unchanged + result.unchanged
    _set_hours(folder / "hours.csv")
    word = kept.choose_password()
    created += sum(_make(person, word) for person in world.people)
    created += councils.seed(folder, program.languages)
    entries = [_entry(person) for person in world.people]
    created += concerns.seed(folder / "concerns.toml")
    kept.keep(entries, word)
    created += library.seed(program)
    created += mdf.seed(folder / "mdf.toml")
    created += notices.seed(folder / "notices.toml")
    address = f"{settings.url}/{program.languages[0]}/sign-in"
    return Seeded(created, unchanged, address, word, tuple(entries))


def _entry(person: Account) -> dict[str, str]:
    """What is kept and told of a person of the demo; staff sign in with codes too."""
    entry = {"email": person.address, "role": person.role.value}
    if person.role in STAFF_ROLES:
        entry["totp_secret"] = kept.choose_secret(person.address)
        found = _id(Person.id, Person.email == person.address)
        if found is not None:
            accounts.give_factor(found, entry["totp_secret"], now=clock.wall())
    return entry


def _refuse_real_data() -> None:
    """The demo fills empty portals only: made-up people with one password are no guests of others."""
    session = db.session()
    lived_in = session.scalar(select(or_(exists(select(Person.id)), exists(select(Partner.id)))))
    if lived_in and not kept.people():
        raise NotADemo("this portal has people or partners of its own; use an empty PORTAL_DATA")


def _make(person: Account, word: str) -> bool:
    existing = _id(Person.id, Person.email == person.address)
    if existing is not None:
        accounts.set_password(existing, word)
        return False
    registry_id = _id(Registry.id, Registry.slug == person.registry)
    accounts.create_person(
        person.address,
        person.name,
        word,
        person.role,
        now=clock.wall(),
        language=person.language,
        partner_id=_id(Partner.id, Partner.code == person.partner),
        registry_id=registry_id,
        team_id=_id(Team.id, and_(Team.code == person.team, Team.registry_id == registry_id)),
    )
    return True


def _id(column: InstrumentedAttribute[int], condition: ColumnElement[bool]) -> int | None:
    return db.session().scalar(select(column).where(condition))


def _set_hours(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as lines, atomic() as session:
        for row in csv.DictReader(lines):
            team = session.scalar(
                select(Team)
                .join(Registry, Registry.id == Team.registry_id)
                .where(Registry.slug == row["registry"], Team.code == row["team_code"])
            )
            if team is None:
                raise NotADemo(f"{path.name}: no team {row['team_code']}")
            team.hours = {key: row[key] for key in ("days", "opens", "closes", "zone")}
