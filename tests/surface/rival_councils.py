"""Whose the demo's councils are, by hand: Norte sits in Level 3's, Sur in CenturyLink's (facts.md C1, C2)."""

from collections.abc import Iterator

from sqlalchemy import select

from portal.accounts.models import Person
from portal.councils.models import AgendaItem, Council, Meeting, Minutes, Seat
from portal.store.db import db
from tests import people

Told = tuple[str, str, str, frozenset[str], frozenset[str]]
CTL, L3 = "centurylink", "level3"
CHANNEL = {
    CTL: frozenset({people.CHANNEL, people.LEAD}),
    L3: frozenset({people.CHANNEL_L3, people.LEAD_L3}),
}
# From when until when each of them sits.
SITS = {
    L3: {
        people.NORTE_ADMIN: ("2017-01-15", "2018-12-31"),
        people.NORTE: ("2017-06-01", "9999-12-31"),
    },
    CTL: {
        people.SUR_ADMIN: ("2017-02-01", "9999-12-31"),
        people.SUR: ("2017-02-01", "2017-10-31"),
    },
}
ONLY_WORDS = frozenset({"Apertura", "Opening"})


def things() -> Iterator[Told]:
    """Every council, seat and meeting: argument, value, registry, texts, who may see it."""
    session = db.session()
    councils = {row.id: row.slug for row in session.scalars(select(Council))}
    for key, slug in councils.items():
        seen = CHANNEL.get(slug, frozenset()).union(SITS.get(slug, {}))
        yield "council_id", str(key), slug, frozenset(), seen
    names = select(Seat, Person.name).join(Person, Person.id == Seat.person_id)
    for seat, name in session.execute(names):
        slug = councils[seat.council_id]
        seen = CHANNEL[slug].union(SITS[slug])
        yield "seat_id", str(seat.id), slug, frozenset({name}), seen
    for meeting in session.scalars(select(Meeting)):
        slug, on = councils[meeting.council_id], meeting.held_on.isoformat()
        sat = {who for who, (first, last) in SITS[slug].items() if first <= on <= last}
        texts = frozenset(_texts(meeting))
        yield "meeting_id", str(meeting.id), slug, texts, CHANNEL[slug] | sat


def _texts(meeting: Meeting) -> Iterator[str]:
    session = db.session()
    yield from meeting.title.values()
    if meeting.link:
        yield meeting.link
    items = select(AgendaItem.text).where(AgendaItem.meeting_id == meeting.id)
    for text in session.scalars(items):
        yield from frozenset(text.values()) - ONLY_WORDS
    said = session.scalar(select(Minutes.text).where(Minutes.meeting_id == meeting.id))
    for text in (said or {}).values():
        yield text.partition("\n")[0]
