"""An attack as one reader: hostile requests on every page and form that the reader has, and beside.

Seeded: the same requests on the same portal. Pages and forms are found by walking (`paths.py`).
"""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any, TypeVar
from urllib.parse import quote

import pytest
from flask import request
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from portal.kernel.access import Permission
from portal.web import guards
from portal.web.guards import actor
from tests.conftest import House
from tests.people import TOKEN, Browser
from tests.surface import nasty
from tests.surface.judging import fingerprint, judge
from tests.surface.paths import Form, Walk, field_names, path_of, rules, walk

COOKIE = "__Host-session"
T = TypeVar("T")


@dataclass
class Told:
    """What became of an attack."""

    statuses: Counter[int] = field(default_factory=Counter)
    reached: Counter[str] = field(default_factory=Counter)
    asked: set[str] = field(default_factory=set)


@dataclass
class Attack:
    """One reader's: `email` is "" for somebody who has not signed in."""

    house: House
    email: str
    monkeypatch: pytest.MonkeyPatch
    told: Told = field(default_factory=Told)
    here: str | None = None
    granted: frozenset[Permission] = frozenset()
    token: str = ""
    # The cookie and the token of a form of somebody who has not signed in.
    stranger: tuple[str, str] = ("", "")

    def __post_init__(self) -> None:
        self.dice = random.Random(f"{nasty.SEED} {self.email}")
        self.app = self.house.app
        self.begin()
        self.walk: Walk = walk(self.browser, deep=1)
        inner = self.app.dispatch_request

        def dispatch() -> Any:
            # Every guard has let the request through; what is left is the view.
            if request.routing_exception is None:
                self.told.reached[str(request.endpoint)] += 1
                self.here, self.granted = actor().email, actor().permissions
            return inner()

        self.monkeypatch.setattr(self.app, "dispatch_request", dispatch)
        self.browser._send("get", "/es/on")
        self.more = list(self.unlinked())

    def unlinked(self) -> Iterator[Form]:
        """What this reader may call though no page of theirs leads there now: links of mails, the
        second step of something, what another state of things offers. Fields are any form's.
        """
        met = set(self.walk.pages) | {form.endpoint for form in self.walk.forms.values()}
        names = field_names()
        for method in ("GET", "POST"):
            for rule in rules(self.app, method):
                access = guards.access_of(self.app, rule.endpoint)
                if rule.endpoint in met or access not in {"public", *self.granted}:
                    continue
                some = [*self.dice.sample(names, min(6, len(names))), "ids"]
                fields = tuple((name, "text", ("",)) for name in some)
                path = path_of(rule, self.walk)
                yield Form(path, path, method, rule.endpoint, "", fields)

    def begin(self) -> None:
        """A session of one's own, whatever the attack did to the one before."""
        if not self.email or not self.enter():
            self.browser = Browser(self.app)
            found = TOKEN.search(self.browser._send("get", "/es/on").text)
            kept = self.browser.client.get_cookie(COOKIE)
            assert found and kept
            self.stranger = kept.value, found[1]
            if self.email and not self.enter():  # the attack has locked its own reader out
                self.house.state("rivals")
                assert self.enter()
        found = TOKEN.search(self.browser._send("get", "/es/on").text)
        assert found
        self.token, self.kept = found[1], self.session()

    def enter(self) -> bool:
        """Sign in from the session that every stranger begins with, which is asked for once."""
        cookie, token = self.stranger
        self.browser = Browser(self.app)
        if not cookie:
            return False
        self.browser.client.set_cookie(COOKIE, cookie, secure=True)
        form = {"csrf_token": token, "demo": self.email}
        return self.browser._send("post", "/es/sign-in", data=form).status_code == 302

    def run(self, count: int) -> Told:
        """Send `count` distinct requests; fails at the first answer that is not ours."""
        plans = self.plans()
        with capture_logs() as events:
            while len(self.told.asked) < count:
                method, path, more = next(plans)
                name = fingerprint(method, path, more)
                if name in self.told.asked:
                    continue
                self.told.asked.add(name)
                response = self.send(method, path, dict(more))
                judge(response, events, name[:900])
                self.told.statuses[response.status_code] += 1
                self.settle(response)
                response.close()  # a download holds its file open
                events.clear()
        return self.told

    def send(self, method: str, path: str, more: dict[str, Any]) -> TestResponse:
        """The request as a server hands it over; each comes from an address of its own."""
        headers, form = dict(more.pop("headers", {})), more.get("data")
        environ = {"REMOTE_ADDR": f"192.0.2.{self.dice.randrange(1, 255)}"}
        for name in ("Content-Length", "Content-Type"):
            if name in headers:
                environ[name.upper().replace("-", "_")] = headers.pop(name)
        if isinstance(form, str):
            more["data"] = form.replace("TOKEN", quote(self.token))
            more.setdefault("content_type", "application/x-www-form-urlencoded")
        elif isinstance(form, dict) and "csrf_token" in form:
            more["data"] = {**form, "csrf_token": self.token}
        client = self.browser.client
        if "Cookie" in headers:
            # Beside one's own; a client that keeps cookies would send only those.
            kept = client.get_cookie(COOKIE)
            client = self.app.test_client(use_cookies=False)
            headers["Cookie"] = f"{COOKIE}={kept.value if kept else ''}; {headers['Cookie']}"
        self.here = None
        with self.app.app_context():
            # The whole address: a path that begins with two slashes is no name of a host.
            return client.open(
                f"http://localhost{path}",
                method=method,
                headers=headers,
                environ_overrides=environ,
                **more,
            )

    def settle(self, response: TestResponse) -> None:
        """Begin again where the session is gone, became somebody else's, or looks at another date."""
        signed_out = "/sign-in" in response.headers.get("Location", "") and bool(self.email)
        stranger = self.here is not None and self.here != self.email
        left = "Set-Cookie" in response.headers and self.session() != self.kept
        if signed_out or stranger or left or response.status_code in (401, 409, 429):
            self.begin()

    def session(self) -> tuple[object, ...]:
        """Whose session the cookie holds, the secret of its tokens, and the date it looks at."""
        kept = self.browser.client.get_cookie(COOKIE)
        signer = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
        told = signer.loads(kept.value) if kept else {}
        return tuple(told.get(name) for name in ("_user_id", "csrf_token", "look_on"))

    def plans(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Requests without end: every kind of page and every form of one's own by turns, and what
        is beside them.
        """
        pages = dict(self.walk.pages)
        posts: dict[str, list[Form]] = {}
        for form in (*self.walk.forms.values(), *self.more):
            if form.method == "POST":
                posts.setdefault(form.endpoint, []).append(form)
            elif form.method == "GET" and form.endpoint not in pages:
                pages[form.endpoint] = [form.action]
        some_page, some_form = self.turns(pages), self.turns(posts)
        while True:
            luck = self.dice.random()
            if luck < 0.45:
                yield self.page(next(some_page))
            elif luck < 0.85:
                yield self.form(next(some_form))
            else:
                yield self.beside()

    def turns(self, kinds: dict[str, list[T]]) -> Iterator[T]:
        """One of each kind by turns, and as often one of a kind that nothing has reached yet."""
        each = {kind: cycle(some) for kind, some in kinds.items()}
        for kind in cycle(each):
            yield next(each[kind])
            missed = [kind for kind in each if kind not in self.told.reached]
            if missed:
                yield next(each[self.dice.choice(missed)])

    def page(self, path: str) -> tuple[str, str, dict[str, Any]]:
        """A page of one's own with a hostile query."""
        endpoint = next((name for name, paths in self.walk.pages.items() if path in paths), "")
        known = sorted(self.walk.queries.get(endpoint, set()) - {""}) or nasty.NAMES
        names = known if self.dice.random() < 0.7 else nasty.NAMES
        query = self.pairs([self.dice.choice(names) for _ in range(self.dice.choice((1, 1, 2, 3)))])
        if self.dice.random() < 0.5:
            path = path.replace("/es/", "/en/", 1)
        return "GET", path, {"query_string": query[:7_900], "headers": nasty.headers(self.dice)}

    def form(self, form: Form) -> tuple[str, str, dict[str, Any]]:
        """A form of one's own with a good token; one to three of its fields hostile."""
        told = form.filled()
        files = {name for name, kind, _ in form.fields if kind == "file"}
        if told:
            for name in self.dice.sample(
                sorted(told), min(len(told), self.dice.choice((1, 1, 2, 3)))
            ):
                told[name] = nasty.text(self.dice, long=True)
        more: dict[str, Any] = {"headers": nasty.headers(self.dice)}
        if files or self.dice.random() < 0.08:
            data: dict[str, Any] = {
                name: value for name, value in told.items() if name not in files
            }
            beside = (
                {self.dice.choice((*sorted(told), "files"))} if self.dice.random() < 0.3 else set()
            )
            for name in files or beside:
                data[name] = nasty.upload(self.dice)
            more |= {"data": {"csrf_token": "", **data}, "content_type": "multipart/form-data"}
            return "POST", form.action, more
        pairs = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in told.items())
        names = self.dice.choices(nasty.NAMES, k=self.dice.choice((0, 0, 1, 2)))
        names = [name for name in names if name != "csrf_token"]
        extra = f"&{self.pairs(names, long=True)}" if names else ""
        more["data"] = f"csrf_token=TOKEN&{pairs}{extra}"
        return "POST", form.action, more

    def beside(self) -> tuple[str, str, dict[str, Any]]:
        """What no page leads to: made-up things, other methods, no token, broken bodies, odd paths."""
        dice = self.dice
        rule = dice.choice(rules(self.app, dice.choice(("GET", "GET", "POST"))))
        parts = {name: [self.segment()] for name in rule.arguments}
        path = path_of(rule, Walk(values=parts), dice.choice(("es", "en", "xx")))
        if dice.random() < 0.2:
            path = dice.choice(
                (f"/{path}", f"{path}/", f"{path};x=1", path.upper(), f"/.{path}", f"{path}%00", f"{path}/..")
            )  # fmt: skip
        more: dict[str, Any] = {"headers": nasty.headers(dice), "query_string": self.pairs(["q"])}
        method = "GET" if "GET" in (rule.methods or ()) else "POST"
        if method == "POST" or dice.random() < 0.3:
            method = "POST"
            more["data"] = dice.choice(
                (self.pairs(dice.choices(nasty.NAMES, k=3)), dice.choice(nasty.BODIES))
            )
            more["headers"]["Content-Type"] = dice.choice(nasty.TYPES)
            if dice.random() < 0.2:
                more["headers"]["Content-Length"] = dice.choice(nasty.LENGTHS)
        elif dice.random() < 0.3:
            method = dice.choice(nasty.METHODS)
        return method, path, more

    def segment(self) -> str:
        """A part of an address: what it is not, or a number, name or key that nobody has."""
        dice = self.dice
        raw = quote(nasty.text(dice)[:2_000], safe="") or "%20"
        return dice.choice(
            (raw, raw, "%FF%FE", "%ED%A0%80", str(dice.randrange(2**33)), dice.randbytes(16).hex())
        )

    def pairs(self, names: list[str], *, long: bool = False) -> str:
        """A raw form: names and values as they come, repeated, unfinished, not UTF-8."""
        told = [f"{_quoted(name)}={_quoted(nasty.text(self.dice, long=long))}" for name in names]
        if self.dice.random() < 0.01 and long:
            told += [f"{self.dice.choice('aspk')}=new"] * 9_000
        odd = "%ED%A0%80%f" if self.dice.random() < 0.03 else ""
        return self.dice.choice(("&", "&", "&&", ";")).join(told) + odd


def _quoted(value: str) -> str:
    return quote(value, safe="", errors="surrogatepass")
