"""Who may apply and who may decide, by table; and which names read alike (D5, R8)."""

from datetime import date

import pytest

from portal.companies.labels import APPLICATION_SENTENCES
from portal.companies.names import alike
from portal.companies.rules import (
    CODES,
    ApplicationCode,
    ApplicationState,
    Case,
    Offer,
    Standing,
    may_apply,
    may_decide,
    may_withdraw,
)
from portal.kernel.text import has_letter, tidy, tidy_lines
from portal.registry.rules import Program

C, S = ApplicationCode, ApplicationState
DAY = date(2017, 12, 1)
WAITING = Case(S.SENT, None, decider=True, own=False)
GOOD = Offer("A-1", number_taken=False, team_known=True, starts_on=DAY, ends_on=None)


def codes(decision: object) -> list[str]:
    return [str(each.code) for each in decision.reasons]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        (Standing(), []),
        (Standing(open_since=DAY), [C.OPEN_ALREADY]),
        (Standing(agreement="A-1"), [C.AGREEMENT_EXISTS]),
        (Standing(DAY, "A-1"), [C.OPEN_ALREADY, C.AGREEMENT_EXISTS]),
    ],
)
def test_a_company_applies_where_nothing_of_it_is_open_or_agreed(
    standing: Standing, expected: list[str]
) -> None:
    decision = may_apply(Program.ALLIANCE, standing)
    assert codes(decision) == expected
    assert decision.value == (None if expected else Program.ALLIANCE)


@pytest.mark.parametrize(
    ("case", "offer", "expected"),
    [
        (WAITING, GOOD, []),
        (WAITING, None, []),
        (Case(S.SENT, None, decider=False, own=False), GOOD, [C.NOT_YOURS]),
        (Case(S.SENT, None, decider=True, own=True), None, [C.NOT_YOURS]),
        (Case(S.APPROVED, DAY, decider=True, own=False), GOOD, [C.DECIDED_ALREADY]),
        (Case(S.DECLINED, DAY, decider=True, own=False), None, [C.DECIDED_ALREADY]),
        (Case(S.WITHDRAWN, DAY, decider=True, own=False, agreement="A"), GOOD, [C.DECIDED_ALREADY]),
        (Case(S.SENT, None, decider=True, own=False, agreement="A"), GOOD, [C.AGREEMENT_EXISTS]),
        (Case(S.SENT, None, decider=True, own=False, agreement="A"), None, []),
        (WAITING, Offer("A", True, True, DAY, None), [C.NUMBER_TAKEN]),
        (WAITING, Offer("A", False, False, DAY, None), [C.TEAM_UNKNOWN]),
        (WAITING, Offer("A", False, True, DAY, date(2017, 11, 30)), [C.DATES_ORDER]),
        (WAITING, Offer("A", False, True, DAY, DAY), []),
    ],
)
def test_an_application_is_decided_once_by_others_than_the_company(
    case: Case, offer: Offer | None, expected: list[str]
) -> None:
    decision = may_decide(case, offer)
    assert codes(decision) == expected
    assert decision.refused == bool(expected)
    verdict = S.APPROVED if offer else S.DECLINED
    assert decision.value == (None if expected else verdict)


def test_an_application_is_taken_back_while_it_is_open() -> None:
    assert may_withdraw(S.SENT, None).value is S.WITHDRAWN
    assert codes(may_withdraw(S.APPROVED, DAY)) == [C.DECIDED_ALREADY]


def test_every_code_has_its_row_and_its_sentence() -> None:
    assert set(CODES) == set(ApplicationCode)
    told = {str(key).partition(":")[0] for key in APPLICATION_SENTENCES}
    assert told == {str(code) for code in ApplicationCode}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Conexiones Sur", "CONEXIONES SUR, S.A. de C.V."),
        ("Conexiones Sur", "Conexiónes   Sur Ltda."),
        ("Conexiones Sur", "Сonехiоnes Sur"),
        ("Conexiones Sur", "Conexiones\u200b S\u00adur"),
        ("Conexiones Sur", "C0nexlones Sur"),
        ("Conexiones Sur", "Conexiones Surr"),
        ("Marea", "Rnarea S.A.S."),
        ("Norte S. de R.L. de C.V.", "Norte Inc."),
        ("Integradora Norte", "INTEGRАDORA NORTE"),
        ("ﬁbra", "Fibra"),
    ],
)
def test_names_that_read_alike(one: str, other: str) -> None:
    assert alike(one, other) and alike(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Conexiones Sur", "Conexiones Norte"),
        ("Sol", "Sal"),
        ("Integradora Norte", "Integradora del Norte"),
        ("Norte", "Norte Sur"),
        ("", "S.A."),
    ],
)
def test_names_that_do_not(one: str, other: str) -> None:
    assert not alike(one, other)


def test_names_are_kept_on_one_line_without_what_is_not_seen() -> None:
    """D5: bidi overrides, zero width, compatibility forms."""
    assert tidy(" Cone\u202exiones \u200b Sur\u2066\n Ltda ") == "Conexiones Sur Ltda"
    assert tidy("Ｎｏｒｔｅ") == "Norte"
    assert tidy("\u3164\uffa0 \u2800\u115f\u17b4\u034f") == ""
    assert alike("Sol\u3164\u3164", "Sol"), "seen failing: letters that no font draws"
    assert tidy_lines("uno\r\ndos\u202e\n\n\ttres ") == "uno\ndos\n\n\ttres"
    assert has_letter("7") and not has_letter("--") and not has_letter("")
