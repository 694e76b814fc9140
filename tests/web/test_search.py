"""The search of the portal: what it forgives, what it shows, and that nothing upsets it."""

import sys
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.search import BARS, without_accents
from bench.shared import shared_data
from portal.faq.evaluate import evaluate, measure, read_corpus, read_queries
from portal.web.search import Entry, Hit, Index, Results
from portal.web.words import slips

SPANISH = (
    Entry("pago", "¿Cómo me pagarán?", "Según el cronograma de pagos de cada convenio."),
    Entry("instalar", "¿Quién hará la instalación?", "Las órdenes siguen su camino habitual."),
    Entry("anio", "¿Cuánto dura un año fiscal?", "Doce meses, de enero a diciembre."),
    Entry("logo", "¿Puedo usar el logotipo?", "Sí. La remuneración no cambia.", ("imagen",)),
    Entry("correo", "¿Cambiarán los correos?", "Los de Level 3 pasan a ser de NovaLink."),
)
ENGLISH = (
    Entry("pay", "How will I be paid?", "By the payment schedule of each agreement."),
    Entry("install", "Who does the installation?", "Orders go their usual way."),
    Entry("mdf", "Can I request MDF?", "Ask your team.", ("marketing money",)),
)
SYNONYMS = (
    ("remuneración", "comisión"),
    ("logotipo", "imagen de marca"),
    ("cronograma", "calendario de pagos"),
)
spanish = Index.build(SPANISH, "es", SYNONYMS)
english = Index.build(ENGLISH, "en")


def ids(q: str, index: Index = spanish) -> list[str]:
    return [hit.id for hit in index.search(q).hits]


def first(q: str, index: Index = spanish) -> Hit:
    return index.search(q).hits[0]


def marks(pieces: tuple[tuple[str, bool], ...]) -> list[str]:
    return [text for text, marked in pieces if marked]


@pytest.mark.parametrize("q", ["instalación", "año fiscal", "¿Cómo me pagarán?", "órdenes"])
def test_a_missing_accent_changes_neither_the_hits_nor_their_scores(q: str) -> None:
    with_, without = spanish.search(q), spanish.search(without_accents(q))
    assert with_.hits
    assert with_.hits == without.hits


@pytest.mark.parametrize(
    "q", ["INSTALACIÓN", "instalaciones", "instalar", "cafe\u0301 instalacio\u0301n"]
)
def test_capitals_endings_and_decomposed_letters_cost_nothing(q: str) -> None:
    assert ids(q)[0] == "instalar"


def test_both_languages_take_the_same_path() -> None:
    assert ids("installing", english) == ["install"]
    assert ids("instalando") == ["instalar"]


def test_the_question_outweighs_the_answer() -> None:
    index = Index.build(
        [Entry("in-answer", "¿Otra?", "pago"), Entry("in-question", "pago", "Otra.")], "es"
    )
    assert ids("pago", index) == ["in-question", "in-answer"]


def test_keywords_find_and_are_not_shown() -> None:
    hit = first("marketing money", english)
    assert hit.id == "mdf"
    assert "money" not in "".join(text for text, _ in hit.question + hit.answer)


@pytest.mark.parametrize(
    "q", ["instalasion", "instlación", "isntalacion", "logotpo", "instalaccion"]
)
def test_a_typo_still_finds(q: str) -> None:
    assert ids(q)[0] in {"instalar", "logo"}


def test_short_words_and_numbers_are_not_guessed() -> None:
    assert ids("axo") == []
    assert ids("2018") == []


@pytest.mark.parametrize("typed", ["in", "inst", "instalac", "instalasi"])
def test_a_word_being_typed_finds_its_completion(typed: str) -> None:
    assert ids(typed)[0] == "instalar"


def test_a_word_that_was_ended_is_not_completed() -> None:
    assert ids("instalac ") == []


@pytest.mark.parametrize(("q", "meant"), [
    ("instalasion", "instalación"),
    ("cuando es la  instalasion?", "cuando es la instalación?"),
    ("novalnk", "NovaLink"),
    ("comiciones ", "comisión"),
    ("instalación", None),
    ("instalac", None),
    ("xyzzyq", None),
    ("nova link", None),
])  # fmt: skip
def test_did_you_mean_offers_the_word_as_the_corpus_writes_it(q: str, meant: str | None) -> None:
    assert spanish.search(q).did_you_mean == meant


def test_a_synonym_finds_what_its_equal_says() -> None:
    assert ids("comisiones")[0] == "logo"
    assert marks(first("comisiones").answer) == ["remuneración"]


def test_a_synonym_of_several_words_works_both_ways() -> None:
    assert ids("imagen de marca")[0] == "logo"
    assert marks(first("calendario de pagos").answer) == ["cronograma", "pagos"]
    several = Index.build([Entry("brand", "La imagen de la marca", "Es esta.")], "es", SYNONYMS)
    assert ids("logotipo", several) == ["brand"]


def test_a_mistyped_synonym_finds_too() -> None:
    assert ids("comicion")[0] == "logo"


def test_matches_are_marked_whatever_their_accent_or_ending() -> None:
    assert first("instalaciones").question == (
        ("¿Quién hará la ", False), ("instalación", True), ("?", False),
    )  # fmt: skip


def test_small_words_are_not_marked_and_find_nothing_by_themselves_beside_others() -> None:
    assert marks(first("¿quién hará la instalación?").question) == ["hará", "instalación"]
    assert ids("los xyzzyq") == []


def test_level3_and_level_3_and_words_written_apart_are_one() -> None:
    assert ids("level3") == ids("level 3") == ["correo"]
    assert ids("nova link") == ["correo"]
    assert ids("añofiscal") == ["anio"]


def test_a_long_answer_shows_the_part_that_matches() -> None:
    filler = "Otras cosas que no vienen al caso. " * 40
    index = Index.build([Entry("a", "Pregunta", f"{filler}Aquí está la tortuga. {filler}")], "es")
    pieces = first("tortugas", index).answer
    assert marks(pieces) == ["tortuga"]
    assert pieces[0] == ("… ", False)
    assert pieces[-1] == (" …", False)
    assert len("".join(text for text, _ in pieces)) < 230


def test_equal_scores_keep_the_order_of_the_entries() -> None:
    same = [Entry(str(n), "La misma pregunta", "La misma respuesta") for n in range(60)]
    index = Index.build(same, "es")
    assert ids("pregunta", index) == [str(n) for n in range(10)]
    assert index.search("pregunta", 60) == Index.build(same, "es").search("pregunta", 60)
    assert len(index.search("pregunta", 1000).hits) == 60


HOSTILE = [
    "", " ", "\0", "¿?", "!!! --- ***", "😀🎉", '"', "'", "(", "AND OR NOT", "question:pago AND (",
    '"pago', "pago^1e999", "pago~9", "[a TO z]", "/.*/", "\\", "-pago", "+", "*", "p*", "?",
    "\ud800", "pa\udfffgo", "a" * 100_000, "pago " * 20_000, "é" * 5_000, "\u0301" * 300, "ﬁ ß İ ı",
    "' OR 1=1 --", "<script>alert(1)</script>", "{{7*7}}", "%00", "\u202epago", "1" * 400,
]  # fmt: skip


@pytest.mark.parametrize("q", HOSTILE, ids=[str(n) for n in range(len(HOSTILE))])
def test_nothing_typed_is_an_operator_or_an_error(q: str) -> None:
    for index in (spanish, english):
        assert isinstance(index.search(q), Results)


@pytest.mark.parametrize("q", ["", "   ", "\0", "¿?", "!!! --- ***", "😀🎉", "\ud800"])
def test_punctuation_alone_finds_nothing(q: str) -> None:
    assert spanish.search(q) == Results()


def test_operators_are_plain_words() -> None:
    assert ids('"pago" -instalación')[:2] == ids("pago instalación")[:2]


def test_a_limit_below_one_and_an_empty_index_find_nothing() -> None:
    assert spanish.search("pago", 0) == Results()
    assert Index.build([], "es").search("pago") == Results()


any_text = st.text(st.characters(codec=None), max_size=120)


@given(st.lists(any_text, max_size=4), any_text)
@settings(max_examples=100, deadline=None)
def test_any_corpus_answers_any_query(texts: list[str], q: str) -> None:
    index = Index.build([Entry(str(n), t, t * 3) for n, t in enumerate(texts)], "es", [texts])
    for hit in index.search(q).hits:
        assert 0 <= int(hit.id) < len(texts)


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_slips_are_symmetric_and_none_between_equals(one: str, other: str) -> None:
    assert slips(one, other) == slips(other, one)
    assert (slips(one, other) == 0) == (one == other)


def test_threads_share_an_index() -> None:
    wanted = spanish.search("instalasion de logotipo")
    seen: list[Results] = []
    threads = [
        threading.Thread(target=lambda: seen.append(spanish.search("instalasion de logotipo")))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [wanted] * 8


def test_search_needs_no_web_framework() -> None:
    source = sys.modules["portal.web.search"].__dict__, sys.modules["portal.web.words"].__dict__
    assert not any("flask" in names for names in source)


@pytest.mark.parametrize("accents", [True, False])
def test_the_shared_spanish_faq_is_found(accents: bool) -> None:
    """Architecture, section 8: hit@1 0.85 and hit@5 0.98, with accents or none."""
    paths = shared_data("spanish_faq.jsonl", "spanish_faq_queries.tsv")
    if not paths:
        pytest.skip("SHARED DATA ABSENT: search quality is not checked (set PORTAL_SHARED)")
    if accents:
        found = evaluate(*paths)
    else:
        rows = [{**r, "query": without_accents(r["query"])} for r in read_queries(paths[1], "es")]
        found = measure(Index.build(read_corpus(paths[0], "es"), "es"), rows)
    assert (found["entries"], found["queries"]) == (366, 182)
    assert found["hit@1"] >= BARS[1]
    assert found["hit@5"] >= BARS[5]
