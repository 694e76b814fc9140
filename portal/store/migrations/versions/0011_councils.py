"""Advisory councils: where their members sit, seats, meetings with agenda and minutes."""

import sqlalchemy as sa
from alembic import op
from portal.store.types import LocalizedType, UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MOMENT = UtcDateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "council",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("registry_id", sa.Integer(), nullable=True),
        sa.Column("name", LocalizedType(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        _key("council", "registry_id", "registry"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_council")),
        sa.UniqueConstraint("slug", name=op.f("uq_council_slug")),
    )
    op.create_index("ix_council_registry_id", "council", ["registry_id"])
    op.create_table(
        "council_sits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("warrant_id", sa.Integer(), nullable=False),
        sa.Column("council_id", sa.Integer(), nullable=False),
        sa.Column("into_id", sa.Integer(), nullable=False),
        _key("council_sits", "warrant_id", "warrant"),
        _key("council_sits", "council_id", "council"),
        _key("council_sits", "into_id", "council"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_council_sits")),
        sa.UniqueConstraint("council_id", "valid_from", name=op.f("uq_council_sits_council_id_valid_from")),
    )
    op.create_index("ix_council_sits_into_id", "council_sits", ["into_id"])
    op.create_table(
        "council_seat",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("council_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_council_seat_term")
        ),
        _key("council_seat", "council_id", "council"),
        _key("council_seat", "person_id", "person"),
        _key("council_seat", "partner_id", "partner"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_council_seat")),
    )
    for column in ("council_id", "person_id", "partner_id"):
        op.create_index(f"ix_council_seat_{column}", "council_seat", [column])
    _meetings()


def _meetings() -> None:
    op.create_table(
        "council_meeting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("council_id", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("opens", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("link", sa.String(), nullable=False),
        sa.Column("title", LocalizedType(), nullable=False),
        sa.Column("called_at", MOMENT, nullable=False),
        sa.Column("agenda_published_at", MOMENT, nullable=True),
        _key("council_meeting", "council_id", "council"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_council_meeting")),
    )
    op.create_index(
        "ix_council_meeting_council_id_held_on", "council_meeting", ["council_id", "held_on"]
    )
    op.create_table(
        "council_agenda_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", LocalizedType(), nullable=False),
        _key("council_agenda_item", "meeting_id", "council_meeting"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_council_agenda_item")),
        sa.UniqueConstraint(
            "meeting_id", "position", name=op.f("uq_council_agenda_item_meeting_id_position")
        ),
    )
    op.create_table(
        "council_minutes",
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("text", LocalizedType(), nullable=False),
        sa.Column("published_at", MOMENT, nullable=True),
        _key("council_minutes", "meeting_id", "council_meeting"),
        sa.PrimaryKeyConstraint("meeting_id", name=op.f("pk_council_minutes")),
    )


def downgrade() -> None:
    for table in (
        *("council_minutes", "council_agenda_item", "council_meeting"),
        *("council_seat", "council_sits", "council"),
    ):
        op.drop_table(table)


def _key(table: str, column: str, referred: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{referred}.id"], name=name)
