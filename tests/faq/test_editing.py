"""Editors write; readers get a text by a notice, or as a marked correction, and in no other way (N1)."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from portal.faq import editing, history, revisions
from portal.faq.facts import ANSWER, PROMISE
from portal.faq.models import FaqDraft, FaqEntry, FaqRevision
from portal.faq.rules import FaqCode, Text
from portal.faq.shelf import shelf_on
from portal.kernel import clock
from portal.kernel.localized import Localized
from portal.notices.drafts import Draft
from portal.notices.models import NoticeChange
from portal.store.db import db
from portal.store.events import Event
from portal.store.facts import DESKS, BadValue, WarrantKind
from tests.conftest import TODAY
from tests.faq.world import EDITOR, LEAD, NEW, WHY, desk, draft, in_effect

YESTERDAY, LATER = TODAY - timedelta(days=1), date(2018, 2, 1)
TOLD = Draft("processes", Localized(es="Cambia", en="Changes"), Localized(es="Así.", en="So."))


def html(text_id: str, on: date = TODAY, lang: str = "es") -> str:
    found = shelf_on(on).get(text_id)
    assert found is not None
    return found.html[lang]


def codes(decision) -> set[str]:
    assert decision.value is None
    return {reason.code for reason in decision.reasons}


def verbs(text_id: str) -> list[str]:
    query = select(Event.verb).where(Event.stream == f"faq:{text_id}").order_by(Event.version)
    return list(db.session.scalars(query))


def test_a_draft_may_lack_a_language_and_changes_nothing_for_readers(app):
    before = html("Q3")
    seen = draft("Q3", es="Un albaricoque.", en="")
    assert desk("Q3").text.answer == {"es": "Un albaricoque.", "en": ""}
    assert html("Q3") == before
    refused = editing.correct("Q3", seen, WHY, actor=LEAD, now=clock.business())
    assert codes(refused) == {FaqCode.ONE_LANGUAGE}
    assert verbs("Q3") == ["faq.draft_saved"]


def save_twice() -> tuple[object, str]:
    """Two editors open Q3, both save: what the second is told, and what the draft says then."""
    seen = desk("Q3").seen
    draft("Q3", es="Del primero.", en="The first's.")
    text = Text(desk("Q3").held.question, Localized(es="Del segundo.", en="The second's."))
    decision = editing.save("Q3", text, seen, actor=LEAD, now=clock.business())
    return decision, desk("Q3").text.answer["es"]


def test_the_second_of_two_editors_overwrites_nothing(app):
    decision, kept = save_twice()
    assert codes(decision) == {FaqCode.STALE}
    assert kept == "Del primero."


def test_without_the_look_at_what_was_seen_the_first_text_would_be_lost(app, monkeypatch):
    """The control."""
    monkeypatch.setattr(editing, "_stale", lambda desk, seen: [])
    assert save_twice()[1] == "Del segundo."


def test_a_draft_thrown_away_and_begun_again_is_another_one(app):
    """A number never comes again, so what was seen of the one is not taken for the other."""
    seen = draft("Q3")
    editing.discard("Q3", seen, actor=EDITOR, now=clock.business())
    assert desk("Q3").draft is None
    draft("Q3")
    again = editing.save("Q3", NEW, seen, actor=EDITOR, now=clock.business())
    assert codes(again) == {FaqCode.STALE}


def test_a_text_published_meanwhile_is_a_conflict_too(app):
    seen = desk("Q3").seen
    editing.correct("Q3", draft("Q3"), WHY, actor=LEAD, now=clock.business())
    late = editing.save("Q3", NEW, seen, actor=EDITOR, now=clock.business())
    assert codes(late) == {FaqCode.STALE}


@pytest.mark.parametrize(("text_id", "reader"), [("Q3", "Q3"), ("P4", "Q8")])
def test_a_correction_holds_at_once_and_says_that_it_is_one(app, text_id, reader):
    before = html(reader)
    done = editing.correct(text_id, draft(text_id), WHY, actor=LEAD, now=clock.business())
    assert done.value == 2
    assert "Un albaricoque." in html(reader)
    assert html(reader, YESTERDAY) == before
    first, second = revisions.holdings(db.session())[text_id]
    assert (first.until, second.since) == (YESTERDAY, TODAY)
    assert second.warrant is WarrantKind.CORRECTION
    assert second.reason == "Sobraba una palabra. / One word was too many."
    assert desk(text_id).draft is None
    assert verbs(text_id) == ["faq.draft_saved", "faq.corrected"]


def test_a_correction_needs_a_reason_in_both_languages_and_another_text(app):
    seen = draft("Q3", *desk("Q3").held.answer.values())
    refused = editing.correct("Q3", seen, Localized(es="Porque"), actor=LEAD, now=clock.business())
    assert codes(refused) == {FaqCode.UNCHANGED, FaqCode.NO_REASON}
    none = editing.correct("Q4", desk("Q4").seen, WHY, actor=LEAD, now=clock.business())
    assert codes(none) == {FaqCode.NO_DRAFT}


def test_two_corrections_of_one_day_leave_none_that_a_notice_could_announce(app):
    for words in ("Uno.", "Dos."):
        done = editing.correct(
            "Q3", draft("Q3", words, words), WHY, actor=LEAD, now=clock.business()
        )
        assert not done.refused
    assert html("Q3") == "<p>Dos.</p>"
    assert len(revisions.holdings(db.session())["Q3"]) == 2
    found = history.readings(db.session(), "Q3")
    assert [one.number for one in history.brief(db.session(), "Q3", found)] == [2]
    assert DESKS["faq.answer"].choices(db.session(), "Q3") == []


def test_a_changed_promise_becomes_the_draft_of_a_notice_and_nothing_else(app):
    """N1: readers get it when the notice takes effect, and what they had stays on record."""
    before, seen = html("Q8"), draft("P4")
    done = editing.announce("P4", seen, WHY, TOLD, actor=EDITOR, now=clock.business())
    assert done.value is not None
    assert html("Q8") == before
    change = db.session.scalars(select(NoticeChange)).one()
    assert (change.fact, change.subject) == ("faq.promise", "P4")
    revision = db.session.get_one(FaqRevision, change.value["value"])
    assert revision.answer == {"es": "Un albaricoque.", "en": "An apricot."}
    assert [value for value, _ in DESKS["faq.promise"].choices(db.session(), "P4")] == [revision.id]
    in_effect(revision.id, "P4", LATER, PROMISE)
    assert html("Q8") == before
    assert "An apricot." in html("Q8", LATER, "en")
    assert shelf_on(LATER).get("Q8").in_force_since == LATER
    assert DESKS["faq.promise"].choices(db.session(), "P4") == []


def test_what_a_notice_announced_survives_a_correction_before_its_day(app):
    first = editing.announce("Q3", draft("Q3"), WHY, TOLD, actor=EDITOR, now=clock.business())
    value = db.session.scalars(select(NoticeChange.value)).one()["value"]
    assert first.value is not None
    in_effect(value, "Q3", LATER)
    editing.correct("Q3", draft("Q3", "Tilde.", "Accent."), WHY, actor=LEAD, now=clock.business())
    assert (html("Q3"), html("Q3", LATER)) == ("<p>Tilde.</p>", "<p>Un albaricoque.</p>")


def test_a_new_question_needs_no_notice_and_is_found_at_once(app):
    """N1: the first value of something new. From then on it is as any other."""
    made = editing.add_entry(NEW, actor=EDITOR, now=clock.business())
    again = editing.add_entry(NEW, actor=EDITOR, now=clock.business())
    assert (made.value, again.value) == ("F1", "F2")
    library = shelf_on(TODAY)
    assert library.search("aparcamiento", "es").hits[0].id == "F1"
    assert library.get("F2").slug == {"es": "y-el-aparcamiento-2", "en": "and-parking-2"}
    assert [one.position for one in library.questions][-2:] == [19, 20]
    [held] = revisions.holdings(db.session())["F1"]
    assert (held.warrant, held.since) == (WarrantKind.ORIGIN, TODAY)
    half = Text(NEW.question, Localized(es="Sí."))
    refused = editing.add_entry(half, actor=EDITOR, now=clock.business())
    assert codes(refused) == {FaqCode.ONE_LANGUAGE}


def test_a_new_question_may_wait_as_a_draft(app):
    begun = editing.begin(
        Text(Localized(es="¿Y?"), Localized()), actor=EDITOR, now=clock.business()
    )
    assert begun.value == "F1"
    assert desk("F1").is_new
    now = clock.business()
    assert codes(editing.add("F1", desk("F1").seen, actor=EDITOR, now=now)) == {
        FaqCode.ONE_LANGUAGE
    }
    editing.save("F1", NEW, desk("F1").seen, actor=EDITOR, now=now)
    assert editing.add("F1", desk("F1").seen, actor=EDITOR, now=now).value == "F1"
    assert html("F1", lang="en") == "<p>Yes.</p>"
    assert db.session.scalar(select(func.count()).where(FaqDraft.is_open)) == 0
    with pytest.raises(editing.Unseen):
        editing.add("F9", "0.0", actor=EDITOR, now=now)


@pytest.mark.parametrize(
    ("place", "order"),
    [(1, ["Q3", "Q1", "Q2", "Q4"]), (4, ["Q1", "Q2", "Q4", "Q3"]), (3, ["Q1", "Q2", "Q3", "Q4"])],
)
def test_a_question_moves_and_the_others_close_up(app, place, order):
    words = {"es": ["albaricoque"], "en": []}
    now, seen = clock.business(), db.session.get_one(FaqEntry, "Q3").revision
    done = editing.arrange("Q3", words, place, seen, actor=EDITOR, now=now)
    assert done.value == "Q3"
    assert [one.id for one in shelf_on(TODAY).questions][:4] == order
    assert [one.position for one in shelf_on(TODAY).questions] == list(range(1, 19))
    assert shelf_on(TODAY).search("albaricoque", "es").hits[0].id == "Q3"
    late = editing.arrange("Q3", words, 9, seen, actor=EDITOR, now=now)
    assert codes(late) == {FaqCode.STALE}


def test_notices_speak_of_texts_by_their_number_and_their_words(demo):
    session, answers = db.session(), DESKS["faq.answer"]
    assert answers.find(session, EDITOR, "q5", 3)[0].key == "Q5"
    assert "Q3" in [one.key for one in answers.find(session, EDITOR, "cronograma de pagos", 9)]
    assert answers.find(session, EDITOR, "", 99)[0].label["en"].startswith("Who will support me")
    assert set(answers.named(session, ["Q1", "P1", "Q99"])) == {"Q1"}
    with pytest.raises(BadValue, match=r"value\.unknown"):
        answers.read(session, "Q1", {"": "1"})
    held = revisions.holdings(session)["Q3"][0].revision_id
    assert answers.said(session, [held, None])[0]["en"].startswith("How will I be paid?")
    touched = answers.affected(session, ["Q1"], TODAY)["Q1"]
    assert len(touched) >= 2
    assert ANSWER.shared and PROMISE.shared
