"""Training that partners hold; customers' contacts."""

import sqlalchemy as sa
from alembic import op
from portal.store.types import LocalizedType

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "training",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", LocalizedType(), nullable=False),
        sa.Column("held_since", sa.Date(), nullable=False),
        sa.Column("held_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_training_partner_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training")),
        sa.UniqueConstraint("partner_id", "code", name=op.f("uq_training_partner_id_code")),
    )
    op.create_index("ix_training_code", "training", ["code"])
    op.create_table(
        "customer_contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registry_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column(
            "language",
            sa.Enum("es", "en", name="language", native_enum=False, length=20),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["registry_id"], ["registry.id"], name=op.f("fk_customer_contact_registry_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_customer_contact_customer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_contact")),
        sa.UniqueConstraint(
            *("registry_id", "customer_id", "email"),
            name=op.f("uq_customer_contact_registry_id_customer_id_email"),
        ),
    )
    op.create_index("ix_customer_contact_customer_id", "customer_contact", ["customer_id"])


def downgrade() -> None:
    op.drop_table("customer_contact")
    op.drop_table("training")
