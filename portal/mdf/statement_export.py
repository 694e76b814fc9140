"""A statement as a file: one line a movement, with the balance of each kind after it.

Amounts are numbers in whole units of the fund's currency with a point, whatever the reader's format;
a cell that a spreadsheet would run as a formula gets an apostrophe.
"""

import io
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from flask_babel import gettext as _

from portal.kernel.access import Actor
from portal.kernel.money import decimal
from portal.mdf.labels import KINDS
from portal.mdf.rules import Kind
from portal.mdf.statement_pages import Line
from portal.registry.export import Table, as_csv, tame
from portal.store.db import atomic
from portal.store.events import emit
from portal.store.types import new_ref

Cell = str | Decimal


def cells(lines: Sequence[Line], kinds: Sequence[Kind]) -> list[list[Cell]]:
    """Headers and rows, in the reader's language; the code of a cause beside its words."""
    rows: list[list[Cell]] = [
        [
            *(
                _("Date"),
                _("Fund"),
                _("Cause"),
                _("Code of the cause"),
                _("About"),
                _("Name of the activity"),
            ),
            *(_("Company"), _("Taken from"), _("Given to"), _("Currency"), _("Amount")),
            *(_("%(kind)s after it", kind=KINDS[kind]) for kind in kinds),
        ]
    ]
    for line in lines:
        currency = line.fund.currency
        after = {kind: decimal(amount, currency) for kind, amount, _changed in line.after}
        rows.append(
            [
                *(line.row.on.isoformat(), line.fund.slug, line.cause, line.row.cause.value),
                *(line.subject.text, line.subject.title, line.company, line.source, line.target),
                *(currency, decimal(line.row.amount, currency)),
                *(after.get(kind, "") for kind in kinds),
            ]
        )
    return rows


def as_file(rows: Sequence[Sequence[Cell]], form: str) -> bytes:
    """`rows` as "csv" (UTF-8 with commas) or "xlsx" (a workbook of one sheet, amounts as numbers)."""
    if form == "csv":
        texts = [[format(c, "f") if isinstance(c, Decimal) else c for c in row] for row in rows]
        return as_csv(Table("movements", tuple(texts[0]), texts[1:]))
    from xlsxwriter import Workbook

    out = io.BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("MDF")
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, Decimal):
                    sheet.write_number(at, column, cell)
                elif cell:
                    sheet.write_string(at, column, tame(cell))
    return out.getvalue()


def note(actor: Actor, what: str, partner_id: int | None, form: str, now: datetime) -> None:
    """Put on record that a statement was downloaded: whose, and in which form. `now` is wall time."""
    with atomic() as session:
        emit(
            *(session, f"mdf-statement:{new_ref(12)}", "mdf.exported"),
            actor=actor,
            at=now,
            partner_id=partner_id if partner_id is not None else actor.partner_id,
            registry_id=actor.registry_id,
            payload={"statement": what, "form": form},
        )
