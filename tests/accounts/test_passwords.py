"""What a password may be, how it is kept, and how it is compared (B7; V6.2.1 to V6.2.12)."""

import subprocess
import sys

import pytest
from argon2 import PasswordHasher, Type
from argon2.low_level import hash_secret
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from portal.accounts import commands, passwords, resets, signing_in
from portal.accounts.models import Person
from portal.accounts.proof_labels import PASSWORD_FAULTS, password_refusals
from portal.accounts.rules import CODES, AccountCode, judge_password
from portal.accounts.signing_in import Asked, Entered
from portal.kernel import clock
from portal.store.db import db
from tests.accounts.entering import change, follow_link, reset_link, send, try_password
from tests.conftest import PASSWORD
from tests.people import NORTE, Browser

C = AccountCode
OWN = ["CenturyLink", "Level 3", "Norte Telecom", "Ana Pérez", "ana.perez@norte.example"]
CASES = [
    ("eleven chrs", C.PASSWORD_SHORT),
    ("", C.PASSWORD_SHORT),
    ("x" * 1025, C.PASSWORD_LONG),
    *((word, C.PASSWORD_GUESSABLE) for word in ("password1234", "qwertyuiop12", "123456789012")),
    *((word, C.PASSWORD_GUESSABLE) for word in ("aaaaaaaaaaaaaaaa", "P@ssw0rd1234", "a" * 1024)),
    *(
        (word, C.PASSWORD_OWN_WORDS)
        for word in ("Centurylink2017!", "norte-telecom", "level3level3")
    ),
    *(
        (word, C.PASSWORD_OWN_WORDS)
        for word in ("ana.perez@norte", "NortePérez123", "century-link-1")
    ),
    ("twelve chars", None),
    ("correct horse battery", None),
    ("correct horse for Norte to ride", None),
    ("all lower case words of mine", None),
    ("7391846205178", None),
    ("ñandú, tres cafés y un trébol", None),
    ("🐎🔋📎🧷🪆🛶🧿🪁🪀🛸🐙🧊", None),
    ("   spaces inside and   out  ", None),
    ("kq8" * 4 + "Zr" * 400 + "plinth-ogre-vat", None),
]


@pytest.mark.parametrize(("typed", "fault"), CASES)
def test_a_password_is_judged_by_its_length_and_by_what_guessers_try(typed: str, fault: C) -> None:
    """V6.2.1, V6.2.5, V6.2.9, V6.2.11: no rule of composition, 12 to 1024 of any character."""
    decision = judge_password(typed, OWN)
    assert [reason.code for reason in decision.reasons] == ([fault] if fault else [])
    assert decision.value == (None if fault else typed)


def test_without_own_words_the_same_passwords_would_do() -> None:
    """The control: it is the words around a person that refuse them."""
    own = [typed for typed, fault in CASES if fault is C.PASSWORD_OWN_WORDS]
    assert [typed for typed in own if judge_password(typed).value] != []


def test_the_most_common_passwords_that_are_long_enough_are_refused() -> None:
    """V6.2.4, V6.2.12: 30,000 leaked ones; those of 12 and more among them, each."""
    long = [word for word in FREQUENCY_LISTS["passwords"] if len(word) >= 12]
    assert len(long) > 20
    assert [word for word in long if judge_password(word).value is not None] == []


def test_every_fault_has_its_words(app: Flask) -> None:
    assert set(PASSWORD_FAULTS) == set(CODES) == set(C)
    for lang in ("es", "en"):
        with force_locale(lang):
            said = password_refusals(judge_password("short"))
        assert len(said) == 1 and "12" in said[0]


def test_what_stands_around_everybody_here_is_known(app: Flask) -> None:
    """V6.1.2: names of the program, its registries, its mail domains, and the portal's own words."""
    for typed in (
        "CenturyLink!!",
        "centurylink.com",
        "Level3-Level3",
        "portal-partner-1",
        "socios socios",
    ):
        assert passwords.judge(typed).refused, typed


def test_composed_and_decomposed_letters_are_one_password(app: Flask) -> None:
    composed, decomposed = "contraseña del año", "contrasen\u0303a del an\u0303o"
    assert composed != decomposed
    kept = passwords.hashed(decomposed)
    assert passwords.verify(kept, composed) and passwords.verify(kept, decomposed)
    assert not passwords.verify(kept, "contrasena del ano")


def test_every_character_counts_and_every_case(app: Flask) -> None:
    """V6.2.8: nothing is cut off, nothing folded."""
    kept = passwords.hashed("x" * 1000 + "Y")
    assert not passwords.verify(kept, "x" * 1000)
    assert not passwords.verify(kept, "x" * 1000 + "y")
    assert passwords.verify(kept, "x" * 1000 + "Y")


def test_nobodys_hash_has_todays_parameters() -> None:
    """An unknown address costs what a known one does; the library's own say what today's are."""
    fixed = "m=65536,t=3,p=4"
    today = PasswordHasher()
    assert fixed == f"m={today.memory_cost},t={today.time_cost},p={today.parallelism}"
    told = (
        "from portal.accounts.passwords import HASHER, NOBODY;"
        "print(HASHER.check_needs_rehash(NOBODY), NOBODY.split('$')[3])"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", fixed]


def test_an_old_hash_is_made_anew_at_the_next_sign_in(demo: Flask) -> None:
    weak = hash_secret(PASSWORD.encode(), b"12345678", 1, 8, 1, 16, Type.ID).decode()
    change(NORTE, password_hash=weak)
    entered = signing_in.with_password(NORTE, PASSWORD, asked=Asked(), now=clock.wall())
    assert isinstance(entered, Entered)
    kept = db.session.scalars(select(Person.password_hash).where(Person.email == NORTE)).one()
    db.session.rollback()
    assert kept != weak and not passwords.outdated(kept) and passwords.verify(kept, PASSWORD)


def test_a_refused_password_changes_nothing_and_says_why(visitor: Browser) -> None:
    """V6.2.6, V6.2.7: a field of type password that password managers may fill."""
    token = reset_link(NORTE)
    page = follow_link(visitor, token).text
    assert 'type="password"' in page and 'autocomplete="new-password"' in page
    assert "onpaste" not in page
    answer = send(visitor, "/es/reset", "/es/reset", password="user norte norte")
    assert answer.status_code == 422 and "user norte norte" not in answer.text
    assert resets.whose(token, clock.wall()) is not None
    db.session.rollback()
    assert try_password(Browser(visitor.app), NORTE).status_code == 302


@pytest.mark.parametrize("word", ["short", "administrator administrator", "CenturyLink!!"])
def test_an_administrator_of_the_command_line_needs_a_good_password_too(
    app: Flask, word: str
) -> None:
    command = ["accounts", "create-admin", "boss@x.example", "--name", "Administrator"]
    done = app.test_cli_runner().invoke(args=[*command, "--password", word])
    assert done.exit_code == 2 and word not in done.output
    assert db.session.scalar(select(Person.id).where(Person.email == "boss@x.example")) is None
    db.session.rollback()


def test_setting_the_password_that_is_set_changes_nothing(demo: Flask) -> None:
    who = db.session.scalars(select(Person).where(Person.email == NORTE)).one()
    before = (who.id, who.password_hash, who.session_version)
    db.session.rollback()
    commands.set_password(before[0], PASSWORD)
    again = db.session.scalars(select(Person).where(Person.email == NORTE)).one()
    assert (again.id, again.password_hash, again.session_version) == before
    db.session.rollback()


def test_no_one_is_there_from_the_beginning(app: Flask) -> None:
    """V6.3.2: no account of the program's own."""
    assert db.session.scalars(select(Person)).all() == []
    db.session.rollback()
