"""To which team a question goes (Q18, Q2, Q6): the pure rule by tables, and its nearest yes."""

import pytest

from portal.concerns.labels import SENTENCES
from portal.concerns.rules import (
    CODES,
    RULESET,
    About,
    Ask,
    AskCode,
    AskFacts,
    Case,
    ConcernState,
    Door,
    Meant,
    find_team,
    may_answer,
    may_hand,
    nearest_yes,
)

CTL = Door("ctl", "A-1", "CHANNEL")
L3 = Door("l3", "A-2", "CHANNEL-3")
NO_TEAM = Door("l3", "A-2", None)
NO_AGREEMENT = Door("l3", None, None)
LINE = Meant("ctl", "C-1", "ACCOUNT")
ORDER = Meant("ctl", "C-1", "ACCOUNT", "7QK2")
OTHER = Meant("l3", "C-1", "ACCOUNT-3")
LOST = Meant("ctl", "C-9", None)
RELATION, CONTRACT = About.RELATIONSHIP, About.CONTRACT


@pytest.mark.parametrize(
    ("ask", "facts", "team", "code", "rule"),
    [
        (Ask(RELATION, "ctl"), AskFacts((CTL, L3)), "CHANNEL", "ask.channel_team", "Q18"),
        (Ask(RELATION, "l3"), AskFacts((CTL, L3)), "CHANNEL-3", "ask.channel_team", "Q18"),
        (Ask(RELATION), AskFacts((CTL,)), "CHANNEL", "ask.channel_team", "Q18"),
        (Ask(RELATION), AskFacts((CTL, L3)), None, "ask.registry_missing", "Q18"),
        (Ask(RELATION), AskFacts(()), None, "ask.registry_missing", "Q18"),
        (Ask(RELATION, "l3"), AskFacts((CTL,)), None, "ask.registry_unknown", "Q18"),
        (Ask(RELATION, "l3"), AskFacts((CTL, NO_TEAM)), None, "ask.no_channel_team", "Q18"),
        (Ask(RELATION, "l3"), AskFacts((CTL, NO_AGREEMENT)), None, "ask.no_channel_team", "Q18"),
        (Ask(CONTRACT, None, "c1"), AskFacts((CTL,), (LINE,)), "ACCOUNT", "ask.account_team", "Q2"),
        (Ask(CONTRACT, None, "7QK2"), AskFacts((CTL,), (ORDER,)), "ACCOUNT", "ask.order_team", "Q6"),
        (Ask(CONTRACT, None, "c1"), AskFacts((CTL,)), None, "ask.contract_unknown", "Q2"),
        (Ask(CONTRACT, None, "c1"), AskFacts((CTL, L3), (LINE, OTHER)), None, "ask.contract_ambiguous", "Q2"),
        (Ask(CONTRACT, "l3", "c1"), AskFacts((CTL, L3), (LINE, OTHER)), "ACCOUNT-3", "ask.account_team", "Q2"),
        (Ask(CONTRACT, None, "c9"), AskFacts((CTL,), (LOST,)), None, "ask.no_account_team", "Q2"),
    ],
)  # fmt: skip
def test_a_question_goes_to_the_team_of_its_own_registry_or_says_why_not(
    ask: Ask, facts: AskFacts, team: str | None, code: str, rule: str
) -> None:
    made = find_team(ask, facts)
    assert (made.value.team if made.value else None) == team
    assert [(reason.code, reason.rule) for reason in made.reasons] == [(code, rule)]
    assert made.refused is (team is None) and made.ruleset == RULESET


@pytest.mark.parametrize(
    ("ask", "facts", "teams"),
    [
        (Ask(RELATION, "l3"), AskFacts((CTL, NO_TEAM)), ["CHANNEL"]),
        (Ask(CONTRACT, None, "c9"), AskFacts((L3, CTL), (LOST,)), ["CHANNEL", "CHANNEL-3"]),
        (
            Ask(CONTRACT, None, "c1"),
            AskFacts((CTL, L3), (LINE, OTHER)),
            ["ACCOUNT", "ACCOUNT-3", "CHANNEL"],
        ),
        (Ask(RELATION, "l3"), AskFacts((NO_TEAM,)), []),
    ],
)
def test_the_nearest_yes_is_one_that_the_rule_gives(
    ask: Ask, facts: AskFacts, teams: list[str]
) -> None:
    ways = nearest_yes(ask, facts)
    assert [route.team for _other, route in ways] == teams
    for other, route in ways:
        assert find_team(other, facts).value == route


@pytest.mark.parametrize(
    ("case", "code"),
    [
        (Case(ConcernState.OPEN, "T", True), None),
        (Case(ConcernState.ANSWERED, "T", True), None),
        (Case(ConcernState.OPEN, "T", False), "concern.not_your_team"),
        (Case(ConcernState.CLOSED, "T", True), "concern.is_closed"),
    ],
)
def test_its_team_answers_until_the_company_closes_it(case: Case, code: str | None) -> None:
    made = may_answer(case)
    assert [reason.code for reason in made.reasons] == ([code] if code else [])
    assert made.value is (None if code else ConcernState.ANSWERED)


@pytest.mark.parametrize(
    ("state", "team", "code"),
    [
        (ConcernState.OPEN, "Other", None),
        (ConcernState.OPEN, "T", "concern.same_team"),
        (ConcernState.OPEN, None, "concern.team_unknown"),
        (ConcernState.CLOSED, "Other", "concern.is_closed"),
    ],
)
def test_it_is_handed_to_another_team_of_its_registry(
    state: ConcernState, team: str | None, code: str | None
) -> None:
    made = may_hand(Case(state, "T", False), team)
    assert [reason.code for reason in made.reasons] == ([code] if code else [])


def test_every_code_has_its_words() -> None:
    assert set(CODES) == set(AskCode)
    assert {code.partition(":")[0] for code in SENTENCES} == {code.value for code in AskCode}
