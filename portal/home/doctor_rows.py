"""What the doctor asks of the rows: every reference holds, no row joins two registries (R1), nothing is half said."""

from collections.abc import Iterator

from sqlalchemy import ForeignKeyConstraint, and_, func, inspect, select, text

from portal.home.doctor_database import on_postgresql
from portal.store.db import Base, db
from portal.store.triggers import create_statements, keep_statements, registry_keys
from portal.store.types import LocalizedType
from portal.web.checkup import Blocks, Fact, Finding, Needs, Place, Words, check

RESTORE = "restore these rows from a copy; find out who wrote past the portal"

# What is written one language after the other: whole from when this column is set (None: never).
DRAFTS: dict[str, str | None] = {
    "council_agenda_item": None,
    "faq_draft": None,
    "council_minutes": "published_at",
    "notice_question": "answered_at",
    "notice_version": "published_at",
}


@check(
    "foreign keys",
    Needs.SCHEMA,
    {
        "keys.broken": Words(
            "{count} rows of {table} refer to rows of {referred} that are not there",
            RESTORE,
        ),
        "keys.missing": Words(
            "{table} has no foreign key on ({columns})",
            "restore the schema of the last migration from a new database of this program",
        ),
        "keys.unchecked": Words(
            "PostgreSQL has not checked {constraint} of {table}",
            'ALTER TABLE "{table}" VALIDATE CONSTRAINT "{constraint}"',
        ),
        "keys.switched_off": Words(
            "PostgreSQL does not enforce the references of {table}",
            'ALTER TABLE "{table}" ENABLE TRIGGER ALL',
        ),
    },
)
def foreign_keys(_place: Place) -> Iterator[Finding]:
    """Every foreign key of the models is in the database, is enforced, and holds."""
    yield from _missing_keys()
    if not on_postgresql():
        broken: dict[tuple[str, str], int] = {}
        for table, _row, referred, _key in db.session().execute(text("PRAGMA foreign_key_check")):
            broken[table, referred] = broken.get((table, referred), 0) + 1
        for (table, referred), count in sorted(broken.items()):
            yield Finding("keys.broken", {"table": table, "referred": referred, "count": count})
        return
    for table, constraint in db.session().execute(text(_UNCHECKED)):
        yield Finding("keys.unchecked", {"table": table, "constraint": constraint})
    for table in db.session().scalars(text(_SWITCHED_OFF)):
        yield Finding("keys.switched_off", {"table": table})
    for key in _keys():
        if count := _orphans(key):
            facts: dict[str, Fact] = {
                "table": key.table.name,
                "referred": key.referred_table.name,
                "count": count,
            }
            yield Finding("keys.broken", facts)


_UNCHECKED = """
SELECT conrelid::regclass::text, conname FROM pg_constraint
WHERE NOT convalidated AND connamespace = 'public'::regnamespace ORDER BY 1, 2"""
_SWITCHED_OFF = """
SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
WHERE tgenabled = 'D' AND relnamespace = 'public'::regnamespace ORDER BY 1"""


def _keys() -> Iterator[ForeignKeyConstraint]:
    for table in sorted(Base.metadata.tables.values(), key=lambda table: table.name):
        keys = [key for key in table.constraints if isinstance(key, ForeignKeyConstraint)]
        yield from sorted(keys, key=lambda key: list(key.column_keys))


def _missing_keys() -> Iterator[Finding]:
    there = inspect(db.session().connection())
    known = {
        (table, tuple(key["constrained_columns"]), key["referred_table"])
        for table in Base.metadata.tables
        for key in there.get_foreign_keys(table)
    }
    for key in _keys():
        columns = tuple(key.column_keys)
        if (key.table.name, columns, key.referred_table.name) not in known:
            yield Finding("keys.missing", {"table": key.table.name, "columns": ", ".join(columns)})


def _orphans(key: ForeignKeyConstraint) -> int:
    """Rows whose key is whole and refers to nothing."""
    mine, other = key.table.alias("mine"), key.referred_table.alias("other")
    pairs = [(mine.c[each.parent.key], other.c[each.column.key]) for each in key.elements]
    there = select(1).select_from(other).where(*(one == two for one, two in pairs)).exists()
    whole = and_(*(one.is_not(None) for one, _ in pairs))
    query = select(func.count()).select_from(mine).where(whole, ~there)
    return db.session().scalar(query) or 0


@check(
    "one registry a row (R1)",
    Needs.SCHEMA,
    {"r1.mixed": Words("{count} rows of {table} refer by {column} to the other registry", RESTORE)},
)
def one_registry(_place: Place) -> Iterator[Finding]:
    """R1: no row refers to one of another registry, whatever the database was told to check."""
    tables = Base.metadata.tables
    for table, column, referred in registry_keys(Base.metadata):
        mine, other = tables[table].alias("mine"), tables[referred].alias("other")
        joined = mine.join(other, mine.c[column] == other.c.id)
        query = select(func.count()).select_from(joined)
        count = db.session().scalar(query.where(mine.c.registry_id != other.c.registry_id))
        if count:
            yield Finding("r1.mixed", {"table": table, "column": column, "count": count})


@check(
    "triggers of R1",
    Needs.SCHEMA,
    {
        "triggers.missing": Words("the trigger {trigger} is not there", "{statement}"),
        "triggers.changed": Words(
            "the trigger {trigger} is not as it was made",
            "DROP TRIGGER {trigger}; {statement}",
        ),
    },
)
def triggers(_place: Place) -> Iterator[Finding]:
    """On SQLite each composite key has its triggers, with their own words (R1)."""
    if on_postgresql():
        return
    query = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    there: dict[str, str] = {row.name: row.sql for row in db.session().execute(query)}
    keys = tuple(registry_keys(Base.metadata))
    for statement in (*create_statements(keys), *keep_statements(keys)):
        name = statement.split()[2]
        if there.get(name) != statement:
            code = "triggers.changed" if name in there else "triggers.missing"
            yield Finding(code, {"trigger": name, "statement": statement})


@check(
    "texts",
    Needs.SCHEMA,
    {
        "texts.half_said": Words(
            "{count} rows of {table} say nothing in {language} ({column})",
            "complete them: `flask program load` keeps what was edited",
            Blocks.NEVER,
        )
    },
)
def texts(place: Place) -> Iterator[Finding]:
    """What the portal's rows say, they say in each language of the program or in none (N3)."""
    for table in sorted(Base.metadata.tables.values(), key=lambda table: table.name):
        if table.name in DRAFTS and DRAFTS[table.name] is None:
            continue
        for column in (each for each in table.columns if isinstance(each.type, LocalizedType)):
            lacking: dict[str, int] = {}
            query = select(column).where(column.is_not(None))
            if (settled := DRAFTS.get(table.name)) is not None:
                query = query.where(table.columns[settled].is_not(None))
            for said in db.session().scalars(query):
                missing = said.missing(place.program.languages)
                for language in missing if len(missing) < len(place.program.languages) else ():
                    lacking[language] = lacking.get(language, 0) + 1
            for language, count in lacking.items():
                facts = {
                    "table": table.name,
                    "column": column.name,
                    "language": language,
                }
                yield Finding("texts.half_said", {**facts, "count": count})
