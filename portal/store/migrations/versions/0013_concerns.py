"""Questions to one's own team."""

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

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENT = UtcDateTime(timezone=True)

# R1 on SQLite, before and after: (table, column, referred table).
BEFORE = (
    ("agreement_team", "agreement_id", "agreement"),
    ("agreement_team", "team_id", "team"),
    ("application", "agreement_id", "agreement"),
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
    ("concern", "agreement_id", "agreement"),
    ("concern", "contract_id", "contract"),
    ("concern", "line_id", "contract_line"),
    ("concern", "order_id", "placed_order"),
    ("concern", "team_id", "team"),
    ("concern_entry", "concern_id", "concern"),
    ("concern_entry", "team_id", "team"),
)
AFTER = tuple(sorted((*BEFORE, *ADDED)))


def upgrade() -> None:
    _triggers(drop_statements(BEFORE), unkeep_statements(BEFORE))
    op.create_table("concern",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("registry_id", sa.Integer(), nullable=False),
        sa.Column("about", _choice("relationship", "contract", "order"), nullable=False),
        sa.Column("agreement_id", sa.Integer(), nullable=True),
        sa.Column("line_id", sa.Integer(), nullable=True),
        sa.Column("contract_id", sa.Integer(), nullable=True),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("question_id", sa.String(), nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("state", _choice("open", "answered", "closed"), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("waiting_since", MOMENT, nullable=True),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(state = 'open') = (waiting_since IS NOT NULL)", name=op.f("ck_concern_waiting")),
        sa.CheckConstraint("(agreement_id IS NULL) <> (line_id IS NULL)", name=op.f("ck_concern_subject")),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_concern_asked_by")),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_concern_decision_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_concern_partner_id")),
        sa.ForeignKeyConstraint(["registry_id", "agreement_id"], ["agreement.registry_id", "agreement.id"], name=op.f("fk_concern_registry_id_agreement_id")),
        sa.ForeignKeyConstraint(["registry_id", "contract_id"], ["contract.registry_id", "contract.id"], name=op.f("fk_concern_registry_id_contract_id")),
        sa.ForeignKeyConstraint(["registry_id", "line_id"], ["contract_line.registry_id", "contract_line.id"], name=op.f("fk_concern_registry_id_line_id")),
        sa.ForeignKeyConstraint(["registry_id", "order_id"], ["placed_order.registry_id", "placed_order.id"], name=op.f("fk_concern_registry_id_order_id")),
        sa.ForeignKeyConstraint(["registry_id", "team_id"], ["team.registry_id", "team.id"], name=op.f("fk_concern_registry_id_team_id")),
        sa.ForeignKeyConstraint(["registry_id"], ["registry.id"], name=op.f("fk_concern_registry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_concern_decision_id")),
        sa.UniqueConstraint("registry_id", "id", name=op.f("uq_concern_registry_id_id"))
    )
    op.create_index("ix_concern_agreement_id", "concern", ["agreement_id"])
    op.create_index("ix_concern_line_id", "concern", ["line_id"])
    op.create_index("ix_concern_partner_id_id", "concern", ["partner_id", "id"])
    op.create_index("ix_concern_registry_id_state_waiting_since", "concern", ["registry_id", "state", "waiting_since"])
    op.create_index("ix_concern_team_id", "concern", ["team_id"])
    op.create_table("concern_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registry_id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("concern_id", sa.Integer(), nullable=False),
        sa.Column("kind", _choice("asked", "answered", "handed", "closed"), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_concern_entry_partner_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_concern_entry_person_id")),
        sa.ForeignKeyConstraint(["registry_id", "concern_id"], ["concern.registry_id", "concern.id"], name=op.f("fk_concern_entry_registry_id_concern_id")),
        sa.ForeignKeyConstraint(["registry_id", "team_id"], ["team.registry_id", "team.id"], name=op.f("fk_concern_entry_registry_id_team_id")),
        sa.ForeignKeyConstraint(["registry_id"], ["registry.id"], name=op.f("fk_concern_entry_registry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern_entry"))
    )
    op.create_index("ix_concern_entry_concern_id", "concern_entry", ["concern_id"])
    _triggers(create_statements(AFTER), keep_statements(AFTER))


def downgrade() -> None:
    _triggers(drop_statements(AFTER), unkeep_statements(AFTER))
    op.drop_table("concern_entry")
    op.drop_table("concern")
    _triggers(create_statements(BEFORE), keep_statements(BEFORE))


def _triggers(*groups: Iterable[str]) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for group in groups:
            for statement in group:
                op.execute(statement)


def _choice(*values: str) -> sa.Enum:
    return sa.Enum(*values, name="choice", native_enum=False, length=20)
