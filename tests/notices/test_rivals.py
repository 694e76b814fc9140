"""Ways around the gate, and looks at what is another's, as a rival and the wrong registry try them."""

from dataclasses import replace
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.councils.models import Council
from portal.kernel import clock
from portal.kernel.localized import Localized
from portal.notices import attachments, drafts, handing
from portal.notices.audience_rules import Choice
from portal.notices.checks import check
from portal.notices.models import (
    NoticeAttachment,
    NoticeChange,
    NoticeConsent,
    NoticeReader,
    NoticeVersion,
)
from portal.notices.news import news
from portal.notices.rules import Kind
from portal.store.db import db
from portal.store.outbox import Mail
from portal.store.scope import visible_to
from tests.notices.test_composing import ref_of, written
from tests.notices.world import (
    Posted,
    actor,
    agreement_id,
    draft,
    next_version,
    opens,
    partner_id,
    publish,
    registry_id,
    team_id,
    value,
    when,
)
from tests.people import CHANNEL, CHANNEL_L3, LEAD_L3, NORTE, Browser

TEAM, SITS = "agreement.channel_team", "council.sits_in"
TERMS = "agreement.compensation_terms"
NOW = when("2017-12-01")


def mixed() -> Posted:
    """A draft that moves a partner's team and, with the other registry's consent, its council."""
    councils = db.session().scalars(select(Council).order_by(Council.id)).all()
    into = next(each.id for each in councils if each.registry_id is None)
    (theirs,) = (each.id for each in councils if each.registry_id == registry_id("level3"))
    team = (TEAM, agreement_id("CTL-A-1088"), team_id("CTL-CANAL-1"))
    return draft(actor(CHANNEL), team, (SITS, theirs, into), effective="2018-03-01")


def change_of(posted: Posted, fact: str) -> int:
    """The id of a draft's change of that fact."""
    of = NoticeChange.version_id == posted.version_id, NoticeChange.fact == fact
    return db.session().scalars(select(NoticeChange.id).where(*of)).one()


def test_a_withdrawal_changes_nothing(demo: Flask) -> None:
    """N1, N5: it calls off, and is checked for nothing that it would change."""
    to_sur = Choice(partners=frozenset({partner_id("sur")}))
    notice = draft(actor(CHANNEL), effective="2018-02-01", choice=to_sur)
    publish(notice, actor(CHANNEL), NOW)
    ended = next_version(notice, actor(CHANNEL), when("2017-12-02"), Kind.WITHDRAWAL)
    with pytest.raises(LookupError):
        drafts.set_change(
            *(ended.version_id, TEAM, agreement_id("CTL-A-1088"), team_id("CTL-CANAL-1")),
            actor=actor(CHANNEL),
            now=when("2017-12-02"),
        )
    agreement, team = agreement_id("CTL-A-1088"), team_id("CTL-CANAL-1")
    staff = Browser(demo).as_(CHANNEL)
    staff.get(f"/es/notices/{ended.ref}/changes/new", status=404)
    form = {"fact": TEAM, "subject": str(agreement), "value": str(team)}
    at = f"/es/notices/{ended.ref}/draft"
    staff.post(f"/es/notices/{ended.ref}/changes", form, at=at, status=404)


def test_a_lead_who_is_asked_reads_what_is_theirs_while_it_is_asked(demo: Flask) -> None:
    """N1: of a draft of another registry its lead sees what it changes of theirs, and no partner's."""
    notice = mixed()
    lead = Browser(demo).as_(LEAD_L3, "en")
    page = lead.get(f"/en/notices/{notice.ref}/consent")
    assert "Level 3" in page and "March 1, 2018" in page
    assert "CTL-A-1088" not in page and "Conexiones Sur" not in page
    drafts.drop_change(
        notice.version_id, change_of(notice, SITS), actor=actor(CHANNEL), now=when("2017-12-02")
    )
    assert not db.session().scalar(select(func.count()).select_from(NoticeConsent))
    db.session().rollback()
    lead.get(f"/en/notices/{notice.ref}/consent", status=404)
    publish(notice, actor(CHANNEL), when("2017-12-02"))
    seen = visible_to(NoticeVersion, actor(LEAD_L3)).where(NoticeVersion.id == notice.version_id)
    assert db.session().scalar(seen) is None
    told = [each.path for each in news(db.session(), actor(LEAD_L3), "en")]
    assert f"/notices/{notice.ref}" not in told


def test_consent_is_to_what_was_read(demo: Flask) -> None:
    """N1: edited while the lead reads, nothing is agreed; moved to another day, it is asked again."""
    notice, lead = mixed(), actor(LEAD_L3)
    read = notice.version.revision
    drafts.drop_change(notice.version_id, change_of(notice, TEAM), actor=actor(CHANNEL), now=NOW)
    assert not drafts.consent(notice.version_id, revision=read, actor=lead, now=NOW)
    assert drafts.consent(notice.version_id, revision=read + 1, actor=lead, now=NOW)
    version = notice.version
    moved = drafts.Draft(
        *(version.topic, version.title, version.body), effective_on=when("2018-05-01").date()
    )
    drafts.save(version.id, moved, revision=version.revision, actor=actor(CHANNEL), now=NOW)
    asked = db.session().scalars(select(NoticeConsent)).one()
    assert asked.at is None and asked.person_id is None


def test_who_takes_note_of_a_version_has_not_taken_note_of_the_next(demo: Flask) -> None:
    """N5: the button of version one serves nobody with version two, published meanwhile."""
    with demo.app_context():
        team = (TEAM, agreement_id("CTL-A-1042"), team_id("CTL-CANAL-2"))
        notice = draft(actor(CHANNEL), team, effective="2018-01-15")
        publish(notice, actor(CHANNEL), NOW)
    reader, address = Browser(demo).as_(NORTE), f"/es/notices/{notice.ref}"
    assert f'name="version" value="{notice.version_id}"' in reader.get(address)
    with demo.app_context():
        amended = next_version(notice, actor(CHANNEL), when("2017-12-02"), Kind.AMENDMENT)
        publish(amended, actor(CHANNEL), when("2017-12-02"))
    form = {"version": str(notice.version_id)}
    reader.post(f"{address}/acknowledgement", form, at="/es/account/feeds")
    with demo.app_context():
        reader_rows = db.session().scalars(
            select(NoticeReader).where(NoticeReader.version_id == amended.version_id)
        )
        assert not any(row.acknowledged_at or row.opened_at for row in reader_rows)
        assert amended.partner("norte").served_at is None


def test_an_audience_by_training_holds_no_partner_of_the_other_registry_alone(demo: Flask) -> None:
    """N4, R1: who is trained and nobody's partner here is neither told to its staff nor written to."""
    choice = Choice(trainings=frozenset({"REDES-1"}))
    for author, told in ((CHANNEL_L3, {"norte"}), (CHANNEL, {"norte", "sur"})):
        notice = draft(actor(author), effective="2018-02-01", choice=choice)
        found = check(db.session(), notice.version, NOW).companies
        assert set(found) == {partner_id(code) for code in told}


def test_files_of_a_draft_that_was_thrown_away_go_with_no_other(demo: Flask) -> None:
    """Where a database gives an id again, the next draft begins without the files of the last."""
    staff, author = Browser(demo).as_(CHANNEL), actor(CHANNEL)
    for name in ("secreto.csv", "equipos.csv"):
        paper = (BytesIO(name.encode() + b"\nAna\n"), name)
        staff.post("/es/notices/new", {**written(), "files": [paper], "then": "save"})
        ref = ref_of(staff)
        if name == "secreto.csv":
            staff.post(f"/es/notices/{ref}/removal", {}, at=f"/es/notices/{ref}/draft")
    with demo.app_context():
        (version,) = db.session().scalars(select(NoticeAttachment.version_id))
        assert [each.name for each in attachments.files(db.session(), author, version)] == [
            "equipos.csv"
        ]


def test_a_trial_mail_of_a_draft_that_is_gone_tells_of_no_other(demo: Flask) -> None:
    """R1: rendered when it is read, it knows the notice it was of, whatever has its id by now."""
    with demo.app_context():
        author = replace(actor(CHANNEL_L3), email=CHANNEL_L3)
        trial = draft(author, effective="2018-02-01")
        handing.send_test(trial.version_id, actor=author, now=clock.wall())
        letter = db.session().scalars(select(Mail.id).order_by(Mail.id.desc())).first()
        drafts.discard(trial.version_id, actor=author)
    other = Browser(demo).as_(CHANNEL_L3, "en")
    other.get("/en/inbox/")
    other.get(f"/en/inbox/{letter}")
    with demo.app_context():
        told = drafts.Draft(
            "teams", Localized(es="Secreto", en="Secret"), Localized(es="Nada", en="Hush")
        )
        drafts.begin(told, actor=actor(CHANNEL), now=NOW)
    assert "Secret" not in other.get("/en/inbox/")
    page = other.get(f"/en/inbox/{letter}")
    assert "Hush" not in page and "Secret" not in page


@pytest.mark.parametrize("day", ["2018-01-15", "2018-01-10", "2018-01-20"])
def test_calling_off_one_of_two_notices_leaves_the_other_what_it_brings(
    demo: Flask, day: str
) -> None:
    """N2, N5: both were sealed; what the first one announced holds from its day, whatever became of
    the second."""
    agreement = agreement_id("CTL-A-1042")
    first, second = (
        draft(actor(CHANNEL), (TERMS, agreement, terms), topic="compensation", effective=on)
        for terms, on in (("Indirect 2018-A", "2018-01-15"), ("Indirect 2018-B", day))
    )
    for notice in (first, second):
        publish(notice, actor(CHANNEL), NOW)
        opens(notice, actor(NORTE), when("2017-12-02"))
    ended = next_version(second, actor(CHANNEL), when("2017-12-03"), Kind.WITHDRAWAL)
    publish(ended, actor(CHANNEL), when("2017-12-03"))
    assert value(TERMS, agreement, "2018-01-14") == "Indirect 2012-B · 12 % MRC"
    for on in ("2018-01-15", "2018-01-21", "2019-01-01"):
        assert value(TERMS, agreement, on) == "Indirect 2018-A"
