"""From the pack to the page: what is loaded, how it is rendered, and that edits win (facts.md 1)."""

from datetime import date

import pytest

from portal.faq import queries, render
from portal.faq.models import FaqBlock, FaqEntry, RuleText
from portal.home.cli import LOADERS
from portal.kernel import clock
from portal.kernel.localized import Localized
from portal.store import pack
from portal.store import program as programs
from portal.store.db import atomic, db
from portal.web import richtext
from portal.web.pages import program


def library():
    return queries.current(db.session(), program().synonyms)


def test_the_eighteen_questions_stand_in_their_order_in_both_languages(app):
    questions = library().questions
    assert [one.id for one in questions] == [f"Q{number}" for number in range(1, 19)]
    for one in questions:
        for texts in (one.slug, one.question, one.html, one.text, one.opening):
            assert texts.missing(("es", "en")) == (), one.id
        assert one.in_force_since == date(2017, 11, 1)


def test_every_rule_in_plain_words_and_every_promise_is_kept_once(app):
    assert [rule.id for rule in library().rules] == [f"R{number}" for number in range(1, 9)]
    assert db.session().query(RuleText).count() == 8
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
    later = clock.wall()
    with atomic() as session:
        block = session.get(FaqBlock, "P4")
        block.text = Localized(es="Promesa cuatro.", en="Promise four.")
        block.revision += 1
        block.updated_at = later
    after = library()
    for one in with_p4:
        new = after.get(one.id)
        assert "<p>Promesa cuatro.</p>" in new.html["es"]
        assert new.updated_at == later > one.updated_at


def test_an_edited_answer_shows_and_is_found_at_once(app):
    assert library().search("albaricoque", "es").hits == ()
    with atomic() as session:
        entry = session.get(FaqEntry, "Q3")
        entry.answer = Localized(es="Con un albaricoque.", en="With an apricot.")
        entry.revision += 1
    assert library().get("Q3").html["es"] == "<p>Con un albaricoque.</p>"
    assert library().search("albaricoque", "es").hits[0].id == "Q3"


def test_the_library_is_built_once_while_nothing_changes(app):
    assert library() is library()


def test_loading_again_keeps_what_was_edited_in_the_portal(app):
    with atomic() as session:
        session.get(FaqEntry, "Q3").question = Localized(es="¿Otra?", en="Another?")
    slug = program().slug
    report = programs.load(program(), pack.load_documents(slug), LOADERS, now=clock.wall())
    assert report.added == ()
    assert db.session().get(FaqEntry, "Q3").question["es"] == "¿Otra?"


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
