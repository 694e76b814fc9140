"""What may be done in a council: each refusal once, and its yes beside it (C1, C2)."""

from datetime import date, timedelta

import pytest

from portal.councils.labels import FIELDS, REASONS
from portal.councils.rules import (
    CODES,
    CouncilCode,
    SeatFacts,
    Term,
    may_call,
    may_end,
    may_seat,
    may_set_agenda,
    may_write_minutes,
)
from portal.kernel.localized import Localized

C, TODAY = CouncilCode, date(2017, 12, 1)
DAY = timedelta(days=1)
BOTH, HALF, NONE = Localized(es="Sí", en="Yes"), Localized(es="Sí", en=""), Localized(es="", en="")
LANGUAGES = ("es", "en")


def term(start=0, end=None):
    return Term(TODAY + start * DAY, None if end is None else TODAY + end * DAY)


def seat(start=0, end=None, companies=1, sits=True, held=()):
    return may_seat(term(start, end), SeatFacts(companies, sits, held), TODAY)


def agenda(texts, publish, held=5):
    return may_set_agenda(texts, publish, TODAY + held * DAY, TODAY, LANGUAGES)


def minutes(text, publish=True, held=-5, published=False):
    return may_write_minutes(text, publish, TODAY + held * DAY, published, TODAY, LANGUAGES)


CASES = [
    (seat(), []),
    (seat(0, 0), []),
    (seat(companies=0), [C.PERSON_UNKNOWN]),
    (seat(companies=2), [C.SEVERAL_COMPANIES]),
    (seat(-1), [C.STARTS_PAST]),
    (seat(sits=False), [C.NOT_SITTING]),
    (seat(3, 2), [C.ENDS_FIRST]),
    (seat(0, 9, held=[term(-30, -1), term(10)]), []),
    (seat(0, 10, held=[term(10)]), [C.TAKEN]),
    (seat(5, held=[term(-30, 5)]), [C.TAKEN]),
    (may_end(term(-30), TODAY, TODAY), []),
    (may_end(term(-30, 90), TODAY + DAY, TODAY), []),
    (may_end(term(-30), TODAY - DAY, TODAY), [C.ENDS_PAST]),
    (may_end(term(-30, -1), TODAY, TODAY), [C.ENDED]),
    (may_end(term(5), TODAY, TODAY), [C.ENDS_FIRST]),
    (may_call(TODAY, True, TODAY), []),
    (may_call(TODAY - DAY, True, TODAY), [C.MEETING_PAST]),
    (may_call(TODAY, False, TODAY), [C.NOT_SITTING]),
    (agenda([BOTH], True), []),
    (agenda([HALF], False), []),
    (agenda([BOTH, HALF], True), [C.LANGUAGE_MISSING]),
    (agenda([], True), [C.EMPTY]),
    (agenda([BOTH], False, held=-1), [C.HELD]),
    (minutes(BOTH, held=0), []),
    (minutes(HALF, publish=False), []),
    (minutes(HALF), [C.LANGUAGE_MISSING]),
    (minutes(NONE), [C.EMPTY]),
    (minutes(BOTH, held=1), [C.NOT_HELD]),
    (minutes(BOTH, published=True), [C.PUBLISHED]),
]


@pytest.mark.parametrize(("decision", "codes"), CASES)
def test_each_case_is_answered_with_its_reasons_and_no_other(decision, codes):
    assert [reason.code for reason in decision.reasons] == codes
    assert decision.refused == bool(codes) and (decision.value is None) == bool(codes)


def test_every_code_is_met_above_and_has_its_words():
    met = {reason.code for decision, _ in CASES for reason in decision.reasons}
    assert met == set(CODES) == set(REASONS) == set(CouncilCode)
    assert set(FIELDS) < set(CODES)
