"""What an answer promises is what its rule does, and neither can change alone (facts.md 1 and 3).

Each claim reads the promise from the rendered answer, runs the true rule on a scenario, and
compares. Twins invert the rule, and the answer, and must be noticed.
"""

import re
from typing import Any

import pytest

from portal.registry import facts
from portal.store.facts import GATED
from tests.faq.claims import CLAIMS, SCHEDULE, TEAMS, TERMS, VERDICTS, Disagree

EACH = pytest.mark.parametrize("claim", CLAIMS, ids=lambda one: f"{one.question} {one.name}")
BOTH = pytest.mark.parametrize("lang", ["es", "en"])


def answer_to(app: Any, question: str, lang: str) -> str:
    """The words of an answer as the portal gives it to anyone."""
    items = app.test_client().get(f"/api/v1/faq?lang={lang}").json["items"]
    (item,) = (one for one in items if one["id"] == question)
    return " ".join(re.sub(r"<[^>]+>", "", item["answer_html"]).split())


@BOTH
@EACH
def test_the_rule_does_what_the_answer_says(demo, claim, lang):
    claim.check(answer_to(demo, claim.question, lang), claim.rule)


@BOTH
@EACH
def test_an_inverted_rule_is_noticed(demo, claim, lang):
    """The guard seen failing: the same check with a rule that does the opposite."""
    with pytest.raises(Disagree):
        claim.check(answer_to(demo, claim.question, lang), claim.inverted)


@BOTH
@EACH
def test_an_inverted_answer_is_noticed(demo, claim, lang):
    """The guard seen failing from the other side: an answer that promises nothing of the kind."""
    opposite = {"no": "Sí." if lang == "es" else "Yes.", "yes": "No."}
    verdict = VERDICTS.get(
        answer_to(demo, claim.question, lang).split(".")[0].split(",")[0].lower()
    )
    with pytest.raises(Disagree):
        claim.check(opposite.get(verdict or "", "Nada se dice. Nothing is said."), claim.rule)


def test_every_question_with_a_rule_of_this_issue_makes_a_claim(app):
    """A rule gains no question unnoticed: each of R1 to R5 and R8 stands behind checked answers."""
    items = app.test_client().get("/api/v1/faq?lang=es&q=R3").json["items"]
    assert [item["id"] for item in items] == ["Q5"]
    claimed = {claim.question for claim in CLAIMS}
    for rule in ("R1", "R2", "R3", "R5", "R8"):
        items = app.test_client().get(f"/api/v1/faq?lang=es&q={rule}").json["items"]
        assert {item["id"] for item in items} <= claimed, rule


def test_the_facts_of_the_registries_are_declared(app):
    assert set(GATED) >= {TERMS, SCHEDULE, *TEAMS}
    assert facts.SCHEDULE is GATED[SCHEDULE]
