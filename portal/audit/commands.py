"""Taking the trail away as a file: that somebody did is part of the trail."""

from datetime import datetime

from portal.audit.queries import Filters
from portal.kernel.access import Actor
from portal.store.db import atomic
from portal.store.events import emit
from portal.store.types import new_ref


def note_export(filters: Filters, *, actor: Actor, now: datetime) -> None:
    """Put on record that the trail was downloaded, and what it was narrowed to. `now` is wall time."""
    with atomic() as session:
        emit(
            *(session, f"trail:{new_ref(12)}", "trail.exported"),
            actor=actor,
            at=now,
            partner_id=actor.partner_id,
            registry_id=actor.registry_id,
            payload={
                "group": filters.group.value if filters.group else None,
                "person": filters.person,
            },
        )
