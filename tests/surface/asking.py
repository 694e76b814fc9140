"""Asking as somebody, and reading an answer for what it gives away."""

import re
from urllib.parse import quote, quote_plus

from markupsafe import escape
from werkzeug.test import TestResponse

from tests import people
from tests.people import Browser
from tests.registry.world import CTL, L3
from tests.surface.rivals import World

# The registries whose pages each person has.
BOOKS = {**dict.fromkeys(people.EVERYONE, (CTL, L3))}
BOOKS |= dict.fromkeys((people.CHANNEL, people.LEAD, people.ACCOUNT), (CTL,))
BOOKS |= dict.fromkeys((people.CHANNEL_L3, people.LEAD_L3, people.ACCOUNT_L3), (L3,))
CHANGES = (
    re.compile(r'(name="csrf_token"[^>]*value=")[^"]*'),
    re.compile(r'(name="(?:idempotency_)?key"[^>]*value=")[^"]*'),
    re.compile(r'(<span class="id">)[0-9a-f]{12}(?=</span>)'),
)


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
