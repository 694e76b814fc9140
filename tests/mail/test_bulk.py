"""A mail to many: posted in few statements and never twice, behind whatever somebody waits for, counted
as it goes, and those in trouble listed (N2, C17)."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.kernel import clock
from portal.store import batches, outbox, sending
from portal.store.batches import Progress
from portal.store.db import atomic, db
from portal.store.outbox import Mail, Recipient, post_many
from portal.store.types import uuid7
from portal.web import mail as mailer
from tests.mail import samples
from tests.mail.conftest import mail, put, told
from tests.registry.test_pages_cost import counted

BATCH = "notice:1"


def crowd(many: int) -> list[Recipient]:
    words = told("password_changed")
    return [Recipient(uuid7(), f"p{at}@andes.example", "es", at, words) for at in range(many)]


def post(people, batch=BATCH):
    with atomic() as session:
        return post_many(session, "password_changed", people, batch=batch, now=clock.wall())


def test_posting_again_posts_nothing_twice_and_completes_what_was_begun(app):
    people = crowd(5)
    assert post(people[:3]) == 3
    assert post(people) == 2
    assert post(people) == 0
    assert post(iter(())) == 0
    assert db.session.scalar(select(func.count()).select_from(Mail)) == 5
    assert batches.progress(db.session(), BATCH) == Progress(waiting=5)


def test_thousands_cost_few_statements(app):
    people = crowd(3000)
    with counted() as statements:
        assert post(people) == 3000
    assert len(statements) < 20


def test_without_the_caller_s_ids_everybody_would_be_told_twice(app):
    """The control: ids of the moment instead of the deliveries'."""
    people = crowd(3)
    post(people)
    post([Recipient(uuid7(), each.to, "es", each.person_id, each.context) for each in people])
    assert batches.progress(db.session(), BATCH).total == 6


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"to": "a@x.example, b@x.example"}, "one address"),
        ({"context": {}}, "needs name"),
        ({"context": {"name": "A", "when": "x", "path": "//evil.example"}}, "path of the portal"),
    ],
)
def test_each_is_checked_as_one_alone_would_be_and_all_or_none_are_posted(app, wrong, why):
    good = crowd(1)[0]
    bad = Recipient(
        **{"id": uuid.uuid4(), "to": good.to, "language": "es", "context": good.context, **wrong}
    )
    with pytest.raises(ValueError, match=why):
        post([good, bad])
    assert batches.progress(db.session(), BATCH) == Progress()


def test_who_waits_for_a_link_goes_before_ten_thousand(posting):
    post(crowd(3))
    put(to="waits@andes.example", now=clock.wall() + timedelta(seconds=-1))
    later = clock.wall() + timedelta(minutes=1)
    first = sending.claim(later, "portal.test")
    assert first.to == "waits@andes.example"
    put(to="too@andes.example", now=later)
    assert sending.claim(later, "portal.test").to == "too@andes.example"
    assert sending.claim(later, "portal.test").to == "p0@andes.example"


def test_in_the_order_of_their_posting_alone_they_would_wait(posting):
    """The control: were it no bulk, the three would go first."""
    people = crowd(3)
    with atomic() as session:
        for each in people:
            outbox.post(
                session, "password_changed", to=each.to, language="es", now=clock.wall(),
                context=each.context,
            )  # fmt: skip
    put(to="waits@andes.example")
    claimed = sending.claim(clock.wall() + timedelta(minutes=1), "portal.test")
    assert claimed.to == "p0@andes.example"


def test_what_became_of_a_batch_is_counted_and_trouble_is_listed(posting, app):
    people, other = crowd(4), crowd(1)
    post(people)
    post(other, batch="notice:2")
    host, now = "portal.test", clock.wall()
    fates = [sending.sent, sending.failed, sending.doubt]
    for fate in fates:
        letter = sending.claim(now, host)
        fate(letter, now) if fate is sending.sent else fate(letter, "smtp_550_rcpt")
    sending.claim(now, host)
    assert batches.progress(db.session(), BATCH) == Progress(
        sending=1, sent=1, failed=1, uncertain=1
    )
    raw = samples.report(samples.FAILED, mail(people[0].id).message_id)
    assert app.test_cli_runner().invoke(args=["mail", "bounced"], input=raw).exit_code == 0
    found = batches.progress(db.session(), BATCH)
    assert found == Progress(sending=1, bounced=1, failed=1, uncertain=1)
    assert (found.total, found.done, found.moving) == (4, 3, True)
    rows = batches.troubled(db.session(), BATCH)
    assert [(row.person_id, row.why) for row in rows] == [
        (0, "5.1.1"),
        (1, "smtp_550_rcpt"),
        (2, "smtp_550_rcpt"),
    ]
    rest = batches.troubled(db.session(), BATCH, after=rows[0].id, most=1)
    assert [row.person_id for row in rest] == [1]
    both = batches.progress_of(db.session(), (BATCH, "notice:2", "none"))
    assert both == {BATCH: found, "notice:2": Progress(waiting=1)}


def test_a_round_ends_for_other_jobs_and_the_next_begins_at_once(posting, monkeypatch):
    woken = []
    monkeypatch.setattr(mailer, "ROUND", 2)
    monkeypatch.setattr(mailer, "wake", woken.append)
    post(crowd(3))
    mailer.send_mail(clock.wall())
    assert (len(posting.taken), woken) == (2, [mailer.JOB, mailer.JOB]), "posting wakes once too"
    mailer.send_mail(clock.wall())
    assert (len(posting.taken), len(woken)) == (3, 2)


def test_a_batch_goes_out_once_each(posting):
    people = crowd(5)
    post(people)
    assert mailer.send_due() == {"accepted": 5}
    post(people)
    assert mailer.send_due() == {}
    assert sorted(each["To"] for each in posting.taken) == [each.to for each in people]
    assert not batches.progress(db.session(), BATCH).moving
