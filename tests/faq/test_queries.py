"""The FAQ answers the words partners really use.

Fifty queries a language, written before the engine was, none a wording of its question. The bars
are those of the requirement: the right answer first for 0.80, among the first three for 0.93.
"""

from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from portal.faq.evaluate import measure, read_queries
from portal.store.pack import Kind, default_slug, load_documents, load_program
from portal.store.pack_documents import INCLUDE
from portal.web.search import Entry, Index
from portal.web.words import Analyser

BARS = {"hit@1": 0.80, "hit@3": 0.93}
LANGUAGES = ("es", "en")


def queries(lang: str) -> list[dict[str, str]]:
    return read_queries(Path(__file__).with_name(f"queries_{lang}.tsv"), lang)


@cache
def entries(lang: str) -> tuple[Entry, ...]:
    documents = load_documents(default_slug())
    blocks = {d.id: d.body[lang] for d in documents if d.kind is Kind.BLOCK}
    return tuple(
        Entry(
            d.id,
            d.title[lang],
            INCLUDE.sub(lambda found: blocks[found[1]], d.body[lang]).replace("*", ""),
            tuple(d.keywords.get(lang, ())),
        )
        for d in documents
        if d.kind is Kind.FAQ
    )


@cache
def index(lang: str) -> Index:
    return Index.build(entries(lang), lang, load_program(default_slug()).synonyms[lang])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_right_answer_comes_first_for_the_words_partners_use(lang: str) -> None:
    found = measure(index(lang), queries(lang))
    missed = [
        (r["query"], r["gold_id"], r["ranked"][:3])
        for r in found["results"]
        if r["gold_id"] not in r["ranked"][:1]
    ]
    assert found["queries"] == 50
    for share, bar in BARS.items():
        assert found[share] >= bar, missed


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_keywords_and_synonyms_the_bars_would_be_missed(lang: str) -> None:
    """The control: it is the pack's words that carry the queries, not queries that are easy."""
    bare = [Entry(e.id, e.question, e.answer) for e in entries(lang)]
    assert measure(Index.build(bare, lang), queries(lang))["hit@1"] < BARS["hit@1"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_question_finds_itself(lang: str) -> None:
    for entry in entries(lang):
        assert index(lang).search(entry.question).hits[0].id == entry.id


@pytest.mark.parametrize("lang", LANGUAGES)
def test_queries_cover_all_answers_and_repeat_no_question(lang: str) -> None:
    golds = Counter(row["gold_id"] for row in queries(lang))
    questions = {e.id: e.question for e in entries(lang)}
    assert set(golds) == set(questions)
    assert max(golds.values()) <= 5
    analyser = Analyser(lang)
    for row in queries(lang):
        telling = set(analyser.stems(questions[row["gold_id"]]))
        said = set(analyser.stems(row["query"]))
        assert len(telling & said) <= len(telling | said) / 2, row["query"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_keyword_is_a_test_query(lang: str) -> None:
    asked = {row["query"].casefold() for row in queries(lang)}
    assert not [k for e in entries(lang) for k in e.keywords if k.casefold() in asked]
