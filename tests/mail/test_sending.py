"""What becomes of a mail, whatever the mail server does (catalogue 0.10, C17): sent once and known to
be, tried again, given up, or honestly uncertain; on a real server and both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from portal.kernel import clock
from portal.store import sending
from portal.store.db import atomic
from portal.store.outbox import Mail, MailState
from portal.web import mail as mailer
from portal.web.smtp import Unreachable
from tests.mail.conftest import mail, put, use
from tests.mail.office import free_port

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def test_a_mail_is_sent_once_and_its_secret_is_wiped(posting):
    key = put()
    assert mailer.send_due() == {"accepted": 1}
    assert mailer.send_due() == {}
    row = mail(key)
    assert (row.state, row.secret, row.attempts) == (MailState.SENT, None, 1)
    assert row.sent_at is not None
    (taken,) = posting.taken
    assert taken["Message-ID"] == row.message_id == f"<{key}@portal.test>"
    assert posting.envelopes == [("portal@portal.example", ("ana@andes.example",))]


def test_its_headers_say_who_wrote_it_and_that_nobody_did(posting):
    put()
    mailer.send_due()
    (taken,) = posting.taken
    assert taken["From"] == "Portal <portal@portal.example>"
    assert taken["To"] == "ana@andes.example"
    assert taken["Auto-Submitted"] == "auto-generated"
    assert taken["Date"].datetime is not None
    parts = [part.get_content_type() for part in taken.iter_parts()]
    assert parts == ["text/plain", "text/html"]
    for part in taken.iter_parts():
        assert "https://portal.test/es/reset/s3cret" in part.get_content()


def test_a_line_of_one_dot_does_not_end_a_mail_early(posting):
    context = {"company": "A", "registry_name": "B", "state": "declined", "path": "/x"}
    put("application_decided", context={**context, "reason": "uno\n.\n..dos\n.tres"})
    mailer.send_due()
    for kind, told in (
        ("plain", "  uno\n  .\n  ..dos\n  .tres\n"),
        ("html", "uno\n.\n..dos\n.tres<"),
    ):
        text = posting.taken[0].get_body((kind,)).get_content().replace("\r\n", "\n")
        assert told in text


def test_one_connection_serves_many_mails_and_goes_on_after_a_refusal(posting):
    keys = [put(to=f"p{at}@andes.example") for at in range(3)]
    posting.answers["rcpt"] = "550 no such person"
    assert mailer.send_due() == {"never": 3}
    del posting.answers["rcpt"]
    assert [sending.retry(key, mail(key).due_at) for key in keys] == [True] * 3
    assert mailer.send_due() == {"accepted": 3}


@pytest.mark.parametrize("step", ["mail", "rcpt", "data"])
def test_not_now_is_tried_again_later_and_later(posting, later, step):
    """4xx: kept with its secret, due again after a minute, then five."""
    posting.answers["refuse" if step == "data" else step] = "451 try again"
    key = put()
    assert mailer.send_due() == {"later": 1}
    row = mail(key)
    assert (row.state, row.secret) == (MailState.WAITING, "s3cret")
    assert row.last_error == f"smtp_451_{step}"
    assert mailer.send_due() == {}, "not before its time"
    assert mailer.send_due(later(2 * MINUTE)) == {"later": 1}
    assert mailer.send_due(later(4 * MINUTE)) == {}
    posting.answers.clear()
    assert mailer.send_due(later(10 * MINUTE)) == {"accepted": 1}
    assert len(posting.taken) == 1


def test_after_the_last_try_it_has_failed_and_is_seen(posting, later, app):
    posting.answers["rcpt"] = "450 mailbox busy"
    key, ahead = put(), timedelta(0)
    for wait in (timedelta(0), *sending.BACKOFF):
        ahead += wait + MINUTE
        assert mailer.send_due(later(ahead)) == {"later": 1}
    assert mailer.send_due(later(ahead + DAY / 2)) == {}
    row = mail(key)
    assert (row.state, row.attempts, row.last_error) == (
        MailState.FAILED,
        sending.TRIES,
        "smtp_450_rcpt",
    )
    listed = app.test_cli_runner().invoke(args=["mail", "list", "--failed"]).output
    assert str(key) in listed


@pytest.mark.parametrize("step", ["rcpt", "data"])
def test_never_is_never_at_once(posting, later, step):
    posting.answers["refuse" if step == "data" else step] = "550 unknown here"
    key = put()
    assert mailer.send_due() == {"never": 1}
    assert mail(key).state is MailState.FAILED
    assert mailer.send_due(later(DAY / 2)) == {}


def test_what_is_wrong_with_our_own_address_fails_no_mail_at_once(posting):
    posting.answers["mail"] = "550 who are you"
    key = put()
    assert mailer.send_due() == {"later": 1}
    assert mail(key).state is MailState.WAITING


def test_cut_off_before_the_mail_was_given_it_is_sent_again(posting, later):
    posting.answers["rcpt"] = "cut"
    put()
    assert mailer.send_due() == {"later": 1}
    posting.answers.clear()
    assert mailer.send_due(later(2 * MINUTE)) == {"accepted": 1}


def test_cut_off_before_its_acceptance_was_heard_it_is_uncertain_and_not_sent_again(
    posting, later, app
):
    """The server has it; we cannot know. Only a person may risk the second copy."""
    posting.answers["data"] = "cut"
    key = put()
    assert mailer.send_due() == {"unknown": 1}
    row = mail(key)
    assert (row.state, row.last_error) == (MailState.UNCERTAIN, "cut_at_end")
    posting.answers.clear()
    assert mailer.send_due(later(DAY / 2)) == {}
    assert len(posting.taken) == 1
    runner = app.test_cli_runner()
    assert runner.invoke(args=["mail", "retry", str(key)]).exit_code == 0
    assert runner.invoke(args=["mail", "send"]).output == "1 accepted\n"
    first, second = posting.taken
    assert first["Message-ID"] == second["Message-ID"], "a receiver can tell the copy"
    assert runner.invoke(args=["mail", "retry", str(key)]).exit_code == 1


def test_a_server_that_is_down_costs_no_mail_a_try(posting, app, monkeypatch):
    key, runner = put(), app.test_cli_runner()
    use(app, monkeypatch, replace(posting.settings, port=free_port()))
    with pytest.raises(Unreachable, match="no_answer"):
        mailer.send_due()
    result = runner.invoke(args=["mail", "send"])
    assert (result.exit_code, "cannot be used: no_answer" in result.output) == (1, True)
    mailer.send_mail(clock.wall())
    row = mail(key)
    assert (row.state, row.attempts) == (MailState.WAITING, 0)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"tls": "starttls"}, "not_supported"),
        ({"tls": "implicit"}, "no_trust"),
        ({"user": "u", "password": "p"}, "not_supported"),
    ],
)
def test_nothing_is_said_to_a_server_that_is_not_what_was_set(
    posting, app, monkeypatch, changed, why
):
    """No mail and no password without the TLS asked for."""
    put()
    use(app, monkeypatch, replace(posting.settings, **changed))
    with pytest.raises(Unreachable, match=why):
        mailer.send_due()
    assert posting.taken == []


def test_without_a_mail_server_nothing_is_sent_and_the_command_says_so(app):
    key = put()
    assert mailer.send_due() == {}
    result = app.test_cli_runner().invoke(args=["mail", "send"])
    assert (result.exit_code, "PORTAL_SMTP is not set" in result.output) == (1, True)
    shown = app.test_cli_runner().invoke(args=["mail", "show", str(key)]).output
    assert "https://portal.test/es/reset/s3cret" in shown


def test_a_day_late_is_too_late_unless_somebody_says_so(posting, later):
    key = put()
    assert mailer.send_due(later(DAY + MINUTE)) == {}
    row = mail(key)
    assert (row.state, row.last_error) == (MailState.FAILED, "stale")
    assert sending.retry(key, row.due_at + DAY)
    assert mailer.send_due(later(DAY + MINUTE)) == {"accepted": 1}


def test_a_mail_that_cannot_be_written_fails_and_the_next_one_goes(posting):
    key = put()
    with atomic() as session:
        session.execute(update(Mail).where(Mail.id == key).values(kind="no_such_kind"))
    other = put()
    assert mailer.send_due() == {"never": 1, "accepted": 1}
    assert mail(key).last_error == "template"
    assert mail(other).state is MailState.SENT


def test_a_secret_outlives_no_week_even_where_nothing_is_sent(app, later):
    key = put()
    mailer.send_due(later(6 * DAY))
    assert mail(key).secret == "s3cret"
    mailer.send_due(later(7 * DAY + MINUTE))
    assert (mail(key).secret, mail(key).state) == (None, MailState.WAITING)


def test_who_is_anonymised_leaves_no_mail(posting):
    put(person_id=7, to="old@andes.example")
    put(to="ana@andes.example")
    other = put(person_id=8, to="bea@andes.example")
    with atomic() as session:
        sending.forget(session, 7, "ana@andes.example")
    assert mailer.send_due() == {"accepted": 1}
    assert mail(other).state is MailState.SENT
