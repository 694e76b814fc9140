"""The eighteen answers say every fact of facts.md section 1, in both languages, and no more firmly.

The table holds, per question, what its answer must say: a pattern per fact and language. Patterns
run over the answer as a reader gets it, blocks included, without Markdown and line breaks. What
they cannot see (that nothing was added) was read by a person.
"""

import re
import tomllib
from pathlib import Path

import pytest

from portal.store import pack
from portal.store.pack import Document, Kind

SLUG = "centurylink"
DOCUMENTS = pack.load_documents(SLUG)
BLOCKS = {doc.id: doc for doc in DOCUMENTS if doc.kind is Kind.BLOCK}
FAQ = {doc.id: doc for doc in DOCUMENTS if doc.kind is Kind.FAQ}
RULES = {doc.id: doc for doc in DOCUMENTS if doc.kind is Kind.RULE}
LANGUAGES = ("es", "en")

SAID = tomllib.loads((Path(__file__).parent / "facts_said.toml").read_text("utf-8"))
QUESTIONS = [f"Q{n}" for n in range(1, 19)]
PROMISES = [f"P{n}" for n in range(1, 6)]

# Yes-or-no questions, and how their verdict begins.
VERDICTS = {
    "Q5": ("No, por ahora", "No, not for now"),
    "Q7": ("No.", "No."),
    "Q8": ("No.", "No."),
    "Q9": ("Sí, los correos", "Yes, the e-mail"),
    "Q10": ("Sí.", "Yes."),
    "Q11": ("Posiblemente,", "Possibly,"),
    "Q12": ("Sí,", "Yes,"),
    "Q13": ("Sí.", "Yes."),
    "Q14": ("Sí, el de CenturyLink; el de Level 3, no", "Yes for CenturyLink's; no for Level 3's"),
    "Q15": ("No, todavía no", "No, not yet"),
    "Q17": ("Sí.", "Yes."),
}

# Words of another country, another program, or another form of address (facts.md section 8).
FOREIGN = {
    "es": r"pedidos?|acuerdos?|compañer\w+|formación|carteras?|comisi\w+|presupuestos?|calendarios?|"
    r"partners?|emails?|ordenador\w*|vosotros|vuestr\w+|tú|tus?|te|ti|contigo|puedes|tienes|quieres|"
    r"debes|usas|haz|habla|colaborador\w*|compensaci\w+|lealtad",
    "en": r"commissions?|resellers?|catalogs?|programme\w*|honour\w*|mailbox\w*|shall",
}


def answer(doc: Document, language: str) -> str:
    """The answer as it is read: blocks in their place, no Markdown, plain spaces."""
    text = re.sub(
        r"^\[\[(\w+)\]\]$", lambda m: BLOCKS[m[1]].body[language], doc.body[language], flags=re.M
    )
    return " ".join(text.replace("**", "").split())


def plain(text: str) -> str:
    return " ".join(text.replace("**", "").split())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_says_every_fact_of_its_row(question, language):
    doc, row = FAQ[question], SAID[question]
    assert list(doc.blocks(language)) == row["promises"]
    text = answer(doc, language)
    assert not [fact for fact in row[language] if not re.search(fact, text)], text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("promise", PROMISES)
def test_a_standing_promise_says_all_of_it(promise, language):
    text = plain(BLOCKS[promise].body[language])
    assert not [fact for fact in SAID[promise][language] if not re.search(fact, text)], text


def test_the_table_of_facts_has_every_row_and_as_many_facts_in_each_language():
    assert list(SAID) == QUESTIONS + PROMISES
    assert not [key for key, row in SAID.items() if not 0 < len(row["es"]) == len(row["en"])]


def test_there_are_eighteen_questions_in_their_order_in_both_languages():
    assert list(FAQ) == QUESTIONS
    assert [doc.position for doc in FAQ.values()] == list(range(1, 19))
    for doc in FAQ.values():
        assert doc.title["es"].startswith("¿") and doc.title["es"].endswith("?")
        assert doc.title["en"].endswith("?")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("question", VERDICTS)
def test_a_yes_or_no_question_is_answered_with_its_verdict_first_in_bold(question, language):
    body = FAQ[question].body[language]
    verdict = VERDICTS[question][language == "en"]
    assert body.startswith(f"**{verdict}")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("question", QUESTIONS)
def test_the_first_thing_said_is_a_sentence_of_the_answer_itself(question, language):
    first = FAQ[question].body[language].split("\n\n")[0]
    assert not first.startswith(("#", "-", "[[", ">", "|", "!"))
    assert plain(first).endswith((".", ":"))
    assert not re.match(r"\**(Respuesta|En resumen|Answer|In short)\b", first)


@pytest.mark.parametrize("language", LANGUAGES)
def test_for_now_stands_where_the_promise_has_it_and_nowhere_else(language):
    """Without these words the portal would state a permanent rule; with them elsewhere, a weaker one."""
    words = (r"por ahora|hasta nuevo aviso", r"for now|until further notice")[language == "en"]
    said = {q for q, doc in FAQ.items() if re.search(words, answer(doc, language), re.I)}
    assert said == {"Q1", "Q2", "Q3", "Q4", "Q5", "Q10", "Q15", "Q16"}
    assert not [b for b, doc in BLOCKS.items() if re.search(words, doc.body[language], re.I)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_year_is_named_only_where_the_facts_name_it(language):
    named = {q: set(re.findall(r"\b20\d\d\b", answer(doc, language))) for q, doc in FAQ.items()}
    assert {q: years for q, years in named.items() if years} == {
        "Q5": {"2018"},
        "Q13": {"2018"},
        "Q14": {"2017"},
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_vocabulary_and_one_form_of_address(language):
    for doc in DOCUMENTS:
        text = f"{doc.title[language]} {answer(doc, language)}"
        assert not re.findall(rf"\b(?:{FOREIGN[language]})\b", text, re.I), doc.id


def test_the_search_for_foreign_words_finds_them():
    """The twin of the test above: a vocabulary test that finds nothing anywhere proves nothing."""
    for language, text in (("es", "si tú haces un pedido"), ("en", "your commission")):
        assert re.search(rf"\b(?:{FOREIGN[language]})\b", text, re.I)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_promise_is_embedded_and_never_copied(language):
    """No run of eight words of a block stands in the text of an answer or of another block."""

    def runs(text: str) -> set[tuple[str, ...]]:
        words = re.findall(r"\w+", text.lower())
        return {tuple(words[n : n + 8]) for n in range(len(words) - 7)}

    written = {doc.id: runs(doc.body[language]) for doc in (*BLOCKS.values(), *FAQ.values())}
    for block in BLOCKS:
        for other, said in written.items():
            assert other == block or not written[block] & said, (block, other)


@pytest.mark.parametrize("language", LANGUAGES)
def test_paragraphs_are_short(language):
    for doc in (*FAQ.values(), *RULES.values()):
        for paragraph in doc.body[language].split("\n\n"):
            assert len(paragraph.split()) <= 75, doc.id


def test_both_languages_say_it_in_as_many_paragraphs_with_the_same_weight():
    for doc in DOCUMENTS:
        es, en = (doc.body[language] for language in LANGUAGES)
        assert es.count("\n\n") == en.count("\n\n") and es.count("**") == en.count("**"), doc.id
        assert 0.7 < len(es) / len(en) < 1.5, doc.id


def test_each_question_shows_the_situation_it_is_about():
    assert {q: doc.situation for q, doc in FAQ.items() if doc.situation} == {
        "Q1": "teams", "Q2": "customer_teams", "Q3": "schedule", "Q4": "portfolio",
        "Q5": "route", "Q7": "terms", "Q8": "schedule", "Q10": "route",
        "Q13": "council", "Q14": "mdf", "Q15": "materials", "Q16": "portals", "Q17": "brand",
    }  # fmt: skip


def test_every_rule_of_the_program_is_told_in_plain_words_and_leads_to_an_answer():
    """R7, N3 and N5 bind the portal itself, and no answer of the FAQ speaks of them; M2, M4 and M5 are
    of what follows a request, which Q14 leaves to the channel support team's process.
    """
    assert list(RULES) == [
        *(f"R{n}" for n in range(1, 9)),
        *(f"N{n}" for n in range(1, 6)),
        "C1",
        "C2",
        *(f"M{n}" for n in range(1, 6)),
    ]
    unasked = {rule for rule, doc in RULES.items() if not doc.faq}
    assert unasked == {"R7", "N3", "N5", "M2", "M4", "M5"}


def test_the_contact_of_the_program_is_the_one_q18_names():
    contact = pack.load_program(SLUG).contact_person
    assert all(contact in answer(FAQ["Q18"], language) for language in LANGUAGES)
