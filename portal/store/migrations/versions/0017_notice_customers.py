"""notices: customers' contacts a version goes to"""

import sqlalchemy as sa
from alembic import op

from portal.store.types import UtcDateTime


revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notice_customer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("mailed_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["customer_contact.id"], name=op.f("fk_notice_customer_contact_id")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["notice_version.id"], name=op.f("fk_notice_customer_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_customer")),
        sa.UniqueConstraint(
            "version_id", "contact_id", name=op.f("uq_notice_customer_version_id_contact_id")
        ),
    )
    op.create_index("ix_notice_customer_contact_id", "notice_customer", ["contact_id"])


def downgrade() -> None:
    op.drop_table("notice_customer")
