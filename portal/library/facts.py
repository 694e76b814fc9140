"""Which facts of the library change only by an advance notice (N1). They belong to no partner (N2)."""

from portal.library.models import (
    BrandStatus,
    MaterialShown,
    PortalLink,
    ProcessText,
    ToolStanding,
)
from portal.store.facts import gated

LINK = gated("portal.link", PortalLink, "portal_id", "url", "portals", shared=True)
STANDING = gated("tool.standing", ToolStanding, "tool_id", "standing", "tools", shared=True)
TEXT = gated("process.text", ProcessText, "process_id", "text", "processes", shared=True)
SHOWN = gated(
    "material.shown", MaterialShown, "material_id", "version_id", "materials", shared=True
)
STATUS = gated("brand.status", BrandStatus, "asset_id", "status", "brand", shared=True)
