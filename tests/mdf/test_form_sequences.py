"""Whatever forms are sent by whomever, new or long out of date: no error, and every cent explained (M1 to M5).

People look at pages of requests and claims and keep the forms they find there; any of them is sent later,
filled in, by whoever kept it. SQLite alone: what the database does is `test_sequences.py`'s.
"""

import io
import os
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from time import monotonic
from typing import Any, ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.kernel import clock
from portal.mdf import time
from portal.mdf.claim_models import Claim
from portal.mdf.models import FundRequest
from portal.store.db import db
from tests import people
from tests.conftest import House
from tests.mdf.invariants import wrong
from tests.mdf.test_sequences import a_busy_fund
from tests.page import parse
from tests.people import TOKEN, Browser
from tests.surface.paths import Form, form_of

# Which pages they look at for something to do.
REQUEST, CLAIM = "/es/mdf/requests/", "/es/mdf/claims/"
OURS = ("", "/form", "/cancellation", "/dates")
OURS_CLAIMED = ("", "", "/invoices/new", "/outcome")
LOOKS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    people.NORTE: (OURS, OURS_CLAIMED),
    people.SUR: (OURS, OURS_CLAIMED),
    people.CHANNEL: (("", "/review", "/dates"), ("", "/review", "/review")),
    people.LEAD: (("", "/review", "/review"), ("/review", "/reversal/confirmation")),
    people.FINANCE: (("",), ("", "/payment", "/payment", "/reversal")),
}
PRESSED = ("submit", "button")
MONEY = ("amount", "asked", "total_cost", "accepted")
ANSWERS = {200, 302, 403, 404, 409, 422}
STALE = 900  # seconds: sessions and tokens of a long run are begun anew
picks = st.integers(0, 99)
amounts = st.sampled_from(["", "", "5", "10", "20", "40", "nada"])


class Desks(RuleBasedStateMachine):
    """Five people, each with a session, and the forms each of them has open."""

    house: ClassVar[House]
    doors: ClassVar[dict[str, Browser]] = {}
    tokens: ClassVar[dict[str, str]] = {}
    begun: ClassVar[float]
    seen: ClassVar[Counter[str]] = Counter()

    @classmethod
    def start(cls, house: House) -> None:
        """Sign everybody in, in a world with a busy fund."""
        cls.house, cls.begun = house, monotonic()
        house.state("demo")
        with house.app.app_context():
            a_busy_fund()
            db.session.remove()
        for email in LOOKS:
            door = cls.doors[email] = Browser(house.app).as_(email)
            found = TOKEN.search(door._send("get", "/es/on").text)
            assert found
            cls.tokens[email] = found[1]
        house.keep("desks")

    def __init__(self) -> None:
        super().__init__()
        if monotonic() - self.begun > STALE:
            self.start(self.house)
        self.house.state("desks")
        self.shift = clock._clock.shift
        self.open: list[tuple[str, Form]] = []

    def teardown(self) -> None:
        clock._clock.shift = self.shift

    @rule(
        email=st.sampled_from(sorted(LOOKS)),
        way=picks,
        pick=picks,
        of=picks,
        amount=amounts,
        newest=st.integers(0, 3),
    )
    def go_on(self, email: str, way: int, pick: int, of: int, amount: str, newest: int) -> None:
        """Open a page and send one of its forms."""
        before = len(self.open)
        self.look(email, way, pick, of)
        if len(self.open) > before:
            self.send(newest % (len(self.open) - before), way, amount)

    def look(self, email: str, way: int, pick: int, of: int) -> None:
        """Open a page of a request, or of a claim, and keep its forms."""
        model = (FundRequest, Claim)[of % 2]
        with self.house.app.app_context():
            refs = db.session.scalars(select(model.ref).order_by(model.id.desc())).all()
        ends = LOOKS[email][of % 2]
        path = f"{(REQUEST, CLAIM)[of % 2]}{refs[pick % len(refs)]}{ends[way % len(ends)]}"
        page = self.doors[email]._send("get", path)
        assert page.status_code in ANSWERS, (email, path, page.status)
        self.keep(email, path, page)

    def keep(self, email: str, path: str, page: TestResponse) -> None:
        """The forms of a page, the first to be sent the newest."""
        if page.status_code not in (200, 409, 422):
            return
        for node in parse(page.text).all("form"):
            form = form_of(self.house.app, path, node)
            if form.method == "POST" and form.endpoint.startswith("site.mdf."):
                self.open.insert(0, (email, form))
        del self.open[40:]

    @precondition(lambda self: self.open)
    @rule(pick=picks, way=picks, amount=amounts)
    def send(self, pick: int, way: int, amount: str) -> None:
        """Fill one of the open forms in and send it."""
        email, form = self.open.pop(pick % len(self.open))
        told = {"csrf_token": self.tokens[email], **dict(self.fill(form, amount, way))}
        page = self.doors[email]._send("post", form.action, data=told)
        assert page.status_code in ANSWERS, (email, form.action, page.status)
        self.seen[f"{form.endpoint} {page.status_code}"] += 1
        self.keep(email, form.action, page)
        if page.status_code == 302:
            with self.house.app.app_context():
                assert wrong() == [], (email, form.action, told)

    def fill(self, form: Form, amount: str, way: int) -> Iterator[tuple[str, Any]]:
        """What a browser would send."""
        kinds: dict[str, tuple[str, list[str]]] = {}
        for name, kind, values in form.fields:
            kinds.setdefault(name, (kind, []))[1].extend(values)
        buttons = [(name, kinds[name][1][0]) for name in kinds if kinds[name][0] in PRESSED]
        yield from buttons[way % (len(buttons) + 1) :][:1]
        for name, value in form.filled().items():
            kind, values = kinds[name]
            if kind in PRESSED:
                continue
            if kind == "file":
                if "multipart" in form.enctype:
                    words = f"prueba {self.seen.total()} {amount}\n".encode()
                    yield name, (io.BytesIO(words), "prueba.txt")
            elif kind in ("radio", "select"):
                yield name, values[way % len(values)]
            elif any(each in name for each in MONEY):
                yield name, amount or ("5" if value.startswith("Texto") else value)
            else:
                yield name, value if value.strip() or kind == "hidden" else "Por lo conversado"

    @rule(days=st.sampled_from([1, 2, 9]))
    def wait(self, days: int) -> None:
        """Time passes for everybody."""
        clock._clock.shift += timedelta(days=days)
        with self.house.app.app_context():
            time.work(clock.business())
            assert wrong() == []


def test_no_sequence_of_forms_is_an_error_or_leaves_a_cent_unexplained(sqlite_house: House) -> None:
    examples = 3000 if os.environ.get("PORTAL_TEST_LONG") else 100
    Desks.start(sqlite_house)
    Desks.seen.clear()
    run_state_machine_as_test(
        Desks, settings=settings(max_examples=examples, stateful_step_count=40, deadline=None)
    )
    done = {name for name in Desks.seen if name.endswith(" 302")}
    assert len(done) >= 12, Desks.seen
