"""A draft as the people of one company will read it; nothing of it is kept."""

from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor
from portal.notices import changes as typed
from portal.notices.checks import Checked
from portal.notices.gate_rules import earliest
from portal.notices.models import NoticePartner, NoticeVersion
from portal.notices.queries import State
from portal.notices.reader_pages import Page
from portal.notices.telling import in_told
from portal.registry.models import Registry


def page(
    session: Session,
    actor: Actor,
    ref: str,
    version: NoticeVersion,
    checked: Checked,
    partner_id: int,
    language: str,
) -> Page:
    """The page of the company, as it would be were the draft published at the moment checked."""
    publish_at, lead = checked.facts.publish_at, checked.facts.lead_days
    changes = typed.of_version(session, version.id)
    touched = typed.affected(session, changes, clock.local_date(publish_at))
    own = [
        change
        for change in changes
        if change.fact.shared or not touched[change.id] or partner_id in touched[change.id]
    ]
    first = earliest(publish_at, lead, clock.zone().key)
    registry = session.get_one(Registry, actor.registry_id)
    company = NoticePartner(
        version_id=version.id,
        partner_id=partner_id,
        why=[],
        affected=partner_id in checked.affected,
        added_at=publish_at,
        withdrawn=False,
    )
    return Page(
        ref=ref,
        version_id=version.id,
        number=version.number,
        numbers=(version.number,),
        state=State.PUBLISHED,
        registry=registry.name,
        thread=registry.thread,
        kind=version.kind,
        topic=version.topic,
        title=version.title,
        body=version.body,
        reason=version.reason,
        published_at=publish_at,
        soonest=max(first, version.effective_on or first),
        lead_days=lead,
        questions_until=version.questions_until,
        changes=tuple(in_told(session, own, {}, language)),
        row=company,
        effect=None,
        reader=None,
        questions=(),
    )
