"""Notices in the rivals' world, a canary in each text: of either company one that touches it alone, read
and asked about by its people; of either registry one that waits as a draft. Who may read them.
"""

from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy import select

from portal.accounts.models import Membership, Person
from portal.kernel import clock
from portal.kernel.access import Actor
from portal.kernel.localized import Localized
from portal.notices import drafts, fallbacks, fanout, publishing, questions, reading
from portal.notices.audience_rules import Choice
from portal.notices.models import (
    Notice,
    NoticeFallback,
    NoticeQuestion,
    NoticeReader,
    NoticeVersion,
)
from portal.notices.rules import Kind
from portal.registry.models import Agreement, Partner, Registry
from portal.store.db import db
from tests import people
from tests.companies.cast import actor
from tests.registry.world import CTL, L3
from tests.surface.matrix_made import PEERS, USERS
from tests.surface.rivals import Thing, World

TERMS = "agreement.compensation_terms"
AUTHORS = {CTL: people.CHANNEL, L3: people.CHANNEL_L3}


def said(what: str, of: str) -> str:
    """A text that says whose it is."""
    return f"Aviso Canario {what} {of}"


def both(what: str, of: str) -> Localized:
    """The same canary in either language."""
    return Localized(es=said(what, of), en=said(what, of))


def post_notices() -> None:
    """Put them there."""
    today = clock.today()
    for code, readers in USERS.items():
        saved = _drafted(people.CHANNEL, code, today + timedelta(days=40))
        agreement = db.session.scalar(
            select(Agreement.id)
            .join(Partner, Partner.id == Agreement.partner_id)
            .join(Registry, Registry.id == Agreement.registry_id)
            .where(Partner.code == code, Registry.slug == CTL)
        )
        now, author = clock.business(), actor(people.CHANNEL)
        drafts.set_change(
            *(saved.version_id, TERMS, agreement, said("condiciones", code)), actor=author, now=now
        )
        _publish(saved.version_id, author)
        reading.opened(saved.version_id, actor=actor(readers[0]), now=clock.business())
        questions.ask(
            saved.ref, said("pregunta", code), actor=actor(readers[0]), now=clock.business()
        )
        other = _drafted(people.CHANNEL, f"{code}-otro", today + timedelta(days=50), code)
        _publish(other.version_id, author)
        partner = actor(readers[0]).partner_id
        assert partner is not None
        fallbacks.record(
            *(other.version_id, [partner], said("llamada", code), today),
            actor=author,
            now=clock.business(),
        )
        changed = drafts.amend(other.ref, Kind.AMENDMENT, actor=author, now=clock.business())
        assert changed is not None
    third = _drafted(people.CHANNEL_L3, "tercero-norte", today + timedelta(days=50), "norte")
    _publish(third.version_id, actor(people.CHANNEL_L3))
    reader, now = actor(USERS["norte"][0]), clock.business()
    assert reader.partner_id is not None
    questions.ask(third.ref, said("pregunta", "tercero-norte"), actor=reader, now=now)
    fallbacks.record(
        *(third.version_id, [reader.partner_id], said("llamada", "tercero-norte"), today),
        actor=actor(people.CHANNEL_L3),
        now=now,
    )
    for slug, email in AUTHORS.items():
        _drafted(email, slug, today + timedelta(days=60))
    fanout.fan_out(clock.business(), clock.wall())


def _drafted(email: str, of: str, effective: date, to: str = "") -> drafts.Saved:

    partner = db.session.scalar(select(Partner.id).where(Partner.code == to)) if to else None
    db.session.rollback()
    written = drafts.Draft(
        topic="compensation",
        title=both("titulo", of),
        body=both("texto", of),
        effective_on=effective,
        questions_until=effective,
        choice=Choice(partners=frozenset({partner} if partner else ())),
        reason=both("motivo", of),
    )
    return drafts.begin(written, actor=actor(email), now=clock.business())


def _publish(version_id: int, author: Actor) -> None:
    revision = db.session.get_one(NoticeVersion, version_id).revision
    now = clock.business()
    decision = publishing.publish(version_id, revision=revision, actor=author, now=now, hold=False)
    assert not decision.refused, decision.reasons
    publishing.publish_due(now)


def tell_notices(world: World, may: Callable[..., None]) -> None:
    """Who may read which: a company its own, the registry's channel people theirs."""
    session = db.session()
    whose = {f"{code}{more}": code for code in USERS for more in ("", "-otro")}
    whose["tercero-norte"] = "norte"
    for notice, version, slug in session.execute(
        select(Notice, NoticeVersion, Registry.slug)
        .join(NoticeVersion, NoticeVersion.notice_id == Notice.id)
        .join(Registry, Registry.id == Notice.registry_id)
        .order_by(NoticeVersion.id)
    ):
        if "Canario" not in version.title.get("es", ""):
            continue
        of = version.title["es"].rpartition(" ")[2]
        readers = (*USERS[whose[of]], *PEERS[slug]) if of in whose else PEERS[slug]
        for what in ("titulo", "texto", "motivo", "condiciones", "pregunta", "llamada"):
            may(said(what, of), *readers)
        may(notice.ref, *readers)
        _mailed(version, of, whose.get(of), may)
        kind = "notice" if version.published_at is not None else "notice_draft"
        seen = frozenset(readers) if kind == "notice" else frozenset(PEERS[slug])
        world.things.append(Thing(kind, notice.ref, slug, frozenset(), seen))
    # Who a notice goes to is its proof, and shown before it is sent, to the staff of its registry.
    names = (
        select(Person.name, Agreement.registry_id)
        .join(Membership, Membership.person_id == Person.id)
        .join(Agreement, Agreement.partner_id == Membership.partner_id)
    )
    slugs = {row.id: row.slug for row in session.execute(select(Registry.id, Registry.slug))}
    for name, registry_id in session.execute(names):
        may(name, *PEERS[slugs[registry_id]])
    home = select(Registry.slug).join(Notice, Notice.registry_id == Registry.id)
    asked = home.join(NoticeQuestion, NoticeQuestion.notice_id == Notice.id)
    for slug, row in session.execute(asked.add_columns(NoticeQuestion.id)):
        world.things.append(_staffs("question_id", row, slug))
    told = home.join(NoticeVersion, NoticeVersion.notice_id == Notice.id)
    told = told.join(NoticeFallback, NoticeFallback.version_id == NoticeVersion.id)
    for slug, row in session.execute(told.add_columns(NoticeFallback.id)):
        world.things.append(_staffs("fallback_id", row, slug))


def _mailed(version: NoticeVersion, of: str, code: str | None, may: Callable[..., None]) -> None:
    """What a notice's mail says is known to whom it was sent, whomever they act for since; and, as
    mail stands in the portal alone here, to its administrators.
    """
    session = db.session()
    to = select(Person.email).join(NoticeReader, NoticeReader.person_id == Person.id)
    knows = {people.ADMIN, *session.scalars(to.where(NoticeReader.version_id == version.id))}
    if code is None or version.published_at is None:
        return
    for what in ("titulo", "texto", "motivo", "condiciones"):
        may(said(what, of), *knows)
    company = session.scalars(select(Partner).where(Partner.code == code)).one()
    terms = select(Agreement.number).join(Registry, Registry.id == Agreement.registry_id)
    of_theirs = terms.where(Agreement.partner_id == company.id, Registry.slug == CTL)
    ref = session.get_one(Notice, version.notice_id).ref
    for text in (ref, company.name, f"Canario 77 % MRC para {code}", *session.scalars(of_theirs)):
        may(text, *knows)


def _staffs(kind: str, identifier: int, slug: str) -> Thing:
    return Thing(kind, str(identifier), slug, frozenset(), frozenset(PEERS[slug]))
