"""The tables of the library: what there is, and by date where it stands and what is offered (N1).

A row without a registry is of all of them. `slug` is the id of a record of the pack, or of a material
that a registry's people added; `position` orders within a kind.
"""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.localized import Localized
from portal.library.rules import AssetKind, Audience, MaterialKind, Purpose, Standing, Status
from portal.store.db import Base
from portal.store.facts import Period
from portal.store.types import uuid7


class Portal(Base):
    """A portal of one registry for one purpose (Q16)."""

    __tablename__ = "portal"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    registry_id: Mapped[int] = mapped_column(ForeignKey("registry.id"))
    audience: Mapped[Audience]
    purpose: Mapped[Purpose]
    name: Mapped[Localized]
    position: Mapped[int]


class PortalLink(Period, Base):
    """Where a portal is found, when."""

    __tablename__ = "portal_link"
    __table_args__ = (UniqueConstraint("portal_id", "valid_from"),)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id"))
    url: Mapped[str]


class Tool(Base):
    """A sales tool (Q15)."""

    __tablename__ = "tool"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    registry_id: Mapped[int | None] = mapped_column(ForeignKey("registry.id"))
    name: Mapped[Localized]
    about: Mapped[Localized]
    position: Mapped[int]


class ToolStanding(Period, Base):
    """How a tool stands, when."""

    __tablename__ = "tool_standing"
    __table_args__ = (UniqueConstraint("tool_id", "valid_from"),)
    tool_id: Mapped[int] = mapped_column(ForeignKey("tool.id"))
    standing: Mapped[Standing]


class Process(Base):
    """A process of working together (P1, P2)."""

    __tablename__ = "process"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    registry_id: Mapped[int | None] = mapped_column(ForeignKey("registry.id"))
    name: Mapped[Localized]
    position: Mapped[int]


class ProcessText(Period, Base):
    """What a process says, when."""

    __tablename__ = "process_text"
    __table_args__ = (UniqueConstraint("process_id", "valid_from"),)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"))
    text: Mapped[Localized]


class Material(Base):
    """A sales material of one portfolio, or of all. `made_at` is wall time."""

    __tablename__ = "material"
    __table_args__ = (Index("ix_material_registry_id", "registry_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    registry_id: Mapped[int | None] = mapped_column(ForeignKey("registry.id"))
    kind: Mapped[MaterialKind]
    title: Mapped[Localized]
    about: Mapped[Localized]
    made_at: Mapped[datetime]


class MaterialVersion(Base):
    """A version of a material; its number counts from 1. `made_at` is wall time."""

    __tablename__ = "material_version"
    __table_args__ = (
        UniqueConstraint("material_id", "number"),
        UniqueConstraint("material_id", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    material_id: Mapped[int] = mapped_column(ForeignKey("material.id"))
    number: Mapped[int]
    made_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]


class MaterialFile(Base):
    """The file of a version in one language."""

    __tablename__ = "material_file"
    __table_args__ = (
        UniqueConstraint("version_id", "language"),
        Index("ix_material_file_file_id", "file_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("material_version.id"))
    language: Mapped[str]
    file_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("file.id"))


class MaterialShown(Period, Base):
    """Which version of a material is offered, when; none: it is offered no longer, or not yet."""

    __tablename__ = "material_shown"
    __table_args__ = (
        ForeignKeyConstraint(
            ["material_id", "version_id"], ["material_version.material_id", "material_version.id"]
        ),
        UniqueConstraint("material_id", "valid_from"),
        Index("ix_material_shown_version_id", "version_id"),
    )
    material_id: Mapped[int] = mapped_column(ForeignKey("material.id"))
    version_id: Mapped[int | None]


class MaterialDownload(Base):
    """That somebody fetched a file of a version, and for which company. `at` is wall time."""

    __tablename__ = "material_download"
    __table_args__ = (
        Index("ix_material_download_material_file_id", "material_file_id"),
        Index("ix_material_download_person_id", "person_id"),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid7)
    material_file_id: Mapped[int] = mapped_column(ForeignKey("material_file.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    at: Mapped[datetime]


class BrandAsset(Base):
    """A logo with its instructions, and what takes its place; the file where there is one (Q17)."""

    __tablename__ = "brand_asset"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    registry_id: Mapped[int] = mapped_column(ForeignKey("registry.id"))
    kind: Mapped[AssetKind]
    name: Mapped[Localized]
    instructions: Mapped[Localized]
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("brand_asset.id"))
    file_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("file.id"))
    position: Mapped[int]


class BrandStatus(Period, Base):
    """The status of a brand asset, when."""

    __tablename__ = "brand_status"
    __table_args__ = (UniqueConstraint("asset_id", "valid_from"),)
    asset_id: Mapped[int] = mapped_column(ForeignKey("brand_asset.id"))
    status: Mapped[Status]
