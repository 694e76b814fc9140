"""Teams, terms and schedules change only by notice; imports and renewals are no way round (N1)."""

import pytest
from sqlalchemy import select

from portal.registry import commands
from portal.registry.facts import CHANNEL_TEAM, COMPENSATION, SCHEDULE
from portal.registry.models import Contract, Team
from portal.registry.problems import Held
from portal.store.db import db
from portal.store.events import Event
from portal.store.facts import GatedFact, Warrant
from tests.registry.world import Desk, codes, contract, everything, history, lines

OLD, NEW = contract("A", "C1", "2010-01-01"), contract("B", "C2", "2015-01-01", "A")


def periods(fact: GatedFact) -> list[tuple[str, str, str]]:
    """All periods of an agreement's fact: from, value, kind of warrant."""
    model = fact.model
    value = getattr(model, fact.value)
    query = select(model.valid_from, value, Warrant.kind).join(
        Warrant, Warrant.id == model.warrant_id
    )
    rows = db.session.execute(query.order_by(model.valid_from)).all()
    db.session.rollback()
    return [(str(start), str(said), kind.value) for start, said, kind in rows]


def test_the_first_import_of_a_line_is_its_origin_with_its_history(house_desk: Desk) -> None:
    done = house_desk.give("contracts", [NEW, OLD])
    assert (done["created"], done["held"], done["errors"]) == (2, [], [])
    assert history("B") == [
        ("2010-01-01", "2014-12-31", "C1", "origin"),
        ("2015-01-01", "", "C2", "origin"),
    ]
    assert lines() == {frozenset("AB")}


def test_a_file_stands_on_one_warrant_that_names_it(house_desk: Desk) -> None:
    house_desk.give("contracts", [OLD, NEW])
    made = select(Warrant.reason).where(Warrant.reason.startswith("import"))  # the pack has its own
    assert db.session.scalars(made).all() == ["import contracts contracts.csv"]


def test_a_renewal_of_a_standing_line_keeps_its_team_and_the_change_waits(
    house_desk: Desk,
) -> None:
    house_desk.give("contracts", [OLD])
    done = house_desk.give("contracts", [OLD, NEW])
    assert (done["created"], done["unchanged"]) == (1, 1)
    [held] = done["held"]
    assert {key: held[key] for key in ("line", "fact", "subject", "from", "to")} == {
        "line": 3,
        "fact": "contract.account_team",
        "subject": "B",
        "from": "C1",
        "to": "C2",
    }
    assert "C2" in held["reason"]
    assert history("B") == [("2010-01-01", "", "C1", "origin")]
    payloads = db.session.scalars(select(Event.payload)).all()
    line = db.session.scalar(select(Contract.line_id).where(Contract.number == "B"))
    told = {"line": 3, "fact": "contract.account_team", "subject": line}
    assert [event["held"] for event in payloads if event.get("held")] == [[told]]


def test_a_changed_team_cell_changes_nothing_and_the_row_counts_unchanged(
    house_desk: Desk,
) -> None:
    house_desk.give("contracts", [contract("A", "C1")])
    done = house_desk.give("contracts", [contract("A", "C2")])
    assert (done["changed"], done["unchanged"], len(done["held"])) == (0, 1, 1)
    assert history("A") == [("2010-01-01", "", "C1", "origin")]


def test_a_blank_cell_says_nothing_of_the_team(house_desk: Desk) -> None:
    house_desk.give("contracts", [contract("A", "C1")])
    done = house_desk.give("contracts", [contract("A", "")])
    assert (done["unchanged"], done["held"]) == (1, [])
    assert history("A") == [("2010-01-01", "", "C1", "origin")]


def test_the_first_value_of_a_fact_that_had_none_needs_no_notice(house_desk: Desk) -> None:
    house_desk.give("contracts", [contract("A"), contract("B", "C2", "2015-01-01", "A")])
    done = house_desk.give("contracts", [contract("A", "C1")])
    assert (done["changed"], done["held"]) == (1, [])
    assert history("A") == [
        ("2010-01-01", "2014-12-31", "C1", "origin"),
        ("2015-01-01", "", "C2", "origin"),
    ]


def test_an_older_paper_found_later_brings_its_own_history(house_desk: Desk) -> None:
    house_desk.give("contracts", [contract("B", "C2", "2015-01-01")])
    rows = [contract("B", "C2", "2015-01-01", "A"), contract("A", "C1", "2010-01-01")]
    done = house_desk.give("contracts", rows)
    assert (done["created"], done["changed"], done["held"]) == (1, 1, [])
    assert [period[:3] for period in history("B")] == [
        ("2010-01-01", "2014-12-31", "C1"),
        ("2015-01-01", "", "C2"),
    ]


def test_a_marked_correction_is_applied_explained_and_on_record(house_desk: Desk) -> None:
    house_desk.give("contracts", [contract("A", "C1")])
    row = [contract("A", "C2")]
    done = house_desk.give("contracts", row, "--correction", "typed wrong in 2010")
    assert (done["changed"], done["held"], len(done["corrected"])) == (1, [], 1)
    assert history("A") == [("2010-01-01", "", "C2", "correction")]
    reasons = db.session.scalars(select(Warrant.reason).where(Warrant.kind == "correction")).all()
    assert reasons == ["typed wrong in 2010"]
    db.session.rollback()
    again = house_desk.give("contracts", row)
    assert (again["unchanged"], again["held"]) == (1, [])


def test_a_correction_touches_only_the_period_of_its_paper(house_desk: Desk) -> None:
    house_desk.give("contracts", [OLD, NEW])
    house_desk.give("contracts", [contract("A", "C3")], "--correction", "it was C3 then")
    assert [period[:3] for period in history("B")] == [
        ("2010-01-01", "2014-12-31", "C3"),
        ("2015-01-01", "", "C2"),
    ]


def test_a_consolidation_takes_a_team_of_the_lines_it_replaces(house_desk: Desk) -> None:
    house_desk.give("contracts", [contract("A", "C1"), contract("B", "C2")])
    done = house_desk.give("contracts", [contract("Z", "C2", "2016-01-01", "A", "B")])
    assert (done["created"], done["held"]) == (1, [])
    assert history("Z") == [("2016-01-01", "", "C2", "origin")]
    assert lines() == {frozenset("A"), frozenset("B"), frozenset("Z")}


def test_a_consolidation_cannot_bring_a_third_team(
    house_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever drafts notices is told once, by ids, of a line the file itself makes too."""
    heard: list[Held] = []
    monkeypatch.setattr(commands, "ON_HELD", [lambda session, held, actor, now: heard.extend(held)])
    house_desk.give("contracts", [contract("A", "C1"), contract("B", "C2")])
    rows = [
        contract("Z", "C3", "2016-01-01", "A", "B"),
        contract("Y", "C3", "2017-01-01", "Z"),
    ]
    house_desk.give("contracts", rows, "--dry-run")
    assert heard == []
    done = house_desk.give("contracts", rows)
    assert [(held["subject"], held["from"]) for held in done["held"]] == [("Z", "C1"), ("Y", "C1")]
    assert history("Y") == [("2016-01-01", "", "C1", "origin")]
    line = db.session.scalar(select(Contract.line_id).where(Contract.number == "Z"))
    team = db.session.scalar(select(Team.id).where(Team.code == "C3"))
    assert {(each.fact, each.subject_id, each.value) for each in heard} == {
        ("contract.account_team", line, team)
    }
    assert len(heard) == 2


def test_a_paper_cannot_be_moved_to_a_line_of_another_team(house_desk: Desk) -> None:
    """N1: a corrected `replaces` would change the team of the services of one of the lines."""
    house_desk.give("contracts", [contract("A", "C1"), contract("B", "C2", "2015-01-01")])
    row = [contract("B", "C2", "2015-01-01", "A")]
    assert codes(house_desk.give("contracts", row)) == [(2, "contract.line_teams_differ")]
    assert lines() == {frozenset("A"), frozenset("B")}
    done = house_desk.give("contracts", row, "--correction", "B renews A")
    assert done["changed"] == 1
    assert lines() == {frozenset("AB")}
    assert [period[2] for period in history("B")] == ["C1", "C2"]


def test_a_corrected_replaces_moves_the_paper_and_its_descendants(house_desk: Desk) -> None:
    rows = [contract("A", "C1"), contract("B", "C1", "2012-01-01"), contract("D", "C1")]
    rest = [contract("C", "C1", "2014-01-01", "B")]
    house_desk.give("contracts", [*rows, *rest])
    assert lines() == {frozenset("A"), frozenset("BC"), frozenset("D")}
    rows[1] = contract("B", "C1", "2012-01-01", "A")
    done = house_desk.give("contracts", [*rows, *rest])
    assert (done["changed"], done["unchanged"]) == (1, 3)
    assert lines() == {frozenset("ABC"), frozenset("D")}
    rows[1] = contract("B", "C1", "2012-01-01")
    assert house_desk.give("contracts", [*rows, *rest])["changed"] == 1
    assert lines() == {frozenset("A"), frozenset("BC"), frozenset("D")}
    assert history("C") == [("2012-01-01", "", "C1", "origin")]


AGREEMENT = ("centurylink", "AG", "P1", "indirect", "active", "2012-01-01", "")


def test_an_agreements_terms_schedule_and_team_are_held_too(house_desk: Desk) -> None:
    """Q7, Q8: compensation and payment schedule stay until a notice says otherwise."""
    house_desk.give("agreements", [(*AGREEMENT, "12 %", "day 20", "CX")])
    house_desk.give("teams", [("centurylink", "CY", "channel", "Other")])
    before = everything(house_desk)
    done = house_desk.give("agreements", [(*AGREEMENT, "10 %", "day 30", "CY")])
    assert (done["unchanged"], done["changed"]) == (1, 0)
    assert {held["fact"]: (held["from"], held["to"]) for held in done["held"]} == {
        "agreement.compensation_terms": ("12 %", "10 %"),
        "agreement.payment_schedule": ("day 20", "day 30"),
        "agreement.channel_team": ("CX", "CY"),
    }
    assert everything(house_desk) == before
    for fact in (COMPENSATION, SCHEDULE, CHANNEL_TEAM):
        assert [(start, kind) for start, _, kind in periods(fact)] == [("2012-01-01", "origin")]


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_correction_without_a_reason_is_refused(house_desk: Desk, reason: str) -> None:
    path = house_desk.file("x.csv", "partner_id,name\n")
    arguments = ["registry", "import", "partners", str(path), "--correction", reason]
    assert house_desk.app.test_cli_runner().invoke(args=arguments).exit_code == 2


def test_an_agreements_other_columns_change_while_its_terms_are_held(house_desk: Desk) -> None:
    house_desk.give("agreements", [(*AGREEMENT, "12 %")])
    row = (*AGREEMENT[:4], "suspended", *AGREEMENT[5:], "10 %")
    done = house_desk.give("agreements", [row])
    assert (done["changed"], len(done["held"])) == (1, 1)
    assert periods(COMPENSATION) == [("2012-01-01", "12 %", "origin")]
    done = house_desk.give("agreements", [row], "--correction", "a typo")
    assert (done["changed"], done["held"]) == (1, [])
    assert periods(COMPENSATION) == [("2012-01-01", "10 %", "correction")]
