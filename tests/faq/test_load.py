"""From the pack to the page: what is loaded, how it is rendered, and that edits win (facts.md 1)."""

from dataclasses import replace
from datetime import date

import pytest

from portal.faq import render, revisions
from portal.faq.facts import ANSWER, PROMISE
from portal.faq.models import FaqBlock, RuleText
from portal.faq.rules import Text
from portal.faq.shelf import shelf_on
from portal.home.cli import LOADERS
from portal.kernel import clock
from portal.kernel.access import SYSTEM
from portal.kernel.localized import Localized
from portal.store import pack
from portal.store import program as programs
from portal.store.db import atomic, db
from portal.store.facts import WarrantKind, warrant
from portal.store.periods import take_effect
from portal.web import richtext
from portal.web.pages import program
from tests.conftest import TODAY


def library():
    return shelf_on(TODAY)


def changed(fact, text_id, **said):
    """A text changed from today on, as a notice would."""
    with atomic() as session:
        revision = revisions.make(
            *(session, text_id, Text(Localized(es="¿Y?", en="And?"), Localized(**said))),
            why=revisions.EMPTY, actor=SYSTEM, now=clock.business(),
        )  # fmt: skip
        told = warrant(session, WarrantKind.NOTICE, reason="N", actor=SYSTEM, at=clock.business())
        take_effect(session, fact, {text_id: revision.id}, on=TODAY, warrant_id=told.id)


def test_the_eighteen_questions_stand_in_their_order_in_both_languages(app):
    questions = library().questions
    assert [one.id for one in questions] == [f"Q{number}" for number in range(1, 19)]
    for one in questions:
        for texts in (one.slug, one.question, one.html, one.text, one.opening):
            assert texts.missing(("es", "en")) == (), one.id
        assert one.in_force_since == date(2017, 11, 1)


def test_every_rule_in_plain_words_and_every_promise_is_kept_once(app):
    ids = [*(f"R{n}" for n in range(1, 9)), *(f"N{n}" for n in range(1, 6)), "C1", "C2"]
    ids += [f"M{n}" for n in range(1, 6)]
    assert [rule.id for rule in library().rules] == ids
    assert db.session().query(RuleText).count() == len(ids)
    assert sorted(block.id for block in db.session().query(FaqBlock)) == [
        "P1",
        "P2",
        "P3",
        "P4",
        "P5",
    ]


def test_a_promise_changed_once_changes_in_every_answer_and_dates_it(app):
    """P1 to P5 are one block each, rendered inside the answers."""
    before = library()
    with_p4 = [one for one in before.questions if "plazos" in one.html["es"]]
    assert {"Q7", "Q8"} <= {one.id for one in with_p4}
    changed(PROMISE, "P4", es="Promesa cuatro.", en="Promise four.")
    after = library()
    for one in with_p4:
        new = after.get(one.id)
        assert "<p>Promesa cuatro.</p>" in new.html["es"]
        assert new.updated_at > one.updated_at
        assert new.in_force_since == TODAY


def test_an_edited_answer_shows_and_is_found_at_once(app):
    assert library().search("albaricoque", "es").hits == ()
    changed(ANSWER, "Q3", es="Con un albaricoque.", en="With an apricot.")
    assert library().get("Q3").html["es"] == "<p>Con un albaricoque.</p>"
    assert library().search("albaricoque", "es").hits[0].id == "Q3"


def test_the_library_is_built_once_while_nothing_changes(app):
    assert library() is library()


def test_loading_again_keeps_what_was_changed_in_the_portal(app):
    """A changed pack file is reported and changes nothing (N1)."""
    changed(ANSWER, "Q3", es="Otra.", en="Another.")
    found = pack.load_documents(program().slug)
    edited = [replace(one, sha256="0") if one.id in ("Q3", "P4") else one for one in found]
    report = programs.load(program(), edited, LOADERS, now=clock.wall())
    assert (report.added, report.changed) == ((), ("blocks/P4", "faq/Q3"))
    assert library().get("Q3").html["es"] == "<p>Otra.</p>"


def test_what_a_reader_is_given_holds_no_html_but_ours():
    html = richtext.to_html(
        '<script>alert(1)</script> **a** [b](javascript:alert(1)) <b onclick="x">c</b>'
    )
    assert "<script" not in html
    assert "<b" not in html
    assert 'href="javascript' not in html
    assert "<strong>a</strong>" in html


def test_a_missing_promise_is_an_error_and_not_a_hole():
    with pytest.raises(KeyError):
        render.embed("Antes.\n\n[[P9]]", {"P1": "uno"})


def test_words_of_an_answer_come_a_paragraph_a_line():
    html = richtext.to_html("**No.** Nada & más.\n\n- uno\n- dos")
    assert richtext.to_text(html) == "No. Nada & más.\nuno\ndos"
    assert richtext.opening(html) == "No. Nada & más."
    assert richtext.opening("<p>Así:</p><p>b</p>") == "Así …"
