"""What a try to sign in costs, by whom it is for, beside one bare argon2 check (catalogue 0.5, B4).

    python -m bench.security

The demo world on SQLite, whole requests through the test client, the cases in turn, so that what
the machine does meanwhile falls on all of them. Medians; nobody should be told from anybody by them.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from statistics import median

from flask import Flask
from sqlalchemy import delete, update

from bench.world import machine, portal
from portal.accounts import demo, passwords
from portal.accounts.models import Attempt, Person
from portal.store.db import atomic

TIMES = 21
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
KNOWN, LEFT, NOBODY = "user@norte.example", "user@sur.example", "nobody@norte.example"
Try = Callable[[], object]
_numbers = count()


def post(app: Flask, path: str, expect: int, **form: str) -> Iterator[None]:
    """Prepare a form as a new browser of a network of its own, wait, and send it."""
    client = app.test_client()
    where = {"REMOTE_ADDR": f"2001:db8:{next(_numbers):x}::1"}
    token = TOKEN.search(client.get(path).text)
    assert token
    yield
    answer = client.post(path, data={"csrf_token": token[1], **form}, environ_base=where)
    assert answer.status_code == expect, f"{path}: {answer.status_code}"


@contextmanager
def ready(app: Flask, path: str, expect: int, **form: str) -> Iterator[Try]:
    """A try that is prepared, and no try before it counted."""
    with app.app_context(), atomic() as session:
        session.execute(delete(Attempt))
    steps = post(app, path, expect, **form)
    next(steps)
    yield lambda: next(steps, None)


def measure(app: Flask, cases: dict[str, tuple[str, int, dict[str, str]]]) -> None:
    """Print the medians of each case."""
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in cases}
    for _ in range(TIMES):
        for name, (path, expect, form) in cases.items():
            with ready(app, path, expect, **form) as work:
                spent[name].append(timed(work))
    for name, found in spent.items():
        report(name, found)


def timed(work: Try) -> tuple[float, float]:
    """Processor and wall milliseconds of one `work()`."""
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return (time.process_time() - cpu) * 1000, (time.perf_counter() - wall) * 1000


def report(name: str, found: list[tuple[float, float]]) -> None:
    """One line: the medians of both clocks."""
    cpu, wall = (median(each) for each in zip(*found, strict=True))
    print(f"{name:42}{cpu:10.1f}{wall:10.1f}")


def main() -> None:
    """Print what each kind of try costs."""
    print(f"{machine()}; medians of {TIMES}, milliseconds")
    print(f"\n{'':42}{'processor':>10}{'wall':>10}")
    report(
        "one bare argon2 check",
        [timed(lambda: passwords.verify(None, "wrong")) for _ in range(TIMES)],
    )
    with portal(demo=True) as app:
        with app.app_context():
            with atomic() as session:
                session.execute(update(Person).where(Person.email == LEFT).values(active=False))
            right = demo.choose_password()
        wrong = {"password": "wrong"}
        sign_in, forgot = "/en/sign-in", "/en/forgot"
        measure(
            app,
            {
                "sign in, known, wrong password": (sign_in, 422, {"email": KNOWN, **wrong}),
                "sign in, nobody": (sign_in, 422, {"email": NOBODY, **wrong}),
                "sign in, somebody who left": (sign_in, 422, {"email": LEFT, **wrong}),
                "sign in, right": (sign_in, 302, {"email": KNOWN, "password": right}),
                "ask for a link, known": (forgot, 200, {"email": KNOWN}),
                "ask for a link, nobody": (forgot, 200, {"email": NOBODY}),
                "ask for a link, somebody who left": (forgot, 200, {"email": LEFT}),
            },
        )


if __name__ == "__main__":
    main()
