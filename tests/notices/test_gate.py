"""Nothing takes effect before it was served, in time, partner by partner (N1, N2, N5)."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from portal.notices.gate_rules import How, Latest, Terms, effect
from portal.notices.rules import Kind
from portal.store.db import atomic
from tests.notices.world import (
    actor,
    agreement_id,
    draft,
    next_version,
    opens,
    publish,
    team_id,
    value,
    wait,
    when,
)
from tests.people import CHANNEL, NORTE, SUR

TEAM = "agreement.channel_team"
NORTE_CTL, SUR_CTL = "CTL-A-1042", "CTL-A-1088"


def both(effective: str = "2018-01-15"):
    """A draft that swaps the channel teams of two partners' agreements."""
    return draft(
        actor(CHANNEL),
        (TEAM, agreement_id(NORTE_CTL), team_id("CTL-CANAL-2")),
        (TEAM, agreement_id(SUR_CTL), team_id("CTL-CANAL-1")),
        effective=effective,
    )


def test_a_partner_never_reached_keeps_the_old_team_while_all_others_change(demo: Flask) -> None:
    """N2: partner by partner."""
    notice = both()
    publish(notice, actor(CHANNEL), when("2017-12-01"))
    opens(notice, actor(NORTE), when("2017-12-02"))
    wait(when("2018-03-01"))
    norte, sur = agreement_id(NORTE_CTL), agreement_id(SUR_CTL)
    assert value(TEAM, norte, "2018-01-14") == team_id("CTL-CANAL-1")
    assert value(TEAM, norte, "2018-01-15") == team_id("CTL-CANAL-2")
    assert value(TEAM, sur, "2018-06-01") == team_id("CTL-CANAL-2")
    assert notice.partner("sur").effect_on is None
    opens(notice, actor(SUR), when("2018-03-01", "14:30"))
    assert notice.partner("sur").effect_on == date(2018, 3, 2)
    assert value(TEAM, sur, "2018-03-01") == team_id("CTL-CANAL-2")
    assert value(TEAM, sur, "2018-03-02") == team_id("CTL-CANAL-1")


def test_a_notice_published_one_minute_too_late_takes_effect_a_day_later(demo: Flask) -> None:
    """N2: publication plus the lead time of fifteen days, not a minute less."""
    for minute, first in (("00:00", "2017-12-20"), ("00:01", "2017-12-21")):
        notice = draft(
            actor(CHANNEL),
            (TEAM, agreement_id(NORTE_CTL), team_id("CTL-CANAL-2")),
            effective="2017-12-20",
            now=when("2017-12-04"),
        )
        publish(notice, actor(CHANNEL), when("2017-12-05", minute))
        opens(notice, actor(NORTE), when("2017-12-05", "10:00"))
        row = notice.partner("norte")
        assert row.effect_on == date.fromisoformat(first)
        ended = next_version(notice, actor(CHANNEL), when("2017-12-06"), Kind.WITHDRAWAL)
        publish(ended, actor(CHANNEL), when("2017-12-06"))


def test_what_is_withdrawn_before_its_day_never_holds_and_on_its_day_stays(demo: Flask) -> None:
    """N5: withdrawn by a later version; what took effect is undone by nothing but another notice."""
    agreement = agreement_id(NORTE_CTL)
    for withdrawn, after in (("2018-01-14", "CTL-CANAL-1"), ("2018-01-15", "CTL-CANAL-2")):
        notice = both()
        publish(notice, actor(CHANNEL), when("2017-12-01"))
        opens(notice, actor(NORTE), when("2017-12-02"))
        assert value(TEAM, agreement, "2018-01-15") == team_id("CTL-CANAL-2")
        end = next_version(notice, actor(CHANNEL), when(withdrawn, "08:00"), Kind.WITHDRAWAL)
        publish(end, actor(CHANNEL), when(withdrawn, "08:00"))
        wait(when("2018-02-01"))
        assert value(TEAM, agreement, "2018-06-01") == team_id(after)
        assert notice.partner("norte").withdrawn == (withdrawn < "2018-01-15")
        assert notice.partner("sur").withdrawn


def test_amended_twice_the_last_version_alone_takes_effect_and_needs_its_own_proof(
    demo: Flask,
) -> None:
    """N5: proof of one version says nothing of the next."""
    notice, agreement = both(), agreement_id(NORTE_CTL)
    publish(notice, actor(CHANNEL), when("2017-12-01"))
    opens(notice, actor(NORTE), when("2017-12-02"))
    for day, later in (("2017-12-10", "2018-02-01"), ("2017-12-12", "2018-02-10")):
        notice = next_version(
            *(notice, actor(CHANNEL), when(day), Kind.AMENDMENT),
            effective_on=date.fromisoformat(later),
        )
        publish(notice, actor(CHANNEL), when(day))
        wait(when("2018-02-20") if later == "2018-02-10" else when(day))
        assert value(TEAM, agreement, "2018-06-01") == team_id("CTL-CANAL-1")
    opens(notice, actor(NORTE), when("2018-02-20"))
    assert value(TEAM, agreement, "2018-02-20") == team_id("CTL-CANAL-1")
    assert value(TEAM, agreement, "2018-02-21") == team_id("CTL-CANAL-2")


def test_two_overlapping_notices_hold_each_from_its_own_date_whichever_is_sealed_first(
    demo: Flask,
) -> None:
    """N5: the later date wins from its date on."""
    agreement = agreement_id("L3-A-2077")
    fact = "agreement.payment_schedule"
    from tests.people import CHANNEL_L3

    early = draft(actor(CHANNEL_L3), (fact, agreement, "A"), effective="2018-02-01")
    late = draft(actor(CHANNEL_L3), (fact, agreement, "B"), effective="2018-03-01")
    for notice in (early, late):
        publish(notice, actor(CHANNEL_L3), when("2017-12-01"))
    opens(late, actor(NORTE), when("2017-12-02"))
    opens(early, actor(NORTE), when("2017-12-03"))
    days = ("2018-01-31", "2018-02-01", "2018-02-28", "2018-03-01", "2019-01-01")
    assert [value(fact, agreement, day) for day in days][1:] == ["A", "A", "B", "B"]


@pytest.mark.parametrize(
    ("published", "days", "asked", "first"),
    [
        (
            "2018-02-24T02:30",
            15,
            "2018-03-01",
            "2018-03-12",
        ),  # the night of the change has no 02:30
        ("2018-10-20T01:30", 15, "2018-11-01", "2018-11-05"),  # the night of the change has two
        ("2018-02-24T00:00", 15, "2018-03-01", "2018-03-11"),
        ("2018-10-20T00:00", 15, "2018-11-04", "2018-11-04"),
    ],
)
def test_lead_days_are_days_of_the_calendar_over_nights_of_any_length(
    published: str, days: int, asked: str, first: str
) -> None:
    """N2 on the nights daylight saving begins and ends."""
    day, clock = published.split("T")
    at = when(day, clock)
    found = effect(Terms(date.fromisoformat(asked), at, days, "America/Denver"), at)
    assert found.on == date.fromisoformat(first)


def test_midnight_that_is_skipped_begins_the_day_at_its_first_moment() -> None:
    """N2 where the night of the change skips midnight."""
    at = when("2018-10-01")
    found = effect(Terms(date(2018, 11, 4), at, 0, "America/Sao_Paulo"), at)
    assert (found.latest, found.on) == (Latest.EFFECTIVE_DATE, date(2018, 11, 4))
    assert found.due_at.isoformat() == "2018-11-04T03:00:00+00:00"


def test_a_clock_that_is_moved_back_moves_no_seal(demo: Flask) -> None:
    """N2: the instant is sealed; reading again on an earlier day changes nothing."""
    notice = both()
    publish(notice, actor(CHANNEL), when("2017-12-01"))
    opens(notice, actor(NORTE), when("2018-01-20"))
    before = notice.partner("norte")
    sealed = (before.served_at, before.due_at, before.effect_on)
    opens(notice, actor(NORTE), when("2017-11-01"))
    wait(when("2017-11-01"))
    after = notice.partner("norte")
    assert (after.served_at, after.due_at, after.effect_on) == sealed
    assert after.served_how is How.OPENED


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE notice_version SET effective_on = '2017-12-02'",
        "UPDATE notice_version SET title = '{}'",
        "DELETE FROM notice_version",
        "UPDATE notice_change SET value = '{}'",
        "DELETE FROM notice_change",
        "UPDATE notice_partner SET effect_on = '2017-12-02' WHERE due_at IS NOT NULL",
        "DELETE FROM notice_effect",
        "UPDATE notice_reader SET language = 'en'",
    ],
)
def test_the_database_itself_refuses_to_change_what_was_published_or_sealed(
    demo: Flask, statement: str
) -> None:
    """N5, N2: whoever writes."""
    notice = both()
    publish(notice, actor(CHANNEL), when("2017-12-01"))
    opens(notice, actor(NORTE), when("2017-12-02"))
    with pytest.raises(DBAPIError, match="is settled"), atomic() as session:
        session.execute(text(statement))
