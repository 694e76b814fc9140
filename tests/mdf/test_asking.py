"""A request is begun, saved, sent and taken back: each in one transaction, the decision on record (M3, M5)."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.kernel import clock
from portal.kernel.access import Actor
from portal.mdf import asking, ground, steps
from portal.mdf.asking import submit, withdraw
from portal.mdf.deciding import Outcome, Unseen
from portal.mdf.drafting import Wish, begin, copy, save
from portal.mdf.models import Fund, FundRequest, TimelineStep
from portal.mdf.rules import MdfCode as C
from portal.mdf.rules import RequestState
from portal.mdf.transitions import Verb
from portal.store.db import db
from portal.store.decisions import StoredDecision, replay
from portal.store.outbox import Mail
from tests import people
from tests.companies.cast import actor
from tests.mdf.world import allot, explained, make_fund, make_request
from tests.registry.world import L3

NOW = datetime(2017, 12, 1, 15, tzinfo=clock.wall().tzinfo)
FUND, FULL = "centurylink-2017", "level3-2017"
REST = {"title": "Seminario", "total_cost": 9_000_00, "outcome": {"attendees": 40}}


def wish(fund: str = FUND, **known: Any) -> Wish:
    days = {"starts_on": date(2017, 12, 20), "ends_on": date(2017, 12, 21)}
    return Wish(fund, **{"activity": "event", **days, "asked": 4_000_00, **known})


def row_of(ref: str) -> FundRequest:
    db.session.rollback()
    return db.session.scalars(select(FundRequest).where(FundRequest.ref == ref)).one()


def drafted(who: Actor, fund: str = FUND, company: str | None = None, **rest: Any) -> str:
    ref = begin(wish(fund), actor=who, now=NOW, company=company)
    saved = save(ref, {**REST, **rest}, 0, actor=who, now=NOW)
    assert (saved.revision, saved.stale) == (1, False)
    return ref


def sent(ref: str, who: Actor, key: str = "k-1", now: datetime = NOW) -> Outcome:
    return submit(ref, actor=who, now=now, key=key)


def codes(outcome: Outcome) -> list[C]:
    return [C(each.code) for each in outcome.reasons]


def verbs(ref: str) -> list[Verb]:
    query = select(TimelineStep.verb).join(FundRequest, FundRequest.id == TimelineStep.request_id)
    return list(db.session.scalars(query.where(FundRequest.ref == ref).order_by(TimelineStep.id)))


def told() -> set[str]:
    mails = select(Mail.to_address).where(Mail.kind == steps.MAIL)
    return set(db.session.scalars(mails))


def test_a_request_is_sent_under_the_terms_of_the_day_and_the_team_of_its_registry_is_told(
    demo: Flask,
) -> None:
    norte = actor(people.NORTE)
    ref = drafted(norte)
    assert row_of(ref).terms_id is None
    outcome = sent(ref, norte)
    row = row_of(ref)
    assert not outcome.refused and row.state is RequestState.SUBMITTED
    assert row.terms_id and row.activity_id and row.round == 1 and row.submitted_at == NOW
    assert row.turn_due_on == date(2017, 12, 4)
    assert verbs(ref) == [Verb.BEGIN, Verb.SUBMIT]
    assert told() == {people.CHANNEL, people.LEAD}
    stored = db.session.scalars(
        select(StoredDecision).where(StoredDecision.ref == outcome.ref)
    ).one()
    assert replay(stored).same and stored.kind == asking.KIND and not stored.refused
    again = sent(ref, norte)
    assert again.again and again.ref == outcome.ref
    assert codes(sent(ref, norte, "k-2")) == [C.NOT_NOW]
    explained()


def test_what_is_missing_and_what_stands_against_it_are_told_together(demo: Flask) -> None:
    norte = actor(people.NORTE)
    ref = begin(wish(asked=9_000_00), actor=norte, now=NOW)
    outcome = sent(ref, norte)
    assert codes(outcome) == [C.ABOVE_CAP] + [C.FIELD_MISSING] * 3
    fields = [each.facts["field"] for each in outcome.reasons[1:]]
    assert fields == ["title", "total_cost", "outcome"]
    assert row_of(ref).state is RequestState.DRAFT and told() == set()
    kept = select(StoredDecision).where(StoredDecision.ref == outcome.ref)
    assert db.session.scalars(kept).one().refused


def test_a_fully_allocated_fund_declines_at_once_and_names_the_other(demo: Flask) -> None:
    """M1, Q14."""
    norte = actor(people.NORTE)
    outcome = sent(drafted(norte, FULL), norte)
    assert codes(outcome)[0] is C.FULLY_ALLOCATED
    assert outcome.reasons[0].facts == {"fund": FULL, "other": FUND}


def test_a_save_on_an_older_revision_writes_nothing(demo: Flask) -> None:
    """The other device: nothing of either is lost."""
    norte, colleague = actor(people.NORTE), actor(people.NORTE_ADMIN)
    ref = drafted(norte)
    late = save(ref, {"title": "Feria"}, 0, actor=colleague, now=NOW)
    assert late.stale and late.revision == 1 and row_of(ref).title == "Seminario"
    same = save(ref, {"title": "Seminario"}, 0, actor=colleague, now=NOW)
    assert not same.stale, "what says the same is in nobody's way"
    assert save(ref, {"title": "Feria"}, 1, actor=colleague, now=NOW).revision == 2
    assert save(ref, {"title": "Feria"}, 2, actor=colleague, now=NOW).revision == 2
    sent(ref, norte)
    refused = save(ref, {"title": "Otra"}, 2, actor=norte, now=NOW).refused
    assert [each.code for each in refused] == [C.NOT_NOW] and row_of(ref).title == "Feria"


def test_the_same_first_look_begun_twice_is_one_draft(demo: Flask) -> None:
    norte = actor(people.NORTE)
    assert begin(wish(), actor=norte, now=NOW) == begin(wish(), actor=norte, now=NOW)
    assert begin(wish(asked=1), actor=norte, now=NOW) != begin(wish(), actor=norte, now=NOW)


def test_a_copy_has_all_but_the_dates_and_goes_where_requests_are_taken(demo: Flask) -> None:
    norte = actor(people.NORTE)
    old = make_fund("viejo", requests_until=date(2017, 11, 30))
    allot(old, "norte", 50_00)
    first = make_request(old, "norte", RequestState.CLOSED)
    row = row_of(copy(first, actor=norte, now=NOW))
    assert (row.title, row.asked, row.outcome) == ("Seminario", 15_00, {"attendees": 40})
    assert (row.starts_on, row.ends_on, row.copied_from) == (None, None, first)
    assert row.state is RequestState.DRAFT
    assert db.session.get_one(Fund, row.fund_id).slug == FUND


def test_the_channel_files_for_a_company_of_its_registry(demo: Flask) -> None:
    """Both are on the timeline: who typed it, and whose it is."""
    channel, norte = actor(people.CHANNEL), actor(people.NORTE)
    ref = drafted(channel, company="norte")
    row = row_of(ref)
    assert row.for_staff and row.filed_by == channel.person_id
    assert row.partner_id == norte.partner_id
    assert not sent(ref, channel).refused and verbs(ref) == [Verb.BEGIN, Verb.SUBMIT]
    for other, fund, company in [
        (people.CHANNEL_L3, FUND, "norte"),
        (people.CHANNEL, FULL, "norte"),
        (people.CHANNEL, FUND, "nobody"),
        (people.CHANNEL, FUND, None),
        (people.FINANCE, FUND, "norte"),
    ]:
        with pytest.raises(Unseen):
            begin(wish(fund), actor=actor(other), now=NOW, company=company)


def test_what_was_never_sent_is_withdrawn_without_a_word(demo: Flask) -> None:
    norte = actor(people.NORTE)
    ref = drafted(norte)
    assert not withdraw(ref, actor=norte, now=NOW).refused and told() == set()
    assert withdraw(ref, actor=norte, now=NOW).again
    other = drafted(norte)
    sent(other, norte)
    before = db.session.scalar(select(func.count()).select_from(Mail))
    assert codes(withdraw(other, actor=actor(people.CHANNEL), now=NOW)) == [C.NOT_YOURS]
    withdraw(other, actor=norte, now=NOW)
    after = db.session.scalar(select(func.count()).select_from(Mail))
    assert (before or 0) < (after or 0) and row_of(other).state is RequestState.WITHDRAWN


def test_an_answer_to_a_question_is_judged_by_the_day_it_was_first_asked(demo: Flask) -> None:
    """The time the review took does not count against the company (lead days, cut-off)."""
    norte = actor(people.NORTE)
    fund = make_fund("corto")
    allot(fund, "norte", 50_00)
    late = datetime(2017, 12, 19, 15, tzinfo=NOW.tzinfo)
    asked = make_request(fund, "norte", RequestState.NEEDS_INFO, submitted_at=NOW)
    assert not sent(asked, norte, "k-3", late).refused
    row = row_of(asked)
    assert row.submitted_at == NOW and row.round == 2
    assert row.turn_due_on == date(2017, 12, 22)
    back = make_request(fund, "norte", RequestState.REJECTED, submitted_at=NOW)
    assert codes(sent(back, norte, "k-4", late)) == [C.TOO_SOON]


def test_another_company_and_another_registry_do_not_see_it(demo: Flask) -> None:
    ref = drafted(actor(people.NORTE))
    for other in (people.SUR, people.CHANNEL, people.CHANNEL_L3, people.FINANCE):
        who = actor(other)
        for deed in (
            lambda who=who: save(ref, {"title": "x"}, 1, actor=who, now=NOW),
            lambda who=who: submit(ref, actor=who, now=NOW, key="k-9"),
            lambda who=who: withdraw(ref, actor=who, now=NOW),
            lambda who=who: copy(ref, actor=who, now=NOW),
        ):
            with pytest.raises(Unseen):
                deed()
    assert verbs(ref) == [Verb.BEGIN]


def test_a_pool_answers_the_same_whatever_is_left_in_it(
    demo: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M2, and the wall between companies: the facts kept of a pool are alike at 1 and at 100."""
    norte = actor(people.NORTE)
    assert norte.partner_id is not None

    def seen(slug: str) -> Any:
        found = ground.ground(db.session(), norte.partner_id or 0, date(2017, 12, 1))
        return next(each for each in found.funds if each.fund == slug)

    pool = make_fund("pozo", pooled=True, budget=100_00, registry=L3)
    full = seen("pozo")
    make_request(pool, "sur", RequestState.APPROVED, asked=99_99)
    assert seen("pozo") == full and not full.emptied
    # The control: with the balance among the facts, one question after another would measure it.
    real = ground._facts
    monkeypatch.setattr(
        *(ground, "_facts"), lambda *said: replace(real(*said), own=real(*said).own or said[-1])
    )
    before = seen("pozo")
    make_request(pool, "sur", RequestState.APPROVED, asked=1)
    assert seen("pozo") != before
    monkeypatch.undo()
    assert seen("pozo").emptied


def test_drafts_hold_nothing_of_the_fund(demo: Flask) -> None:
    norte = actor(people.NORTE)
    sent(drafted(norte), norte)
    found = ground.ground(db.session(), norte.partner_id or 0, date(2017, 12, 1))
    assert next(each.own for each in found.funds if each.fund == FUND) == 20_000_00
