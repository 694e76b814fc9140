"""Times at their edges (D6): what is stored is read back, whatever the zone; days are of the program's."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_date, parse_date
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some
from sqlalchemy import literal, select

from portal.kernel import clock
from portal.store.db import db
from portal.store.types import UtcDateTime
from portal.web.i18n import REGIONS, regional
from tests.conftest import House

ZONES = [
    ZoneInfo(name) for name in ("America/Denver", "Europe/Madrid", "Pacific/Apia", "Asia/Kolkata")
]
ZONES += [timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))]
MOMENTS = some.datetimes(
    min_value=datetime(1900, 1, 1),  # noqa: DTZ001 - the zones are drawn beside
    max_value=datetime(9999, 12, 30),  # noqa: DTZ001
    timezones=some.sampled_from(ZONES),
    allow_imaginary=True,
)


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
@settings(suppress_health_check=list(HealthCheck))
@given(moment=MOMENTS)
@example(moment=datetime(2018, 3, 11, 2, 30, tzinfo=ZONES[0]))  # a time that there is not
@example(moment=datetime(2018, 11, 4, 1, 30, fold=1, tzinfo=ZONES[0]))  # one that there is twice
@example(moment=datetime(9999, 12, 30, 23, 59, 59, 999_999, tzinfo=UTC))
def test_a_moment_comes_back_from_the_database_as_the_same_moment(
    kind: str, moment: datetime, request: pytest.FixtureRequest
) -> None:
    house: House = request.getfixturevalue(f"{kind}_house")
    with house.app.app_context():
        got = db.session.scalar(select(literal(moment, UtcDateTime())))
        db.session.rollback()
    assert got is not None and got.tzinfo is not None
    assert got == moment.astimezone(UTC)


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_moment_without_a_zone_is_refused(kind: str, request: pytest.FixtureRequest) -> None:
    """The control: nobody knows which moment that is."""
    house: House = request.getfixturevalue(f"{kind}_house")
    with house.app.app_context(), pytest.raises(Exception, match="time zone"):
        db.session.scalar(select(literal(datetime(2018, 1, 1), UtcDateTime())))  # noqa: DTZ001


@given(day=some.dates(date(1900, 1, 2), date(9999, 12, 29)))
@example(day=date(2018, 3, 11))
@example(day=date(2018, 11, 4))
def test_a_day_of_the_program_has_its_midnight_and_no_other_days_moments(day: date) -> None:
    """Days of 23 and 25 hours too: the first moment is of the day, the one before it is not."""
    zone = clock.zone()
    begins = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    assert clock.local_date(begins) == day
    assert clock.local_date(begins - timedelta(microseconds=1)) == day - timedelta(days=1)


@given(
    day=some.dates(date(2000, 1, 1), date(2099, 12, 31)),
    lang=some.sampled_from(["es", "en"]),
    region=some.sampled_from(REGIONS),
)
def test_a_short_date_is_read_back_as_it_was_meant(day: date, lang: str, region: str) -> None:
    """Every regional format says the same day to whoever writes so: parse(format(x)) is x."""
    told = regional(lang, region)
    assert parse_date(format_date(day, "short", told), told, "short") == day
