"""Access (facts.md section 9): every view is declared, and each role reaches what its table says.

The table is `policy.py`; `test_matrix.py` walks every cell of it.
"""

import pytest
from flask import Flask
from werkzeug.routing import Rule

from portal.factory import Misbuilt, create_app
from portal.kernel.access import GRANTS, Permission, Role
from portal.web import guards
from tests.conftest import House
from tests.people import (
    ACCOUNT,
    ADMIN,
    CHANNEL,
    CSM,
    EVERYONE,
    FINANCE,
    LEAD,
    NORTE,
    NORTE_ADMIN,
    SUPPORT,
    Browser,
)
from tests.surface.policy import POLICY

PUBLIC = {endpoint for endpoint, row in POLICY.items() if row.who is None}
OF_ROLE = {
    Role.PARTNER_USER: NORTE, Role.PARTNER_ADMIN: NORTE_ADMIN, Role.CHANNEL_MANAGER: CHANNEL,
    Role.CHANNEL_LEAD: LEAD, Role.ACCOUNT_TEAM: ACCOUNT, Role.SUPPORT: SUPPORT, Role.CSM: CSM,
    Role.FINANCE: FINANCE, Role.ADMIN: ADMIN,
}  # fmt: skip


def rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def test_every_route_declares_who_may_call_it(demo: Flask) -> None:
    assert guards.undeclared(demo) == []
    public = {r.endpoint for r in rules(demo) if guards.access_of(demo, r.endpoint) == "public"}
    assert public == PUBLIC


def test_a_view_that_declares_nothing_stops_the_start_up(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: with one mark taken away the portal refuses to start."""
    from portal.home import health

    monkeypatch.delattr(health.healthz, "access")
    with pytest.raises(Misbuilt, match=r"health\.healthz"):
        create_app(house.app.extensions["portal.config"])


@pytest.mark.parametrize("role", list(OF_ROLE))
def test_each_role_reaches_exactly_the_pages_it_is_granted(visitor: Browser, role: Role) -> None:
    """Every page without arguments: as the table says with the permission, 403 without it."""
    browser = visitor.as_(OF_ROLE[role])
    walked = 0
    for rule in rules(browser.app):
        if "GET" not in (rule.methods or ()) or rule.arguments - {"lang"}:
            continue
        access = guards.access_of(browser.app, rule.endpoint)
        path = rule.rule.replace("<any(es, en):lang>", "es")
        if isinstance(access, Permission):
            status = POLICY[rule.endpoint].answer(role, "none")
            assert (status != 403) == (access in GRANTS[role]), path
            browser.get(path, status=status)
            walked += 1
    assert walked >= 4


def test_a_visitor_is_sent_to_sign_in_from_every_page_that_is_not_public(visitor: Browser) -> None:
    for rule in rules(visitor.app):
        if rule.endpoint in PUBLIC or "GET" not in (rule.methods or ()):
            continue
        path = rule.rule.replace("<any(es, en):lang>", "en")
        for argument in rule.arguments - {"lang"}:
            path = path.replace(f"<{argument}>", "x").replace(f"<int:{argument}>", "1")
        visitor.get(path, status=302)
        assert visitor.page is not None
        assert visitor.page.headers["Location"].startswith("/en/sign-in")


def test_everyone_of_the_demo_can_sign_in_by_one_click(visitor: Browser) -> None:
    for email in EVERYONE:
        browser = Browser(visitor.app).as_(email)
        assert "sign-out" in browser.get("/es/")
