"""Every page passes axe in both languages, at 360 and 1280 pixels, light and dark, and fits its width
(`looks.py`).

The pages are found by following links as each role, so a new page is walked without being listed;
one of every view must be found, or the walk fails.
"""

import re
from collections import Counter
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser
from sqlalchemy import select
from werkzeug.exceptions import HTTPException

from portal.faq import misses
from portal.kernel import clock
from portal.notices import questions
from portal.notices.audience_rules import Choice
from portal.notices.models import NoticeVersion
from portal.notices.rules import Kind
from portal.store.db import atomic, db
from portal.store.outbox import Mail
from tests import people
from tests.browser.conftest import sign_in
from tests.browser.looks import LOOKS, look, reading
from tests.browser.money import ask_for_money
from tests.companies import applicants
from tests.conftest import House
from tests.mail.test_inbox import own
from tests.notices import world as notices
from tests.people import (
    ADMIN,
    CHANNEL,
    CHANNEL_L3,
    FINANCE,
    LEAD,
    NORTE,
    NORTE_ADMIN,
    SUPPORT,
    SUR_ADMIN,
)
from tests.surface import rival_people

LINK = re.compile(r'href="(/[^"#]*)')
# Steps that no link leads to: tests/browser/test_signing_in.py walks them with the same looks.
STEPS = {"site.accounts.code", "site.accounts.reset", "site.accounts.confirm"}
# And tests/browser/test_people.py these: their links are mailed, or lead on from a deed.
STEPS |= {"site.invitations.look", "site.staff.reactivation"}
TAKES_NO_PAGE = {
    "health.healthz",
    "health.front_door",
    "faq_api.faq",
    "site.faq.feed",
    "orders_short.short_address",
    *("feeds.atom", "feeds.calendar"),
    "site.files.file",
    "site.notices.proof_file",
    "site.promises.index",
    "site.library.file",
    "site.library.logo_file",
    *("site.mdf.fund_statement_export", "site.mdf.company_statement_export"),
    "site.mdf.payments_file",
}
# States that a link does not lead to.
STATES = {
    "": (
        *("/?sample=follows-service", "/?sample=mixed", "/?sample=other-portfolio"),
        *("/faq?q=contrato", "/faq?q=zzzz", "/nothing-here"),
    ),
    # Before the companies read what staff sent them: who was not reached has pages of its own.
    LEAD: (),
    NORTE: (
        *("/faq/q1", "/faq/q2", "/faq/q4", "/faq/q5?q=bbwx7301", "/faq/q7", "/faq/q8"),
        "/orders/new?q=73/HCGS/123456/000/NE%0Abbwx 7301",
        "/orders/new?a=add&s=BBWX-7301&p=CTL-INTERNET&k=&customer=",
        "/mdf/ask?activity=event&starts_on=2017-12-20&asked=4000",
        *("/contracts/?q=nada", "/directory/?q=level3.example"),
        "/library/brand?asset=level3-corporate",
    ),
    SUR_ADMIN: (),
    NORTE_ADMIN: (),
    FINANCE: (),
    SUPPORT: (),
    ADMIN: (),
}
# The same pages for everybody who is signed in: looked at as one of them.
ONES_OWN = ("/account", "/enrol", "/inbox/0", "/faq/")
# Of a view that both have, a page is looked at as the second of them: only its rows are others.
ALIKE = {SUR_ADMIN: NORTE_ADMIN, NORTE_ADMIN: NORTE, FINANCE: LEAD}
EDITORS = ("/faq/desk", "/faq/misses")
# How many pages of a view are read for links: what leads on from one leads on from a few.
OF_EACH = 4


@pytest.fixture(scope="session")
def walked(sqlite_house: House, address: str) -> dict[str, list[str]]:
    """Per reader, one address of every view that links lead to, without its language."""
    app = sqlite_house.app
    norte = people.Browser(app).as_(NORTE)
    form = norte.get("/es/orders/new?q=73/HCGS/123456/000/NE%0Abbwx7301&key=for-the-walk")
    fields = re.findall(r'type="hidden" name="([aspk]|customer)" value="([^"]*)"', form)
    sent = {name: [value for key, value in fields if key == name] for name, _ in fields}
    norte.post("/es/orders", {**sent, "idempotency_key": "for-the-walk"}, at="/es/orders/new")
    with app.app_context():
        own(NORTE)
        rival_people.invite()
        applicants.join(app)
        token = applicants.ask(app, email="otra@nuevo.example")
    norte.post("/es/account/address", {"email": "nueva@norte.example"}, status=200)
    with app.app_context():
        asked = db.session.scalars(select(Mail.secret).where(Mail.kind == "address_link")).one()
        db.session.rollback()
    form = {"registry": "level3", "program": "alliance", "note": "Redes"}
    sur = people.Browser(app).as_(SUR_ADMIN)
    sur.post("/es/company/applications/new", form)
    (made,) = re.findall(r'href="(/es/company/applications/\d+)"', sur.follow())
    _edit(app)
    _notify(app)
    with app.app_context():
        ask_for_money()
    sur.post(f"{made}/withdraw", {}, at="/es/on")
    found = {email: _walk(app, email) for email in STATES}
    # Led to by a mail, or by having accepted an invitation.
    found[""] += [f"/apply/confirm?token={token}", f"/account/address/new?token={asked}"]
    found[NORTE].append("/account/acting")
    return found


def _edit(app: Flask) -> None:
    """A draft of an answer, and a search in vain: what leads to the rest of the editors' desk."""
    editor = people.Browser(app).as_(CHANNEL)
    text = "/es/faq/desk/Q1"
    (seen,) = re.findall(r'name="seen"[^>]*value="([^"]*)"', editor.get(text))
    written = {f"{part}_{lang}": "Sí." for part in ("question", "answer") for lang in ("es", "en")}
    editor.post(f"{text}/draft", {**written, "seen": seen}, at=text)
    with app.app_context():
        misses.note(db.engine, "es", "estacionamiento", clock.business())


def _notify(app: Flask) -> None:
    """Notices: one that is out, with a question, a draft, and one of the other registry to agree to."""
    with app.app_context():
        author, now = notices.actor(CHANNEL), clock.business()
        agreement = notices.agreement_id("CTL-A-1042")
        change = ("agreement.channel_team", agreement, notices.team_id("CTL-CANAL-2"))
        day = (clock.today() + timedelta(days=60)).isoformat()
        everybody = Choice(registries=frozenset({notices.registry_id("centurylink")}))
        out = notices.draft(author, change, effective=day, now=now, choice=everybody)
        with atomic() as session:
            session.get_one(NoticeVersion, out.version_id).questions_until = clock.today()
        notices.publish(out, author, now)
        questions.ask(out.ref, "¿Y los teléfonos?", actor=notices.actor(SUR_ADMIN), now=now)
        later = notices.next_version(out, author, now, Kind.AMENDMENT)
        notices.publish(later, author, now)
        notices.draft(author, change, effective=day, now=now)
        notices.draft(notices.actor(CHANNEL_L3), change, effective=day, now=now)
        db.session.rollback()


def _walk(app: Flask, email: str) -> list[str]:
    browser = people.Browser(app)
    if email:
        browser.as_(email)
    found: dict[str, str] = {}
    seen: set[str] = set()
    read: Counter[str] = Counter()
    ahead = ["/es/"]
    while ahead:
        path = ahead.pop(0)
        endpoint = _endpoint(app, path)
        if path in seen or endpoint is None or read[endpoint] >= OF_EACH:
            continue
        seen.add(path)
        read[endpoint] += 1
        response = browser.client.get(path)
        if response.status_code == 302:
            ahead.append(response.headers["Location"])
        if response.status_code != 200 or response.mimetype != "text/html":
            response.close()
            continue
        found.setdefault(endpoint, path.removeprefix("/es"))
        links = [link.replace("&amp;", "&") for link in LINK.findall(response.text)]
        ahead += sorted(links, key=lambda link: _endpoint(app, link) in found)
    return list(found.values())


def _endpoint(app: Flask, path: str) -> str | None:
    if not path.startswith("/es/"):
        return None
    try:
        endpoint, _ = app.url_map.bind("portal.test").match(urlsplit(path).path, "GET")
    except HTTPException:
        return None
    return str(endpoint)


def test_the_walk_finds_a_page_of_every_view(
    walked: dict[str, list[str]], sqlite_house: House
) -> None:
    app = sqlite_house.app
    found = {_endpoint(app, f"/es{path}") for paths in walked.values() for path in paths}
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert pages - found - TAKES_NO_PAGE - STEPS == set()


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("email", list(STATES), ids=lambda email: email or "visitor")
def test_every_page_passes_axe_and_fits(
    chromium: Browser,
    address: str,
    walked: dict[str, list[str]],
    sqlite_house: House,
    email: str,
    language: str,
) -> None:
    context = reading(chromium, address)
    page = context.new_page()
    if email:
        sign_in(page, email, language)
    paths = [*walked[email], *STATES[email]]
    if email:
        paths = [path for path in paths if path not in walked[""]] + ["/"]
    if email not in ("", NORTE):
        paths = [
            path for path in paths if path.startswith(EDITORS) or not path.startswith(ONES_OWN)
        ]
    app = sqlite_house.app
    others = {_endpoint(app, f"/es{path}") for path in walked.get(ALIKE.get(email, ""), ())}
    if email in ALIKE:
        paths = [path for path in paths if _endpoint(app, f"/es{path}") not in others]
    found = [problem for path in paths for problem in look(page, f"/{language}{path}")]
    context.close()
    assert found == []


def test_the_looks_see_what_is_wrong_in_each(chromium: Browser, address: str) -> None:
    """The control: a page without language and contrast, wider than a phone."""
    context = reading(chromium, address)
    bad = "<title>x</title><main><h1>x</h1><p style='color: #999; width: 999px'>grey</p></main>"
    context.route("**/bad", lambda route: route.fulfill(body=bad, content_type="text/html"))
    page = context.new_page()
    for language, looks in LOOKS.items():
        found = look(page, f"/{language}/bad")
        for rule in ("color-contrast", "html-has-lang"):
            assert len([one for one in found if f": {rule} " in one]) == len(looks), found
        narrow = [one for one in looks if one[0] == 360]
        assert len([one for one in found if "too wide" in one]) == len(narrow), found
    context.close()


def test_the_looks_of_a_page_meet_every_pair() -> None:
    """Each language at each width and in each colours, each width in each colours."""
    met = {(language, *one) for language, looks in LOOKS.items() for one in looks}
    for at in ((0, 1), (0, 2), (1, 2)):
        assert len({tuple(one[each] for each in at) for one in met}) == 4
