"""The ledger: accounts, and the transfers between them, which only grow."""

import sqlalchemy as sa
from alembic import op

from portal.store import append_only
from portal.store.types import UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

MOMENT = UtcDateTime(timezone=True)
ONLY_GROW = {
    "ledger_transfer": (("id",), ("key",)),
}


def upgrade() -> None:
    op.create_table(
        "ledger_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("book", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=True),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("balance >= 0 OR kind = 'source'", name=op.f("ck_ledger_account_balance")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_ledger_account_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_account")),
        sa.UniqueConstraint("book", "kind", "owner", "unit", name=op.f("uq_ledger_account_book_kind_owner_unit")),
    )
    op.create_index("ix_ledger_account_partner_id", "ledger_account", ["partner_id"])
    op.create_table(
        "ledger_transfer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_ledger_transfer_amount")),
        sa.CheckConstraint("source_id <> target_id", name=op.f("ck_ledger_transfer_moves")),
        sa.ForeignKeyConstraint(["source_id"], ["ledger_account.id"], name=op.f("fk_ledger_transfer_source_id")),
        sa.ForeignKeyConstraint(["target_id"], ["ledger_account.id"], name=op.f("fk_ledger_transfer_target_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_transfer")),
        sa.UniqueConstraint("key", name=op.f("uq_ledger_transfer_key")),
    )
    op.create_index("ix_ledger_transfer_source_id", "ledger_transfer", ["source_id"])
    op.create_index("ix_ledger_transfer_subject", "ledger_transfer", ["subject"])
    op.create_index("ix_ledger_transfer_target_id", "ledger_transfer", ["target_id"])
    for statement in append_only.create_statements(op.get_bind().dialect.name, ONLY_GROW):
        op.execute(statement)


def downgrade() -> None:
    for statement in append_only.drop_statements(
        op.get_bind().dialect.name, ONLY_GROW, last=False
    ):
        op.execute(statement)
    for table in (
        "ledger_transfer",
        "ledger_account",
    ):
        op.drop_table(table)
