"""MDF: claims with invoices, documents and payments, and the timeline of every request."""

from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

from portal.store import append_only
from portal.store.triggers import (
    create_statements,
    drop_statements,
    keep_statements,
    unkeep_statements,
)
from portal.store.types import UtcDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

MOMENT = UtcDateTime(timezone=True)
ONLY_GROW = {
    "mdf_payment": (("id",),),
    "mdf_step": (("id",),),
}

# R1 on SQLite, before and after: (table, column, referred table).
BEFORE = (
    ("agreement_team", "agreement_id", "agreement"),
    ("agreement_team", "team_id", "team"),
    ("application", "agreement_id", "agreement"),
    ("concern", "agreement_id", "agreement"),
    ("concern", "contract_id", "contract"),
    ("concern", "line_id", "contract_line"),
    ("concern", "order_id", "placed_order"),
    ("concern", "team_id", "team"),
    ("concern_entry", "concern_id", "concern"),
    ("concern_entry", "team_id", "team"),
    ("contract", "line_id", "contract_line"),
    ("contract_replacement", "contract_id", "contract"),
    ("contract_replacement", "replaced_id", "contract"),
    ("invitation", "team_id", "team"),
    ("line_team", "line_id", "contract_line"),
    ("line_team", "team_id", "team"),
    ("mdf_request", "fund_id", "mdf_fund"),
    ("membership", "team_id", "team"),
    ("order_line", "order_id", "placed_order"),
    ("order_line", "product_id", "product"),
    ("order_line", "service_id", "service"),
    ("placed_order", "account_team_id", "team"),
    ("placed_order", "contract_id", "contract"),
    ("service", "contract_id", "contract"),
    ("service", "product_id", "product"),
    ("team_member", "team_id", "team"),
)
ADDED = (
    ("mdf_claim", "request_id", "mdf_request"),
)
AFTER = tuple(sorted((*BEFORE, *ADDED)))


def upgrade() -> None:
    _triggers(drop_statements(BEFORE), unkeep_statements(BEFORE))
    op.create_table(
        "mdf_claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("registry_id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("state", _choice("draft", "submitted", "needs_info", "approved", "rejected", "withdrawn", "part_paid", "paid", "reversed"), nullable=False),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.JSON(), nullable=False),
        sa.Column("remarks", sa.String(), nullable=False),
        sa.Column("claimed", sa.BigInteger(), nullable=True),
        sa.Column("approved", sa.BigInteger(), nullable=True),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("submitted_at", MOMENT, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("turn_due_on", sa.Date(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("reversal_by", sa.Integer(), nullable=True),
        sa.Column("reversal_reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["partner_id", "request_id"], ["mdf_request.partner_id", "mdf_request.id"], name=op.f("fk_mdf_claim_partner_id_request_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_mdf_claim_partner_id")),
        sa.ForeignKeyConstraint(["registry_id", "request_id"], ["mdf_request.registry_id", "mdf_request.id"], name=op.f("fk_mdf_claim_registry_id_request_id")),
        sa.ForeignKeyConstraint(["registry_id"], ["registry.id"], name=op.f("fk_mdf_claim_registry_id")),
        sa.ForeignKeyConstraint(["reversal_by"], ["person.id"], name=op.f("fk_mdf_claim_reversal_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mdf_claim")),
        sa.UniqueConstraint("partner_id", "id", name=op.f("uq_mdf_claim_partner_id_id")),
        sa.UniqueConstraint("ref", name=op.f("uq_mdf_claim_ref")),
    )
    op.create_index("ix_mdf_claim_partner_id_id", "mdf_claim", ["partner_id", "id"])
    op.create_index("ix_mdf_claim_request_id", "mdf_claim", ["request_id"])
    op.create_index("ix_mdf_claim_state_id", "mdf_claim", ["state", "id"])
    op.create_table(
        "mdf_invoice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("tax_id", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("rate", sa.String(), nullable=False),
        sa.Column("rate_source", sa.String(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_mdf_invoice_amount")),
        sa.ForeignKeyConstraint(["partner_id", "claim_id"], ["mdf_claim.partner_id", "mdf_claim.id"], name=op.f("fk_mdf_invoice_partner_id_claim_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_mdf_invoice_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mdf_invoice")),
        sa.UniqueConstraint("partner_id", "id", name=op.f("uq_mdf_invoice_partner_id_id")),
    )
    op.create_index("ix_mdf_invoice_claim_id", "mdf_invoice", ["claim_id"])
    op.create_table(
        "mdf_claim_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("cost", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("accepted", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("disputed_at", MOMENT, nullable=True),
        sa.Column("dispute", sa.String(), nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.CheckConstraint("accepted IS NULL OR (accepted >= 0 AND accepted <= amount)", name=op.f("ck_mdf_claim_line_accepted")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_mdf_claim_line_amount")),
        sa.ForeignKeyConstraint(["partner_id", "invoice_id"], ["mdf_invoice.partner_id", "mdf_invoice.id"], name=op.f("fk_mdf_claim_line_partner_id_invoice_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_mdf_claim_line_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mdf_claim_line")),
    )
    op.create_index("ix_mdf_claim_line_invoice_id", "mdf_claim_line", ["invoice_id"])
    op.create_table(
        "mdf_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("proof", sa.String(), nullable=True),
        sa.Column("invoice_id", sa.Integer(), nullable=True),
        sa.Column("verdict", _choice("open", "accepted", "refused"), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name=op.f("fk_mdf_document_file_id")),
        sa.ForeignKeyConstraint(["invoice_id"], ["mdf_invoice.id"], name=op.f("fk_mdf_document_invoice_id")),
        sa.ForeignKeyConstraint(["partner_id", "claim_id"], ["mdf_claim.partner_id", "mdf_claim.id"], name=op.f("fk_mdf_document_partner_id_claim_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_mdf_document_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mdf_document")),
        sa.UniqueConstraint("file_id", name=op.f("uq_mdf_document_file_id")),
    )
    op.create_index("ix_mdf_document_claim_id", "mdf_document", ["claim_id"])
    op.create_index("ix_mdf_document_sha256", "mdf_document", ["sha256"])
    op.create_table(
        "mdf_invoice_key",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["mdf_claim.id"], name=op.f("fk_mdf_invoice_key_claim_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_mdf_invoice_key")),
    )
    op.create_index("ix_mdf_invoice_key_claim_id", "mdf_invoice_key", ["claim_id"])
    op.create_table(
        "mdf_file_key",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["mdf_claim.id"], name=op.f("fk_mdf_file_key_claim_id")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_mdf_file_key")),
    )
    op.create_index("ix_mdf_file_key_claim_id", "mdf_file_key", ["claim_id"])
    op.create_table(
        "mdf_payment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_mdf_payment_amount")),
        sa.ForeignKeyConstraint(["partner_id", "claim_id"], ["mdf_claim.partner_id", "mdf_claim.id"], name=op.f("fk_mdf_payment_partner_id_claim_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_mdf_payment_partner_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mdf_payment_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mdf_payment")),
    )
    op.create_index("ix_mdf_payment_claim_id", "mdf_payment", ["claim_id"])
    op.create_table(
        "mdf_reminder",
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["mdf_request.id"], name=op.f("fk_mdf_reminder_request_id")),
        sa.PrimaryKeyConstraint("request_id", "due_on", "days", name=op.f("pk_mdf_reminder")),
    )
    op.create_table(
        "mdf_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=True),
        sa.Column("verb", sa.Enum("begun", "submitted", "asked", "endorsed", "approved", "rejected", "declined", "withdrawn", "cancelled", "dates_asked", "dates_moved", "dates_kept", "extended", "reminded", "expired", "closed", "claim.begun", "claim.submitted", "claim.asked", "claim.approved", "claim.rejected", "claim.withdrawn", "claim.disputed", "claim.settled", "claim.paid", "claim.reversal_asked", "claim.reversed", name="verb", native_enum=False), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("turn", sa.String(), nullable=True),
        sa.Column("promised_on", sa.Date(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("decision_ref", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["claim_id"], ["mdf_claim.id"], name=op.f("fk_mdf_step_claim_id")),
        sa.ForeignKeyConstraint(["partner_id", "request_id"], ["mdf_request.partner_id", "mdf_request.id"], name=op.f("fk_mdf_step_partner_id_request_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_mdf_step_partner_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mdf_step_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mdf_step")),
    )
    op.create_index("ix_mdf_step_partner_id_id", "mdf_step", ["partner_id", "id"])
    op.create_index("ix_mdf_step_request_id_id", "mdf_step", ["request_id", "id"])
    _triggers(create_statements(AFTER), keep_statements(AFTER))
    for statement in append_only.create_statements(op.get_bind().dialect.name, ONLY_GROW):
        op.execute(statement)


def downgrade() -> None:
    for statement in append_only.drop_statements(
        op.get_bind().dialect.name, ONLY_GROW, last=False
    ):
        op.execute(statement)
    _triggers(drop_statements(AFTER), unkeep_statements(AFTER))
    for table in (
        "mdf_step",
        "mdf_reminder",
        "mdf_payment",
        "mdf_file_key",
        "mdf_invoice_key",
        "mdf_document",
        "mdf_claim_line",
        "mdf_invoice",
        "mdf_claim",
    ):
        op.drop_table(table)
    _triggers(create_statements(BEFORE), keep_statements(BEFORE))


def _triggers(*groups: Iterable[str]) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for group in groups:
            for statement in group:
                op.execute(statement)


def _choice(*values: str) -> sa.Enum:
    return sa.Enum(*values, name="choice", native_enum=False, length=20)
