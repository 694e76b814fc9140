"""a row takes no id that rows of another registry refer to (R1, SQLite)"""

from alembic import op

from portal.store.triggers import keep_statements, unkeep_statements

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

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
    if op.get_bind().dialect.name == "sqlite":
        for statement in keep_statements(REGISTRY_KEYS):
            op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for statement in unkeep_statements(REGISTRY_KEYS):
            op.execute(statement)
