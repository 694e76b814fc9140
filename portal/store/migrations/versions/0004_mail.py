"""the outbox"""

import sqlalchemy as sa
from alembic import op
import portal.store.types


revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATES = ("waiting", "sending", "sent", "failed", "uncertain")


def upgrade() -> None:
    op.create_table(
        "mail",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("to_address", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("context", sa.JSON(), nullable=False),
        sa.Column("secret", sa.String(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(*STATES, name="mailstate", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", portal.store.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("lease_until", portal.store.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("sent_at", portal.store.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("created_at", portal.store.types.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'sending') = (lease_until IS NOT NULL)", name=op.f("ck_mail_lease")
        ),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_mail_sent")),
        sa.CheckConstraint("state <> 'sent' OR secret IS NULL", name=op.f("ck_mail_secret")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
    )
    op.create_index("ix_mail_state_due_at", "mail", ["state", "due_at"])
    op.create_index("ix_mail_person_id_id", "mail", ["person_id", "id"])


def downgrade() -> None:
    op.drop_table("mail")
