"""What the worker does for signing in: what proves nothing any more is forgotten."""

from datetime import datetime, timedelta

from sqlalchemy import delete

from portal.accounts import devices, throttle
from portal.accounts.models import Device, MailedLink
from portal.store.db import atomic
from portal.web.jobs import every

LINKS_KEPT = timedelta(days=30)


@every("sweep-proofs", minute="20")
def sweep(now: datetime) -> None:
    """Forget tries outside every window, devices older than a year, links long void."""
    with atomic() as session:
        throttle.sweep(session, now)
        session.execute(delete(Device).where(Device.created_at <= now - devices.LASTS))
        session.execute(delete(MailedLink).where(MailedLink.expires_at < now - LINKS_KEPT))
