"""The councils as people meet them: seats, meetings, agenda, minutes, papers, and Q13's situation (C1)."""

import io
import re

import pytest
from sqlalchemy import select

from portal.councils.models import Council, Meeting, Seat
from portal.store.db import db
from portal.store.outbox import Mail
from tests.companies.cast import events, join, person
from tests.people import (
    CHANNEL,
    CHANNEL_L3,
    NORTE,
    NORTE_ADMIN,
    SUPPORT,
    SUR,
    SUR_ADMIN,
    TOKEN,
    Browser,
)

LANGUAGES = pytest.mark.parametrize("lang", ["es", "en"])
CALL = {"es": "Reunión nueva", "en": "New meeting", "day": "2018-01-25", "opens": "09:30"}


def ids(model, slug):
    found = db.session.scalars(
        select(model.id)
        .join(Council, Council.id == model.council_id)
        .where(Council.slug == slug)
        .order_by(model.id)
    ).all()
    db.session.rollback()
    return found


def council(slug):
    found = db.session.scalar(select(Council.id).where(Council.slug == slug))
    db.session.rollback()
    return found


def mails(kind):
    found = db.session.scalars(select(Mail).where(Mail.kind == kind)).all()
    told = {row.to_address: (row.language, row.context["title"]) for row in found}
    db.session.rollback()
    return told


@LANGUAGES
def test_a_member_finds_their_council_its_meetings_and_what_was_said(demo, lang):
    browser = Browser(demo).as_(NORTE_ADMIN, lang)
    page = browser.get(f"/{lang}/councils/")
    name = {"es": "Consejo Consultivo de Socios", "en": "Partner Advisory Council"}[lang]
    assert name in page and "2018" in page
    past, coming = ids(Meeting, "level3")
    assert f"/{lang}/councils/meetings/{coming}" in page
    said = browser.get(f"/{lang}/councils/meetings/{past}")
    assert {"es": "Se aprobó el acta", "en": "were approved"}[lang] in said
    page = browser.get(f"/{lang}/councils/{council('level3')}")
    assert "Diego Fuentes" in page and "Carla" not in page


def test_who_has_no_seat_is_told_so_and_others_are_kept_out(demo):
    join(NORTE, "sur")
    browser = Browser(demo).as_(NORTE, "en")
    assert "You hold no seat" not in browser.get("/en/councils/")
    other = re.findall(r'value="(\d+)"', browser.get("/en/account/acting"))[-1]
    browser.post("/en/account/acting", {"membership": other})
    assert "You hold no seat" in browser.get("/en/councils/")
    Browser(demo).as_(SUPPORT).get("/es/councils/", status=403)


@LANGUAGES
def test_q13_says_which_councils_are_yours_and_what_is_announced(demo, lang):
    slug = {"es": "que-pasara-con-los-consejos-consultivos",
            "en": "what-happens-to-the-advisory-councils"}[lang]  # fmt: skip
    page = Browser(demo).as_(SUR_ADMIN, lang).get(f"/{lang}/faq/{slug}")
    aside = page.partition('<aside class="page__aside"')[2].partition("</aside>")[0]
    assert {"es": "Consejo Consultivo de CenturyLink", "en": "CenturyLink Advisory Council"}[
        lang
    ] in aside
    assert "Level 3" not in aside and "2017" in aside
    Browser(demo).get(f"/{lang}/faq/{slug}")


def test_a_member_is_seated_and_the_seat_ends_but_never_backwards(demo):
    staff = Browser(demo).as_(CHANNEL, "en")
    seats = f"/en/councils/{council('centurylink')}/seats/new"
    form = {"email": NORTE, "day": "2017-12-01", "ends_on": ""}
    for typed, told in (
        ({"email": CHANNEL_L3}, "No partner of this council"),
        ({"email": SUR_ADMIN}, "has a seat in this council then"),
        ({"day": "2017-11-30"}, "A seat begins today or later"),
        ({"ends_on": "2017-11-30"}, "The last day is before the first"),
        ({"day": ""}, "Enter the first day"),
    ):
        page = staff.post(seats, {**form, **typed}, status=422)
        assert told in page and f'value="{typed.get("email", NORTE)}"' in page
    staff.post(seats, form)
    made = ids(Seat, "centurylink")[-1]
    assert "Diego Fuentes" in Browser(demo).as_(SUR_ADMIN).get(
        f"/es/councils/{council('centurylink')}"
    )
    fall, november, winter = ids(Meeting, "centurylink")
    norte = Browser(demo).as_(NORTE)
    for earlier in (fall, november):
        norte.get(f"/es/councils/meetings/{earlier}", status=404)
    norte.get(f"/es/councils/meetings/{winter}")
    one = f"/en/councils/seats/{made}"
    assert "before the first" in staff.post(one, {"ends_on": "2017-11-30"}, status=422)
    staff.post(one, {"ends_on": "2017-12-31"})
    norte.get(f"/es/councils/meetings/{winter}", status=404)
    told = events("council.seated", "council.seat_ended")
    assert [row[2]["person"] for row in told] == [person(NORTE)] * 2
    assert told[0][2]["until"] is None and told[1][2]["until"] == "2017-12-31"
    Browser(demo).as_(CHANNEL_L3).get(one.replace("en", "es", 1), status=404)


def test_who_acts_for_several_companies_sits_for_the_one_that_is_chosen(demo):
    join(NORTE, "sur")
    staff = Browser(demo).as_(CHANNEL, "en")
    seats = f"/en/councils/{council('centurylink')}/seats/new"
    form = {"email": NORTE, "day": "2017-12-01", "ends_on": ""}
    page = staff.post(seats, form, status=422)
    assert "acts for several companies" in page and "Conexiones Sur" in page
    chosen = re.search(r'<option[^>]*value="(\d+)"[^>]*>Conexiones Sur', page)
    assert chosen
    staff.post(seats, {**form, "partner": chosen[1]})
    assert "Conexiones Sur" in staff.follow()


def test_a_meeting_is_called_prepared_and_told(demo):
    """Agenda and minutes are drafts until published, in both languages or not at all."""
    staff, member = Browser(demo).as_(CHANNEL_L3, "en"), Browser(demo).as_(NORTE, "en")
    new = f"/en/councils/{council('level3')}/meetings/new"
    for typed, told in (
        ({"es": ""}, "Write the title in Spanish"),
        ({"day": "2017-11-30"}, "of today or later"),
        ({"place": "", "link": ""}, "Say where the council meets"),
        ({"link": "http://x.example"}, "begins with https://"),
    ):
        page = staff.post(new, {**CALL, "place": "Denver", "link": "", **typed}, status=422)
        assert told in page and 'value="New meeting"' in page
    staff.post(new, {**CALL, "place": "Denver", "link": ""})
    made = ids(Meeting, "level3")[-1]
    title = ("es", "Reunión nueva")
    assert mails("council_meeting") == {NORTE: title, NORTE_ADMIN: title}
    here = f"/en/councils/meetings/{made}"
    page = staff.post(
        f"{here}/agenda", {"es": ["Uno", ""], "en": ["", ""], "publish": "1"}, status=422
    )
    assert "missing: English" in page and 'value="Uno"' in page
    staff.post(f"{here}/agenda", {"es": ["Uno", ""], "en": ["", ""]})
    assert "Uno" in staff.get(here) and "Uno" not in member.get(here)
    staff.post(f"{here}/agenda", {"es": ["Uno", "Dos"], "en": ["One", "Two"], "publish": "1"})
    assert "Two" in member.get(here)
    told = {"es": "Acta", "en": "The minutes", "publish": "1"}
    assert "written from then on" in staff.post(f"{here}/minutes", told, status=422)
    assert [verb for verb, *_ in events(
        "council.meeting_called", "council.agenda_changed", "council.agenda_published"
    )] == ["council.meeting_called", "council.agenda_changed", "council.agenda_published"]  # fmt: skip


def test_a_draft_of_the_demo_is_read_by_channel_people_alone(demo):
    here = f"/en/councils/meetings/{ids(Meeting, 'centurylink')[1]}"
    assert "steps of a quote were drawn" in Browser(demo).as_(CHANNEL, "en").get(here)
    page = Browser(demo).as_(SUR_ADMIN, "en").get(here)
    assert "were drawn" not in page and "The steps of a quote" in page


def test_minutes_are_published_once_and_members_of_that_day_are_told(demo):
    """A meeting of today; Ana reads Spanish. Afterwards they stand."""
    staff = Browser(demo).as_(CHANNEL_L3, "en")
    form = {**CALL, "day": "2017-12-01", "place": "Denver", "link": ""}
    staff.post(f"/en/councils/{council('level3')}/meetings/new", form)
    here = f"/en/councils/meetings/{ids(Meeting, 'level3')[-1]}"
    member, said = Browser(demo).as_(NORTE, "en"), {"es": "Acta nueva", "en": "What was said"}
    staff.post(f"{here}/minutes", said)
    assert "What was said" in staff.get(here) and "What was said" not in member.get(here)
    assert mails("council_minutes") == {}
    staff.post(f"{here}/minutes", {**said, "publish": "1"})
    assert "What was said" in member.get(here)
    assert set(mails("council_minutes")) == {NORTE, NORTE_ADMIN}
    again = staff.post(f"{here}/minutes", {**said, "en": "Other"}, status=422, at="/en/on")
    assert "stay as they are" in again and "What was said" in member.get(here)


def test_papers_are_read_by_those_whose_meeting_it_is(demo):
    past, coming = ids(Meeting, "level3")
    staff = Browser(demo).as_(CHANNEL_L3)
    for meeting in (past, coming):
        here = f"/es/councils/meetings/{meeting}"
        token = TOKEN.search(staff.get(here))
        file = (io.BytesIO(b"Orden y precio\n"), "orden.txt")
        data = {"csrf_token": token[1], "files": [file]}
        with demo.app_context():
            sent = staff.client.post(f"{here}/papers", data=data)
        assert sent.status_code == 302
    paper = {
        meeting: re.findall(r'href="(/es/files/[^"]+)"', staff.get(f"/es/councils/meetings/{meeting}"))[0]
        for meeting in (past, coming)
    }  # fmt: skip
    for who, status in ((NORTE, 200), (SUR_ADMIN, 404), (SUR, 404), (CHANNEL, 404)):
        browser = Browser(demo).as_(who)
        for path in paper.values():
            with demo.app_context(), browser.client.get(path) as answer:
                assert answer.status_code == status, (who, path)
    assert "orden.txt" in Browser(demo).as_(NORTE).get(f"/es/councils/meetings/{coming}")
    norte = Browser(demo).as_(NORTE)
    norte.post("/es/on", {"on": "2017-08-01"})
    assert "orden.txt" not in norte.get("/es/councils/")


def test_pages_cost_the_same_for_one_member_and_for_many(demo):
    """A fixed number of queries, whatever the number of seats and meetings."""
    from sqlalchemy import event

    from portal.store.db import atomic

    def cost(path):
        seen = []
        hook = lambda *a: seen.append(a[2])  # noqa: E731
        with demo.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", hook)
        Browser.get(staff, path)
        event.remove(engine, "before_cursor_execute", hook)
        return len(seen)

    staff, key = Browser(demo).as_(CHANNEL_L3), council("level3")
    paths = ("/es/councils/", f"/es/councils/{key}")
    before = [cost(path) for path in paths]
    seat = ids(Seat, "level3")[0]
    with atomic() as session:
        row, meeting = session.get_one(Seat, seat), session.get_one(Meeting, ids_in(session, key))
        kept = (row.person_id, row.partner_id, row.starts_on)
        session.add_all(
            Seat(council_id=key, person_id=kept[0], partner_id=kept[1], starts_on=kept[2], ends_on=kept[2])
            for _ in range(30)
        )  # fmt: skip
        session.add_all(
            Meeting(
                council_id=key, held_on=meeting.held_on, opens="", place="X", link="",
                title=meeting.title, called_at=meeting.called_at, agenda_published_at=None,
            )
            for _ in range(30)
        )  # fmt: skip
    assert [cost(path) for path in paths] == before


def ids_in(session, key):
    return session.scalar(select(Meeting.id).where(Meeting.council_id == key).limit(1))
