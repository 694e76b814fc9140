"""What somebody can get at, found by walking: pages by links, forms and their fields by reading them.

Nothing here knows a route: what is added to the portal is found by its links, its forms and the
address map.
"""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urljoin, urlsplit

from flask import Flask
from flask_wtf import FlaskForm
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect, Rule
from wtforms.fields.core import UnboundField

from tests.page import Node, parse
from tests.people import Browser

LANG = "<any(es, en):lang>"
FIELDS = ("input", "select", "textarea", "button")


@dataclass(frozen=True)
class Form:
    """A form as it stands on a page: where it leads, and its fields as (name, kind, values)."""

    page: str
    action: str
    method: str
    endpoint: str
    enctype: str
    fields: tuple[tuple[str, str, tuple[str, ...]], ...]

    @property
    def names(self) -> list[str]:
        return list(dict.fromkeys(name for name, _, _ in self.fields))

    def filled(self) -> dict[str, str]:
        """What a browser would send, blank fields filled in with something of their kind."""
        told: dict[str, str] = {}
        for name, kind, values in self.fields:
            if kind in ("submit", "button") and name in told:
                continue
            given = next((value for value in values if value), "")
            told.setdefault(name, given or FILL.get(kind, "Texto de prueba"))
        return told


FILL = {
    "email": "persona.nueva@norte.example",
    "password": "correct horse battery",
    "date": "2017-12-04",
    "number": "7",
    "checkbox": "on",
    "hidden": "",
    "file": "",
    "tel": "+52 55 5555 0100",
    "url": "https://norte.example/",
}


@dataclass
class Walk:
    """What one reader reached: for each endpoint its paths, and every form once."""

    pages: dict[str, list[str]] = field(default_factory=dict)
    queries: dict[str, set[str]] = field(default_factory=dict)
    forms: dict[tuple[str, ...], Form] = field(default_factory=dict)
    values: dict[str, list[str]] = field(default_factory=dict)
    static: set[str] = field(default_factory=set)


def endpoint_of(app: Flask, path: str, method: str = "GET") -> tuple[str, dict[str, object]]:
    """Which view answers `path`, and with which arguments; ("", {}) for none."""
    try:
        return app.url_map.bind("localhost").match(path, method=method)
    except RequestRedirect as moved:
        return endpoint_of(app, urlsplit(moved.new_url).path, method)
    except HTTPException:
        return "", {}


def walk(browser: Browser, *, deep: int = 2, limit: int = 400) -> Walk:
    """Follow every link from the front page, at most `deep` pages of a kind.

    A kind is an endpoint with the names of its query.
    """
    found, seen = Walk(), set()
    queue: deque[str] = deque(["/es/", "/en/", *_plain(browser.app)])
    kinds: dict[tuple[str, ...], int] = {}
    while queue and len(seen) < limit:
        address = queue.popleft()
        parts = urlsplit(address)
        endpoint, values = endpoint_of(browser.app, parts.path)
        names = sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)})
        kind = (endpoint, *names)
        if not endpoint or address in seen or kinds.get(kind, 0) >= deep:
            continue
        seen.add(address)
        response = browser._send("get", address)
        response.get_data()
        response.close()  # a download holds its file open
        if response.status_code in (301, 302, 303, 308):
            queue.append(urljoin(address, response.headers["Location"]))
            continue
        if response.status_code != 200:
            continue
        kinds[kind] = kinds.get(kind, 0) + 1
        found.queries.setdefault(endpoint, set()).update(names)
        if parts.path not in found.pages.setdefault(endpoint, []):
            found.pages[endpoint].append(parts.path)
        _keep_values(found, values)
        if response.mimetype == "text/html":
            queue.extend(_read(browser.app, found, address, parse(response.text)))
    return found


def rules(app: Flask, method: str) -> list[Rule]:
    """The routes that take `method`, in a fixed order."""
    every = (rule for rule in app.url_map.iter_rules() if method in (rule.methods or ()))
    return sorted(every, key=lambda rule: (rule.rule, rule.endpoint))


def path_of(rule: Rule, found: Walk | None = None, lang: str = "es") -> str:
    """An address of `rule`: with values that were met where there are any, else made-up ones."""
    path = rule.rule.replace(LANG, lang)
    for name in rule.arguments - {"lang"}:
        met = found.values.get(name) if found else None
        made_up = "1" if re.search(rf"<int:{name}>", path) else UNKNOWN
        path = re.sub(rf"<(?:[a-z]+(?:\([^)]*\))?:)?{name}>", met[0] if met else made_up, path)
    assert "<" not in path, path
    return path


def field_names(base: type[FlaskForm] = FlaskForm) -> list[str]:
    """The fields of every form class there is, those of one's own making below `base`."""
    found: set[str] = set()
    for form in base.__subclasses__():
        found |= {name for name in dir(form) if isinstance(getattr(form, name), UnboundField)}
        found |= set(field_names(form))
    return sorted(found)


UNKNOWN = "0190a8b2-0000-7000-8000-00000000beef"


def _plain(app: Flask) -> Iterator[str]:
    """Pages without arguments, linked or not."""
    yield from (path_of(rule) for rule in rules(app, "GET") if not rule.arguments - {"lang"})


def _keep_values(found: Walk, values: dict[str, object]) -> None:
    for name, value in values.items():
        kept = found.values.setdefault(name, [])
        if name != "lang" and str(value) not in kept:
            kept.append(str(value))


def _read(app: Flask, found: Walk, address: str, root: Node) -> Iterator[str]:
    """Keep the forms of a page; the links that lead on."""
    for node in root.all("form"):
        form = form_of(app, address, node)
        if form.endpoint:
            found.forms.setdefault((form.endpoint, form.method, *form.names), form)
            _keep_values(found, endpoint_of(app, form.action, form.method)[1])
            if form.method == "GET":
                found.queries.setdefault(form.endpoint, set()).update(form.names)
    for node in root.all("script", "link", "img"):
        source = node.attrs.get("src") or node.attrs.get("href", "")
        if source.startswith("/static/"):
            found.static.add(source)
    for node in root.all("a"):
        target = urlsplit(urljoin(f"http://here{address}", node.attrs.get("href", "")))
        if target.netloc == "here":
            yield f"{target.path}?{target.query}" if target.query else target.path


def form_of(app: Flask, address: str, node: Node) -> Form:
    """A form of the page at `address`."""
    method = node.attrs.get("method", "get").upper()
    action = urlsplit(urljoin(address, node.attrs.get("action", "") or address)).path
    fields = []
    for entry in node.all(*FIELDS):
        name = entry.attrs.get("name", "")
        if not name or name == "csrf_token":
            continue
        kind = entry.attrs.get("type", entry.tag).lower()
        if entry.tag == "select":
            values = tuple(each.attrs.get("value", "") for each in entry.all("option"))
        elif entry.tag == "textarea":
            values = ("".join(entry.texts()),)
        else:
            values = (entry.attrs.get("value", ""),)
        fields.append((name, kind, values))
    endpoint = endpoint_of(app, action, method)[0]
    enctype = node.attrs.get("enctype", "application/x-www-form-urlencoded")
    return Form(address, action, method, endpoint, enctype, tuple(fields))
