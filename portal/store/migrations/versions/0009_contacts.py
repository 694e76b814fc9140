"""Contact addresses of teams and people as dated facts."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import sqlalchemy as sa
from alembic import op
from portal.kernel import clock
from portal.store.types import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SINCE_EVER = date(1900, 1, 1)
ORIGIN = "on record before addresses were dated"
# (table of periods, its subject, its value, the table whose column it was, that column)
MOVED = (
    ("team_email", "team_id", "email", "team", "email"),
    ("team_phone", "team_id", "phone", "team", "phone"),
    ("member_email", "member_id", "email", "team_member", "listed_as"),
    ("member_phone", "member_id", "phone", "team_member", "phone"),
)
WARRANT = sa.table(
    "warrant",
    *(sa.column("id"), sa.column("kind"), sa.column("reason"), sa.column("actor")),
    sa.column("at", UtcDateTime(timezone=True)),
)


def upgrade() -> None:
    _member_is("email", "listed_as")
    for table, subject, value, source, _ in MOVED:
        op.create_table(
            table,
            sa.Column(subject, sa.Integer(), nullable=False),
            sa.Column(value, sa.String(), nullable=False),
            sa.Column("id", sa.Integer(), nullable=False),
            sa.Column("valid_from", sa.Date(), nullable=False),
            sa.Column("valid_to", sa.Date(), nullable=True),
            sa.Column("warrant_id", sa.Integer(), nullable=False),
            sa.ForeignKeyConstraint(
                [subject], [f"{source}.id"], name=op.f(f"fk_{table}_{subject}")
            ),
            sa.ForeignKeyConstraint(
                ["warrant_id"], ["warrant.id"], name=op.f(f"fk_{table}_warrant_id")
            ),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
            sa.UniqueConstraint(
                subject, "valid_from", name=op.f(f"uq_{table}_{subject}_valid_from")
            ),
        )
    op.create_index("ix_member_email_email", "member_email", ["email"])
    _first_periods()
    with _without_triggers():
        with op.batch_alter_table("team") as batch:
            batch.drop_column("email")
            batch.drop_column("phone")
        with op.batch_alter_table("team_member") as batch:
            batch.drop_column("phone")


def downgrade() -> None:
    with _without_triggers():
        with op.batch_alter_table("team") as batch:
            batch.add_column(sa.Column("email", sa.String(), nullable=True))
            batch.add_column(sa.Column("phone", sa.String(), nullable=True))
        with op.batch_alter_table("team_member") as batch:
            batch.add_column(sa.Column("phone", sa.String(), nullable=True))
    # The address of today is the one that stands in a column; a person's first becomes a former one.
    op.execute(
        "UPDATE team_member SET former_email = listed_as WHERE former_email IS NULL"
        f" AND listed_as <> {_today('member_email', 'member_id', 'email', 'team_member')}"
    )
    for table, subject, value, source, column in MOVED:
        found = _today(table, subject, value, source)
        kept = f"COALESCE({found}, {column})" if column == "listed_as" else found
        op.execute(f"UPDATE {source} SET {column} = {kept}")
    op.drop_index("ix_member_email_email", "member_email")
    for table, *_ in reversed(MOVED):
        op.drop_table(table)
    op.execute(sa.delete(WARRANT).where(WARRANT.c.kind == "origin", WARRANT.c.reason == ORIGIN))
    _member_is("listed_as", "email")


def _member_is(old: str, new: str) -> None:
    """The address under which files know a person changes its name, and its key with it."""
    key = "uq_team_member_registry_id_"
    with _without_triggers():
        with op.batch_alter_table("team_member") as batch:
            batch.drop_constraint(op.f(key + old), type_="unique")
            batch.alter_column(old, new_column_name=new, existing_type=sa.String())
        # A batch of its own: in the same one SQLite's copy does not know the new name yet.
        with op.batch_alter_table("team_member") as batch:
            batch.create_unique_constraint(op.f(key + new), ["registry_id", new])


def _first_periods() -> None:
    bind = op.get_bind()
    known = bind.scalar(sa.text("SELECT COUNT(*) FROM team"))
    if not known:
        return
    row = {"kind": "origin", "reason": ORIGIN, "actor": "system", "at": datetime.now(UTC)}
    bind.execute(sa.insert(WARRANT).values(**row))
    warrant = bind.scalar(sa.select(sa.func.max(WARRANT.c.id)))
    for table, subject, value, source, column in MOVED:
        op.execute(
            f"INSERT INTO {table} ({subject}, {value}, valid_from, valid_to, warrant_id)"
            f" SELECT id, {column}, '{SINCE_EVER}', NULL, {warrant} FROM {source}"
            f" WHERE {column} IS NOT NULL"
        )


def _today(table: str, subject: str, value: str, source: str) -> str:
    """What holds on the business date, as SQL."""
    return (
        f"(SELECT {value} FROM {table} WHERE {subject} = {source}.id"
        f" AND valid_from <= '{clock.today()}' ORDER BY valid_from DESC LIMIT 1)"
    )


@contextmanager
def _without_triggers() -> Iterator[None]:
    """SQLite alters a table by copying it, which its triggers and those that name it forbid."""
    bind = op.get_bind()
    if bind.dialect.name != "sqlite":
        yield
        return
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
    kept = bind.exec_driver_sql(query).all()
    for name, _ in kept:
        op.execute(f'DROP TRIGGER "{name}"')
    yield
    for _, statement in kept:
        bind.exec_driver_sql(statement)
