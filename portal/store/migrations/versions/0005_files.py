"""files, and the room they take"""

import sqlalchemy as sa
from alembic import op
import portal.store.types


revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=True),
        sa.Column("registry_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("at", portal.store.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("removed_at", portal.store.types.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_file_partner_id")),
        sa.ForeignKeyConstraint(["registry_id"], ["registry.id"], name=op.f("fk_file_registry_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_file_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file")),
    )
    with op.batch_alter_table("file", schema=None) as batch_op:
        for column in ("partner_id", "person_id", "registry_id", "sha256", "subject"):
            batch_op.create_index(f"ix_file_{column}", [column], unique=False)
    op.create_table(
        "file_room",
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("used >= 0", name=op.f("ck_file_room_used")),
        sa.PrimaryKeyConstraint("owner", name=op.f("pk_file_room")),
    )


def downgrade() -> None:
    op.drop_table("file_room")
    op.drop_table("file")
