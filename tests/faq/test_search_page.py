"""Searching: highlights, what was meant, what to do when nothing is found, and the count of that."""

import json

import pytest
from sqlalchemy import select

from portal.faq import misses
from portal.faq.models import FaqMiss
from portal.kernel import clock
from portal.store.db import atomic, db
from tests.people import CHANNEL, Browser


def counted():
    db.session.rollback()
    return {(row.lang, row.query): row.count for row in db.session.scalars(select(FaqMiss))}


def test_the_words_found_are_marked(visitor):
    page = visitor.get("/es/faq?q=remuneracion")
    assert "<mark>remuneración</mark>" in page
    assert "¿Cambiará mi" in page.partition('class="rows"')[2]


def test_a_slip_is_forgiven_and_what_was_meant_is_offered(visitor):
    page = visitor.get("/es/faq?q=comisiom")
    assert 'href="/es/faq?q=comisi%C3%B3n"' in page
    assert "cambiara-mi-remuneracion" in page


@pytest.mark.parametrize(
    ("q", "first"), [("Q5", "Q5"), ("5", "Q5"), ("q 12", "Q12"), ("R5", "Q10")]
)
def test_a_number_finds_what_it_names(app, q, first):
    found = app.test_client().get("/api/v1/faq", query_string={"lang": "es", "q": q}).json
    assert found["items"][0]["id"] == first


@pytest.mark.parametrize("lang", ["es", "en"])
def test_nothing_found_says_what_to_do(visitor, lang):
    page = visitor.get(f"/{lang}/faq?q=zzzqqq")
    assert "zzzqqq" in page
    assert f'href="/{lang}/faq"' in page
    assert f"/{lang}/sign-in?next=" in page


def test_what_is_searched_for_is_shown_as_text(visitor):
    page = visitor.get("/es/faq?q=<script>alert(1)</script>zz")
    assert "<script>alert" not in page


def test_while_typing_only_the_answers_are_sent_and_nothing_is_counted(visitor):
    page = visitor.get("/es/faq?q=zzzq", headers={"X-Partial": "1"})
    assert "<html" not in page
    assert "data-announce" in page
    assert counted() == {}


def test_a_search_without_answers_is_counted_however_it_is_spelt(visitor):
    for q in ("Zzzqqq", " zzzqqq ", "¿zzzqqq?"):
        visitor.get("/es/faq", query_string={"q": q})
    visitor.get("/en/faq?q=zzzqqq")
    assert counted() == {("es", "zzzqqq"): 3, ("en", "zzzqqq"): 1}


def test_one_letter_or_only_signs_are_not_counted(visitor):
    for q in ("?", "1234567", "ñ"):
        visitor.get("/es/faq", query_string={"q": q})
    assert counted() == {}


def test_an_editors_own_look_is_not_counted(demo):
    Browser(demo).as_(CHANNEL).get("/es/faq?q=zzzqqq")
    assert counted() == {}


def test_at_most_eighty_characters_are_kept(visitor):
    visitor.get("/es/faq", query_string={"q": "zq" * 150})
    ((_, query),) = counted()
    assert query == "zq" * 40


def test_the_list_stays_bounded_and_what_was_asked_least_goes(app):
    for q in ("aaa", "aaa", "bbb", "ccc", "ddd", "eee"):
        misses.note(db.engine, "es", q, clock.business(), most=3)
    assert len(counted()) == 3
    assert counted()["es", "aaa"] == 2


def test_a_writer_at_work_makes_no_reader_wait_and_loses_no_count(app):
    """The reader is answered while another writer holds the database; the count follows later."""
    with atomic() as session:
        session.add(FaqMiss(lang="es", query="zzzqqq", count=1, last_at=clock.business()))
        session.flush()
        began = clock.wall()
        misses.note(db.engine, "es", "zzzqqq", clock.business())
        assert (clock.wall() - began).total_seconds() < 5
    misses.note(db.engine, "es", "zzzqqq", clock.business())
    assert counted() == {("es", "zzzqqq"): 3}


def test_editors_read_the_list_on_a_page_and_on_the_command_line(demo):
    Browser(demo).get("/es/faq?q=zzzqqq")
    page = Browser(demo).as_(CHANNEL).get("/es/faq/misses")
    assert 'href="/es/faq?q=zzzqqq"' in page
    out = demo.test_cli_runner().invoke(args=["faq", "misses", "--json"])
    (row,) = json.loads(out.output)["misses"]
    assert (row["lang"], row["query"], row["count"]) == ("es", "zzzqqq", 1)


def test_the_command_searches_the_questions_and_another_corpus(app, tmp_path):
    run = app.test_cli_runner().invoke
    found = json.loads(run(args=["faq", "search", "comisión", "--json"]).output)
    assert found["items"][0]["id"] == "Q7"
    corpus, asked = tmp_path / "c.jsonl", tmp_path / "q.tsv"
    corpus.write_text('{"id": "a", "question": "¿Dónde pago?", "answer": "Aquí."}\n', "utf-8")
    asked.write_text("query\tgold_id\npagos\ta\n", "utf-8")
    both = ["--corpus", str(corpus), "--queries", str(asked), "--json"]
    assert json.loads(run(args=["faq", "search", *both]).output)["hit@1"] == 1.0
    assert run(args=["faq", "search"]).exit_code == 2
