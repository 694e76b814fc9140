"""The FAQ answers words written by somebody who had seen neither the engine nor its keywords.

Fifty queries a language, from the requirement alone. Before any change they met the bars in English
and missed the first of them in Spanish by one query; docs/decisions/search.md says what was added
then. So the Spanish half guards against loss and is no longer a blind measurement.
"""

from pathlib import Path

import pytest

from portal.faq.evaluate import measure, read_queries
from tests.faq.test_queries import BARS, LANGUAGES, entries, index, queries


def held_out(lang: str) -> list[dict[str, str]]:
    return read_queries(Path(__file__).with_name(f"heldout_{lang}.tsv"), lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_right_answer_comes_first_for_words_written_without_the_engine(lang: str) -> None:
    found = measure(index(lang), held_out(lang))
    missed = [
        (r["query"], r["gold_id"], r["ranked"][:3])
        for r in found["results"]
        if r["gold_id"] not in r["ranked"][:1]
    ]
    assert found["queries"] == 50
    for share, bar in BARS.items():
        assert found[share] >= bar, missed


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_answer_is_asked_for_at_least_twice(lang: str) -> None:
    golds = [row["gold_id"] for row in held_out(lang)]
    assert {e.id for e in entries(lang)} == {gold for gold in golds if golds.count(gold) > 1}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_keyword_is_a_held_out_query_and_the_two_sets_stay_apart(lang: str) -> None:
    """Two English queries were written twice, by chance: they stay, because both sets are frozen."""
    asked = {row["query"].casefold() for row in held_out(lang)}
    assert not [k for e in entries(lang) for k in e.keywords if k.casefold() in asked]
    shared = asked & {row["query"].casefold() for row in queries(lang)}
    assert shared == {"es": set(), "en": {"install delayed", "payday"}}[lang]
