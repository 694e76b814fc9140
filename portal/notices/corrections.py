"""An error in a dated fact is mended: marked as a correction, explained, on record, told to whom it
touches, and listed for them (N1).

What the import corrects, and what is corrected here, stands on a warrant that says so; the list is
read from the periods themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.access import PARTNER_ROLES, Actor
from portal.kernel.decision import JSON, Decision, reason
from portal.notices import changes as typed
from portal.notices.audiences import living
from portal.notices.rules import CODES, RULESET, NoticeCode
from portal.store.db import atomic, db, retrying
from portal.store.events import emit
from portal.store.facts import DESKS, GATED, GatedFact, Key, Warrant, WarrantKind, warrant
from portal.store.outbox import ADDRESS, Recipient, post_many
from portal.store.periods import correct as correct_period
from portal.store.periods import spans_of
from portal.store.types import uuid7
from portal.web.fact_words import fact_words, in_words
from portal.web.i18n import date_text
from portal.web.mail_words import EXPANDED

KIND = "fact_corrected"
MOST = 200


class NothingThen(Exception):
    """The fact says nothing on that day: there is nothing to mend."""


@dataclass(frozen=True)
class Correction:
    """A corrected period in words: of what, what it said before (where that can still be read), what
    it says, from which day, why, and when it was mended (wall time).
    """

    fact: str
    subject: str
    detail: str
    before: str
    after: str
    since: date
    why: str
    at: datetime


@retrying
def correct(
    fact: str,
    key: Key,
    value: JSON,
    why: str,
    *,
    since: date,
    today: date,
    actor: Actor,
    wall: datetime,
) -> Decision[int]:
    """Mend what `fact` says of `key` from `since` on, for as long as that period lasts; the value is
    the id of the warrant. Whom it touches is told by mail.

    Raises LookupError for a subject of another registry, NothingThen where nothing is said on `since`.
    """
    declared = GATED[fact]
    with atomic() as session:
        subject = DESKS[fact].named(session, [key]).get(key)
        if subject is None or subject.registry_id not in (None, actor.registry_id):
            raise LookupError("no such subject")
        standing = typed.standing(session, declared, [key], since)
        if key not in standing:
            raise NothingThen
        before = standing[key]
        if before == value:
            about = {"fact": fact, "subject": in_words(subject.label, actor.language)}
            said = reason(CODES, NoticeCode.FACT_UNCHANGED, str(key), **about)
            return Decision(RULESET, None, (said,))
        stands_on = warrant(session, WarrantKind.CORRECTION, reason=why, actor=actor, at=wall)
        correct_period(session, declared, key, value, on=since, warrant_id=stands_on.id)
        touched = DESKS[fact].affected(session, [key], today).get(key, frozenset())
        emit(
            *(session, f"fact:{fact}:{key}", "facts.corrected"),
            actor=actor,
            at=wall,
            partner_id=min(touched) if len(touched) == 1 else None,
            registry_id=subject.registry_id or actor.registry_id,
            payload={"fact": fact, "subject": str(key), "warrant": stands_on.id},
        )
        told = {
            "fact": fact,
            "subject": str(key),
            "before": before,
            "value": value,
            "reason": why,
            "since": since.isoformat(),
            "path": "/notices/corrections",
        }
        letters = [
            Recipient(uuid7(), reader.email, reader.language, reader.person_id, told)
            for reader in living(session, touched)
            if ADDRESS.fullmatch(reader.email)
        ]
        post_many(session, KIND, letters, batch=f"correction:{stands_on.id}", now=wall)
        return Decision(RULESET, stands_on.id)


def listed(session: Session, actor: Actor, today: date, lang: str) -> list[Correction]:
    """The corrections that touch the actor's company; for channel staff those of their registry. The
    latest first. One query a fact, five for a fact that was corrected.
    """
    found: list[Correction] = []
    for name in DESKS:
        found += _of_fact(session, actor, GATED[name], today, lang)
    return sorted(found, key=lambda each: each.at, reverse=True)[:MOST]


def _of_fact(
    session: Session, actor: Actor, fact: GatedFact, today: date, lang: str
) -> list[Correction]:
    model, column = fact.model, getattr(fact.model, fact.subject)
    query = (
        select(column, Warrant.id, Warrant.reason, Warrant.at)
        .join(Warrant, Warrant.id == model.warrant_id)
        .where(Warrant.kind == WarrantKind.CORRECTION)
    )
    rows = session.execute(query).all()
    if not rows:
        return []
    warrants = {row.id: row for row in rows}
    desk, keys = DESKS[fact.name], {row[0] for row in rows}
    if actor.role in PARTNER_ROLES:
        touched = desk.affected(session, list(keys), today)
        keys = {key for key in keys if actor.partner_id in touched.get(key, ())}
        named = desk.named(session, list(keys))
    else:
        named = {
            key: subject
            for key, subject in desk.named(session, list(keys)).items()
            if subject.registry_id in (None, actor.registry_id)
        }
    spans = spans_of(session, fact, list(named))
    pairs = [
        (key, earlier, span)
        for key, periods in spans.items()
        for earlier, span in zip([None, *periods], periods, strict=False)
        if span.warrant in warrants
    ]
    values: list[JSON] = [
        fact.plain(each.value) if each is not None else None
        for _key, earlier, span in pairs
        for each in (earlier, span)
    ]
    said = [in_words(word, lang) for word in typed.said(session, fact, values)]
    return [
        Correction(
            fact=fact_words(fact.name),
            subject=in_words(named[key].label, lang),
            detail=in_words(named[key].detail, lang),
            before=said[2 * place] if earlier is not None else "",
            after=said[2 * place + 1],
            since=span.start,
            why=warrants[span.warrant].reason,
            at=warrants[span.warrant].at,
        )
        for place, (key, earlier, span) in enumerate(pairs)
    ]


def _expand(told: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """What the mail says, in the letter's language."""
    session, fact = db.session(), GATED[told["fact"]]
    key = fact.key(told["subject"])
    subject = DESKS[fact.name].named(session, [key]).get(key)
    before, after = typed.said(session, fact, [told["before"], told["value"]])
    return {
        "called": fact_words(fact.name),
        "about": in_words(subject.label, lang) if subject else "",
        "was": in_words(before, lang),
        "is_now": in_words(after, lang),
        "since_day": date_text(date.fromisoformat(told["since"]), lang),
    }


EXPANDED[KIND] = _expand
