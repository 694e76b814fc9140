"""Questions, the standing promises inside their answers, and searches that found nothing."""

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.localized import Localized
from portal.store.db import Base
from portal.store.scope import internal, open_to_all


class FaqBlock(Base):
    """A standing promise (P1 to P5), said once and rendered inside answers."""

    __tablename__ = "faq_block"
    id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    text: Mapped[Localized]
    updated_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)


class FaqEntry(Base):
    """One question and its answer in both languages.

    `answer` is Markdown in which `[[P2]]` stands for a block. `rules` are the rule ids behind it,
    `situation` names what a signed-in reader sees beside it, `in_force_since` is the business date
    since which the answer has not changed. `former_slugs` are the addresses it had before.
    """

    __tablename__ = "faq_entry"
    id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(unique=True)
    slug: Mapped[Localized]
    former_slugs: Mapped[list[Any]] = mapped_column(default=list)
    question: Mapped[Localized]
    answer: Mapped[Localized]
    keywords: Mapped[dict[str, Any]]
    rules: Mapped[list[Any]]
    situation: Mapped[str]
    in_force_since: Mapped[date]
    updated_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)


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


class FaqMiss(Base):
    """A search that found nothing, counted for the editors; `last_at` is the program's time."""

    __tablename__ = "faq_miss"
    lang: Mapped[str] = mapped_column(primary_key=True)
    query: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    last_at: Mapped[datetime]


open_to_all(FaqBlock, FaqEntry, RuleText)
internal(FaqMiss)
