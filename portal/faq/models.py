"""Questions, the standing promises inside their answers, which text of them holds when, and what
readers say of them.

The text of a question or a promise is a revision, which never changes; which revision holds is a
dated fact (`facts.py`). Moments are the program's, but for `updated_at`: when a row was last written.
"""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.localized import Localized
from portal.store.db import Base
from portal.store.facts import Period
from portal.store.scope import internal, open_to_all
from portal.store.types import uuid7


class FaqBlock(Base):
    """A standing promise (P1 to P5), said once and rendered inside answers; its text is a revision.

    `claims` are the names of the dated facts of which it says that they stay as they are.
    """

    __tablename__ = "faq_block"
    id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    claims: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    updated_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)


class FaqEntry(Base):
    """One question: its place, its addresses and what search finds it by; its text is a revision.

    `rules` are the rule ids behind it, `situation` names what a signed-in reader sees beside it.
    `former_slugs` are the addresses it had before, `claims` the names of the dated facts of which it
    says that they stay as they are. `revision` grows with every change of the row.
    """

    __tablename__ = "faq_entry"
    id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(unique=True)
    slug: Mapped[Localized]
    former_slugs: Mapped[list[Any]] = mapped_column(default=list)
    keywords: Mapped[dict[str, Any]]
    rules: Mapped[list[Any]]
    situation: Mapped[str]
    claims: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    updated_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)


class FaqRevision(Base):
    """One text of a question with its answer, or of a promise (then `question` is empty), complete in
    every language. Never changed, never deleted: the database refuses it.

    `text_id` is the question's or the promise's id, `number` counts its revisions from 1. `answer` is
    Markdown in which a line `[[P2]]` stands for a promise. `made_by` is an actor without personal
    data, `why` what its maker tells readers of it (empty for a first text). `corrects`: it was made to
    hold at once, as a correction, and is none that a notice could announce.
    """

    __tablename__ = "faq_revision"
    __table_args__ = (UniqueConstraint("text_id", "id"), UniqueConstraint("text_id", "number"))
    id: Mapped[int] = mapped_column(primary_key=True)
    text_id: Mapped[str]
    number: Mapped[int]
    question: Mapped[Localized]
    answer: Mapped[Localized]
    why: Mapped[Localized]
    corrects: Mapped[bool]
    made_by: Mapped[str]
    made_at: Mapped[datetime]


class FaqAnswer(Period, Base):
    """Which revision of a question holds, when."""

    __tablename__ = "faq_answer"
    __table_args__ = (
        ForeignKeyConstraint(
            ["entry_id", "revision_id"], ["faq_revision.text_id", "faq_revision.id"]
        ),
        UniqueConstraint("entry_id", "valid_from"),
    )
    entry_id: Mapped[str] = mapped_column(ForeignKey("faq_entry.id"))
    revision_id: Mapped[int]


class FaqPromise(Period, Base):
    """Which revision of a standing promise holds, when."""

    __tablename__ = "faq_promise"
    __table_args__ = (
        ForeignKeyConstraint(
            ["block_id", "revision_id"], ["faq_revision.text_id", "faq_revision.id"]
        ),
        UniqueConstraint("block_id", "valid_from"),
    )
    block_id: Mapped[str] = mapped_column(ForeignKey("faq_block.id"))
    revision_id: Mapped[int]


class FaqDraft(Base):
    """The one draft of a text that editors share; of a question there is not yet, too.

    The row stays when the draft is gone (`is_open` false), so that `number`, which grows with every
    save, never comes again: by it a second editor's save is told from the first one's. `base_id` is
    the revision that held when it was last saved.
    """

    __tablename__ = "faq_draft"
    text_id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int]
    is_open: Mapped[bool]
    question: Mapped[Localized]
    answer: Mapped[Localized]
    base_id: Mapped[int | None] = mapped_column(ForeignKey("faq_revision.id"))
    edited_by: Mapped[str]
    edited_at: Mapped[datetime]


class RuleText(Base):
    """A rule in plain words (R1 …): its heading, its text, and the questions it stands behind."""

    __tablename__ = "rule_text"
    id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    title: Mapped[Localized]
    text: Mapped[Localized]
    questions: Mapped[list[Any]]
    updated_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)


class FaqOpinion(Base):
    """Whether a reader found a revision helpful; `person_id` (None: not signed in) keeps it to one
    opinion a person, and is shown to nobody.
    """

    __tablename__ = "faq_opinion"
    __table_args__ = (UniqueConstraint("revision_id", "person_id"),)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid7)
    revision_id: Mapped[int] = mapped_column(ForeignKey("faq_revision.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    language: Mapped[str]
    helpful: Mapped[bool]
    comment: Mapped[str]
    at: Mapped[datetime]


class FaqMiss(Base):
    """A search that found nothing, counted for the editors; `last_at` is the program's time.

    `settled_at`: when an editor said that nothing more is to be done about it.
    """

    __tablename__ = "faq_miss"
    lang: Mapped[str] = mapped_column(primary_key=True)
    query: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    last_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


open_to_all(FaqBlock, FaqEntry, RuleText, FaqAnswer, FaqPromise)
internal(FaqMiss, FaqRevision, FaqDraft, FaqOpinion)
