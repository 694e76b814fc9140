"""N2: who had the mail accepted is served only while it has not come back. Reports of mail servers mark
our mail, once; what is late, or written by a person, marks nothing; rubbish is told and harms nothing."""

import json

import pytest
from sqlalchemy import select

from portal.kernel import clock
from portal.store import bounces
from portal.store.bounces import Marked
from portal.store.db import db
from portal.store.events import Event
from portal.store.outbox import MailState
from portal.web import mail as mailer
from portal.web import returned
from portal.web.returned import Unreadable, read
from tests.mail import samples
from tests.mail.conftest import mail, put

KEY = "<0190a0a0-0000-7000-8000-000000000001@portal.test>"


@pytest.mark.parametrize(
    ("raw", "status", "failed"),
    [
        (samples.report(samples.FAILED, KEY), "5.1.1", True),
        (samples.report(samples.FAILED, KEY, "text/rfc822-headers"), "5.1.1", True),
        (samples.report(samples.GAVE_UP, KEY), "4.4.7", True),
        (samples.report(samples.NO_ACTION, KEY), "5.2.2", True),
        (samples.report(samples.LATE_AND_FAILED, KEY), "5.1.1", True),
        (samples.report(samples.LATE, KEY), "4.4.1", False),
        (samples.report(samples.ARRIVED, KEY), "2.0.0", False),
        (samples.words("Sorry, no mailbox here. (#5.1.1)", KEY), "5.1.1", True),
        (samples.words("550 unknown user", KEY), "5.0.0", True),
        (samples.words("delayed, 4.4.1, will be tried again", KEY), "4.4.1", False),
        (samples.words("gone", KEY, samples.PERSON, "X-Failed-Recipients: a@b\n"), "5.0.0", True),
    ],
)
def test_a_server_s_word_is_read(raw, status, failed):
    found = read(raw)
    assert (found.status, found.failed) == (status, failed)
    assert found.message_ids[0] == KEY


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (samples.REPLY.format(id=KEY).encode(), "no mail server wrote it"),
        (samples.words("550 5.1.1 as I said", KEY, samples.PERSON), "no mail server wrote it"),
        (samples.words("we regret", KEY), "does not say whether"),
        (samples.words("550 no", "none"), "which mail"),
        *((raw, "it") for raw in samples.GARBAGE),
    ],
)
def test_what_no_server_said_is_refused_with_its_reason(raw, why):
    """A holiday message quotes our mail too: it must never count as a return."""
    with pytest.raises(Unreadable, match=why):
        read(raw)


def test_a_report_on_a_sent_mail_marks_it_once_with_one_event(posting, app):
    key = put(kind="password_changed", secret=None)
    runner = app.test_cli_runner()

    def bounced(fields):
        raw = samples.report(fields, mail(key).message_id or f"<{key}@portal.test>")
        return runner.invoke(args=["mail", "bounced"], input=raw)

    assert bounced(samples.FAILED).exit_code == 1, "it has not left"
    mailer.send_due()
    assert (bounced(samples.LATE).exit_code, mail(key).bounced_at) == (0, None)
    told = bounced(samples.FAILED)
    assert (told.exit_code, "marked:" in told.output) == (0, True), told.output
    first = mail(key)
    assert (first.state, first.bounce_status) == (MailState.SENT, "5.1.1")
    when = first.bounced_at
    again = bounced(samples.GAVE_UP)
    assert (again.exit_code, "marked before" in again.output) == (0, True)
    assert (mail(key).bounced_at, mail(key).bounce_status) == (when, "5.1.1")
    (event,) = db.session.scalars(select(Event).where(Event.verb == "mail.bounced"))
    assert (event.stream, event.payload) == (f"mail:{key}", {"status": "5.1.1", "how": "report"})
    assert "andes" not in json.dumps(event.payload), "ids and codes only"
    assert f"{key}  bounced" in runner.invoke(args=["mail", "list", "--failed"]).output


def test_one_that_may_not_have_arrived_is_marked_by_hand(posting, app):
    posting.answers["data"] = "cut"
    key, runner = put(), app.test_cli_runner()
    mailer.send_due()
    message_id = mail(key).message_id

    def by_hand(*more):
        return runner.invoke(args=["mail", "bounced", *more])

    assert by_hand("--id", message_id).exit_code == 2
    assert by_hand("--id", message_id, "--status", "gone away").exit_code == 2
    late = by_hand("--id", message_id, "--status", "4.4.1")
    assert (late.exit_code, mail(key).bounced_at) == (0, None)
    assert by_hand("--id", message_id.strip("<>"), "--status", "5.2.1").exit_code == 0
    row = mail(key)
    assert (row.state, row.bounce_status) == (MailState.UNCERTAIN, "5.2.1")
    runner.invoke(args=["mail", "retry", str(key)])
    assert mail(key).bounced_at is None, "what came back was the try before"


def test_what_is_none_of_ours_marks_nothing(posting, app):
    key = put()
    mailer.send_due()
    for other in ("<a@b>", f"<{key}@elsewhere.example>", KEY, f"{key}", "<" * 9):
        assert bounces.mark(other, "5.1.1", clock.wall(), how="hand") is Marked.UNKNOWN
    with pytest.raises(ValueError, match="three numbers"):
        bounces.mark(KEY, "5.1.1 ana@andes.example", clock.wall(), how="hand")
    runner = app.test_cli_runner()
    for raw in (*samples.GARBAGE, samples.report(samples.FAILED, KEY)):
        told = runner.invoke(args=["mail", "bounced"], input=raw)
        assert (told.exit_code, "nothing is marked" in told.output) == (1, True), told.output
    assert mail(key).bounced_at is None


def test_believing_everybody_would_mark_mail_that_arrived(posting, app, monkeypatch):
    """The control: without asking who wrote it, a holiday message counts as a return."""
    key = put()
    mailer.send_due()
    raw = samples.REPLY.format(id=mail(key).message_id).encode()
    monkeypatch.setattr(returned, "DAEMONS", {"ana"})
    assert app.test_cli_runner().invoke(args=["mail", "bounced"], input=raw).exit_code == 0
    assert mail(key).bounced_at is not None
