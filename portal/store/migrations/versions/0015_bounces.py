"""Mail that came back, mail to many, and the secret addresses of feeds."""

import sqlalchemy as sa
from alembic import op
from portal.store.types import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

MOMENT = UtcDateTime(timezone=True)
LIVING = sa.text("revoked_at IS NULL")
# In one statement with its column: SQLite takes a constraint no other way without copying the table.
STATUS = (
    "ALTER TABLE mail ADD COLUMN bounce_status VARCHAR "
    "CONSTRAINT ck_mail_bounce CHECK ((bounced_at IS NULL) = (bounce_status IS NULL))"
)


def upgrade() -> None:
    op.add_column("mail", sa.Column("batch", sa.String(), nullable=True))
    op.add_column(
        "mail", sa.Column("bulk", sa.Boolean(), nullable=False, server_default=sa.text("false"))
    )
    op.add_column("mail", sa.Column("bounced_at", MOMENT, nullable=True))
    op.execute(STATUS)
    op.drop_index("ix_mail_state_due_at", "mail")
    op.create_index("ix_mail_state_bulk_due_at_id", "mail", ["state", "bulk", "due_at", "id"])
    op.create_index("ix_mail_batch_state", "mail", ["batch", "state"])
    op.create_index("ix_mail_bounced_at", "mail", ["bounced_at"])
    op.create_table(
        "feed_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("atom", "calendar", name="feedkind", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_feed_key_person_id")),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["membership.id"], name=op.f("fk_feed_key_membership_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_key")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_feed_key_token_hash")),
    )
    op.create_index("ix_feed_key_person_id", "feed_key", ["person_id"])
    op.create_index(
        "uq_feed_key_living",
        "feed_key",
        ["membership_id", "kind"],
        unique=True,
        sqlite_where=LIVING,
        postgresql_where=LIVING,
    )


def downgrade() -> None:
    op.drop_table("feed_key")
    for name in ("ix_mail_bounced_at", "ix_mail_batch_state", "ix_mail_state_bulk_due_at_id"):
        op.drop_index(name, "mail")
    op.create_index("ix_mail_state_due_at", "mail", ["state", "due_at"])
    # The status first: its constraint names the moment too, and goes with it.
    for name in ("bounce_status", "bounced_at", "bulk", "batch"):
        op.drop_column("mail", name)
