"""What people type, choose or send: another's reads exactly like what nobody has (A4, A5)."""

import re
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.store.db import db
from portal.store.decisions import StoredDecision
from tests import people
from tests.orders.rows import Counted
from tests.surface.asking import BOOKS, get, leaks, plain, reader
from tests.surface.rivals import ALIKE, LOST, LOST_SERVICE, World, place, settle

# What people type: another's and one that nobody has, of the same shape.
TYPED = [
    ("a service", people.NORTE, "82/KFGS/610045/000/SE", "82/KFGS/619999/000/SE"),
    ("a service, pasted otherwise", people.NORTE, "82kfgs610045000se", "82kfgs619999000se"),
    ("a service of a line that was lost", people.NORTE, LOST_SERVICE, "77/HAND/799999/000/XX"),
    ("a contract", people.NORTE, "CTL-2016-0510", "CTL-2016-9999"),
    ("a contract that replaced one's own", people.NORTE, "CTL-H-0002", "CTL-H-0009"),
    ("a customer", people.NORTE, "S-202", "S-999"),
    ("a service", people.SUR, "BBWX-7301", "BBWX-9999"),
    ("a contract", people.SUR, "L3-2015-0611", "L3-2015-9999"),
    ("a customer", people.SUR, "N-101", "N-999"),
]
ASKING = [
    ("/es/contracts/", lambda word: {"q": word}),
    ("/es/orders/new", lambda word: {"q": word, "key": "k" * 16}),
    ("/es/orders/new", lambda word: {"a": "change", "s": word, "key": "k" * 16}),
    ("/es/orders/new", lambda word: {"a": "add", "s": word, "p": "L3-MPLS", "key": "k" * 16}),
    (
        "/es/orders/new",
        lambda word: {"a": "new", "p": "CTL-INTERNET", "k": word, "customer": "RIV-1", "key": "k" * 16},
    ),
    (
        "/es/orders/new",
        lambda word: {"a": "new", "p": "CTL-INTERNET", "customer": word, "key": "k" * 16},
    ),
    ("/es/faq/q5", lambda word: {"q": word}),
    ("/es/directory/", lambda word: {"q": word}),
    ("/es/faq", lambda word: {"q": word}),
]  # fmt: skip


@pytest.mark.parametrize(("what", "email", "foreign", "nobodys"), TYPED)
def test_what_is_anothers_reads_like_what_nobody_has_wherever_it_is_typed(
    world: World, what: str, email: str, foreign: str, nobodys: str
) -> None:
    """Same words, same number of queries: neither text nor work tells them apart (R2, R3)."""
    browser = reader(world, email)
    for path, query in ASKING:
        # The first of each is counted as an unanswered search; the second ones are compared.
        answers, counts = [], []
        for word in (nobodys, foreign, nobodys, foreign):
            with world.house.app.app_context(), Counted() as counted:
                response = get(browser, path, **query(word))
                while response.status_code in (301, 302):
                    response = get(browser, response.headers["Location"])
            answers.append(plain(response, word, word.upper(), word.lower()))
            counts.append(counted.count)
            assert not leaks(world, email, response, word), f"{path}: {what}"
        assert answers[2] == answers[3], f"{path}: {what}"
        assert counts[2] == counts[3], f"{path}: {what}"


@pytest.mark.parametrize(
    ("what", "email", "foreign", "nobodys"), [t for t in TYPED if "serv" in t[0]]
)
def test_a_refusal_on_record_holds_nothing_of_others(
    world: World, what: str, email: str, foreign: str, nobodys: str
) -> None:
    """The receipt, and the facts behind it in the database (R7)."""
    browser, receipts, kept = reader(world, email), [], []
    for word in (nobodys, foreign):
        path = place(browser, word)
        response = get(browser, path)
        assert response.status_code == 200 and not leaks(world, email, response, word)
        ref = path.rpartition("/")[2]
        receipts.append(re.sub(r"\d\d:\d\d", "", plain(response, word, ref)))
        with world.house.app.app_context():
            row = db.session.scalars(select(StoredDecision).where(StoredDecision.ref == ref)).one()
            kept.append(f"{row.asked} {row.reasons} {row.facts} {row.value}".replace(word, "…"))
            db.session.rollback()
    assert receipts[0] == receipts[1]
    secrets = world.foreign(email) - {foreign}
    assert not [secret for secret in secrets if secret in kept[1]]
    if foreign != LOST_SERVICE:  # of a line one took part in, its state is kept, without names
        assert kept[0] == kept[1]
    settle(world.house, Path())


def test_two_ids_that_read_alike_are_not_ambiguous_across_companies(world: World) -> None:
    """`service.ambiguous` lists one's own candidates; another's twin is none."""
    browser = reader(world, people.NORTE)
    page = get(browser, "/es/orders/new", a="change", s="48KFGS310225000CE", key="k" * 16)
    assert "CTL-2016-0205" in page.text and ALIKE not in page.text


def test_what_is_written_down_of_a_shared_line_names_no_other(world: World) -> None:
    """The line of `LOST` went on to the rival: its number, team and name stay out of the record."""
    browser = reader(world, people.NORTE)
    path = place(browser, NEW_ON_LOST["k"], **NEW_ON_LOST)
    ref = path.rpartition("/")[2]
    with world.house.app.app_context():
        row = db.session.scalars(select(StoredDecision).where(StoredDecision.ref == ref)).one()
        assert LOST in str(row.facts) and "CTL-H-0002" not in str(row.facts)
        assert "sur" not in {one["partner"] for one in row.facts["contracts"]}
        db.session.rollback()
    settle(world.house, Path())


NEW_ON_LOST = {"a": "new", "s": "", "p": "CTL-INTERNET", "k": LOST, "customer": "RIV-1"}


@pytest.mark.parametrize("email", [people.NORTE, people.SUR, people.CHANNEL_L3, people.ACCOUNT])
def test_a_filter_or_a_page_key_of_others_shows_nothing_of_theirs(world: World, email: str) -> None:
    """Hidden inputs and queries that name rows (A5): each one with every id there is."""
    browser, seen = reader(world, email), 0
    with world.house.app.app_context():
        keys = [str(each) for each in db.session.scalars(select(StoredDecision.id))]
        db.session.rollback()
    for thing in world.things:
        name = {"customer_id": "customer", "partner_id": "partner"}.get(thing.argument)
        for slug in BOOKS[email] if name else ():
            response = get(browser, f"/es/contracts/{slug}/", **{str(name): thing.value})
            assert response.status_code == 200 and not leaks(world, email, response)
            seen += 1
    for slug in BOOKS[email]:
        for way in ("older", "newer"):
            response = get(browser, f"/es/contracts/{slug}/", state="all", **{way: "2014-01-01.7"})
            assert response.status_code == 200 and not leaks(world, email, response)
    for key in keys:
        response = get(browser, "/es/orders", before=key)
        assert response.status_code == 200 and not leaks(world, email, response)
    assert seen > 10
