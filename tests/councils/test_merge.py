"""C2: the two councils merge by one notice: everybody who sits is carried over, all at once, what was
said stays with those whose it was, and nobody sees a meeting that was not theirs.
"""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.accounts.models import Person
from portal.councils.desk import CouncilDesk
from portal.councils.facts import SITS_IN
from portal.councils.models import Council, Meeting, Seat
from portal.councils.queries import seated_partners, seated_people
from portal.kernel import clock
from portal.notices import drafts
from portal.notices.audience_rules import Choice
from portal.notices.checks import check
from portal.store.db import atomic, db
from portal.store.facts import DESKS
from portal.store.outbox import Mail
from tests.notices.world import (
    Posted,
    actor,
    draft,
    opens,
    partner_id,
    publish,
    value,
    wait,
    when,
)
from tests.people import (
    CHANNEL,
    CHANNEL_L3,
    LEAD_L3,
    NORTE,
    NORTE_ADMIN,
    SUR,
    SUR_ADMIN,
    Browser,
)
from tests.surface.rivals import CTL, L3

MERGE, EVE = date(2018, 3, 1), date(2018, 2, 28)
BOTH = frozenset({NORTE_ADMIN, NORTE, SUR_ADMIN})


def council(slug: str) -> int:
    found = db.session().scalar(select(Council.id).where(Council.slug == slug))
    assert found is not None
    return found


def meetings(slug: str) -> list[int]:
    query = select(Meeting.id).where(Meeting.council_id == council(slug))
    return list(db.session().scalars(query.order_by(Meeting.held_on)))


def _seats(slug: str) -> list[int]:
    query = select(Seat.id).where(Seat.council_id == council(slug)).order_by(Seat.id)
    found = list(db.session().scalars(query))
    db.session().rollback()
    return found


def seated(slug: str, on: date) -> frozenset[str]:
    people = seated_people(db.session(), [council(slug)], on)
    return frozenset(db.session().scalars(select(Person.email).where(Person.id.in_(people))))


def announce() -> Posted:
    """One notice, two changes, the other registry's consent."""
    combined = council("combined")
    notice = draft(
        actor(CHANNEL),
        *((SITS_IN.name, council(slug), combined) for slug in (CTL, L3)),
        effective=MERGE.isoformat(),
        topic="councils",
    )
    now = when("2017-12-01")
    refused = check(db.session(), notice.version, now).decision
    assert [reason.facts for reason in refused.reasons if reason.blocks] == [{"registry": L3}]
    assert drafts.consent(notice.version_id, actor=actor(LEAD_L3), now=now)
    publish(notice, actor(CHANNEL), now)
    return notice


@pytest.fixture
def on_the_day(demo: Flask, monkeypatch: pytest.MonkeyPatch) -> Posted:
    """Everybody was told, and it is the day of the merge."""
    notice = announce()
    opens(notice, actor(NORTE), when("2017-12-02"))
    opens(notice, actor(SUR_ADMIN), when("2017-12-05"))
    shift = when(MERGE.isoformat()) - clock.wall() + timedelta(hours=1)
    later = clock.BusinessClock(ZoneInfo("America/Denver"), shift, MERGE)
    monkeypatch.setattr(clock, "_clock", later)
    return notice


def test_no_council_goes_before_the_other_and_both_go_on_the_day(demo: Flask) -> None:
    """N2, N4: it touches everybody it brings together, so it waits until all of them are served."""
    notice = announce()
    opens(notice, actor(NORTE), when("2017-12-02"))
    wait(when("2017-12-03"))
    assert value(SITS_IN.name, council(L3), MERGE.isoformat()) == council(L3)
    for language, told in (("en", "not before"), ("es", "Consejo Consultivo combinado")):
        page = Browser(demo).as_(SUR_ADMIN, language).get(f"/{language}/councils/")
        assert told in page and notice.ref in page
    opens(notice, actor(SUR_ADMIN), when("2017-12-05"))
    for slug in (CTL, L3):
        assert value(SITS_IN.name, council(slug), EVE.isoformat()) == council(slug)
        assert value(SITS_IN.name, council(slug), MERGE.isoformat()) == council("combined")
    page = Browser(demo).as_(SUR_ADMIN, "en").get("/en/councils/")
    assert "March 1, 2018" in page and "not before" not in page


def test_if_each_council_touched_its_own_alone_one_would_go_before_the_other(
    demo: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the test above."""

    def own(self, session, keys, on):
        return {
            key: frozenset(session.scalars(select(Seat.partner_id).where(Seat.council_id == key)))
            for key in keys
        }

    monkeypatch.setattr(CouncilDesk, "affected", own)
    opens(announce(), actor(NORTE), when("2017-12-02"))
    assert value(SITS_IN.name, council(L3), MERGE.isoformat()) == council("combined")
    assert value(SITS_IN.name, council(CTL), MERGE.isoformat()) == council(CTL)


def test_every_sitting_member_is_carried_over_with_the_term_and_nobody_was_copied(
    demo: Flask,
) -> None:
    before = db.session().scalar(select(func.count()).select_from(Seat))
    notice = announce()
    for reader in (NORTE, SUR_ADMIN):
        opens(notice, actor(reader), when("2017-12-05"))
    assert seated("combined", EVE) == frozenset()
    assert seated(L3, EVE) | seated(CTL, EVE) == seated("combined", MERGE) == BOTH
    assert seated(L3, MERGE) == seated(CTL, MERGE) == frozenset()
    assert seated("combined", date(2019, 1, 1)) == BOTH - {NORTE_ADMIN}
    companies = {partner_id("norte"), partner_id("sur")}
    found = seated_partners(db.session(), [council("combined"), council(L3)], MERGE)
    assert found == {council("combined"): companies, council(L3): frozenset()}
    assert db.session().scalar(select(func.count()).select_from(Seat)) == before


def test_histories_stay_with_those_whose_they_were(demo: Flask, on_the_day: Posted) -> None:
    """Also for somebody whose seat ended, and for channel people of the other registry."""
    (fall, november, winter), (september, january) = meetings(CTL), meetings(L3)
    theirs = {
        SUR_ADMIN: {fall, november, winter},
        SUR: {fall},
        NORTE_ADMIN: {september, january},
        CHANNEL: {fall, november, winter},
        CHANNEL_L3: {september, january},
    }
    for who, own in theirs.items():
        browser = Browser(demo).as_(who)
        for meeting in (fall, november, winter, september, january):
            status = 200 if meeting in own else 404
            browser.get(f"/es/councils/meetings/{meeting}", status=status)
        browser.get(f"/es/councils/{council(L3)}", status=200 if september in own else 404)
        browser.get(f"/es/councils/{council('combined')}", status=404 if who == SUR else 200)


def test_the_combined_council_meets_and_all_whose_it_is_are_told(
    demo: Flask, on_the_day: Posted
) -> None:
    staff, combined = Browser(demo).as_(CHANNEL_L3, "en"), council("combined")
    form = {"es": "Primera", "en": "First", "day": "2018-03-20", "opens": "", "place": "Denver"}
    old = f"/en/councils/{council(L3)}/meetings/new"
    assert "does not sit on March 20, 2018" in staff.post(old, {**form, "link": ""}, status=422)
    staff.post(f"/en/councils/{combined}/meetings/new", {**form, "link": ""})
    query = select(Mail.to_address).where(Mail.kind == "council_meeting")
    db.session().rollback()
    assert set(db.session().scalars(query)) == BOTH
    (made,) = meetings("combined")
    db.session().rollback()
    for who, status in ((NORTE, 200), (SUR_ADMIN, 200), (SUR, 404), (CHANNEL, 200)):
        Browser(demo).as_(who).get(f"/es/councils/meetings/{made}", status=status)
    (carla, _), combined_page = _seats(CTL), f"/en/councils/{combined}"
    assert f"/en/councils/seats/{carla}" in staff.get(combined_page)
    staff.post(f"/en/councils/seats/{carla}", {"ends_on": "2018-12-31"})
    assert "December 31, 2018" in staff.follow()
    page = Browser(demo).as_(SUR_ADMIN).get(f"/es/councils/{combined}")
    assert "Diego Fuentes" in page and "Tomás Arrieta" not in page


def test_a_meeting_called_before_the_merge_for_a_later_day_stays_with_its_own_council(
    demo: Flask, on_the_day: Posted
) -> None:
    with atomic() as session:
        last = session.get_one(Meeting, meetings(L3)[-1])
        last.held_on = MERGE
        here = f"/en/councils/meetings/{last.id}"
    said = {"es": "Acta", "en": "What was said", "publish": "1"}
    Browser(demo).as_(CHANNEL_L3, "en").post(f"{here}/minutes", said)
    query = select(Mail.to_address).where(Mail.kind == "council_minutes")
    db.session().rollback()
    assert set(db.session().scalars(query)) == {NORTE, NORTE_ADMIN}
    db.session().rollback()
    for who, status in ((NORTE, 200), (SUR_ADMIN, 404), (CHANNEL, 404)):
        Browser(demo).as_(who, "en").get(here, status=status)


def test_a_notice_reaches_a_council_and_the_merge_can_be_chosen_in_words(demo: Flask) -> None:
    """N4: by council seat. The desk names the councils of both registries, and what each may become."""
    notice = draft(
        actor(CHANNEL_L3), effective="2018-03-01", choice=Choice(councils=frozenset({council(L3)}))
    )
    reached = check(db.session(), notice.version, when("2017-12-01")).companies
    assert reached == {partner_id("norte"): frozenset({"council"})}
    desk, session = DESKS[SITS_IN.name], db.session()
    found = desk.find(session, actor(CHANNEL), "", 10)
    assert {subject.key for subject in found} == {council(CTL), council(L3)}
    (level3,) = desk.find(session, actor(CHANNEL), "level partner", 10)
    assert level3.key == council(L3) and desk.find(session, actor(NORTE), "", 10) == []
    values = [each for each, _ in desk.choices(session, level3.key) or ()]
    assert set(values) == {council(L3), council("combined")}
    assert desk.read(session, level3.key, {"": str(council("combined"))}) == council("combined")
    for typed in ("", str(council(CTL)), "x"):
        with pytest.raises(ValueError):
            desk.read(session, level3.key, {"": typed})
    (said,) = desk.said(session, [council("combined")])
    assert not isinstance(said, str) and said.pick("en") == "Combined Advisory Council"
