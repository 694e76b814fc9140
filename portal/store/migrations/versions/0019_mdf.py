"""MDF: funds with their terms, what companies ask of them, and who said yes."""

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
from portal.store.types import LocalizedType, UtcDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

MOMENT = UtcDateTime(timezone=True)
ONLY_GROW = {
    "mdf_terms": (("id",), ("fund_id", "number")),
    "mdf_activity": (("id",), ("terms_id", "code")),
    "mdf_approval": (("id",), ("subject", "round", "person_id")),
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
    ("mdf_request", "fund_id", "mdf_fund"),
)
AFTER = tuple(sorted((*BEFORE, *ADDED)))


def upgrade() -> None:
    _triggers(drop_statements(BEFORE), unkeep_statements(BEFORE))
    op.create_table(
        "mdf_fund",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("registry_id", sa.Integer(), nullable=False),
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("name", LocalizedType(), nullable=False),
        sa.Column("pooled", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["registry_id"], ["registry.id"], name=op.f("fk_mdf_fund_registry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mdf_fund")),
        sa.UniqueConstraint("registry_id", "id", name=op.f("uq_mdf_fund_registry_id_id")),
        sa.UniqueConstraint("slug", name=op.f("uq_mdf_fund_slug")),
    )
    op.create_table(
        "mdf_terms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fund_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=True),
        sa.Column("requests_from", sa.Date(), nullable=False),
        sa.Column("requests_until", sa.Date(), nullable=False),
        sa.Column("activity_from", sa.Date(), nullable=False),
        sa.Column("activity_until", sa.Date(), nullable=False),
        sa.Column("claims_until", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("claim_days", sa.Integer(), nullable=False),
        sa.Column("lead_days", sa.Integer(), nullable=False),
        sa.Column("manager_limit", sa.BigInteger(), nullable=True),
        sa.Column("review_days", sa.Integer(), nullable=False),
        sa.Column("pay_days", sa.Integer(), nullable=False),
        sa.Column("extensions", sa.Integer(), nullable=False),
        sa.Column("extension_days", sa.Integer(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.CheckConstraint("activity_from <= activity_until AND activity_until <= claims_until AND claims_until <= closes_on AND requests_until <= closes_on", name=op.f("ck_mdf_terms_dates")),
        sa.ForeignKeyConstraint(["fund_id"], ["mdf_fund.id"], name=op.f("fk_mdf_terms_fund_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mdf_terms")),
        sa.UniqueConstraint("fund_id", "id", name=op.f("uq_mdf_terms_fund_id_id")),
        sa.UniqueConstraint("fund_id", "number", name=op.f("uq_mdf_terms_fund_id_number")),
    )
    op.create_table(
        "mdf_activity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("terms_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", LocalizedType(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("cap", sa.BigInteger(), nullable=True),
        sa.Column("proofs", sa.JSON(), nullable=False),
        sa.Column("costs", sa.JSON(), nullable=False),
        sa.Column("metrics", sa.JSON(), nullable=False),
        sa.CheckConstraint("percent BETWEEN 1 AND 100", name=op.f("ck_mdf_activity_percent")),
        sa.ForeignKeyConstraint(["terms_id"], ["mdf_terms.id"], name=op.f("fk_mdf_activity_terms_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mdf_activity")),
        sa.UniqueConstraint("terms_id", "code", name=op.f("uq_mdf_activity_terms_id_code")),
    )
    op.create_table(
        "mdf_terms_held",
        sa.Column("fund_id", sa.Integer(), nullable=False),
        sa.Column("terms_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("warrant_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["fund_id", "terms_id"], ["mdf_terms.fund_id", "mdf_terms.id"], name=op.f("fk_mdf_terms_held_fund_id_terms_id")),
        sa.ForeignKeyConstraint(["fund_id"], ["mdf_fund.id"], name=op.f("fk_mdf_terms_held_fund_id")),
        sa.ForeignKeyConstraint(["warrant_id"], ["warrant.id"], name=op.f("fk_mdf_terms_held_warrant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mdf_terms_held")),
        sa.UniqueConstraint("fund_id", "valid_from", name=op.f("uq_mdf_terms_held_fund_id_valid_from")),
    )
    op.create_index("ix_mdf_terms_held_terms_id", "mdf_terms_held", ["terms_id"])
    op.create_table(
        "mdf_limit",
        sa.Column("registry_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mdf_limit_person_id")),
        sa.ForeignKeyConstraint(["registry_id"], ["registry.id"], name=op.f("fk_mdf_limit_registry_id")),
        sa.ForeignKeyConstraint(["set_by"], ["person.id"], name=op.f("fk_mdf_limit_set_by")),
        sa.PrimaryKeyConstraint("registry_id", "person_id", "currency", name=op.f("pk_mdf_limit")),
    )
    op.create_table(
        "mdf_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("registry_id", sa.Integer(), nullable=False),
        sa.Column("fund_id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("terms_id", sa.Integer(), nullable=True),
        sa.Column("activity_id", sa.Integer(), nullable=True),
        sa.Column("state", _choice("draft", "submitted", "needs_info", "approved", "rejected", "declined", "withdrawn", "cancelled", "expired", "closed"), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("details", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("total_cost", sa.BigInteger(), nullable=True),
        sa.Column("asked", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.JSON(), nullable=False),
        sa.Column("filed_by", sa.Integer(), nullable=False),
        sa.Column("for_staff", sa.Boolean(), nullable=False),
        sa.Column("copied_from", sa.String(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("submitted_at", MOMENT, nullable=True),
        sa.Column("approved", sa.BigInteger(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("extended", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("wanted_from", sa.Date(), nullable=True),
        sa.Column("wanted_until", sa.Date(), nullable=True),
        sa.Column("turn_due_on", sa.Date(), nullable=True),
        sa.CheckConstraint("(wanted_from IS NULL) = (wanted_until IS NULL)", name=op.f("ck_mdf_request_wanted")),
        sa.CheckConstraint("approved IS NULL OR approved > 0", name=op.f("ck_mdf_request_approved")),
        sa.ForeignKeyConstraint(["activity_id"], ["mdf_activity.id"], name=op.f("fk_mdf_request_activity_id")),
        sa.ForeignKeyConstraint(["filed_by"], ["person.id"], name=op.f("fk_mdf_request_filed_by")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_mdf_request_partner_id")),
        sa.ForeignKeyConstraint(["registry_id", "fund_id"], ["mdf_fund.registry_id", "mdf_fund.id"], name=op.f("fk_mdf_request_registry_id_fund_id")),
        sa.ForeignKeyConstraint(["registry_id"], ["registry.id"], name=op.f("fk_mdf_request_registry_id")),
        sa.ForeignKeyConstraint(["terms_id"], ["mdf_terms.id"], name=op.f("fk_mdf_request_terms_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mdf_request")),
        sa.UniqueConstraint("partner_id", "id", name=op.f("uq_mdf_request_partner_id_id")),
        sa.UniqueConstraint("ref", name=op.f("uq_mdf_request_ref")),
        sa.UniqueConstraint("registry_id", "id", name=op.f("uq_mdf_request_registry_id_id")),
    )
    op.create_index("ix_mdf_request_fund_id", "mdf_request", ["fund_id"])
    op.create_index("ix_mdf_request_partner_id_id", "mdf_request", ["partner_id", "id"])
    op.create_index("ix_mdf_request_registry_id_state_id", "mdf_request", ["registry_id", "state", "id"])
    op.create_index("ix_mdf_request_state_due_on", "mdf_request", ["state", "due_on"])
    op.create_table(
        "mdf_approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mdf_approval_person_id")),
        sa.ForeignKeyConstraint(["request_id"], ["mdf_request.id"], name=op.f("fk_mdf_approval_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mdf_approval")),
        sa.UniqueConstraint("subject", "round", "person_id", name=op.f("uq_mdf_approval_subject_round_person_id")),
    )
    op.create_index("ix_mdf_approval_request_id", "mdf_approval", ["request_id"])
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
        "mdf_approval",
        "mdf_request",
        "mdf_limit",
        "mdf_terms_held",
        "mdf_activity",
        "mdf_terms",
        "mdf_fund",
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
