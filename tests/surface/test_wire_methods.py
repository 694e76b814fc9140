"""No other way to write a request gets past a guard (catalogue A12): methods, headers, odd paths."""

from urllib.parse import urlsplit

import pytest
from flask import Flask, request
from werkzeug.routing import Rule

from portal.kernel.access import GRANTS, Role
from portal.web import guards
from tests import people
from tests.people import Browser
from tests.surface.paths import path_of, rules

OVERRIDES = {
    "X-HTTP-Method-Override": "POST", "X-HTTP-Method": "POST", "X-Method-Override": "POST", "X-Original-Method": "POST",
    "X-Original-URL": "/es/orders", "X-Rewrite-URL": "/es/orders", "X-Forwarded-Prefix": "/es", "X-Forwarded-User": people.ADMIN,
    "X-Remote-User": people.ADMIN, "Remote-User": people.ADMIN, "X-Forwarded-For": "127.0.0.1", "X-Real-IP": "127.0.0.1",
    "Authorization": "Basic YWRtaW46YWRtaW4=", "X-Requested-With": "XMLHttpRequest", "X-Partial": "1", "Content-Type": "application/json",
}  # fmt: skip
METHODS = (
    "GET",
    "HEAD",
    "OPTIONS",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "TRACE",
    "CONNECT",
    "PROPFIND",
    "get",
    "GET ",
)


def guarded(app: Flask) -> list[Rule]:
    """The routes that are not for anybody."""
    every = {rule.rule: rule for method in ("GET", "POST") for rule in rules(app, method)}
    return [rule for rule in every.values() if guards.access_of(app, rule.endpoint) != "public"]


def written(path: str) -> list[str]:
    """The same path as servers, proxies and routers may read it."""
    head, _, last = path.strip("/").rpartition("/")
    return [
        *(f"/{path}", f"//{path}", path.replace("/", "//"), f"{path}/", f"{path}//", f"{path}/.", f"{path}/..;/"),
        *(f"/.{path}", f"/x/..{path}", f"/%2e{path}", f"/x/%2e%2e{path}", f"{path}%2f", f"{path}%2e", f"{path}%00", f"{path}%20"),
        *(f"{path};x=1", f"{path};jsessionid=1", f"{path}.json", f"{path}.html", f"{path}?", f"{path}#x", f"{path}\\", path.replace("/", "\\")),
        *(path.upper(), path.title(), path.replace("/es/", "/ES/"), path.replace("/es/", "/%65%73/"), path.replace("/es", "/es/es", 1)),
        *(f"/{head}/%{ord(last[:1] or 'x'):02x}{last[1:]}", f"/{head}/{last}%0a", f"/static/..{path}", f"/api/..{path}", f"http://localhost{path}"),
    ]  # fmt: skip


@pytest.fixture
def past(demo: Flask, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The guarded endpoints whose view was reached; views themselves do nothing here."""
    reached: list[str] = []
    inner = demo.dispatch_request

    def dispatch() -> object:
        endpoint = request.endpoint
        if endpoint is None or request.routing_exception is not None:
            return inner()
        if request.method == "OPTIONS" or guards.access_of(demo, endpoint) == "public":
            return inner()
        reached.append(endpoint)
        return "reached"

    monkeypatch.setattr(demo, "dispatch_request", dispatch)
    return reached


def send(browser: Browser, method: str, path: str, **more: object) -> int:
    """The path as it stands on the line of the request, not as a client would tidy it."""
    parts = urlsplit(path) if path.startswith("http") else None
    line = parts.path if parts else path if path.startswith("/") else f"/{path}"
    return browser._send(method, f"http://localhost{line}", **more).status_code


def test_no_way_to_write_a_path_reaches_a_view_without_signing_in(
    demo: Flask, past: list[str]
) -> None:
    visitor, asked = Browser(demo), 0
    for rule in guarded(demo):
        for path in written(path_of(rule)):
            for method in ("GET", "POST"):
                status = send(visitor, method, path)
                assert status in (301, 302, 308, 400, 404, 405), (method, path, status)
                asked += 1
    assert past == [] and asked > 1_000


def test_no_method_and_no_header_reaches_one_either(demo: Flask, past: list[str]) -> None:
    visitor = Browser(demo)
    for rule in guarded(demo):
        path = path_of(rule)
        for method in METHODS:
            status = send(visitor, method, path)
            assert status in (200, 302, 400, 405), (method, path, status)
            assert status != 200 or method == "OPTIONS", (method, path)
        for name, value in OVERRIDES.items():
            assert send(visitor, "GET", path, headers={name: value}) in (302, 405), (name, path)
        assert send(visitor, "GET", f"{path}?_method=POST&_csrf=1") in (302, 405)
    assert past == []


def test_a_role_without_the_permission_reaches_none_of_them(demo: Flask, past: list[str]) -> None:
    """Finance has hardly a page: whatever it may not is refused, however it is written."""
    browser = Browser(demo).as_(people.FINANCE)
    refused = [
        rule
        for rule in guarded(demo)
        if guards.access_of(demo, rule.endpoint) not in GRANTS[Role.FINANCE]
    ]
    assert len(refused) > 10
    for rule in refused:
        for path in (path_of(rule), *written(path_of(rule))):
            send(browser, "GET", path)
    # A path written otherwise may be that of a page finance has.
    wrong = {each for each in past if guards.access_of(demo, each) not in GRANTS[Role.FINANCE]}
    assert not wrong


def test_a_method_that_is_none_is_refused_and_told_the_right_ones(demo: Flask) -> None:
    visitor = Browser(demo)
    for rule in rules(demo, "GET"):
        response = visitor._send("PROPFIND", path_of(rule))
        assert response.status_code == 405
        assert "GET" in response.headers["Allow"]


def test_nothing_is_echoed_by_trace(demo: Flask) -> None:
    response = Browser(demo)._send("TRACE", "/es/faq", headers={"X-Secret": "zq-canary"})
    assert response.status_code == 405 and "zq-canary" not in response.text


def test_without_the_guard_they_are_reached(
    demo: Flask, past: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: with the one guard taken away each is reached, by its own path."""
    steps = demo.before_request_funcs[None]
    left = [step for step in steps if step.__name__ != "_enforce"]
    assert len(left) == len(steps) - 1
    monkeypatch.setitem(demo.before_request_funcs, None, left)
    mine = [rule for rule in guarded(demo) if "GET" in (rule.methods or ())]
    for rule in mine:
        Browser(demo)._send("get", path_of(rule))
    assert set(past) == {rule.endpoint for rule in mine}
