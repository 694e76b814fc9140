"""Every code and kind of notices has its words, and a sentence for the facts it carries (N1 to N5)."""

import pytest
from flask import Flask
from flask_babel import force_locale

from portal.kernel.decision import Code, reason
from portal.notices import labels
from portal.notices.audience_rules import Choice, Pools, audience
from portal.notices.gate_rules import How, Latest
from portal.notices.queries import State
from portal.notices.rules import CODES, OTHER, Kind, NoticeCode
from portal.store.facts import DESKS
from portal.web.fact_words import FACTS
from portal.web.pages import program
from tests.notices.world import actor, agreement_id, draft, publish, team_id, when
from tests.people import CHANNEL

FACTS_OF = {
    "field": "title",
    "languages": ["es"],
    "fact": "agreement.channel_team",
    "subject": "A-1",
    "registry": "level3",
    "asked": "2018-01-01",
    "earliest": "2018-01-16",
    "on": "2018-01-16",
    "days": 15,
    "count": 3,
    "ref": "ABCD1234",
    "language": "es",
    "word": "cartera",
    "instead": "portafolio",
}


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("code", list(CODES))
def test_every_reason_is_a_sentence_without_gaps(app: Flask, code: Code, language: str) -> None:
    facts = {name: FACTS_OF[name] for name in CODES[code].facts}
    with app.test_request_context(f"/{language}/"), force_locale(language):
        said = labels.sentence(reason(CODES, code, **facts), {"level3": "Level 3"})
    assert said.endswith(".") and "%" not in said and "level3" not in said, said


def test_every_kind_state_way_topic_and_fact_has_its_words(sqlite_house) -> None:
    with sqlite_house.app.app_context():
        topics = {*program().lead_days, OTHER}
    assert set(labels.SENTENCES) == set(NoticeCode) == set(CODES)
    assert set(labels.STATES) == set(State) and set(labels.KINDS) == set(Kind)
    assert set(labels.HOW) == set(How) and set(labels.LATEST) == set(Latest)
    assert set(labels.TOPICS) >= topics
    assert set(FACTS) >= set(DESKS), "a fact that a notice can change is called something"
    one = frozenset({1})
    pools = Pools({(1, ""): one}, {"t": one}, {2: one}, one)
    whys = audience(Choice(one, frozenset(), frozenset(), frozenset({2}), one), pools)[1]
    whys |= audience(Choice(trainings=frozenset({"t"})), pools)[1]
    assert whys | {"version_before"} == set(labels.WHY)


def test_the_commands_tell_what_is_written_out_and_due(demo: Flask) -> None:
    with demo.app_context():
        change = ("agreement.channel_team", agreement_id("CTL-A-1042"), team_id("CTL-CANAL-2"))
        out = draft(actor(CHANNEL), change, effective="2018-01-15")
        publish(out, actor(CHANNEL), when("2017-12-01"))
        waits = draft(actor(CHANNEL), effective="2018-02-01")

    def said(*args: str) -> str:
        found: str = demo.test_cli_runner().invoke(args=["notices", *args]).output
        return found

    assert {out.ref, waits.ref} <= {line.split()[0] for line in said("list").splitlines()}
    assert waits.ref not in said("due") and f"2018-01-15  {out.ref} v1" in said("due")
    assert "CTL-A-1042: Canal Andino" in said("show", out.ref)
    assert "there is no notice NOWHERE" in said("show", "NOWHERE")
    drafts = said("list", "--state", "draft")
    assert waits.ref in drafts and out.ref not in drafts
