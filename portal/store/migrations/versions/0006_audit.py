"""audit: events say from where and for which registry, hold no names, only grow, and are sealed"""

import sqlalchemy as sa
from alembic import op

from portal.store.append_only import create_statements, drop_statements
from portal.store.types import UtcDateTime


revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ONLY_GROW = {
    "event": (("id",), ("stream", "version")),
    "seal": (("id",), ("hash",)),
    "sealed_event": (("seal_id", "position"), ("event_id",)),
}
# What a person did is kept under the role of the first membership: the only one there could be.
UP = (
    "UPDATE event SET origin = '', role = coalesce((SELECT role FROM membership "
    "WHERE membership.person_id = event.person_id ORDER BY id LIMIT 1), '')",
    "UPDATE event SET origin = 'command line' WHERE actor = 'system' AND person_id IS NULL",
    "UPDATE event SET actor = 'visitor' WHERE actor <> 'system' AND person_id IS NULL",
    "UPDATE event SET actor = 'person' || chr(58) || person_id WHERE person_id IS NOT NULL",
    "UPDATE event SET registry_id = (SELECT min(placed_order.registry_id) FROM placed_order "
    "JOIN decision ON decision.id = placed_order.decision_id "
    "WHERE 'placement' || chr(58) || decision.ref = event.stream "
    "HAVING count(DISTINCT placed_order.registry_id) = 1) WHERE verb = 'orders.placed'",
)
DOWN = (
    "UPDATE event SET actor = coalesce((SELECT email FROM person "
    "WHERE person.id = event.person_id), actor)"
)
EVENT = sa.table(
    "event", sa.column("id", sa.Uuid()), sa.column("verb"), sa.column("payload", sa.JSON())
)


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    with op.batch_alter_table("event") as batch:
        batch.drop_index("ix_event_partner_at")
        batch.add_column(sa.Column("role", sa.String(), nullable=True))
        batch.add_column(sa.Column("registry_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("origin", sa.String(), nullable=True))
    for statement in UP:
        op.execute(statement.replace("chr(", "char(") if dialect == "sqlite" else statement)
    _forget_free_text()
    with op.batch_alter_table("event") as batch:
        batch.alter_column("role", existing_type=sa.String(), nullable=False)
        batch.alter_column("origin", existing_type=sa.String(), nullable=False)
        batch.create_index("ix_event_partner_id_id", ["partner_id", "id"])
        batch.create_index("ix_event_registry_id_id", ["registry_id", "id"])
        batch.create_index("ix_event_person_id_id", ["person_id", "id"])
        batch.create_index("ix_event_at", ["at"])
    op.create_table(
        "seal",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_event_id", sa.Uuid(), nullable=False),
        sa.Column("last_event_id", sa.Uuid(), nullable=False),
        sa.Column("until", UtcDateTime(timezone=True), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal")),
        sa.UniqueConstraint("hash", name=op.f("uq_seal_hash")),
    )
    op.create_table(
        "sealed_event",
        sa.Column("seal_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["seal_id"], ["seal.id"], name=op.f("fk_sealed_event_seal_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_sealed_event_event_id")),
        sa.PrimaryKeyConstraint("seal_id", "position", name=op.f("pk_sealed_event")),
        sa.UniqueConstraint("event_id", name=op.f("uq_sealed_event_event_id")),
    )
    for statement in create_statements(dialect, ONLY_GROW):
        op.execute(statement)


def downgrade() -> None:
    for statement in drop_statements(op.get_bind().dialect.name, ONLY_GROW):
        op.execute(statement)
    op.drop_table("sealed_event")
    op.drop_table("seal")
    op.execute(DOWN)
    with op.batch_alter_table("event") as batch:
        for name in ("at", "person_id_id", "registry_id_id", "partner_id_id"):
            batch.drop_index(f"ix_event_{name}")
        for name in ("origin", "registry_id", "role"):
            batch.drop_column(name)
        batch.create_index("ix_event_partner_at", ["partner_id", "at"])


def _forget_free_text() -> None:
    """Of an import the name of the file goes, and the reason of a correction: its warrant keeps it."""
    connection = op.get_bind()
    imports = sa.select(EVENT.c.id, EVENT.c.payload).where(EVENT.c.verb == "registry.imported")
    for id_, payload in connection.execute(imports).all():
        kept = {key: value for key, value in payload.items() if key != "file"}
        kept["correction"] = bool(kept.get("correction"))
        connection.execute(sa.update(EVENT).where(EVENT.c.id == id_).values(payload=kept))
