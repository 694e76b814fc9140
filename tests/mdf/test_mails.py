"""Every step that tells somebody has its words, in both languages, and they never hold a note (M5)."""

from uuid import UUID

import pytest

from portal.mdf.steps import MAIL
from portal.mdf.telling import TURNS, WORDS
from portal.mdf.transitions import CLAIM_TURNS, STEPS, Verb
from portal.mdf.transitions import TURNS as OF_STATES
from portal.store.outbox import Letter
from portal.web import mail_words


def _letter(verb: Verb, lang: str, **more: object) -> Letter:
    told = {
        "verb": verb.value,
        "request": "7QK2M4",
        "title": "Feria de Lima\r\nBcc: all@sur.example",
        "company": "Andes & Hijos",
        "registry_name": "CenturyLink",
        "path": "/mdf/requests/7QK2M4",
        "turn": "channel",
        "by": "2017-12-12",
        **more,
    }
    return Letter(UUID(int=7), MAIL, "ana@andes.example", lang, told, None, "<7@portal.test>", 1)


def test_whoever_a_step_tells_is_told_in_words() -> None:
    """M5: each step is notified."""
    assert {verb for verb, step in STEPS.items() if step.tells} == set(WORDS)
    assert {*OF_STATES.values(), *CLAIM_TURNS.values()} <= set(TURNS)


@pytest.mark.parametrize("lang", ["en", "es"])
def test_each_mail_says_what_happened_and_where_to_read_on(sqlite_house, lang: str) -> None:
    subjects = set()
    with sqlite_house.app.app_context():
        for verb in WORDS:
            found = mail_words.render(_letter(verb, lang), secret=None)
            subjects.add(found.subject)
            assert "Feria de Lima Bcc:" in found.subject and "%(" not in found.text
            assert f"https://portal.test/{lang}/mdf/requests/7QK2M4" in found.text
            assert "2017" in found.text and "Andes & H" not in found.html
    assert len(subjects) == len(WORDS), "no two steps are told by the same words"


def test_a_step_after_which_nobody_waits_names_no_turn(sqlite_house) -> None:
    with sqlite_house.app.app_context():
        told = _letter(Verb.DECLINE, "en", turn=None, by=None, title="")
        found = mail_words.render(told, secret=None)
    assert "Next:" not in found.text and found.subject == "Declined: 7QK2M4"
