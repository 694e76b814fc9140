"""Codes on paper, in place of the app: once each, shown once, kept as hashes (B6; V6.5.1 to V6.5.4)."""

import re

from flask import Flask
from sqlalchemy import select

from portal.accounts import factors, signing_in
from portal.accounts.models import Level, RecoveryCode
from portal.accounts.signing_in import Asked, Entered
from portal.kernel import clock
from portal.store.db import db
from tests.accounts.crowd import enter_with
from tests.accounts.entering import (
    events,
    give_factor,
    mails,
    send,
    signed_in,
    try_code,
    try_password,
)
from tests.concurrency.crowd import together
from tests.conftest import PASSWORD
from tests.people import NORTE, SUR, Browser

CODE = re.compile(r'"id">((?:[A-Z2-9]{4} ){5}[A-Z2-9]{4})<')


def test_a_recovery_code_signs_in_once(visitor: Browser) -> None:
    codes = give_factor(NORTE)
    try_password(visitor, NORTE)
    page = visitor.get("/es/sign-in/code?recovery=1")
    assert 'inputmode="numeric"' not in page
    assert try_code(visitor, codes[0], recovery="1").status_code == 302
    assert signed_in(visitor)
    other = Browser(visitor.app)
    try_password(other, NORTE)
    assert try_code(other, codes[0], recovery="1").status_code == 422
    assert try_code(other, codes[1], recovery="1").status_code == 302
    assert [event.payload for event in events("person.recovery_code_used")] == [
        {"left": 9},
        {"left": 8},
    ]


def test_it_may_be_typed_as_it_was_printed_or_without_care(visitor: Browser) -> None:
    codes = give_factor(NORTE)
    for typed in (
        factors.in_groups(codes[0]),
        codes[1].lower(),
        "-".join(re.findall("....", codes[2])),
    ):
        browser = Browser(visitor.app)
        try_password(browser, NORTE)
        assert try_code(browser, typed).status_code == 302, typed


def test_the_code_of_somebody_else_is_no_code(visitor: Browser) -> None:
    give_factor(NORTE)
    others = give_factor(SUR)
    try_password(visitor, NORTE)
    assert try_code(visitor, others[0]).status_code == 422


def test_twenty_at_once_with_one_code_sign_in_once(demo: Flask) -> None:
    codes = give_factor(NORTE)
    waiting = signing_in.with_password(NORTE, PASSWORD, asked=Asked(), now=clock.wall())
    assert isinstance(waiting, Entered) and waiting.level is Level.CODE
    assert sum(together(demo, enter_with, [(waiting.key, codes[0], 10)] * 2)) == 1


def test_wrong_recovery_codes_are_counted_with_wrong_codes(visitor: Browser) -> None:
    codes = give_factor(NORTE)
    try_password(visitor, NORTE)
    found = [try_code(visitor, "2345 6789 ABCD EFGH JKMN PQRS").status_code for _ in range(5)]
    assert found == [422] * 5
    assert try_code(visitor, codes[0]).status_code == 429


def test_they_are_kept_as_hashes_of_more_than_112_random_bits(visitor: Browser) -> None:
    """V6.5.2 asks no slow hash of secrets that long."""
    codes = give_factor(NORTE)
    kept = db.session.scalars(select(RecoveryCode.code_hash)).all()
    db.session.rollback()
    assert len(kept) == len(set(codes)) == 10
    assert all(len(code) == 24 and re.fullmatch("[A-Z2-9]+", code) for code in codes)
    assert 31**24 > 2**112
    assert not [code for code in codes if any(code in each for each in kept)]


def test_new_ones_are_shown_once_and_take_the_place_of_the_old(visitor: Browser) -> None:
    old = give_factor(NORTE)
    visitor.as_(NORTE)
    page = send(visitor, "/es/enrol/recovery-codes", "/es/enrol")
    codes = CODE.findall(page.text)
    assert page.status_code == 200 and len(codes) == 10
    assert page.headers["Cache-Control"] == "no-store"
    assert not CODE.findall(visitor.get("/es/enrol"))
    other = Browser(visitor.app)
    try_password(other, NORTE)
    assert try_code(other, old[0]).status_code == 422
    assert try_code(other, codes[0]).status_code == 302
    assert len(events("person.recovery_codes_made")) == 1 and len(mails("factor_changed")) == 1
    assert not [
        code
        for event in events("person.recovery_codes_made")
        for code in codes
        if code in str(event.payload)
    ]


def test_without_a_factor_there_are_none(visitor: Browser) -> None:
    visitor.as_(NORTE)
    answer = send(visitor, "/es/enrol/recovery-codes", "/es/enrol")
    assert answer.status_code == 302
    assert db.session.scalars(select(RecoveryCode)).all() == []
    db.session.rollback()
