"""Every route x everyone x own, another's and unknown things (catalogue A1 to A5, facts section 9).

What each person may see stands in `rivals.py`, written by hand; every byte of every answer is
searched for what they may not. What belongs to another reads exactly like what does not exist.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

from portal.kernel.access import Role
from portal.registry.models import Contract
from portal.store import scope
from tests import people
from tests.conftest import House
from tests.registry.world import CTL, L3
from tests.surface import rival_people
from tests.surface.asking import BOOKS, get, leaks, plain, reader
from tests.surface.rivals import (
    ROLE,
    Thing,
    World,
    settle,
)

PARTNERS = {Role.PARTNER_USER, Role.PARTNER_ADMIN}
STAFF = {Role.CHANNEL_MANAGER}
READERS = PARTNERS | STAFF | {Role.ACCOUNT_TEAM}
ALL = set(Role) - {Role.VISITOR}
TRAIL = STAFF | {Role.PARTNER_ADMIN, Role.ADMIN}
# Who has each page; None: anyone, signed in or not.
POLICY: dict[str, set[Role] | None] = {
    "health.healthz": None,
    "health.front_door": None,
    "faq_api.faq": None,
    "orders_short.short_address": None,
    "site.accounts.sign_in": None,
    "site.accounts.start_session": None,
    "site.accounts.sign_out": None,
    "site.accounts.code": None,
    "site.accounts.send_code": None,
    "site.accounts.forgot": None,
    "site.accounts.ask_reset": None,
    "site.accounts.reset": None,
    "site.accounts.set_password": None,
    "site.accounts.confirm": ALL,
    "site.accounts.confirm_now": ALL,
    "site.accounts.enrol": ALL,
    "site.accounts.set_up": ALL,
    "site.accounts.new_codes": ALL,
    "site.accounts.remove": ALL,
    "site.inbox.index": ALL,
    "site.inbox.letter": ALL,
    "site.inbox.everyone": {Role.ADMIN},
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
    "site.files.file": PARTNERS | STAFF,
    "site.apply.apply": None,
    "site.apply.ask": None,
    "site.apply.confirm": None,
    "site.apply.finish": None,
    "site.applications.index": {Role.PARTNER_ADMIN},
    "site.applications.new": {Role.PARTNER_ADMIN},
    "site.applications.send": {Role.PARTNER_ADMIN},
    "site.applications.application": {Role.PARTNER_ADMIN},
    "site.applications.documents": {Role.PARTNER_ADMIN},
    "site.applications.withdraw": {Role.PARTNER_ADMIN},
    "site.review.index": STAFF,
    "site.review.application": STAFF,
    "site.review.approval": STAFF,
    "site.review.approve": STAFF,
    "site.review.decline": STAFF,
    **{page: {Role.PARTNER_ADMIN} for page in rival_people.OF_A_COMPANY},
    **{page: {Role.ADMIN} for page in rival_people.OF_THE_PORTAL},
    "site.invitations.look": None,
    "site.invitations.take": None,
    "site.audit.index": TRAIL,
    "site.audit.export": TRAIL,
    "site.registry.index": READERS,
    "site.registry.book": READERS,
    "site.registry.portfolio": READERS,
    "site.registry.contract": READERS,
    "site.registry.service": READERS,
    "site.registry.customer": READERS,
    "site.registry.agreement": PARTNERS | STAFF,
}
UNKNOWN = {"order": "ZZZZ9999", "decision": "ZZZZ9999"}


def rules(app: Flask) -> Iterator[Rule]:
    yield from (rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()))


def path_of(rule: Rule, **values: str) -> str:
    """The Spanish page of `rule`."""
    path = rule.rule.replace("<any(es, en):lang>", "es")
    for name, value in values.items():
        path = re.sub(rf"<(int:)?{name}>", value, path)
    assert "<" not in path, path
    return path


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
