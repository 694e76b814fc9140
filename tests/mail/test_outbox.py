"""Writing a mail: with its cause or not at all, to one address, about what its kind says (B18)."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from portal.kernel import clock
from portal.store.db import atomic, db
from portal.store.outbox import KINDS, Mail, MailState, post
from portal.web import jobs
from portal.web import mail as mailer
from tests.mail.conftest import mail, put, told, use

ONE = "ana@andes.example"


def count():
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Mail))


def test_a_mail_goes_out_only_if_its_cause_is_stored(app):
    class Refused(Exception):
        pass

    def fail():
        with atomic() as session:
            post(
                session,
                "reset_link",
                to=ONE,
                language="es",
                now=clock.wall(),
                context=told("reset_link"),
            )
            raise Refused

    with pytest.raises(Refused):
        fail()
    assert count() == 0
    put()
    assert count() == 1


@pytest.mark.parametrize(
    "to",
    [
        "ana@andes.example\r\nBcc: all@sur.example",
        "ana@andes.example\nx",
        "ana@andes.example, bea@sur.example",
        "ana@andes.example;bea@sur.example",
        "Ana <ana@andes.example>",
        "ana@andes.example\u0085x",
        "ana@andes.example ",
        "ana", "@", "", "a@b@c", "a@" + "b" * 260,
    ],
)  # fmt: skip
def test_a_mail_goes_to_exactly_one_address(app, to):
    """B18: no header, no second recipient comes in by an address."""
    with pytest.raises(ValueError, match="one address"):
        put(to=to)
    assert count() == 0


@pytest.mark.parametrize(
    "path",
    ["//evil.example/{secret}", "https://evil.example/", "/\\evil", "reset/{secret}", "/a\r\nb"],
)
def test_its_link_stays_in_the_portal(app, path):
    with pytest.raises(ValueError, match="path of the portal"):
        put(context={"name": "Ana", "path": path})


def test_it_is_told_what_its_kind_says(app):
    with pytest.raises(ValueError, match="no mail of kind"):
        put("newsletter", context={})
    with pytest.raises(ValueError, match="needs name, path"):
        put(context={})


def test_the_database_keeps_no_secret_of_a_sent_mail(posting):
    """Whoever writes it: the constraint holds."""
    key = put()
    mailer.send_due()
    with pytest.raises(IntegrityError), atomic() as session:
        session.get_one(Mail, key).secret = "again"
    assert mail(key).secret is None


def test_a_commit_with_a_mail_wakes_the_sender_once_and_others_do_not(posting, monkeypatch):
    woken = []
    monkeypatch.setattr(mailer, "wake", woken.append)
    with atomic() as session:
        for _ in range(3):
            values = {
                "to": ONE,
                "language": "es",
                "now": clock.wall(),
                "context": told("reset_link"),
            }
            post(session, "reset_link", **values)
    assert woken == ["send-mail"]
    with atomic():
        pass
    with pytest.raises(ValueError), atomic() as session:
        post(session, "reset_link", **values)
        raise ValueError
    with atomic():
        pass
    assert woken == ["send-mail"]


def test_where_nothing_is_sent_nobody_is_woken(app, monkeypatch):
    woken = []
    monkeypatch.setattr(mailer, "wake", woken.append)
    put()
    assert woken == []


def test_the_worker_that_is_woken_sends_at_once(app, office, monkeypatch):
    """The queue is the worker's own: what a web process put in, it runs."""
    use(app, monkeypatch, office.settings)
    huey, _wake = jobs._queue(app)
    huey.flush()  # of what other tests put in
    key = put()
    task = huey.dequeue()
    assert task is not None
    huey.execute(task)
    assert mail(key).state is MailState.SENT
    assert huey.dequeue() is None


def test_a_queue_that_cannot_be_written_fails_no_request(app, office, monkeypatch):
    """A lost wake-up costs a minute."""
    use(app, monkeypatch, office.settings)

    def broken(found):
        raise OSError("disk full")

    monkeypatch.setattr(jobs, "_queue", broken)
    key = put()
    assert mail(key).state is MailState.WAITING


def test_sending_is_on_the_timetable_every_minute(app):
    assert jobs.TIMETABLE[mailer.JOB].when == {"minute": "*"}


def test_every_kind_has_its_words(app):
    templates = set(app.jinja_env.list_templates())
    assert {f"emails/{kind}.{end}" for kind in KINDS for end in ("txt", "html")} <= templates
