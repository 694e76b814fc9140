"""initial"""

import sqlalchemy as sa
from alembic import op
import portal.store.types
from portal.store.triggers import create_statements, drop_statements


revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


# R1 on SQLite: (table, column, referred table) of every composite registry key of this revision.
REGISTRY_KEYS = (
    ("agreement_team", "agreement_id", "agreement"),
    ("agreement_team", "team_id", "team"),
    ("contract", "line_id", "contract_line"),
    ("contract_replacement", "contract_id", "contract"),
    ("contract_replacement", "replaced_id", "contract"),
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


def upgrade() -> None:
    op.create_table(
        "customer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
        sa.UniqueConstraint("code", name=op.f("uq_customer_code")),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("partner_id", sa.Integer(), nullable=True),
        sa.Column("at", portal.store.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index("ix_event_partner_at", ["partner_id", "at"], unique=False)
        batch_op.create_index("uq_event_stream_version", ["stream", "version"], unique=True)

    op.create_table(
        "faq_block",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", portal.store.types.LocalizedType(), nullable=False),
        sa.Column("updated_at", portal.store.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_faq_block")),
    )
    op.create_table(
        "faq_entry",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("slug", portal.store.types.LocalizedType(), nullable=False),
        sa.Column("former_slugs", sa.JSON(), nullable=False),
        sa.Column("question", portal.store.types.LocalizedType(), nullable=False),
        sa.Column("answer", portal.store.types.LocalizedType(), nullable=False),
        sa.Column("keywords", sa.JSON(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("situation", sa.String(), nullable=False),
        sa.Column("in_force_since", sa.Date(), nullable=False),
        sa.Column("updated_at", portal.store.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_faq_entry")),
        sa.UniqueConstraint("position", name=op.f("uq_faq_entry_position")),
    )
    op.create_table(
        "faq_miss",
        sa.Column("lang", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", portal.store.types.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("lang", "query", name=op.f("pk_faq_miss")),
    )
    op.create_table(
        "job_run",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("slot", sa.String(), nullable=False),
        sa.Column("started_at", portal.store.types.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", "slot", name=op.f("pk_job_run")),
    )
    op.create_table(
        "loaded_part",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("loaded_at", portal.store.types.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_loaded_part")),
    )
    op.create_table(
        "loaded_program",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("loaded_at", portal.store.types.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loaded_program")),
        sa.UniqueConstraint("slug", name=op.f("uq_loaded_program_slug")),
    )
    op.create_table(
        "partner",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner")),
        sa.UniqueConstraint("code", name=op.f("uq_partner_code")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("session_version", sa.Integer(), nullable=False),
        sa.Column("created_at", portal.store.types.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
    )
    op.create_table(
        "registry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("thread", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry")),
        sa.UniqueConstraint("slug", name=op.f("uq_registry_slug")),
    )
    op.create_table(
        "rule_text",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", portal.store.types.LocalizedType(), nullable=False),
        sa.Column("text", portal.store.types.LocalizedType(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("updated_at", portal.store.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_text")),
    )
    op.create_table(
        "warrant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "origin", "notice", "correction", name="warrantkind", native_enum=False, length=20
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", portal.store.types.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warrant")),
    )
    op.create_table(
        "agreement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registry_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column(
            "program",
            sa.Enum("indirect", "alliance", name="program", native_enum=False, length=20),
            nullable=True,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "pending",
                "active",
                "suspended",
                "terminated",
                name="contractstatus",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_agreement_partner_id")
        ),
        sa.ForeignKeyConstraint(
            ["registry_id"], ["registry.id"], name=op.f("fk_agreement_registry_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        sa.UniqueConstraint("registry_id", "id", name=op.f("uq_agreement_registry_id_id")),
        sa.UniqueConstraint("registry_id", "number", name=op.f("uq_agreement_registry_id_number")),
    )
    with op.batch_alter_table("agreement", schema=None) as batch_op:
        batch_op.create_index("ix_agreement_partner_id", ["partner_id"], unique=False)

    op.create_table(
        "contract_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registry_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["registry_id"], ["registry.id"], name=op.f("fk_contract_line_registry_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_line")),
        sa.UniqueConstraint("registry_id", "id", name=op.f("uq_contract_line_registry_id_id")),
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("ruleset", sa.String(), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("business_at", portal.store.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", portal.store.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_decision_partner_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_decision_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("person_id", "key", name=op.f("uq_decision_person_id_key")),
        sa.UniqueConstraint("ref", name=op.f("uq_decision_ref")),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index("ix_decision_partner_id_id", ["partner_id", "id"], unique=False)

    op.create_table(
        "product",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registry_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", portal.store.types.LocalizedType(), nullable=False),
        sa.ForeignKeyConstraint(
            ["registry_id"], ["registry.id"], name=op.f("fk_product_registry_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sa.UniqueConstraint("registry_id", "code", name=op.f("uq_product_registry_id_code")),
        sa.UniqueConstraint("registry_id", "id", name=op.f("uq_product_registry_id_id")),
    )
    op.create_table(
        "team",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registry_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("channel", "account", name="teamkind", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("hours", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["registry_id"], ["registry.id"], name=op.f("fk_team_registry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
        sa.UniqueConstraint("registry_id", "code", name=op.f("uq_team_registry_id_code")),
        sa.UniqueConstraint("registry_id", "id", name=op.f("uq_team_registry_id_id")),
    )
    op.create_table(
        "agreement_schedule",
        sa.Column("agreement_id", sa.Integer(), nullable=False),
        sa.Column("schedule", sa.String(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("warrant_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name=op.f("fk_agreement_schedule_agreement_id")
        ),
        sa.ForeignKeyConstraint(
            ["warrant_id"], ["warrant.id"], name=op.f("fk_agreement_schedule_warrant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_schedule")),
        sa.UniqueConstraint(
            "agreement_id", "valid_from", name=op.f("uq_agreement_schedule_agreement_id_valid_from")
        ),
    )
    op.create_table(
        "agreement_team",
        sa.Column("registry_id", sa.Integer(), nullable=False),
        sa.Column("agreement_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("warrant_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["registry_id", "agreement_id"],
            ["agreement.registry_id", "agreement.id"],
            name=op.f("fk_agreement_team_registry_id_agreement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["registry_id", "team_id"],
            ["team.registry_id", "team.id"],
            name=op.f("fk_agreement_team_registry_id_team_id"),
        ),
        sa.ForeignKeyConstraint(
            ["warrant_id"], ["warrant.id"], name=op.f("fk_agreement_team_warrant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_team")),
        sa.UniqueConstraint(
            "agreement_id", "valid_from", name=op.f("uq_agreement_team_agreement_id_valid_from")
        ),
    )
    op.create_table(
        "agreement_terms",
        sa.Column("agreement_id", sa.Integer(), nullable=False),
        sa.Column("terms", sa.String(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("warrant_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name=op.f("fk_agreement_terms_agreement_id")
        ),
        sa.ForeignKeyConstraint(
            ["warrant_id"], ["warrant.id"], name=op.f("fk_agreement_terms_warrant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_terms")),
        sa.UniqueConstraint(
            "agreement_id", "valid_from", name=op.f("uq_agreement_terms_agreement_id_valid_from")
        ),
    )
    op.create_table(
        "contract",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registry_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("normal", sa.String(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "pending",
                "active",
                "suspended",
                "terminated",
                name="contractstatus",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column(
            "end_of_term",
            sa.Enum(
                "expire",
                "month_to_month",
                "auto_renew",
                name="endofterm",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_contract_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_contract_partner_id")
        ),
        sa.ForeignKeyConstraint(
            ["registry_id", "line_id"],
            ["contract_line.registry_id", "contract_line.id"],
            name=op.f("fk_contract_registry_id_line_id"),
        ),
        sa.ForeignKeyConstraint(
            ["registry_id"], ["registry.id"], name=op.f("fk_contract_registry_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
        sa.UniqueConstraint("registry_id", "id", name=op.f("uq_contract_registry_id_id")),
        sa.UniqueConstraint("registry_id", "number", name=op.f("uq_contract_registry_id_number")),
    )
    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.create_index("ix_contract_customer_id", ["customer_id"], unique=False)
        batch_op.create_index("ix_contract_line_id", ["line_id"], unique=False)
        batch_op.create_index("ix_contract_normal", ["normal"], unique=False)
        batch_op.create_index("ix_contract_partner_id", ["partner_id"], unique=False)

    op.create_table(
        "line_team",
        sa.Column("registry_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("warrant_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["registry_id", "line_id"],
            ["contract_line.registry_id", "contract_line.id"],
            name=op.f("fk_line_team_registry_id_line_id"),
        ),
        sa.ForeignKeyConstraint(
            ["registry_id", "team_id"],
            ["team.registry_id", "team.id"],
            name=op.f("fk_line_team_registry_id_team_id"),
        ),
        sa.ForeignKeyConstraint(
            ["warrant_id"], ["warrant.id"], name=op.f("fk_line_team_warrant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_team")),
        sa.UniqueConstraint("line_id", "valid_from", name=op.f("uq_line_team_line_id_valid_from")),
    )
    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "visitor",
                "partner_user",
                "partner_admin",
                "channel_manager",
                "channel_lead",
                "account_team",
                "support",
                "csm",
                "finance",
                "admin",
                name="role",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("partner_id", sa.Integer(), nullable=True),
        sa.Column("registry_id", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_membership_partner_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_person_id")),
        sa.ForeignKeyConstraint(
            ["registry_id", "team_id"],
            ["team.registry_id", "team.id"],
            name=op.f("fk_membership_registry_id_team_id"),
        ),
        sa.ForeignKeyConstraint(
            ["registry_id"], ["registry.id"], name=op.f("fk_membership_registry_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index("ix_membership_person_id", ["person_id"], unique=False)

    op.create_table(
        "team_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registry_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("former_email", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["registry_id", "team_id"],
            ["team.registry_id", "team.id"],
            name=op.f("fk_team_member_registry_id_team_id"),
        ),
        sa.ForeignKeyConstraint(
            ["registry_id"], ["registry.id"], name=op.f("fk_team_member_registry_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_member")),
        sa.UniqueConstraint("registry_id", "email", name=op.f("uq_team_member_registry_id_email")),
    )
    with op.batch_alter_table("team_member", schema=None) as batch_op:
        batch_op.create_index("ix_team_member_former_email", ["former_email"], unique=False)
        batch_op.create_index("ix_team_member_team_id", ["team_id"], unique=False)

    op.create_table(
        "contract_replacement",
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("replaced_id", sa.Integer(), nullable=False),
        sa.Column("registry_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["registry_id", "contract_id"],
            ["contract.registry_id", "contract.id"],
            name=op.f("fk_contract_replacement_registry_id_contract_id"),
        ),
        sa.ForeignKeyConstraint(
            ["registry_id", "replaced_id"],
            ["contract.registry_id", "contract.id"],
            name=op.f("fk_contract_replacement_registry_id_replaced_id"),
        ),
        sa.PrimaryKeyConstraint("contract_id", "replaced_id", name=op.f("pk_contract_replacement")),
        sa.UniqueConstraint("replaced_id", name=op.f("uq_contract_replacement_replaced_id")),
    )
    op.create_table(
        "placed_order",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("registry_id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("account_team_id", sa.Integer(), nullable=True),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("placed_at", portal.store.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_placed_order_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_placed_order_decision_id")
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_placed_order_partner_id")
        ),
        sa.ForeignKeyConstraint(
            ["registry_id", "account_team_id"],
            ["team.registry_id", "team.id"],
            name=op.f("fk_placed_order_registry_id_account_team_id"),
        ),
        sa.ForeignKeyConstraint(
            ["registry_id", "contract_id"],
            ["contract.registry_id", "contract.id"],
            name=op.f("fk_placed_order_registry_id_contract_id"),
        ),
        sa.ForeignKeyConstraint(
            ["registry_id"], ["registry.id"], name=op.f("fk_placed_order_registry_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placed_order")),
        sa.UniqueConstraint(
            "decision_id", "contract_id", name=op.f("uq_placed_order_decision_id_contract_id")
        ),
        sa.UniqueConstraint("ref", name=op.f("uq_placed_order_ref")),
        sa.UniqueConstraint("registry_id", "id", name=op.f("uq_placed_order_registry_id_id")),
    )
    with op.batch_alter_table("placed_order", schema=None) as batch_op:
        batch_op.create_index("ix_placed_order_contract_id", ["contract_id"], unique=False)
        batch_op.create_index("ix_placed_order_partner_id_id", ["partner_id", "id"], unique=False)
        batch_op.create_index(
            "ix_placed_order_registry_id_account_team_id",
            ["registry_id", "account_team_id"],
            unique=False,
        )

    op.create_table(
        "service",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registry_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.String(), nullable=False),
        sa.Column("normal", sa.String(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "pending",
                "active",
                "disconnected",
                name="servicestatus",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("installed_on", sa.Date(), nullable=True),
        sa.Column("site_a", sa.String(), nullable=True),
        sa.Column("site_z", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["registry_id", "contract_id"],
            ["contract.registry_id", "contract.id"],
            name=op.f("fk_service_registry_id_contract_id"),
        ),
        sa.ForeignKeyConstraint(
            ["registry_id", "product_id"],
            ["product.registry_id", "product.id"],
            name=op.f("fk_service_registry_id_product_id"),
        ),
        sa.ForeignKeyConstraint(
            ["registry_id"], ["registry.id"], name=op.f("fk_service_registry_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service")),
        sa.UniqueConstraint("registry_id", "id", name=op.f("uq_service_registry_id_id")),
        sa.UniqueConstraint(
            "registry_id", "service_id", name=op.f("uq_service_registry_id_service_id")
        ),
    )
    with op.batch_alter_table("service", schema=None) as batch_op:
        batch_op.create_index("ix_service_contract_id", ["contract_id"], unique=False)
        batch_op.create_index("ix_service_normal", ["normal"], unique=False)
        batch_op.create_index("ix_service_service_id", ["service_id"], unique=False)

    op.create_table(
        "order_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("registry_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column(
            "action",
            sa.Enum(
                "new", "add", "change", "disconnect", name="action", native_enum=False, length=20
            ),
            nullable=False,
        ),
        sa.Column("service_id", sa.Integer(), nullable=True),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["registry_id", "order_id"],
            ["placed_order.registry_id", "placed_order.id"],
            name=op.f("fk_order_line_registry_id_order_id"),
        ),
        sa.ForeignKeyConstraint(
            ["registry_id", "product_id"],
            ["product.registry_id", "product.id"],
            name=op.f("fk_order_line_registry_id_product_id"),
        ),
        sa.ForeignKeyConstraint(
            ["registry_id", "service_id"],
            ["service.registry_id", "service.id"],
            name=op.f("fk_order_line_registry_id_service_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_line")),
        sa.UniqueConstraint("order_id", "line", name=op.f("uq_order_line_order_id_line")),
    )
    with op.batch_alter_table("order_line", schema=None) as batch_op:
        batch_op.create_index("ix_order_line_service_id", ["service_id"], unique=False)

    if op.get_bind().dialect.name == "sqlite":
        for statement in create_statements(REGISTRY_KEYS):
            op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for statement in drop_statements(REGISTRY_KEYS):
            op.execute(statement)
    with op.batch_alter_table("order_line", schema=None) as batch_op:
        batch_op.drop_index("ix_order_line_service_id")

    op.drop_table("order_line")
    with op.batch_alter_table("service", schema=None) as batch_op:
        batch_op.drop_index("ix_service_service_id")
        batch_op.drop_index("ix_service_normal")
        batch_op.drop_index("ix_service_contract_id")

    op.drop_table("service")
    with op.batch_alter_table("placed_order", schema=None) as batch_op:
        batch_op.drop_index("ix_placed_order_registry_id_account_team_id")
        batch_op.drop_index("ix_placed_order_partner_id_id")
        batch_op.drop_index("ix_placed_order_contract_id")

    op.drop_table("placed_order")
    op.drop_table("contract_replacement")
    with op.batch_alter_table("team_member", schema=None) as batch_op:
        batch_op.drop_index("ix_team_member_team_id")
        batch_op.drop_index("ix_team_member_former_email")

    op.drop_table("team_member")
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_index("ix_membership_person_id")

    op.drop_table("membership")
    op.drop_table("line_team")
    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.drop_index("ix_contract_partner_id")
        batch_op.drop_index("ix_contract_normal")
        batch_op.drop_index("ix_contract_line_id")
        batch_op.drop_index("ix_contract_customer_id")

    op.drop_table("contract")
    op.drop_table("agreement_terms")
    op.drop_table("agreement_team")
    op.drop_table("agreement_schedule")
    op.drop_table("team")
    op.drop_table("product")
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_index("ix_decision_partner_id_id")

    op.drop_table("decision")
    op.drop_table("contract_line")
    with op.batch_alter_table("agreement", schema=None) as batch_op:
        batch_op.drop_index("ix_agreement_partner_id")

    op.drop_table("agreement")
    op.drop_table("warrant")
    op.drop_table("rule_text")
    op.drop_table("registry")
    op.drop_table("person")
    op.drop_table("partner")
    op.drop_table("loaded_program")
    op.drop_table("loaded_part")
    op.drop_table("job_run")
    op.drop_table("faq_miss")
    op.drop_table("faq_entry")
    op.drop_table("faq_block")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index("uq_event_stream_version")
        batch_op.drop_index("ix_event_partner_at")

    op.drop_table("event")
    op.drop_table("customer")
