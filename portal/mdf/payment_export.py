"""What is to be paid, as a file for a run of payments: one line a claim."""

from collections.abc import Sequence
from datetime import datetime

from portal.kernel.access import Actor
from portal.kernel.money import decimal
from portal.mdf.payment_pages import Due
from portal.registry.export import Table, as_csv
from portal.store.db import atomic
from portal.store.events import emit
from portal.store.types import new_ref

HEADERS = (
    *("claim", "request", "company", "registry", "currency", "approved", "paid", "due"),
    *("promised_on", "reversal_asked"),
)


def as_file(rows: Sequence[Due]) -> bytes:
    """UTF-8 CSV, safe in a spreadsheet; amounts in whole units of the currency, with a point."""
    return as_csv(Table("payments", HEADERS, [_cells(row) for row in rows]))


def _cells(row: Due) -> list[str]:
    amounts = (
        format(decimal(each, row.currency), "f") for each in (row.approved, row.paid, row.left)
    )
    return [
        *(row.ref, row.request, row.company, row.registry, row.currency, *amounts),
        row.promised_on.isoformat() if row.promised_on else "",
        "yes" if row.reversal else "no",
    ]


def note(actor: Actor, rows: int, now: datetime) -> None:
    """Put on record that the list was downloaded. `now` is wall time."""
    with atomic() as session:
        emit(
            *(session, f"mdf-payments:{new_ref(12)}", "mdf.exported"),
            actor=actor,
            at=now,
            registry_id=actor.registry_id,
            payload={"statement": "payments", "form": "csv", "rows": rows},
        )
