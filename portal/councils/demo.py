"""The councils of the demo world: who sits in them and what they met about, from the pack.

They are first content, written as it would stand had the portal been there before; nothing is mailed.
"""

from datetime import date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, Person
from portal.councils.models import AgendaItem, Council, Meeting, Minutes, Seat
from portal.kernel import clock
from portal.kernel.localized import Localized
from portal.store.db import atomic
from portal.store.pack_format import Fault, PackError, Source, Table

# How long before its day a meeting of the demo was called, and after it its minutes published.
NOTICE_GIVEN, WRITTEN = timedelta(days=60), timedelta(days=7)


def seed(folder: Path, languages: tuple[str, ...]) -> int:
    """Write the seats and meetings of `councils.toml`, unless some stand already; how many rows.

    Raises PackError for a file that does not fit, KeyError for a council or person there is not.
    """
    path = folder / "councils.toml"
    if not path.exists():
        return 0
    faults: list[Fault] = []
    source = Source(f"{folder.parent.name}/{folder.name}/{path.name}", faults)
    text = source.read(path)
    table = source.table(text) if text is not None else None
    if table is None:
        raise PackError(faults)
    with atomic() as session:
        if session.scalar(select(exists(select(Seat.id)))):
            return 0
        councils = {row.slug: row.id for row in session.execute(select(Council.slug, Council.id))}
        rows = table.each("seats")
        for row in rows:
            _seat(session, row, councils)
        meetings = table.each("meetings")
        for row in meetings:
            _meeting(session, row, councils, languages)
        table.done()
        if faults:
            raise PackError(faults)
    return len(rows) + len(meetings)


def _seat(session: Session, row: Table, councils: dict[str, int]) -> None:
    who = session.execute(
        select(Person.id, Membership.partner_id)
        .join(Membership, Membership.person_id == Person.id)
        .where(Person.email == row.text("person"), Membership.partner_id.is_not(None))
    ).first()
    if who is None or who.partner_id is None:
        raise KeyError(row.text("person"))
    session.add(
        Seat(
            council_id=councils[row.text("council")],
            person_id=who.id,
            partner_id=who.partner_id,
            starts_on=row.day("from"),
            ends_on=row.day("until", required=False),
        )
    )
    row.done()


def _meeting(
    session: Session, row: Table, councils: dict[str, int], languages: tuple[str, ...]
) -> None:
    held_on = row.day("held_on") or clock.today()
    called = _at(held_on - NOTICE_GIVEN)
    meeting = Meeting(
        council_id=councils[row.text("council")],
        held_on=held_on,
        opens=row.text("opens", ""),
        place=row.text("place", ""),
        link=row.text("link", ""),
        title=row.localized("title", languages),
        called_at=called,
        agenda_published_at=called,
    )
    session.add(meeting)
    session.flush()
    agenda = row.value("agenda", list, "a list of texts") or []
    session.add_all(
        AgendaItem(meeting_id=meeting.id, position=position, text=Localized(text))
        for position, text in enumerate(agenda, 1)
    )
    if "minutes" in row.data:
        said = row.localized("minutes", languages)
        text = Localized({language: said[language].strip() for language in said})
        published = None if row.flag("draft") else _at(held_on + WRITTEN)
        session.add(Minutes(meeting_id=meeting.id, text=text, published_at=published))
    row.done()


def _at(day: date) -> datetime:
    """The morning of a day, unless it is still to come: then now."""
    return min(datetime.combine(day, time(9), clock.zone()), clock.business())
