"""Revisions of questions and promises, which of them holds when, drafts, and what readers say."""

from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op
from portal.store.append_only import create_statements, drop_statements
from portal.store.types import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MOMENT = UtcDateTime(timezone=True)
CLOSED = {"faq_revision": (("id",), ("text_id", "number"))}
ENTRY = sa.table(
    "faq_entry",
    *(sa.column(name) for name in ("id", "position")),
    sa.column("question", sa.JSON()),
    sa.column("answer", sa.JSON()),
    sa.column("in_force_since", sa.Date()),
    sa.column("updated_at", MOMENT),
)
BLOCK = sa.table(
    "faq_block",
    *(sa.column(name) for name in ("id", "position")),
    sa.column("text", sa.JSON()),
    sa.column("updated_at", MOMENT),
)
REVISION = sa.table(
    "faq_revision",
    *(sa.column(name) for name in ("id", "text_id", "number", "made_by")),
    sa.column("why", sa.JSON()),
    sa.column("corrects", sa.Boolean()),
    sa.column("question", sa.JSON()),
    sa.column("answer", sa.JSON()),
    sa.column("made_at", MOMENT),
)
WARRANT = sa.table(
    "warrant",
    *(sa.column(name) for name in ("id", "kind", "reason", "actor")),
    sa.column("at", MOMENT),
)


def _period(table: str, subject: str) -> Any:
    return sa.table(
        table,
        *(sa.column(name) for name in (subject, "revision_id", "warrant_id")),
        sa.column("valid_from", sa.Date()),
        sa.column("valid_to", sa.Date()),
    )


ANSWER, PROMISE = _period("faq_answer", "entry_id"), _period("faq_promise", "block_id")


def upgrade() -> None:
    bind = op.get_bind()
    entries = bind.execute(sa.select(ENTRY).order_by(ENTRY.c.position)).all()
    blocks = bind.execute(sa.select(BLOCK).order_by(BLOCK.c.position)).all()
    with op.batch_alter_table("faq_entry") as batch:
        for name in ("question", "answer", "in_force_since"):
            batch.drop_column(name)
    with op.batch_alter_table("faq_block") as batch:
        batch.drop_column("text")
    with op.batch_alter_table("faq_miss") as batch:
        batch.add_column(sa.Column("settled_at", MOMENT, nullable=True))
    _tables()
    _first_revisions(bind, entries, blocks)
    for statement in _statements(create_statements):
        op.execute(statement)


def downgrade() -> None:
    bind = op.get_bind()
    answers, promises = _last(bind, ANSWER, "entry_id"), _last(bind, PROMISE, "block_id")
    for statement in _statements(drop_statements):
        op.execute(statement)
    for table in ("faq_opinion", "faq_draft", "faq_answer", "faq_promise", "faq_revision"):
        op.drop_table(table)
    with op.batch_alter_table("faq_miss") as batch:
        batch.drop_column("settled_at")
    with op.batch_alter_table("faq_block") as batch:
        batch.add_column(sa.Column("text", sa.JSON(), nullable=True))
    with op.batch_alter_table("faq_entry") as batch:
        batch.add_column(sa.Column("question", sa.JSON(), nullable=True))
        batch.add_column(sa.Column("answer", sa.JSON(), nullable=True))
        batch.add_column(sa.Column("in_force_since", sa.Date(), nullable=True))
    for row in answers:
        values = {"question": row.question, "answer": row.answer, "in_force_since": row.valid_from}
        bind.execute(sa.update(ENTRY).where(ENTRY.c.id == row.text_id).values(values))
    for row in promises:
        bind.execute(sa.update(BLOCK).where(BLOCK.c.id == row.text_id).values(text=row.answer))
    with op.batch_alter_table("faq_block") as batch:
        batch.alter_column("text", existing_type=sa.JSON(), nullable=False)
    with op.batch_alter_table("faq_entry") as batch:
        batch.alter_column("question", existing_type=sa.JSON(), nullable=False)
        batch.alter_column("answer", existing_type=sa.JSON(), nullable=False)
        batch.alter_column("in_force_since", existing_type=sa.Date(), nullable=False)


def _first_revisions(bind: sa.Connection, entries: Any, blocks: Any) -> None:
    """Today's texts are the first revisions, on one origin; a promise holds since the first answer."""
    texts = [(row, ANSWER, "entry_id", row.question, row.answer, row.in_force_since) for row in entries]
    first = min((row.in_force_since for row in entries), default=None)
    for row in blocks:
        since = first or row.updated_at.date()
        texts.append((row, PROMISE, "block_id", {}, row.text, since))
    if not texts:
        return
    at = min(row.updated_at for row, *_rest in texts)
    told = {"kind": "origin", "reason": "program pack", "actor": "system", "at": at}
    bind.execute(sa.insert(WARRANT).values(told))
    warrant = bind.scalar(sa.select(sa.func.max(WARRANT.c.id)))
    for number, (row, table, subject, question, answer, since) in enumerate(texts, 1):
        made = {"made_by": "system", "made_at": row.updated_at, "why": {}, "corrects": False, "number": 1}
        text = {"id": number, "text_id": row.id, "question": question, "answer": answer}
        bind.execute(sa.insert(REVISION).values(**text, **made))
        held = {subject: row.id, "revision_id": number, "warrant_id": warrant}
        bind.execute(sa.insert(table).values(**held, valid_from=since, valid_to=None))
    if bind.dialect.name == "postgresql":
        op.execute(
            "SELECT setval(pg_get_serial_sequence('faq_revision', 'id'),"
            " (SELECT max(id) FROM faq_revision))"
        )


def _last(bind: sa.Connection, table: Any, subject: str) -> list[Any]:
    """The last period of each text that has begun or will, with its text: later ones come later."""
    query = (
        sa.select(
            table.c[subject].label("text_id"),
            *(table.c.valid_from, REVISION.c.question, REVISION.c.answer),
        )
        .join(REVISION, REVISION.c.id == table.c.revision_id)
        .order_by(table.c.valid_from)
    )
    return list(bind.execute(query))


def _statements(make: Callable[..., Iterator[str]]) -> Iterator[str]:
    """Those of the table of revisions alone: PostgreSQL's function stands since 0006."""
    found = make(op.get_bind().dialect.name, CLOSED)
    return (each for each in found if not each.startswith(("CREATE FUNCTION", "DROP FUNCTION")))


def _tables() -> None:
    op.create_table(
        "faq_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("question", sa.JSON(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("why", sa.JSON(), nullable=False),
        sa.Column("corrects", sa.Boolean(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_faq_revision")),
        sa.UniqueConstraint("text_id", "id", name=op.f("uq_faq_revision_text_id_id")),
        sa.UniqueConstraint("text_id", "number", name=op.f("uq_faq_revision_text_id_number")),
    )
    for table, subject, referred in (
        ("faq_answer", "entry_id", "faq_entry"),
        ("faq_promise", "block_id", "faq_block"),
    ):
        op.create_table(
            table,
            sa.Column("id", sa.Integer(), nullable=False),
            sa.Column(subject, sa.String(), nullable=False),
            sa.Column("revision_id", sa.Integer(), nullable=False),
            sa.Column("valid_from", sa.Date(), nullable=False),
            sa.Column("valid_to", sa.Date(), nullable=True),
            sa.Column("warrant_id", sa.Integer(), nullable=False),
            sa.ForeignKeyConstraint(
                [subject], [f"{referred}.id"], name=op.f(f"fk_{table}_{subject}")
            ),
            sa.ForeignKeyConstraint(
                [subject, "revision_id"],
                ["faq_revision.text_id", "faq_revision.id"],
                name=op.f(f"fk_{table}_{subject}_revision_id"),
            ),
            sa.ForeignKeyConstraint(
                ["warrant_id"], ["warrant.id"], name=op.f(f"fk_{table}_warrant_id")
            ),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
            sa.UniqueConstraint(
                subject, "valid_from", name=op.f(f"uq_{table}_{subject}_valid_from")
            ),
        )
    op.create_table(
        "faq_draft",
        sa.Column("text_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("question", sa.JSON(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("base_id", sa.Integer(), nullable=True),
        sa.Column("edited_by", sa.String(), nullable=False),
        sa.Column("edited_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["base_id"], ["faq_revision.id"], name=op.f("fk_faq_draft_base_id")
        ),
        sa.PrimaryKeyConstraint("text_id", name=op.f("pk_faq_draft")),
    )
    op.create_table(
        "faq_opinion",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("helpful", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["faq_revision.id"], name=op.f("fk_faq_opinion_revision_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_faq_opinion_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_faq_opinion")),
        sa.UniqueConstraint(
            "revision_id", "person_id", name=op.f("uq_faq_opinion_revision_id_person_id")
        ),
    )
