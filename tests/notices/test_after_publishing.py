"""What became of a notice: proof by company and person, reminders, other ways, answers (N2, N5)."""

import csv
import io
import re
from datetime import timedelta

from flask import Flask

from portal.kernel import clock
from portal.notices import drafts, fanout, questions, reminders
from portal.notices.models import NoticePartner, NoticeReader, NoticeVersion
from portal.notices.rules import Kind
from portal.registry.models import Partner
from portal.store.db import atomic, db
from portal.store.outbox import Mail
from tests.notices.world import (
    Posted,
    actor,
    agreement_id,
    draft,
    opens,
    partner_id,
    publish,
    team_id,
    when,
)
from tests.orders.rows import Counted
from tests.people import CHANNEL, CHANNEL_L3, LEAD, NORTE, SUR_ADMIN, Browser

TEAM = "agreement.channel_team"


def posted(demo: Flask) -> Posted:
    """A notice to both companies, opened by one, its mail in the outbox."""
    with demo.app_context():
        notice = draft(
            actor(CHANNEL),
            (TEAM, agreement_id("CTL-A-1042"), team_id("CTL-CANAL-2")),
            (TEAM, agreement_id("CTL-A-1088"), team_id("CTL-CANAL-1")),
            effective="2018-01-15",
        )
        with atomic() as session:
            version = session.get_one(NoticeVersion, notice.version_id)
            version.questions_until = version.effective_on
        publish(notice, actor(CHANNEL), when("2017-12-01"))
        fanout.fan_out(when("2017-12-01"), clock.wall())
        opens(notice, actor(NORTE), when("2017-12-02"))
    return notice


def test_proof_tells_by_company_and_person_how_it_stands_and_what_decided(demo: Flask) -> None:
    notice, staff = posted(demo), Browser(demo).as_(CHANNEL, "en")
    page = staff.get(f"/en/notices/{notice.ref}/proof")
    assert "It holds from January 15, 2018: the date the notice names." in page
    assert "Not reached (1)" in page and "0 of 4 mails have left" in page
    only = staff.get(f"/en/notices/{notice.ref}/proof?only=unreached")
    assert "Conexiones Sur" in only and "It holds from" not in only
    paper = staff.get(f"/en/notices/{notice.ref}/proof/paper")
    assert "Conexiones Sur" in paper and "Integradora Norte" in paper
    staff.get(f"/en/notices/{notice.ref}/proof.csv")
    assert staff.page is not None and staff.page.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(staff.page.text)))
    assert len(rows) == 4
    assert {(row["company"], row["served_how"]) for row in rows} == {
        ("Integradora Norte", "opened"),
        ("Conexiones Sur", ""),
    }
    assert {row["decided_by"] for row in rows} == {"effective_date", ""}
    for place in ("proof", "proof/paper", "proof.csv", "fallbacks", "answers"):
        Browser(demo).as_(CHANNEL_L3).get(f"/es/notices/{notice.ref}/{place}", status=404)


def test_a_cell_of_the_file_is_no_formula(demo: Flask) -> None:
    notice = posted(demo)
    with demo.app_context(), atomic() as session:
        session.get_one(Partner, partner_id("sur")).name = "=1+1"
    staff = Browser(demo).as_(CHANNEL)
    staff.get(f"/es/notices/{notice.ref}/proof.csv")
    assert staff.page is not None and "'=1+1" in staff.page.text


def test_only_people_of_companies_not_reached_are_reminded_and_not_twice_a_day(demo: Flask) -> None:
    notice, staff = posted(demo), Browser(demo).as_(CHANNEL)
    at = f"/es/notices/{notice.ref}/proof"
    staff.post(f"/es/notices/{notice.ref}/reminders", {}, at=at)
    staff.post(f"/es/notices/{notice.ref}/reminders", {}, at=at)
    with demo.app_context():
        mails = db.session.query(Mail).filter_by(kind=reminders.KIND).all()
        assert len(mails) == 2 and all("sur" in mail.to_address for mail in mails)
        reminded = [row for row in db.session.query(NoticeReader) if row.reminded_at]
        assert {row.partner_id for row in reminded} == {partner_id("sur")}
        later = clock.business() + timedelta(days=1, minutes=1)
        db.session.rollback()
        again = reminders.remind(
            notice.version_id, actor=actor(CHANNEL), now=later, wall=clock.wall()
        )
        assert again == 2


def test_another_way_counts_once_somebody_else_who_leads_has_countersigned(demo: Flask) -> None:
    """N2: two people, and the database holds it too (tests of the gate)."""
    notice = posted(demo)
    staff, lead = Browser(demo).as_(CHANNEL, "en"), Browser(demo).as_(LEAD, "en")
    path = f"/en/notices/{notice.ref}/fallbacks"
    staff.post(path, {"told": "", "told_on": "2018-02-01"}, status=422)
    with demo.app_context():
        form = {"company": str(partner_id("sur")), "told": "Por teléfono", "told_on": "2017-12-01"}
    staff.post(path, form)
    lead.post(path, {**form, "told": "En persona"})
    proof = f"/en/notices/{notice.ref}/proof"
    page = lead.get(proof)
    assert "Somebody else who leads the registry" in page
    (waits,) = re.findall(r"/en/notices/fallbacks/(\d+)/countersignature", page)
    (own,) = {str(int(waits) + 1)}
    signature = "/en/notices/fallbacks/{}/countersignature"
    staff.post(signature.format(waits), {}, at=path, status=403)
    lead.post(signature.format(own), {}, at=proof)
    assert "You recorded this yourself" in lead.follow()
    lead.post(signature.format(waits), {}, at=proof)
    assert "Told another way, countersigned" in lead.follow()
    assert "No company is left" in staff.get(path)


def test_an_answer_is_public_in_every_language_and_names_nobody(demo: Flask) -> None:
    notice, staff = posted(demo), Browser(demo).as_(CHANNEL)
    with demo.app_context():
        asked = questions.ask(notice.ref, "¿Y Ana?", actor=actor(NORTE), now=when("2017-12-02"))
    page = f"/es/notices/{notice.ref}/answers"
    assert "¿Y Ana?" in staff.get(page) and page in staff.get("/es/notices/desk")
    form = {"question_es": "¿Y los teléfonos?", "answer_es": "Se quedan.", "question_en": "Phones?"}
    kept = staff.post(f"/es/notices/answers/{asked}", form, at=page, status=422)
    assert "Se quedan." in kept
    staff.post(f"/es/notices/answers/{asked}", {**form, "answer_en": "They stay."}, at=page)
    seen = Browser(demo).as_(SUR_ADMIN, "en").get(f"/en/notices/{notice.ref}")
    assert "Phones?" in seen and "They stay." in seen and "Ana?" not in seen


def test_amending_begins_with_what_was_published_and_needs_a_reason(demo: Flask) -> None:
    """N5."""
    notice, staff = posted(demo), Browser(demo).as_(CHANNEL, "en")
    proof = f"/en/notices/{notice.ref}/proof"
    staff.post(f"/en/notices/{notice.ref}/amendment", {}, at=proof)
    page = staff.follow()
    assert "Your team changes" in page and 'name="reason_es"' in page
    assert "CTL-A-1042" in page
    review = staff.get(f"/en/notices/{notice.ref}/review")
    assert "The reason is missing in Español, English." in review
    staff.post(f"/en/notices/{notice.ref}/withdrawal", {}, at=proof)
    assert "Another draft of it is there" in staff.follow()
    with demo.app_context():
        assert drafts.amend(
            notice.ref, Kind.AMENDMENT, actor=actor(CHANNEL), now=when("2017-12-03")
        )


def cost(browser: Browser, path: str) -> int:
    """How many queries a page asks, once it was asked before."""
    browser.get(path)
    with Counted() as asked:
        browser.get(path)
    return int(asked.count)


def test_thirty_companies_and_thirty_drafts_cost_as_many_queries_as_one(demo: Flask) -> None:
    notice, staff = posted(demo), Browser(demo).as_(CHANNEL)
    pages = (f"/es/notices/{notice.ref}/proof", "/es/notices/desk")
    few = [cost(staff, page) for page in pages]
    with demo.app_context():
        with atomic() as session:
            for at in range(30):
                company = Partner(code=f"c{at}", name=f"Compañía {at:02}")
                session.add(company)
                session.flush()
                session.add(
                    NoticePartner(
                        version_id=notice.version_id,
                        partner_id=company.id,
                        why=["name"],
                        affected=False,
                        added_at=when("2017-12-01"),
                    )
                )
        for _ in range(30):
            draft(actor(CHANNEL), effective="2018-02-01")
    assert [cost(staff, page) for page in pages] == few
