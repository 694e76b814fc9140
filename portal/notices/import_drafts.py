"""What an import may not change becomes a draft: one notice a registry and topic, with a typed change
for everything the file held (N1). Its author adds the date and publishes it.
"""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor
from portal.kernel.decision import JSON
from portal.kernel.localized import Localized
from portal.notices import drafts
from portal.notices.drafts import Draft
from portal.notices.labels import topic_words
from portal.notices.models import NoticeChange, NoticeVersion
from portal.notices.rules import Kind
from portal.registry.commands import ON_HELD
from portal.registry.models import Registry
from portal.registry.problems import Held
from portal.store.facts import DESKS, GATED
from portal.store.periods import chunked
from portal.web.pages import program


def draft_held(session: Session, held: Sequence[Held], actor: Actor, wall: datetime) -> list[str]:
    """Draft notices of what was held, inside the import's transaction; their references.

    What a draft or a notice that is still out says already is not drafted again. `wall` is not
    looked at: a notice lives in the program's time.
    """
    query = select(Registry.slug, Registry.id)
    registries = {row.slug: row.id for row in session.execute(query)}
    groups: dict[tuple[str, str], list[Held]] = {}
    for each in _new(session, held):
        groups.setdefault((each.registry, GATED[each.fact].topic), []).append(each)
    refs = []
    for (registry, topic), changes in sorted(groups.items()):
        saved = drafts.begin_in(
            *(session, _template(topic)),
            actor=actor,
            registry_id=registries[registry],
            now=clock.business(),
        )
        version = session.get_one(NoticeVersion, saved.version_id)
        for each in changes:
            assert each.subject_id is not None
            drafts.change_in(session, version, each.fact, each.subject_id, each.value)
        refs.append(saved.ref)
    return refs


def _new(session: Session, held: Sequence[Held]) -> list[Held]:
    """Those that no draft and no live version says already, each once."""
    subjects = {str(each.subject_id) for each in held if each.subject_id is not None}
    said: list[tuple[str, str, JSON]] = []
    for chunk in chunked(sorted(subjects)):
        query = (
            select(NoticeChange.fact, NoticeChange.subject, NoticeChange.value)
            .join(NoticeVersion, NoticeVersion.id == NoticeChange.version_id)
            .where(
                NoticeChange.subject.in_(chunk),
                NoticeVersion.superseded_at.is_(None),
                NoticeVersion.kind != Kind.WITHDRAWAL,
            )
        )
        said += [(row.fact, row.subject, row.value["value"]) for row in session.execute(query)]
    there: dict[tuple[str, str], list[JSON]] = {}
    for fact, subject, value in said:
        there.setdefault((fact, subject), []).append(value)
    found: dict[tuple[str, str], Held] = {}
    for each in held:
        place = (each.fact, str(each.subject_id))
        known = each.subject_id is not None and each.fact in DESKS
        if known and each.value not in there.get(place, ()):
            found[place] = each
    return list(found.values())


def _template(topic: str) -> Draft:
    """A title and a text in every language; of whom it concerns nothing is said in either, since
    all its readers read them.
    """
    titles, bodies = {}, {}
    for code in program().languages:
        with force_locale(code):
            titles[code] = _("What changes: %(topic)s", topic=topic_words(topic))
            bodies[code] = _(
                "From the date of this notice on, what stands below changes for your company. Until "
                "then everything stays as it is."
            )
    return Draft(topic, Localized(titles), Localized(bodies))


ON_HELD.append(draft_held)
