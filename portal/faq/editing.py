"""What editors do: write drafts, publish them in the one or the other way, add and arrange questions.

A text that stands is changed in two ways only (N1): by a notice, or by a correction of its wording,
which is marked as one, says why, and is on record. `now` is the program's moment throughout.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.faq import drafts, revisions
from portal.faq.drafts import OnDesk
from portal.faq.facts import ANSWER
from portal.faq.models import FaqDraft, FaqEntry
from portal.faq.rules import CODES, RULESET, FaqCode, Text, complete, drafted, free_slug
from portal.kernel import clock
from portal.kernel.access import Actor
from portal.kernel.decision import Decision, Reason, reason
from portal.kernel.localized import Localized
from portal.notices import drafts as notices
from portal.notices.drafts import Draft, Saved
from portal.notices.models import NoticeVersion
from portal.store.db import atomic, retrying
from portal.store.events import emit, who
from portal.store.facts import WarrantKind, warrant
from portal.store.periods import correct as correct_period
from portal.web.site import LANGUAGES

NEW = "new"
WRITTEN = "F"
"""Ids of questions written in the portal: a program pack's own begin with another letter."""


class Unseen(LookupError):
    """There is no such text."""


@retrying
def save(text_id: str, text: Text, seen: str, *, actor: Actor, now: datetime) -> Decision[OnDesk]:
    """Keep a draft. Refused, and nothing overwritten, when somebody saved or published since `seen`.

    Raises Unseen.
    """
    with atomic() as session:
        desk = _desk(session, text_id, now)
        found = drafted(text, LANGUAGES) or _stale(desk, seen)
        if found:
            return Decision(RULESET, None, tuple(found))
        drafts.write(session, desk, text, actor, now)
        _tell(session, text_id, "faq.draft_saved", actor)
        session.flush()
        return Decision(RULESET, _desk(session, text_id, now))


@retrying
def begin(text: Text, *, actor: Actor, now: datetime) -> Decision[str]:
    """Begin a question there is not yet; its draft may lack a language. Gives its id."""
    if found := drafted(text, LANGUAGES):
        return Decision(RULESET, None, tuple(found))
    with atomic() as session:
        text_id = _next_id(session)
        session.add(
            FaqDraft(
                text_id=text_id,
                number=1,
                is_open=True,
                question=text.question,
                answer=text.answer,
                base_id=None,
                edited_by=who(actor),
                edited_at=now,
            )
        )
        _tell(session, text_id, "faq.draft_saved", actor)
        return Decision(RULESET, text_id)


@retrying
def discard(text_id: str, seen: str, *, actor: Actor, now: datetime) -> Decision[str]:
    """Throw the draft away; what readers get stays. Raises Unseen."""
    with atomic() as session:
        desk = _desk(session, text_id, now)
        if found := _stale(desk, seen):
            return Decision(RULESET, None, tuple(found))
        drafts.close(session, text_id)
        _tell(session, text_id, "faq.draft_removed", actor)
        return Decision(RULESET, text_id)


@retrying
def correct(
    text_id: str, seen: str, why: Localized, *, actor: Actor, now: datetime
) -> Decision[int]:
    """Publish the draft as a correction of the wording: it promises the same, and holds at once.

    It is marked as a correction and says why (N1). Gives the revision's number. Raises Unseen.
    """
    with atomic() as session:
        desk = _desk(session, text_id, now)
        if found := _unpublishable(session, desk, seen, why):
            return Decision(RULESET, None, tuple(found))
        assert desk.fact is not None and desk.now is not None, "checked: it is no new question"
        made = revisions.make(
            session, text_id, desk.text, why=why, actor=actor, now=now, corrects=True
        )
        told = " / ".join(why[lang] for lang in LANGUAGES)
        mark = warrant(session, WarrantKind.CORRECTION, reason=told, actor=actor, at=clock.wall())
        on = clock.local_date(now) if desk.now.begun else desk.now.holding.since
        correct_period(session, desk.fact, text_id, made.id, on=on, warrant_id=mark.id)
        drafts.close(session, text_id)
        _tell(session, text_id, "faq.corrected", actor, revision=made.number)
        return Decision(RULESET, made.number)


@retrying
def announce(
    text_id: str, seen: str, why: Localized, told: Draft, *, actor: Actor, now: datetime
) -> Decision[Saved]:
    """Let the draft become a revision that holds nowhere yet, and `told` the draft of a notice that
    changes the text to it (N1). Nothing changes before that notice is served. Raises Unseen.
    """
    with atomic() as session:
        desk = _desk(session, text_id, now)
        if found := _unpublishable(session, desk, seen, why):
            return Decision(RULESET, None, tuple(found))
        assert desk.fact is not None and actor.registry_id is not None, "a channel's editor"
        made = revisions.make(session, text_id, desk.text, why=why, actor=actor, now=now)
        drafts.close(session, text_id)
        saved = notices.begin_in(session, told, actor=actor, registry_id=actor.registry_id, now=now)
        version = session.get_one(NoticeVersion, saved.version_id)
        notices.change_in(session, version, desk.fact.name, text_id, made.id)
        return Decision(RULESET, saved)


@retrying
def add(text_id: str, seen: str, *, actor: Actor, now: datetime) -> Decision[str]:
    """Publish a question there was not yet, at the end of the list. Raises Unseen."""
    with atomic() as session:
        desk = _desk(session, text_id, now)
        found = _stale(desk, seen) or ([] if desk.is_new else [reason(CODES, FaqCode.NO_DRAFT)])
        found = found or complete(
            desk.text, LANGUAGES, drafts.promise_ids(session), is_promise=False
        )
        if found:
            return Decision(RULESET, None, tuple(found))
        entry_in(session, text_id, desk.text, actor=actor, now=now)
        drafts.close(session, text_id)
        return Decision(RULESET, text_id)


@retrying
def add_entry(text: Text, *, actor: Actor, now: datetime) -> Decision[str]:
    """Add a question with its answer, complete in every language (N3): its id. It is new, so it
    needs no notice (N1), and holds from today on.
    """
    with atomic() as session:
        promises = drafts.promise_ids(session)
        if found := complete(text, LANGUAGES, promises, is_promise=False):
            return Decision(RULESET, None, tuple(found))
        text_id = _next_id(session)
        entry_in(session, text_id, text, actor=actor, now=now)
        return Decision(RULESET, text_id)


def entry_in(session: Session, text_id: str, text: Text, *, actor: Actor, now: datetime) -> None:
    """The rows of a new question, inside the caller's transaction, with its event."""
    drafts.lock(session, NEW)
    taken = {
        slug
        for row in session.execute(select(FaqEntry.slug, FaqEntry.former_slugs))
        for slug in (*row.slug.values(), *row.former_slugs)
    }
    slugs: dict[str, str] = {}
    for lang in LANGUAGES:
        slugs[lang] = free_slug(text.question[lang], taken | set(slugs.values()))
    last = session.scalar(select(func.max(FaqEntry.position))) or 0
    session.add(
        FaqEntry(
            id=text_id,
            position=last + 1,
            slug=Localized(slugs),
            former_slugs=[],
            keywords={lang: [] for lang in LANGUAGES},
            rules=[],
            situation="",
            updated_at=clock.wall(),
        )
    )
    session.flush()
    origin = warrant(
        session, WarrantKind.ORIGIN, reason="new question", actor=actor, at=clock.wall()
    )
    revisions.start(
        *(session, ANSWER, text_id, text),
        on=clock.local_date(now),
        warrant_id=origin.id,
        actor=actor,
        now=now,
    )
    _tell(session, text_id, "faq.entry_added", actor)


@retrying
def arrange(
    text_id: str,
    keywords: Mapping[str, Sequence[str]],
    position: int,
    seen: int,
    *,
    actor: Actor,
    now: datetime,
) -> Decision[str]:
    """Give a question other search words and another place; neither says anything to partners.

    `seen` is the row's revision the editor saw. Raises Unseen.
    """
    with atomic() as session:
        drafts.lock(session, NEW)
        entry = session.get(FaqEntry, text_id)
        if entry is None:
            raise Unseen(text_id)
        if entry.revision != seen:
            return Decision(RULESET, None, (reason(CODES, FaqCode.STALE),))
        entry.keywords = {lang: list(words) for lang, words in keywords.items()}
        entry.revision += 1
        entry.updated_at = clock.wall()
        _move(session, entry, position)
        _tell(session, text_id, "faq.arranged", actor)
        return Decision(RULESET, text_id)


def _move(session: Session, entry: FaqEntry, position: int) -> None:
    """Put a question at a place, the others closing up; places are unique at every moment."""
    rows = list(session.scalars(select(FaqEntry).order_by(FaqEntry.position)))
    places = [row.position for row in rows]
    rows.remove(entry)
    rows.insert(max(0, min(position - 1, len(rows))), entry)
    moved = [(row, place) for row, place in zip(rows, places, strict=True) if row.position != place]
    for row, place in moved:
        row.position = -place
    session.flush()
    for row, place in moved:
        row.position = place


def _desk(session: Session, text_id: str, now: datetime) -> OnDesk:
    drafts.lock(session, text_id)
    desk = drafts.on_desk(session, text_id, clock.local_date(now))
    if desk is None:
        raise Unseen(text_id)
    return desk


def _stale(desk: OnDesk, seen: str) -> list[Reason]:
    return [] if desk.seen == seen else [reason(CODES, FaqCode.STALE)]


def _unpublishable(session: Session, desk: OnDesk, seen: str, why: Localized) -> list[Reason]:
    if found := _stale(desk, seen):
        return found
    if desk.draft is None or desk.is_new:
        return [reason(CODES, FaqCode.NO_DRAFT)]
    found = complete(desk.draft, LANGUAGES, drafts.promise_ids(session), is_promise=desk.is_promise)
    if desk.draft == desk.held:
        found.append(reason(CODES, FaqCode.UNCHANGED))
    if why.missing(LANGUAGES):
        found.append(reason(CODES, FaqCode.NO_REASON))
    return found


def _next_id(session: Session) -> str:
    """The id of the next question written here; writers queue for it."""
    drafts.lock(session, NEW)
    names = [*session.scalars(select(FaqEntry.id)), *session.scalars(select(FaqDraft.text_id))]
    numbers = [int(name[1:]) for name in names if name[:1] == WRITTEN and name[1:].isdigit()]
    return f"{WRITTEN}{max(numbers, default=0) + 1}"


def _tell(session: Session, text_id: str, verb: str, actor: Actor, **more: int) -> None:
    emit(
        *(session, f"faq:{text_id}", verb),
        actor=actor,
        at=clock.wall(),
        registry_id=actor.registry_id,
        payload={"text": text_id, **more},
    )
