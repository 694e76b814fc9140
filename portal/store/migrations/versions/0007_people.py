"""people: memberships that end, sessions that say where, factors, links, devices, applications"""

import unicodedata
from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op
from portal.store.triggers import (
    create_statements,
    drop_statements,
    keep_statements,
    unkeep_statements,
)
from portal.store.types import UtcDateTime


revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOMENT = UtcDateTime(timezone=True)
COMPANY = "(role IN ('partner_user', 'partner_admin')) = (partner_id IS NOT NULL)"
REGISTRY = (
    "(role IN ('channel_manager', 'channel_lead', 'account_team')) = (registry_id IS NOT NULL)"
)
ROLES = (
    *("visitor", "partner_user", "partner_admin", "channel_manager", "channel_lead"),
    *("account_team", "support", "csm", "finance", "admin"),
)

# R1 on SQLite, before and after: (table, column, referred table).
BEFORE = (
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
ADDED = (
    ("application", "agreement_id", "agreement"),
    ("invitation", "team_id", "team"),
)
AFTER = tuple(sorted((*BEFORE, *ADDED)))


def upgrade() -> None:
    _triggers(drop_statements(BEFORE), unkeep_statements(BEFORE))
    _person()
    _membership()
    op.drop_table("sign_in")
    _sign_in()
    _proofs()
    _application()
    _invitation()
    _triggers(create_statements(AFTER), keep_statements(AFTER))


def downgrade() -> None:
    _triggers(drop_statements(AFTER), unkeep_statements(AFTER))
    for table in (
        *("invitation", "application", "attempt", "device", "mailed_link"),
        *("recovery_code", "factor", "sign_in"),
    ):
        op.drop_table(table)
    op.create_table(
        "sign_in",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sign_in_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
    )
    op.create_index("ix_sign_in_person_id", "sign_in", ["person_id"])
    # The revision before knows no ended membership: one that had ended would be living again.
    op.execute("DELETE FROM membership WHERE ended_at IS NOT NULL")
    op.drop_index("uq_membership_living_company", "membership")
    op.drop_index("ix_membership_partner_id", "membership")
    with op.batch_alter_table("membership") as batch:
        batch.drop_constraint(op.f("ck_membership_company"), type_="check")
        batch.drop_constraint(op.f("ck_membership_registry"), type_="check")
        batch.drop_column("ended_at")
        batch.drop_column("since")
    with op.batch_alter_table("person") as batch:
        batch.drop_constraint(op.f("uq_person_email_key"), type_="unique")
        batch.drop_column("anonymised_at")
        batch.drop_column("region")
        batch.drop_column("email_key")
        batch.create_unique_constraint(op.f("uq_person_email"), ["email"])
    _triggers(create_statements(BEFORE), keep_statements(BEFORE))


def _triggers(*groups: Iterable[str]) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for group in groups:
            for statement in group:
                op.execute(statement)


def _person() -> None:
    with op.batch_alter_table("person") as batch:
        batch.drop_constraint(op.f("uq_person_email"), type_="unique")
        batch.add_column(sa.Column("email_key", sa.String(), nullable=True))
        batch.add_column(sa.Column("region", sa.String(), nullable=False, server_default=""))
        batch.add_column(sa.Column("anonymised_at", MOMENT, nullable=True))
    person = sa.table("person", sa.column("id"), sa.column("email"), sa.column("email_key"))
    bind = op.get_bind()
    for row in bind.execute(sa.select(person.c.id, person.c.email)).all():
        key = unicodedata.normalize("NFKC", row.email.strip()).casefold()
        bind.execute(sa.update(person).where(person.c.id == row.id).values(email_key=key))
    with op.batch_alter_table("person") as batch:
        batch.alter_column("email_key", existing_type=sa.String(), nullable=False)
        batch.create_unique_constraint(op.f("uq_person_email_key"), ["email_key"])


def _membership() -> None:
    with op.batch_alter_table("membership") as batch:
        batch.add_column(sa.Column("since", MOMENT, nullable=True))
        batch.add_column(sa.Column("ended_at", MOMENT, nullable=True))
    op.execute(
        "UPDATE membership SET since = "
        "(SELECT created_at FROM person WHERE person.id = membership.person_id)"
    )
    with op.batch_alter_table("membership") as batch:
        batch.alter_column("since", existing_type=MOMENT, nullable=False)
        batch.create_check_constraint(op.f("ck_membership_company"), COMPANY)
        batch.create_check_constraint(op.f("ck_membership_registry"), REGISTRY)
    op.create_index("ix_membership_partner_id", "membership", ["partner_id"])
    op.create_index(
        "uq_membership_living_company",
        "membership",
        ["person_id", "partner_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def _sign_in() -> None:
    op.create_table(
        "sign_in",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("level", _choice("code", "enrol", "full"), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        _person_key("sign_in"),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["membership.id"], name=op.f("fk_sign_in_membership_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
    )
    op.create_index("ix_sign_in_person_id", "sign_in", ["person_id"])


def _proofs() -> None:
    op.create_table(
        "factor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        _person_key("factor"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_factor")),
        sa.UniqueConstraint("person_id", "kind", name=op.f("uq_factor_person_id_kind")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        _person_key("recovery_code"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint(
            "person_id", "code_hash", name=op.f("uq_recovery_code_person_id_code_hash")
        ),
    )
    op.create_table(
        "mailed_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        _person_key("mailed_link"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailed_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_mailed_link_token_hash")),
    )
    op.create_index("ix_mailed_link_person_id", "mailed_link", ["person_id"])
    op.create_table(
        "device",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        _person_key("device"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_device_token_hash")),
    )
    op.create_index("ix_device_person_id", "device", ["person_id"])
    op.create_table(
        "attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
    )
    op.create_index("ix_attempt_kind_key_at", "attempt", ["kind", "key", "at"])


def _application() -> None:
    op.create_table(
        "application",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("registry_id", sa.Integer(), nullable=False),
        sa.Column("program", _choice("indirect", "alliance"), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("state", _choice("sent", "approved", "declined", "withdrawn"), nullable=False),
        sa.Column("sent_by", sa.Integer(), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("agreement_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_application_partner_id")
        ),
        sa.ForeignKeyConstraint(
            ["registry_id"], ["registry.id"], name=op.f("fk_application_registry_id")
        ),
        sa.ForeignKeyConstraint(["sent_by"], ["person.id"], name=op.f("fk_application_sent_by")),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["person.id"], name=op.f("fk_application_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["registry_id", "agreement_id"],
            ["agreement.registry_id", "agreement.id"],
            name=op.f("fk_application_registry_id_agreement_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
        sa.UniqueConstraint("ref", name=op.f("uq_application_ref")),
        sa.UniqueConstraint("registry_id", "id", name=op.f("uq_application_registry_id_id")),
    )
    op.create_index("ix_application_registry_id_state", "application", ["registry_id", "state"])
    op.create_index(
        "uq_application_open",
        "application",
        ["partner_id", "registry_id"],
        unique=True,
        sqlite_where=sa.text("state = 'sent'"),
        postgresql_where=sa.text("state = 'sent'"),
    )


def _invitation() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("email_key", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("role", _choice(*ROLES), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=True),
        sa.Column("registry_id", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("sent_by", sa.Integer(), nullable=True),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("accepted_by", sa.Integer(), nullable=True),
        sa.Column("accepted_at", MOMENT, nullable=True),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_invitation_partner_id")
        ),
        sa.ForeignKeyConstraint(
            ["registry_id"], ["registry.id"], name=op.f("fk_invitation_registry_id")
        ),
        sa.ForeignKeyConstraint(
            ["registry_id", "team_id"],
            ["team.registry_id", "team.id"],
            name=op.f("fk_invitation_registry_id_team_id"),
        ),
        sa.ForeignKeyConstraint(["sent_by"], ["person.id"], name=op.f("fk_invitation_sent_by")),
        sa.ForeignKeyConstraint(
            ["accepted_by"], ["person.id"], name=op.f("fk_invitation_accepted_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    op.create_index("ix_invitation_partner_id", "invitation", ["partner_id"])


def _choice(*values: str) -> sa.Enum:
    return sa.Enum(*values, name="choice", native_enum=False, length=20)


def _person_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f(f"fk_{table}_person_id"))
