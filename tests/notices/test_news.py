"""Notices in feeds and calendars (N2, N5): each once, as its newest version, for whom it went to."""

from datetime import date
from itertools import pairwise

from flask import Flask

from portal.kernel.localized import Localized
from portal.notices.audience_rules import Choice
from portal.notices.rules import Kind
from portal.store.db import db
from portal.web.feeds import entries
from tests.notices.world import (
    actor,
    agreement_id,
    draft,
    next_version,
    opens,
    partner_id,
    publish,
    team_id,
    when,
)
from tests.people import CHANNEL, CHANNEL_L3, FINANCE, NORTE, SUPPORT, SUR
from tests.registry.test_pages_cost import counted

CHANGE = ("agreement.channel_team", "CTL-A-1042", "CTL-CANAL-2")


def written(**more):
    fact, number, team = CHANGE
    change = (fact, agreement_id(number), team_id(team))
    return draft(actor(CHANNEL), change, effective="2018-01-15", **more)


def told(email, lang="es"):
    db.session().rollback()
    return entries(db.session(), actor(email), lang)


def test_a_notice_is_told_to_whom_it_went_and_to_its_registry(demo: Flask) -> None:
    before = {email: len(told(email)) for email in (SUR, CHANNEL_L3)}
    notice = written()
    refs = {each.path for each in told(CHANNEL)}
    assert f"/notices/{notice.ref}" not in refs, "a draft is no news, not to its author either"
    publish(notice, actor(CHANNEL), when("2017-12-01"))
    for email, lang, title in (
        (NORTE, "es", "Cambia su equipo"),
        (NORTE, "en", "Your team changes"),
        (CHANNEL, "es", "Cambia su equipo"),
    ):
        (found,) = [each for each in told(email, lang) if notice.ref in each.path]
        assert (found.title, found.on, found.withdrawn) == (title, date(2018, 1, 15), False)
        assert found.text == Localized(
            es="Desde ese día le atiende otro equipo.", en="Another team serves you."
        ).pick(lang)
    assert {email: len(told(email)) for email in before} == before
    assert told(SUPPORT) == told(FINANCE) == []


def test_the_day_moves_until_it_is_certain_and_every_change_is_a_higher_version(
    demo: Flask,
) -> None:
    notice, seen = written(), []

    def look():
        (found,) = [each for each in told(NORTE) if notice.ref in each.path]
        seen.append(found)

    publish(notice, actor(CHANNEL), when("2017-12-01"))
    look()
    opens(notice, actor(NORTE), when("2018-02-20", "14:30"))
    look()
    later = next_version(
        *(notice, actor(CHANNEL), when("2018-02-20", "15:00"), Kind.AMENDMENT),
        effective_on=date(2018, 4, 1),
    )
    publish(later, actor(CHANNEL), when("2018-02-20", "15:00"))
    look()
    end = next_version(later, actor(CHANNEL), when("2018-03-01"), Kind.WITHDRAWAL)
    publish(end, actor(CHANNEL), when("2018-03-01"))
    look()
    assert [each.on for each in seen[:3]] == [
        date(2018, 1, 15),
        date(2018, 2, 21),
        date(2018, 4, 1),
    ]
    assert [each.withdrawn for each in seen] == [False, False, False, True]
    assert "Hubo un error." in seen[2].text
    for one, other in pairwise(seen):
        assert one.id == other.id and one.version < other.version and one.updated < other.updated


def test_many_cost_as_much_as_one(demo: Flask) -> None:
    choice = Choice(partners=frozenset({partner_id("norte")}))
    costs = []
    for _ in range(3):
        notice = draft(actor(CHANNEL), effective="2018-01-15", topic="other", choice=choice)
        publish(notice, actor(CHANNEL), when("2017-12-01"))
        with counted() as asked:
            told(NORTE)
        costs.append(len(asked))
    assert len(set(costs)) == 1
