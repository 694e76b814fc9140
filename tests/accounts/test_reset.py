"""A forgotten password: asked for alike by everybody, a link once and for an hour, and no way round
the second step (B5, B10; V6.4.1, V6.4.3, V6.3.7, V7.4.3).
"""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from structlog.testing import capture_logs

from portal.accounts import resets
from portal.accounts.models import Attempt, MailedLink
from portal.store.db import db
from tests.accounts.entering import (
    change,
    events,
    follow_link,
    mails,
    person,
    reset_link,
    send,
    signed_in,
    try_password,
)
from tests.people import CHANNEL, NORTE, SUR, Browser

START = datetime(2030, 5, 1, 12, 0, tzinfo=UTC)
NEW = "plinth ogre vat kettle"


def choose(browser: Browser, token: str, password: str = NEW):
    """Open the link and send a new password."""
    if follow_link(browser, token).status_code != 200:
        return None
    return send(browser, "/es/reset", "/es/reset", password=password)


def ask(browser: Browser, email: str):
    return send(browser, "/es/forgot", "/es/forgot", email=email)


def test_a_mailed_link_leads_to_a_new_password(visitor: Browser) -> None:
    assert ask(visitor, NORTE.upper()).status_code == 200
    mail = mails("reset_link")[-1]
    assert (mail.to_address, mail.person_id, mail.context["hours"]) == (NORTE, person(NORTE), 1)
    assert mail.secret and len(mail.secret) >= 43, "256 bits"
    answer = choose(visitor, mail.secret)
    assert answer is not None and answer.headers["Location"] == "/es/sign-in"
    assert not signed_in(visitor)
    assert try_password(visitor, NORTE).status_code == 422
    assert try_password(visitor, NORTE, NEW).status_code == 302 and signed_in(visitor)
    assert [event.verb for event in events("person.reset_done")]
    assert mails("password_changed")[-1].to_address == NORTE


def test_everybody_is_answered_alike_and_only_who_is_there_gets_mail(visitor: Browser) -> None:
    change(SUR, active=False)
    said = set()
    for email in (NORTE, SUR, "nobody@x.example"):
        answer = ask(visitor, email)
        said.add(
            (answer.status_code, answer.text.replace(email, ""), *map(str, answer.headers.keys()))
        )
    assert len(said) == 1
    assert [mail.to_address for mail in mails("reset_link")] == [NORTE]
    assert len(events("person.reset_asked")) == 3


def test_a_link_works_once(visitor: Browser) -> None:
    token = reset_link(NORTE)
    assert choose(visitor, token) is not None
    again = choose(Browser(visitor.app), token, "another good password")
    assert again is None
    assert try_password(visitor, NORTE, NEW).status_code == 302


def test_a_link_is_sent_twice_at_once_and_taken_once(visitor: Browser) -> None:
    """Two browsers have the page open; the second form comes too late."""
    token, late = reset_link(NORTE), Browser(visitor.app)
    follow_link(late, token)
    page = re.search(r'name="csrf_token" value="([^"]+)"', late._send("get", "/es/reset").text)
    assert page and choose(visitor, token) is not None
    form = {"csrf_token": page[1], "password": "another good password"}
    answer = late._send("post", "/es/reset", data=form)
    assert answer.headers["Location"] == "/es/forgot"
    assert try_password(visitor, NORTE, NEW).status_code == 302


def test_a_link_works_for_an_hour(visitor: Browser) -> None:
    with time_machine.travel(START, tick=False) as now:
        token = reset_link(NORTE)
        now.shift(timedelta(minutes=59))
        assert follow_link(visitor, token).status_code == 200
        now.shift(timedelta(minutes=2))
        assert follow_link(visitor, token).headers["Location"] == "/es/forgot"


@pytest.mark.parametrize("values", [{"session_version": 9}, {"active": False}])
def test_what_changed_meanwhile_makes_it_void(visitor: Browser, values: dict[str, object]) -> None:
    token = reset_link(NORTE)
    change(NORTE, **values)
    assert choose(visitor, token) is None


@pytest.mark.parametrize("token", ["x", "A" * 43, "A" * 5000, "../../etc", "é"])
def test_a_made_up_link_works_not(visitor: Browser, token: str) -> None:
    answer = visitor._send("get", "/es/reset", query_string={"token": token})
    assert answer.headers["Location"] == "/es/reset"
    assert visitor._send("get", "/es/reset").headers["Location"] == "/es/forgot"
    visitor.get("/es/forgot")


def test_looking_uses_nothing_up(visitor: Browser) -> None:
    """Programs that guard mailboxes open every link first (and HEAD it)."""
    token = reset_link(NORTE)
    for method in ("get", "head"):
        scanner = Browser(visitor.app)
        scanner._send(method, f"/es/reset?token={token}")
        scanner._send(method, "/es/reset")
    assert choose(visitor, token) is not None


def test_the_token_is_kept_as_a_hash_and_leaves_the_address_at_once(visitor: Browser) -> None:
    """Not in the database, the log, or an address that history and referrers keep (B8)."""
    token = reset_link(NORTE)
    with capture_logs() as lines:
        page = follow_link(visitor, token)
        send(visitor, "/es/reset", "/es/reset", password="short")
    assert token not in str(lines) and token not in page.text
    kept = db.session.scalars(select(MailedLink)).all()
    assert kept and token not in str([(link.token_hash, link.payload) for link in kept])
    db.session.rollback()
    assert page.headers["Referrer-Policy"] == "same-origin"


def test_a_reset_ends_every_session_and_forgets_every_device(visitor: Browser) -> None:
    other = Browser(visitor.app)
    assert try_password(other, NORTE).status_code == 302 and signed_in(other)
    choose(visitor, reset_link(NORTE))
    assert not signed_in(other)
    assert len(mails("signed_in_new_device")) == 0
    try_password(other, NORTE, NEW)
    assert len(mails("signed_in_new_device")) == 1


def test_a_reset_does_not_stand_in_for_the_second_step(visitor: Browser) -> None:
    choose(visitor, reset_link(CHANNEL))
    assert not signed_in(visitor)
    assert try_password(visitor, CHANNEL, NEW).headers["Location"] == "/es/sign-in/code"


def test_a_mailed_link_lets_the_owner_in_while_strangers_keep_trying(visitor: Browser) -> None:
    """No lock-out (B4): neither of the account nor of the network one shares with them."""
    stranger = Browser(visitor.app)
    assert [try_password(stranger, NORTE, "wrong").status_code for _ in range(11)][-1] == 429
    assert try_password(visitor, NORTE).status_code == 429
    choose(visitor, reset_link(NORTE))
    for _ in range(11):
        try_password(stranger, NORTE, "wrong")
    assert try_password(visitor, NORTE, NEW).status_code == 302 and signed_in(visitor)


def test_five_links_an_hour_go_to_an_address_and_the_answer_says_nothing(visitor: Browser) -> None:
    with time_machine.travel(START, tick=False) as now:
        for email in (NORTE, "nobody@x.example"):
            found = [ask(visitor, email).status_code for _ in range(6)]
            assert found == [200] * 5 + [429]
        now.shift(timedelta(minutes=61))
        assert ask(visitor, NORTE).status_code == 200
    assert len(mails("reset_link")) == 6


def test_a_network_asks_for_twenty_an_hour(visitor: Browser) -> None:
    found = [ask(visitor, f"{number}@x.example").status_code for number in range(21)]
    assert found == [200] * 20 + [429]


def test_only_the_newest_link_works(visitor: Browser) -> None:
    first, second = reset_link(NORTE), reset_link(NORTE)
    assert choose(visitor, first) is None and choose(visitor, second) is not None


def test_the_link_stands_on_the_portals_own_address(visitor: Browser) -> None:
    """B10: whatever name a request comes by."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', visitor.get("/es/forgot"))
    assert token
    told = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    form = {"csrf_token": token[1], "email": NORTE}
    assert visitor._send("post", "/es/forgot", data=form, headers=told).status_code == 200
    assert mails("reset_link")[-1].context["path"] == "/reset?token={secret}"


def test_the_operator_hands_over_a_link_and_learns_no_password(visitor: Browser) -> None:
    """V6.4.6."""
    run = visitor.app.test_cli_runner()
    done = run.invoke(args=["accounts", "reset-password", NORTE])
    found = re.fullmatch(r"https://portal\.test/es/reset\?token=(\S+)\n", done.output)
    assert found, done.output
    assert choose(visitor, found[1]) is not None
    assert run.invoke(args=["accounts", "reset-password", "x@y.example"]).exit_code == 1
    assert mails("reset_link") == []


def test_the_decoys_name_nobody_and_are_swept(demo: Flask) -> None:
    from portal.accounts.jobs import sweep
    from portal.accounts.signing_in import Asked

    resets.ask_reset("nobody@x.example", asked=Asked(), now=START)
    decoy = db.session.scalars(select(MailedLink)).one()
    assert (decoy.email, decoy.person_id, decoy.expires_at) == ("", None, START)
    db.session.rollback()
    sweep(START + timedelta(days=31))
    assert db.session.scalar(select(func.count()).select_from(MailedLink)) == 0
    assert db.session.scalar(select(func.count()).select_from(Attempt)) == 0
    db.session.rollback()
