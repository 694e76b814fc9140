"""Portals, tools, processes, sales materials and brand assets, with their dated facts."""

import sqlalchemy as sa
from alembic import op
import portal.store.types


revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

RECORDS = ("portals", "tools", "processes", "materials", "brand")


def upgrade() -> None:
    op.create_table(
        "material",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("registry_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            _choice("materialkind", "brochure", "presentation", "data_sheet", "guide", "messaging"),
            nullable=False,
        ),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("made_at", portal.store.types.UtcDateTime(timezone=True), nullable=False),
        _key("material", "registry_id", "registry"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material")),
        sa.UniqueConstraint("slug", name=op.f("uq_material_slug")),
    )
    op.create_index("ix_material_registry_id", "material", ["registry_id"], unique=False)
    op.create_table(
        "portal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("registry_id", sa.Integer(), nullable=False),
        sa.Column(
            "audience",
            _choice("audience", "partners", "customers"),
            nullable=False,
        ),
        sa.Column(
            "purpose",
            _choice(
                "purpose", "quotes", "sales_tools", "sales_materials", "information", "support"
            ),
            nullable=False,
        ),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        _key("portal", "registry_id", "registry"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal")),
        sa.UniqueConstraint("slug", name=op.f("uq_portal_slug")),
    )
    op.create_table(
        "process",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("registry_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        _key("process", "registry_id", "registry"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process")),
        sa.UniqueConstraint("slug", name=op.f("uq_process_slug")),
    )
    op.create_table(
        "tool",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("registry_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        _key("tool", "registry_id", "registry"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tool")),
        sa.UniqueConstraint("slug", name=op.f("uq_tool_slug")),
    )
    op.create_table(
        "brand_asset",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("registry_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            _choice("assetkind", "corporate", "partner_program"),
            nullable=False,
        ),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("instructions", sa.JSON(), nullable=False),
        sa.Column("successor_id", sa.Integer(), nullable=True),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        _key("brand_asset", "file_id", "file"),
        _key("brand_asset", "registry_id", "registry"),
        _key("brand_asset", "successor_id", "brand_asset"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brand_asset")),
        sa.UniqueConstraint("slug", name=op.f("uq_brand_asset_slug")),
    )
    op.create_table(
        "material_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("material_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", portal.store.types.UtcDateTime(timezone=True), nullable=False),
        _key("material_version", "made_by", "person"),
        _key("material_version", "material_id", "material"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material_version")),
        sa.UniqueConstraint("material_id", "id", name=op.f("uq_material_version_material_id_id")),
        sa.UniqueConstraint(
            "material_id", "number", name=op.f("uq_material_version_material_id_number")
        ),
    )
    op.create_table(
        "portal_link",
        sa.Column("portal_id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("warrant_id", sa.Integer(), nullable=False),
        _key("portal_link", "portal_id", "portal"),
        _key("portal_link", "warrant_id", "warrant"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_link")),
        sa.UniqueConstraint(
            "portal_id", "valid_from", name=op.f("uq_portal_link_portal_id_valid_from")
        ),
    )
    op.create_table(
        "process_text",
        sa.Column("process_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("warrant_id", sa.Integer(), nullable=False),
        _key("process_text", "process_id", "process"),
        _key("process_text", "warrant_id", "warrant"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_text")),
        sa.UniqueConstraint(
            "process_id", "valid_from", name=op.f("uq_process_text_process_id_valid_from")
        ),
    )
    op.create_table(
        "tool_standing",
        sa.Column("tool_id", sa.Integer(), nullable=False),
        sa.Column(
            "standing",
            _choice("standing", "in_use", "retired"),
            nullable=False,
        ),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("warrant_id", sa.Integer(), nullable=False),
        _key("tool_standing", "tool_id", "tool"),
        _key("tool_standing", "warrant_id", "warrant"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tool_standing")),
        sa.UniqueConstraint(
            "tool_id", "valid_from", name=op.f("uq_tool_standing_tool_id_valid_from")
        ),
    )
    op.create_table(
        "brand_status",
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            _choice("status", "current", "transition", "retired"),
            nullable=False,
        ),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("warrant_id", sa.Integer(), nullable=False),
        _key("brand_status", "asset_id", "brand_asset"),
        _key("brand_status", "warrant_id", "warrant"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brand_status")),
        sa.UniqueConstraint(
            "asset_id", "valid_from", name=op.f("uq_brand_status_asset_id_valid_from")
        ),
    )
    op.create_table(
        "material_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        _key("material_file", "file_id", "file"),
        _key("material_file", "version_id", "material_version"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material_file")),
        sa.UniqueConstraint(
            "version_id", "language", name=op.f("uq_material_file_version_id_language")
        ),
    )
    op.create_index("ix_material_file_file_id", "material_file", ["file_id"], unique=False)
    op.create_table(
        "material_shown",
        sa.Column("material_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("warrant_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["material_id", "version_id"],
            ["material_version.material_id", "material_version.id"],
            name=op.f("fk_material_shown_material_id_version_id"),
        ),
        _key("material_shown", "material_id", "material"),
        _key("material_shown", "warrant_id", "warrant"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material_shown")),
        sa.UniqueConstraint(
            "material_id", "valid_from", name=op.f("uq_material_shown_material_id_valid_from")
        ),
    )
    op.create_index("ix_material_shown_version_id", "material_shown", ["version_id"], unique=False)
    op.create_table(
        "material_download",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("material_file_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=True),
        sa.Column("at", portal.store.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["material_file_id"],
            ["material_file.id"],
            name=op.f("fk_material_download_material_file_id"),
        ),
        _key("material_download", "partner_id", "partner"),
        _key("material_download", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material_download")),
    )
    op.create_index(
        "ix_material_download_material_file_id",
        "material_download",
        ["material_file_id"],
        unique=False,
    )
    op.create_index(
        "ix_material_download_person_id", "material_download", ["person_id"], unique=False
    )


def downgrade() -> None:

    op.drop_index("ix_material_download_person_id", table_name="material_download")
    op.drop_index("ix_material_download_material_file_id", table_name="material_download")
    op.drop_table("material_download")
    op.drop_index("ix_material_shown_version_id", table_name="material_shown")
    op.drop_table("material_shown")
    op.drop_index("ix_material_file_file_id", table_name="material_file")
    op.drop_table("material_file")
    op.drop_table("brand_status")
    op.drop_table("tool_standing")
    op.drop_table("process_text")
    op.drop_table("portal_link")
    op.drop_table("material_version")
    op.drop_table("brand_asset")
    op.drop_table("tool")
    op.drop_table("process")
    op.drop_table("portal")
    op.drop_index("ix_material_registry_id", table_name="material")
    op.drop_table("material")
    # Whoever comes up again loads them from the pack anew.
    for kind in RECORDS:
        op.execute(
            sa.text("DELETE FROM loaded_part WHERE key LIKE :keys").bindparams(keys=f"{kind}/%")
        )


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=20)


def _key(table: str, column: str, referred: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{referred}.id"], name=op.f(f"fk_{table}_{column}"))
