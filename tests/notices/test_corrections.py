"""An error is mended by a lead: marked, explained, told to whom it touches, listed (N1)."""

from flask import Flask

from portal.kernel import clock
from portal.store.db import db
from portal.store.events import Event
from portal.store.facts import Warrant, WarrantKind
from portal.store.outbox import Mail
from portal.web.mail_words import render
from tests.notices.world import agreement_id, value
from tests.people import CHANNEL, CHANNEL_L3, LEAD, LEAD_L3, NORTE, SUR, Browser

FACT = "agreement.compensation_terms"
NEW = "/en/notices/corrections/new"


def test_a_lead_mends_an_error_and_whom_it_touches_reads_why(demo: Flask) -> None:
    lead = Browser(demo).as_(LEAD, "en")
    with demo.app_context():
        agreement = agreement_id("CTL-A-1042")
        before = value(FACT, agreement, "2017-12-01")
    at = f"{NEW}?fact={FACT}&subject={agreement}"
    assert FACT in lead.get(NEW) and "CTL-A-1042" in lead.get(f"{NEW}?fact={FACT}&q=1042")
    form = {"fact": FACT, "subject": str(agreement), "since": "2017-11-01", "value": "12 %"}
    list_ = "/en/notices/corrections"
    kept = lead.post(list_, form, at=at, status=422)
    assert "12 %" in kept, "the reason is missing; what was typed stays"
    lead.post(
        list_, {**form, "reason": "A slip of the pen", "since": "2031-01-01"}, at=at, status=422
    )
    lead.post(list_, {**form, "reason": "A slip of the pen"}, at=at)
    same = {**form, "reason": "Again", "since": "2017-12-01"}
    lead.post(list_, same, at=at, status=409)
    with demo.app_context():
        assert value(FACT, agreement, "2017-12-01") == "12 %"
        assert value(FACT, agreement, "2017-10-31") == before
        row = db.session.query(Warrant).filter_by(kind=WarrantKind.CORRECTION).one()
        assert row.reason == "A slip of the pen"
        (event,) = db.session.query(Event).filter_by(verb="facts.corrected")
        assert "12 %" not in str(event.payload) and event.partner_id is not None
        mails = db.session.query(Mail).filter_by(kind="fact_corrected").all()
        assert {mail.to_address.partition("@")[2] for mail in mails} == {"norte.example"}
        said = render(mails[0].letter(), secret=None).text
        assert "12 %" in said and before in said and "A slip of the pen" in said
    for reader, sees in ((NORTE, True), (SUR, False), (CHANNEL, True), (LEAD_L3, False)):
        page = Browser(demo).as_(reader, "en").get(list_)
        assert ("A slip of the pen" in page) is sees, reader


def test_another_registrys_fact_is_as_an_unknown_one(demo: Flask) -> None:
    lead = Browser(demo).as_(LEAD_L3)
    with demo.app_context():
        form = {"fact": FACT, "subject": str(agreement_id("CTL-A-1042")), "value": "1 %"}
    sent = {**form, "reason": "x", "since": clock.today().isoformat()}
    lead.post("/es/notices/corrections", sent, at=NEW, status=404)
    lead.post("/es/notices/corrections", {**sent, "subject": "99"}, at=NEW, status=404)
    lead.get(f"{NEW}?fact={FACT}&subject={form['subject']}", status=404)
    other = Browser(demo).as_(CHANNEL_L3)
    other.get(f"/es/notices/new?fact={FACT}&subject={form['subject']}", status=404)
    Browser(demo).as_(CHANNEL).get(NEW, status=403)
