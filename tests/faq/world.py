"""An editor, a lead, and texts to write, for the tests of the editors' desk."""

from portal.faq import drafts, editing
from portal.faq.facts import ANSWER
from portal.faq.rules import Text
from portal.kernel import clock
from portal.kernel.access import Role, actor_for
from portal.kernel.localized import Localized
from portal.store.db import atomic, db
from portal.store.facts import GatedFact, WarrantKind, warrant
from portal.store.periods import take_effect
from tests.conftest import TODAY

EDITOR = actor_for(Role.CHANNEL_MANAGER, registry_id=1)
LEAD = actor_for(Role.CHANNEL_LEAD, registry_id=1)
WHY = Localized(es="Sobraba una palabra.", en="One word was too many.")
NEW = Text(Localized(es="¿Y el aparcamiento?", en="And parking?"), Localized(es="Sí.", en="Yes."))


def desk(text_id: str) -> drafts.OnDesk:
    """The text on the editors' desk, as it is now."""
    db.session.rollback()
    found = drafts.on_desk(db.session(), text_id, TODAY)
    assert found is not None
    return found


def draft(text_id: str, es: str = "Un albaricoque.", en: str = "An apricot.") -> str:
    """Save a draft whose answer says this; gives what the next editor has seen."""
    before = desk(text_id)
    said = Text(before.text.question, Localized(es=es, en=en))
    now = clock.business()
    made = editing.save(text_id, said, before.seen, actor=EDITOR, now=now)
    assert made.value is not None, made.reasons
    return made.value.seen


def in_effect(revision_id: int, text_id: str, on=TODAY, fact: GatedFact = ANSWER) -> None:
    """Let a notice's change of a text take effect."""
    with atomic() as session:
        told = warrant(session, WarrantKind.NOTICE, reason="NOTICE22", actor=LEAD, at=clock.wall())
        take_effect(session, fact, {text_id: revision_id}, on=on, warrant_id=told.id)
