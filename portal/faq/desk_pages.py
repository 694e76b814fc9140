"""What the editors' pages show: the list, a text as it would read, two texts side by side.

Each reads with a fixed number of queries, whatever the number of texts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.faq import render, revisions
from portal.faq.facts import ANSWER, PROMISE
from portal.faq.models import FaqBlock, FaqDraft, FaqEntry, FaqOpinion, FaqRevision
from portal.faq.revisions import Now
from portal.faq.rules import EMBED, Text
from portal.kernel.localized import Localized
from portal.web import richtext
from portal.web.compare import Piece, compare
from portal.web.site import LANGUAGES


@dataclass(frozen=True)
class Listed:
    """A text in the editors' list; `now` None: a question there is not yet.

    `waiting` revisions hold at no time (a notice may announce them), `yes` and `no` count what
    readers say of the text that holds.
    """

    text_id: str
    position: int
    label: Localized
    now: Now | None
    draft: bool
    waiting: int
    yes: int
    no: int


def listing(session: Session, today: date) -> tuple[list[Listed], list[Listed]]:
    """All questions, new ones last, and all standing promises, each in their order."""
    now = {
        name: revisions.on_date(periods, today)
        for name, periods in revisions.holdings(session).items()
    }
    texts = revisions.texts(session, (each.holding.revision_id for each in now.values()))
    opened = {row.text_id: row for row in session.scalars(select(FaqDraft).where(FaqDraft.is_open))}
    waiting = _waiting(session)
    said = opinions(session, (each.holding.revision_id for each in now.values()))

    def listed(text_id: str, position: int) -> Listed:
        held = now.get(text_id)
        row: Any = texts[held.holding.revision_id] if held else opened[text_id]
        yes, no = said.get(held.holding.revision_id, (0, 0)) if held else (0, 0)
        return Listed(
            *(text_id, position, revisions.text_of(row).label, held, text_id in opened),
            *(waiting.get(text_id, 0), yes, no),
        )

    places = (FaqEntry.id, FaqEntry.position)
    entries = session.execute(select(*places).order_by(FaqEntry.position)).all()
    blocks = session.execute(
        select(FaqBlock.id, FaqBlock.position).order_by(FaqBlock.position)
    ).all()
    new = [(name, 0) for name in sorted(opened) if name not in now]
    return [listed(*row) for row in (*entries, *new)], [listed(*row) for row in blocks]


def opinions(session: Session, ids: Any) -> dict[int, tuple[int, int]]:
    """How many found each revision helpful, and how many did not."""
    query = (
        select(FaqOpinion.revision_id, FaqOpinion.helpful, func.count())
        .where(FaqOpinion.revision_id.in_(list(ids)))
        .group_by(FaqOpinion.revision_id, FaqOpinion.helpful)
    )
    found: dict[int, list[int]] = {}
    for revision_id, helpful, count in session.execute(query):
        found.setdefault(revision_id, [0, 0])[0 if helpful else 1] = count
    return {key: (yes, no) for key, (yes, no) in found.items()}


def promises(session: Session, today: date) -> dict[str, Localized]:
    """The text of every standing promise, as it reads today."""
    blocks = set(session.scalars(select(FaqBlock.id)))
    held = {
        name: revisions.on_date(periods, today).holding.revision_id
        for name, periods in revisions.holdings(session).items()
        if name in blocks
    }
    rows = revisions.texts(session, held.values())
    return {name: rows[number].answer for name, number in held.items()}


def as_read(text: Text, known: Mapping[str, Localized]) -> Localized:
    """The answer as sanitised HTML, promises inside; one there is not stays as it was written."""
    named = {name for said in text.answer.values() for name in EMBED.findall(said)}
    there = {name: known.get(name, Localized(es=f"[[{name}]]")) for name in named}
    whole = render.whole(text.answer, there)
    return Localized({lang: richtext.to_html(said) for lang, said in whole.items()})


@dataclass(frozen=True)
class Beside:
    """A part of two texts, word by word: `lang`, and whether it is the question."""

    lang: str
    is_question: bool
    pieces: list[Piece]
    old: str
    same: bool


def beside(old: Text, new: Text, languages: tuple[str, ...] = LANGUAGES) -> list[Beside]:
    """Two texts part by part, as they are written; parts that neither has are left out."""
    found = []
    for is_question, one, other in (
        (True, old.question, new.question),
        (False, old.answer, new.answer),
    ):
        for lang in languages:
            before, after = one.get(lang, ""), other.get(lang, "")
            if before or after:
                pieces = compare(before, after)
                found.append(Beside(lang, is_question, pieces, before, before == after))
    return found


def read_text(text: Text, known: Mapping[str, Localized]) -> Text:
    """A text in plain words, promises inside: what is compared for readers."""
    html = as_read(text, known)
    words = Localized(
        {lang: richtext.to_text(said).replace("\n", "\n\n") for lang, said in html.items()}
    )
    return Text(text.question, words)


def _waiting(session: Session) -> dict[str, int]:
    used = select(FaqRevision.id).where(
        FaqRevision.id.in_(select(ANSWER.model.revision_id))
        | FaqRevision.id.in_(select(PROMISE.model.revision_id))
    )
    query = select(FaqRevision.text_id, func.count()).where(
        FaqRevision.id.not_in(used), FaqRevision.corrects.is_(False)
    )
    return {row[0]: row[1] for row in session.execute(query.group_by(FaqRevision.text_id))}
