"""The outbox: what the portal has to say by e-mail, written in the same transaction as its cause.

A mail is a row. It is claimed with a lease and marked `sending` before anything goes over the wire,
and marked `sent` after; a lease that ran out leaves it `uncertain`, since it may have arrived, and no
mail is sent again unless somebody says so (catalogue 0.10, C17). Rendering and sending are
`web/mail.py`'s, what comes back is `bounces.py`'s. All moments are wall time.

A mail to many is a batch: its mails have ids given by whoever posts them, so that posting it again
posts nothing twice, and they wait for the mails that somebody waits for.
"""

import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, false, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql import ColumnElement

from portal.kernel.access import Actor, Role
from portal.store.db import Base
from portal.store.periods import chunked
from portal.store.scope import scope
from portal.store.types import uuid7

# What each kind of mail must be told. `path` is a path of the portal in which "{secret}" stands for
# the one-time token; `hours`, how long a link works, may be told with any of them.
KINDS: Mapping[str, frozenset[str]] = {
    "reset_link": frozenset({"name", "path"}),
    "invitation": frozenset({"company_or_registry", "role", "inviter_name", "path"}),
    "address_link": frozenset({"name", "path"}),
    "address_changed": frozenset({"name", "when"}),
    "application_link": frozenset({"company", "path"}),
    "application_received": frozenset({"company", "registry_name", "path"}),
    "application_decided": frozenset({"company", "registry_name", "state", "reason", "path"}),
    "concern_asked": frozenset({"company", "registry_name", "team", "about", "path"}),
    "concern_answered": frozenset({"registry_name", "team", "about", "path"}),
    "concern_handed": frozenset({"registry_name", "team", "about", "path"}),
    "signed_in_new_device": frozenset({"name", "when"}),
    "password_changed": frozenset({"name", "when"}),
    "factor_changed": frozenset({"name", "when"}),
    "notice": frozenset({"version"}),
    "notice_asked": frozenset({"asker", "registry_name", "task", "title", "path"}),
    "notice_reminder": frozenset({"version", "path"}),
    "fact_corrected": frozenset({"fact", "subject", "before", "value", "reason", "since", "path"}),
    "council_meeting": frozenset({"council", "title", "day", "opens", "place", "path"}),
    "council_minutes": frozenset({"council", "title", "day", "path"}),
    "mdf_step": frozenset({"verb", "request", "title", "company", "registry_name", "path"}),
}
# One address and nothing else: no second one, no name, no line of a header (B18).
ADDRESS = re.compile(
    r"[^\s@,;:<>()\[\]\\\"\x00-\x20\x7f-\x9f]+@[^\s@,;:<>()\[\]\\\"\x00-\x20\x7f-\x9f]+"
)
# One slash, then no second: a link never leaves PORTAL_URL.
PATH = re.compile(r"/(?![/\\])[^\x00-\x20\\]*")
POSTED = "outbox.posted"


class MailState(StrEnum):
    """Where a mail is. `uncertain`: it was being sent when the sender stopped; it may have arrived."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True)
class Letter:
    """A mail as it is rendered and sent: a value that outlives its transaction.

    `attempt` is the number of the try it was claimed for, and no other try may speak for it.
    """

    id: uuid.UUID
    kind: str
    to: str
    language: str
    context: Mapping[str, Any]
    secret: str | None
    message_id: str
    attempt: int


@dataclass(frozen=True)
class Recipient:
    """One of many who are told the same: `id` is that of the delivery and becomes that of the mail."""

    id: uuid.UUID
    to: str
    language: str
    person_id: int | None = None
    context: Mapping[str, Any] = field(default_factory=dict)


class Mail(Base):
    """One mail to one address. `context` holds what its template says, never a token or password.

    `secret` is the token of its link, wiped as soon as the mail is sent. `person_id` is whose mail
    it is, empty for somebody who has no account yet. `message_id` is given with the first try and
    stays the same over all of them, so that a receiver can tell a repetition.

    `batch` names what it is one mail of; `bulk` lets every other mail go first. `bounced_at` is when
    it was found to have come back after it was accepted, `bounce_status` why (RFC 3463: "5.1.1").
    """

    __tablename__ = "mail"
    __table_args__ = (
        CheckConstraint("(state = 'sending') = (lease_until IS NOT NULL)", name="lease"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent"),
        CheckConstraint("state <> 'sent' OR secret IS NULL", name="secret"),
        CheckConstraint("(bounced_at IS NULL) = (bounce_status IS NULL)", name="bounce"),
        Index("ix_mail_state_bulk_due_at_id", "state", "bulk", "due_at", "id"),
        Index("ix_mail_batch_state", "batch", "state"),
        Index("ix_mail_bounced_at", "bounced_at"),
        Index("ix_mail_person_id_id", "person_id", "id"),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid7)
    kind: Mapped[str]
    to_address: Mapped[str]
    person_id: Mapped[int | None]
    language: Mapped[str]
    context: Mapped[dict[str, Any]]
    secret: Mapped[str | None]
    state: Mapped[MailState]
    attempts: Mapped[int]
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    message_id: Mapped[str | None]
    last_error: Mapped[str | None]
    created_at: Mapped[datetime]
    batch: Mapped[str | None]
    bulk: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    bounced_at: Mapped[datetime | None]
    bounce_status: Mapped[str | None]

    def letter(self) -> Letter:
        """The mail as a value."""
        return Letter(
            id=self.id,
            kind=self.kind,
            to=self.to_address,
            language=self.language,
            context=dict(self.context),
            secret=self.secret,
            message_id=self.message_id or "",
            attempt=self.attempts,
        )


@scope(Mail)
def _visible_mail(actor: Actor) -> ColumnElement[bool] | None:
    """One's own; the portal admin every one (that it exists: its secrets are the view's matter)."""
    if actor.role is Role.ADMIN:
        return None
    return false() if actor.person_id is None else Mail.person_id == actor.person_id


def post(
    session: Session,
    kind: str,
    *,
    to: str,
    language: str,
    now: datetime,
    person_id: int | None = None,
    context: Mapping[str, Any] | None = None,
    secret: str | None = None,
) -> Mail:
    """Put a mail into the outbox inside the caller's transaction: it goes out only if that commits.

    `now` is wall time, `context` plain JSON. Raises ValueError for an unknown kind, a context that
    lacks what the kind says, an address that is not exactly one, or a path that leaves the portal.
    """
    values = _checked(kind, to, context)
    mail = Mail(
        id=uuid7(), person_id=person_id, language=language, secret=secret, **values, **_new(now)
    )
    session.add(mail)
    session.info[POSTED] = True
    return mail


def post_many(
    session: Session,
    kind: str,
    recipients: Iterable[Recipient],
    *,
    batch: str,
    now: datetime,
) -> int:
    """Put one mail to each recipient into the outbox, as bulk; how many were not there yet.

    Inside the caller's transaction, in few statements however many they are. A mail with the id of
    one that is there already is not posted again, whatever it says. `batch` is the key they are
    counted by (`batches.progress`): a code and ids. Raises ValueError as `post` does.
    """
    common = {**_new(now), "secret": None, "batch": batch, "bulk": True}
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = insert(Mail).on_conflict_do_nothing(index_elements=["id"]).returning(Mail.id)
    posted = 0
    for chunk in chunked(recipients, 1000):
        rows = [
            {
                **_checked(kind, each.to, each.context),
                **common,
                "id": each.id,
                "person_id": each.person_id,
                "language": each.language,
            }
            for each in chunk
        ]
        posted += len(session.scalars(statement, rows).all())
    if posted:
        session.info[POSTED] = True
    return posted


def _checked(kind: str, to: str, context: Mapping[str, Any] | None) -> dict[str, Any]:
    told = dict(context or {})
    if kind not in KINDS:
        raise ValueError(f"there is no mail of kind {kind!r}")
    if missing := KINDS[kind] - told.keys():
        raise ValueError(f"a mail of kind {kind} needs {', '.join(sorted(missing))}")
    if not ADDRESS.fullmatch(to) or len(to) > 254:
        raise ValueError("a mail goes to exactly one address")
    if not PATH.fullmatch(told.get("path", "/")):
        raise ValueError("the link of a mail is a path of the portal")
    return {"kind": kind, "to_address": to, "context": told}


def _new(now: datetime) -> dict[str, Any]:
    return {"state": MailState.WAITING, "attempts": 0, "due_at": now, "created_at": now}
