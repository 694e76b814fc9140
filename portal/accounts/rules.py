"""Pure rules of people: how addresses are compared, how long a session lives, what a password may be."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from portal.kernel.access import STAFF_ROLES, Role
from portal.kernel.decision import JSON, Code, CodeSpec, Decision, reason

RULESET = "accounts/1"
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 1024
# Of zxcvbn's 0 to 4: safely unguessable, more than 10**8 tries.
STRONG_ENOUGH = 3
JUDGED_AT_ONCE = 24
LEFT_BESIDE_OWN_WORDS = 8

# Absolute, and without a sign of life: staff reach many companies' business.
LONGEST = timedelta(hours=12)
IDLE_STAFF, IDLE_PARTNER = timedelta(minutes=30), timedelta(hours=4)


def address_key(email: str) -> str:
    """An e-mail address as it is compared: without outer blanks, NFKC, case folded."""
    return unicodedata.normalize("NFKC", email.strip()).casefold()


def session_lives(role: Role, started_at: datetime, seen_at: datetime, now: datetime) -> bool:
    """Whether a session of `role` still counts: 12 hours at most, and not left idle too long
    (30 minutes for staff, 4 hours for partners). All moments are the wall's.
    """
    idle = IDLE_STAFF if role in STAFF_ROLES else IDLE_PARTNER
    return now - started_at < LONGEST and now - seen_at < idle


class AccountCode(Code):
    """Why a password is not taken."""

    PASSWORD_SHORT = "password.short"
    PASSWORD_LONG = "password.long"
    PASSWORD_GUESSABLE = "password.guessable"
    PASSWORD_OWN_WORDS = "password.own_words"


C = AccountCode
CODES: dict[Code, CodeSpec] = {
    C.PASSWORD_SHORT: CodeSpec("B7", True, ("minimum",)),
    C.PASSWORD_LONG: CodeSpec("B7", True, ("maximum",)),
    C.PASSWORD_GUESSABLE: CodeSpec("B7", True),
    C.PASSWORD_OWN_WORDS: CodeSpec("B7", True),
}


def same_password(typed: str) -> str:
    """A password as it is kept and compared: NFC, since keyboards compose letters differently."""
    return unicodedata.normalize("NFC", typed)


def judge_password(typed: str, own_words: Iterable[str] = ()) -> Decision[str]:
    """Whether `typed` may become a password (B7); the value is the password as it is kept.

    12 to 1024 characters of any kind. What a guesser tries first is refused: lists of leaked
    passwords, words, names, keyboard rows, dates, in the usual disguises; and `own_words`, those
    that stand around this person (company, program, own name, own address).
    """
    password = same_password(typed)
    if len(password) < SHORTEST_PASSWORD:
        return _refuse(C.PASSWORD_SHORT, minimum=SHORTEST_PASSWORD)
    if len(password) > LONGEST_PASSWORD:
        return _refuse(C.PASSWORD_LONG, maximum=LONGEST_PASSWORD)
    words = sorted({part for word in own_words for part in _parts(word)})
    beside = _beside(password, words)
    if beside is not None and beside < LEFT_BESIDE_OWN_WORDS:
        return _refuse(C.PASSWORD_OWN_WORDS)
    if not _strong(password, words):
        own = words and _strong(password, [])
        return _refuse(C.PASSWORD_OWN_WORDS if own else C.PASSWORD_GUESSABLE)
    return Decision(RULESET, password)


def _refuse(code: C, **facts: JSON) -> Decision[str]:
    return Decision(RULESET, None, (reason(CODES, code, None, **facts),))


def _strong(password: str, words: list[str]) -> bool:
    """Whether its beginning or its end alone would take a guesser 10**8 tries.

    What is judged at once is short: the time it takes grows fast with the length, and a password
    is never weaker than a part of it.
    """
    from zxcvbn import zxcvbn

    ends = {password[:JUDGED_AT_ONCE], password[-JUDGED_AT_ONCE:]}
    return any(zxcvbn(end, user_inputs=words)["score"] >= STRONG_ENOUGH for end in ends)


def _beside(password: str, words: list[str]) -> int | None:
    """How many letters and digits stand beside these words; None where none of them occurs."""
    squeezed = left = "".join(re.split(r"[\W_]+", password.casefold()))
    for word in sorted(words, key=len, reverse=True):
        left = left.replace(word, "")
    return None if left == squeezed else len(left)


def _parts(word: str) -> Iterator[str]:
    """A word as it is typed into a password: each part of it, and all of it in one."""
    parts = [part for part in re.split(r"[\W_]+", word.casefold()) if len(part) >= 3]
    yield from parts
    if len(parts) > 1:
        yield "".join(parts)
