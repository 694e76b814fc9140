"""What a notice says to one company: its text and, of its changes, those that touch the company.

Read for mails, which are rendered outside any request, and for pages and feeds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.decision import JSON
from portal.notices import changes as typed
from portal.notices.changes import Change
from portal.notices.customers import touched
from portal.notices.gate import terms_of
from portal.notices.gate_rules import soonest
from portal.notices.models import Notice, NoticeChange, NoticeEffect, NoticeVersion
from portal.notices.rules import Kind
from portal.registry.customer_contacts import CustomerContact
from portal.store.db import db
from portal.store.facts import DESKS
from portal.web import richtext
from portal.web.fact_words import fact_words, in_words
from portal.web.i18n import date_text
from portal.web.mail_words import EXPANDED, link


@dataclass(frozen=True)
class Told:
    """One change in words: what of what, from and to; `on` is its first day, once it is certain.

    `name` and `key` are the fact's and the subject's own.
    """

    name: str
    key: str
    fact: str
    subject: str
    detail: str
    before: str
    after: str
    on: date | None


def changes_for(session: Session, version_id: int, partner_id: int | None, lang: str) -> list[Told]:
    """The changes of a version that touch a company, or everybody; partner None: every change."""
    query = (
        select(NoticeChange.id, NoticeEffect.effect_on)
        .outerjoin(NoticeEffect, NoticeEffect.change_id == NoticeChange.id)
        .where(NoticeChange.version_id == version_id)
    )
    if partner_id is not None:
        whose = NoticeChange.partner_id
        query = query.where(or_(whose.is_(None), whose == partner_id))
    seen = {row.id: row.effect_on for row in session.execute(query)}
    changes = [one for one in typed.of_version(session, version_id) if one.id in seen]
    return in_told(session, changes, seen, lang)


def changes_for_contact(
    session: Session, version: NoticeVersion, contact_id: int, lang: str
) -> list[Told]:
    """The changes of a version that touch the customer of a contact (Q9)."""
    contact = session.get_one(CustomerContact, contact_id)
    mine = (contact.registry_id, contact.customer_id)
    changes = typed.of_version(session, version.id)
    on = clock.local_date(version.published_at or clock.business())
    whose = touched(session, changes, on)
    return in_told(session, [one for one in changes if mine in whose.get(one.id, ())], {}, lang)


def in_told(
    session: Session, changes: list[Change], days: Mapping[int, date | None], lang: str
) -> list[Told]:
    """Changes in words, in their order. Three looks per fact."""
    named = typed.subjects(session, changes)
    values: dict[tuple[int, str], str] = {}
    for name, group in typed.by_fact(changes).items():
        asked: list[JSON] = [value for one in group for value in (one.before, one.value)]
        words = [in_words(word, lang) for word in DESKS[name].said(session, asked)]
        for place, one in enumerate(group):
            values[one.id, "before"] = words[2 * place] if one.before is not None else ""
            values[one.id, "after"] = words[2 * place + 1]
    found = []
    for one in changes:
        subject = named.get(one.id)
        found.append(
            Told(
                one.fact.name,
                str(one.key),
                fact_words(one.fact.name),
                in_words(subject.label, lang) if subject else "",
                in_words(subject.detail, lang) if subject else "",
                values[one.id, "before"],
                values[one.id, "after"],
                days.get(one.id),
            )
        )
    return found


def _expand(told: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """What the mail of a notice says, for the company or the customer's contact it goes to, in the
    letter's language. A contact is no user of the portal: there is nothing to open or confirm.
    """
    session = db.session()
    version = session.get(NoticeVersion, int(told["version"]))
    if version is None or not _is_of(session, version, told.get("path")):
        return _thrown_away()
    html = richtext.to_page(version.body.pick(lang))
    others = [code for code in version.body if code != lang and version.body[code].strip()]
    return {
        "kind": version.kind.value,
        "title": " ".join(version.title.pick(lang).split()),
        "html": html,
        "text": richtext.to_text(html),
        "reason": version.reason.pick(lang),
        "effective": _from(version, lang),
        "changes": changes_for(session, version.id, int(told["partner"]), lang)
        if "partner" in told
        else changes_for_contact(session, version, int(told["contact"]), lang),
        "others": [(code, link(told["path"], code, None)) for code in others if "path" in told],
    }


def _is_of(session: Session, version: NoticeVersion, path: str | None) -> bool:
    """Whether a version is of the notice a letter leads to; what leads to none was published."""
    ref = select(Notice.ref).where(Notice.id == version.notice_id)
    return path is None or path.split("/")[2] == session.scalar(ref)


def _thrown_away() -> dict[str, Any]:
    """What the trial mail of a draft says once the draft is gone, whatever has its id by now."""
    return {
        "kind": Kind.WITHDRAWAL.value,
        "title": _("a draft that was thrown away"),
        "html": "",
        "text": "",
        "reason": "",
        "effective": "…",
        "changes": [],
        "others": [],
    }


def _from(version: NoticeVersion, lang: str) -> str:
    """The first day it can take effect; of a draft sent as a trial, the date it names."""
    if version.published_at is None:
        return date_text(version.effective_on, lang) if version.effective_on else "…"
    return date_text(soonest(terms_of(version)), lang)


EXPANDED["notice"] = _expand
