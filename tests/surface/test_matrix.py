"""Every route x everyone x own, another's and unknown things (catalogue A1 to A5, facts section 9).

What each person may see stands in `rivals.py`, written by hand; every byte of every answer is
searched for what they may not. What belongs to another reads exactly like what does not exist.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from flask import Flask
from markupsafe import escape
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from portal.kernel.access import Role
from portal.registry.models import Contract
from portal.store import scope
from portal.store.db import db
from portal.store.decisions import StoredDecision
from tests import people
from tests.conftest import House
from tests.orders.rows import Counted
from tests.people import Browser
from tests.registry.world import CTL, L3
from tests.surface.rivals import (
    ALIKE,
    LOST,
    LOST_SERVICE,
    ROLE,
    Thing,
    World,
    place,
    settle,
)

PARTNERS = {Role.PARTNER_USER}
STAFF = {Role.CHANNEL_MANAGER}
READERS = PARTNERS | STAFF | {Role.ACCOUNT_TEAM}
ALL = set(Role) - {Role.VISITOR}
# Who has each page; None: anyone, signed in or not.
POLICY: dict[str, set[Role] | None] = {
    "health.healthz": None,
    "health.front_door": None,
    "faq_api.faq": None,
    "orders_short.short_address": None,
    "site.accounts.sign_in": None,
    "site.accounts.start_session": None,
    "site.accounts.sign_out": None,
    "site.home.index": None,
    "site.home.look_on": None,
    "site.home.choose_date": None,
    "site.home.rules": None,
    "site.home.design": None,
    "site.faq.index": None,
    "site.faq.question": None,
    "site.faq.on_paper": None,
    "site.faq.unanswered": STAFF,
    "site.directory.index": ALL,
    "site.directory.team": ALL,
    "site.directory.partners": STAFF | {Role.SUPPORT, Role.CSM},
    "site.directory.partner": STAFF | {Role.SUPPORT, Role.CSM},
    "site.orders.index": READERS,
    "site.orders.order": READERS,
    "site.orders.decision": READERS,
    "site.orders.new": PARTNERS,
    "site.orders.place": PARTNERS,
    "site.registry.index": READERS,
    "site.registry.book": READERS,
    "site.registry.portfolio": READERS,
    "site.registry.contract": READERS,
    "site.registry.service": READERS,
    "site.registry.customer": READERS,
    "site.registry.agreement": PARTNERS | STAFF,
}
UNKNOWN = {"order": "ZZZZ9999", "decision": "ZZZZ9999"}
BOOKS = {**dict.fromkeys(people.EVERYONE, (CTL, L3))}
BOOKS |= dict.fromkeys((people.CHANNEL, people.LEAD, people.ACCOUNT), (CTL,))
BOOKS |= dict.fromkeys((people.CHANNEL_L3, people.LEAD_L3, people.ACCOUNT_L3), (L3,))
CHANGES = (
    re.compile(r'(name="csrf_token"[^>]*value=")[^"]*'),
    re.compile(r'(name="(?:idempotency_)?key"[^>]*value=")[^"]*'),
    re.compile(r'(<span class="id">)[0-9a-f]{12}(?=</span>)'),
)


@pytest.fixture(params=["sqlite", "postgres"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    """The rivals' world; whoever changes it settles it again."""
    house: House = request.getfixturevalue(f"{request.param}_house")
    return settle(house, tmp_path)


def rules(app: Flask) -> Iterator[Rule]:
    yield from (rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()))


def path_of(rule: Rule, **values: str) -> str:
    """The Spanish page of `rule`."""
    path = rule.rule.replace("<any(es, en):lang>", "es")
    for name, value in values.items():
        path = re.sub(rf"<(int:)?{name}>", value, path)
    assert "<" not in path, path
    return path


def plain(response: TestResponse, *typed: str) -> str:
    """The body less what differs between any two answers, and less what the reader typed."""
    text = response.text
    for change in CHANGES:
        text = change.sub(r"\1…", text)
    for word in sorted(filter(None, typed), key=len, reverse=True):
        forms = {word, str(escape(word)), quote(word), quote(word, safe=""), quote_plus(word)}
        for written in sorted(forms, key=len, reverse=True):
            text = text.replace(written, "…")
    return f"{response.status_code} {text}"


def leaks(world: World, email: str, response: TestResponse, *typed: str) -> set[str]:
    """What of others' stands in an answer, headers included."""
    said = response.text + repr(list(response.headers))
    secrets = world.foreign(email) - set(typed)
    return {secret for secret in secrets if secret in said or str(escape(secret)) in said}


def reader(world: World, email: str) -> Browser:
    browser = Browser(world.house.app)
    return browser.as_(email) if email else browser


def get(browser: Browser, path: str, **query: str) -> TestResponse:
    return browser._send("get", path, query_string=query or None)


def pages_of(app: Flask, thing: Thing) -> Iterator[tuple[Rule, dict[str, str], str]]:
    """The pages on which a thing stands: rule, its other arguments, and the name of its own."""
    for rule in rules(app):
        names = rule.arguments - {"lang"}
        if rule.endpoint == {"order": "site.orders.order", "decision": "site.orders.decision"}.get(
            thing.argument
        ):
            yield rule, {}, "ref"
        elif thing.argument in names:
            yield rule, {"slug": thing.registry} if "slug" in names else {}, thing.argument


def test_every_route_has_its_row_and_every_row_its_route(sqlite_house: House) -> None:
    declared = {rule.endpoint for rule in sqlite_house.app.url_map.iter_rules()}
    assert declared == set(POLICY)


def walk(world: World, email: str) -> int:
    """Ask for every page of every thing as `email`; the number of answers looked at."""
    browser, seen, unknown = reader(world, email), 0, {}
    for thing in world.things:
        for rule, other, name in pages_of(world.house.app, thing):
            allowed = POLICY[rule.endpoint]
            assert allowed is not None
            path = path_of(rule, **other, **{name: thing.value})
            response = get(browser, path)
            may = bool(email) and ROLE[email] in allowed
            if not may:
                assert response.status_code == (403 if email else 302), path
            elif email in thing.seen_by:
                assert response.status_code == 200, f"{email}: {path}"
            else:
                assert response.status_code == 404, f"{email}: {path} is not 404"
                none = UNKNOWN.get(thing.argument, "2147483647")
                if rule.rule not in unknown:
                    asked = path_of(rule, **{**other, **dict.fromkeys(other, CTL)}, **{name: none})
                    unknown[rule.rule] = plain(get(browser, asked), none, CTL, L3)
                assert plain(response, f"/{thing.value}", thing.registry).replace("/…", "…") == (
                    unknown[rule.rule].replace("/…", "…")
                )
            assert not leaks(world, email, response, thing.value), path
            seen += 1
            if may and other and email in thing.seen_by and seen % 5 == 0:
                swapped = {"slug": L3 if other["slug"] == CTL else CTL}
                wrong = get(browser, path_of(rule, **swapped, **{name: thing.value}))
                assert wrong.status_code == 404, path
    for rule in rules(world.house.app):
        names = rule.arguments - {"lang"}
        for values in [{}] if not names else [{"slug": s} for s in (CTL, L3)] * (names == {"slug"}):
            if names and rule.endpoint.startswith("site.faq"):
                continue
            response = get(browser, path_of(rule, **values))
            allowed = POLICY[rule.endpoint]
            if allowed is not None and not (email and ROLE[email] in allowed):
                assert response.status_code == (403 if email else 302), rule
            elif values and values["slug"] not in BOOKS[email]:
                assert response.status_code == 404, rule
            else:
                assert response.status_code in (200, 302), rule
            assert not leaks(world, email, response), rule
            seen += 1
    return seen


# Leads and Sur's administrator have the scope of those they stand beside.
WALKERS = set(people.EVERYONE) - {people.LEAD, people.LEAD_L3, people.SUR_ADMIN}


@pytest.mark.parametrize("email", ["", *sorted(WALKERS)])
def test_everyone_reaches_their_own_and_nothing_of_others(
    sqlite_house: House, tmp_path: Path, email: str
) -> None:
    assert walk(settle(sqlite_house, tmp_path), email) > 80


@pytest.mark.parametrize("email", [people.NORTE, people.SUR, people.ACCOUNT])
def test_it_is_so_on_postgresql_too(postgres_house: House, tmp_path: Path, email: str) -> None:
    assert walk(settle(postgres_house, tmp_path), email) > 80


def test_the_walk_sees_a_scope_that_lets_everything_through(
    sqlite_house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: without the scope of contracts the walk fails."""
    world = settle(sqlite_house, tmp_path)
    monkeypatch.setitem(scope._SCOPES, Contract, lambda actor: None)
    scope._condition.cache_clear()
    try:
        with pytest.raises(AssertionError, match="404"):
            walk(world, people.SUR)
    finally:
        scope._condition.cache_clear()


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
        lambda word: {"a": "new", "p": "CTL-INTERNET", "k": word, "customer": "X-1", "key": "k" * 16},
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


NEW_ON_LOST = {"a": "new", "s": "", "p": "CTL-INTERNET", "k": LOST, "customer": "X-1"}


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
