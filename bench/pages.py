"""What a page costs beside a bare Flask view that returns a constant, in one run.

    python -m bench.pages

Processor time of one request through the WSGI application (guards, queries, template, headers and
log line included) on the demo world in SQLite, and how many queries it asks. No network, no server.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import event, select
from werkzeug.test import EnvironBuilder, run_wsgi_app

from bench.world import beside, machine, portal
from portal.accounts.models import Person
from portal.accounts.queries import capacities
from portal.faq.models import FaqEntry
from portal.home.sample import sample_world
from portal.kernel import clock
from portal.kernel.access import Actor
from portal.orders.basket import Action, Basket, BasketLine
from portal.orders.commands import place
from portal.orders.models import Order
from portal.registry.models import Contract, Partner, Registry, Service
from portal.store.db import db
from portal.store.decisions import StoredDecision
from portal.store.scope import visible_to

READER = "user@norte.example"


def bare() -> Flask:
    """The limit: an application of one view."""
    app = Flask("bare")
    app.add_url_rule("/", view_func=lambda: "<!doctype html><title>A page</title>")
    return app


def asking(app: Flask, path: str, cookie: str = "") -> Callable[[], None]:
    """A request for `path`, to be sent again and again; it must answer 200."""
    route, _, query = path.partition("?")
    environ = EnvironBuilder(route, query_string=query, headers={"Cookie": cookie}).get_environ()

    def ask() -> None:
        body, status, _ = run_wsgi_app(app.wsgi_app, dict(environ), buffered=True)
        assert status.startswith("200"), f"{path}: {status}"
        b"".join(body)

    return ask


def signed_in(app: Flask) -> str:
    """The cookie of the reader's session."""
    client = app.test_client()
    token = client.get("/es/sign-in").text.partition('name="csrf_token"')[2].split('"')[1]
    client.post("/es/sign-in", data={"csrf_token": token, "demo": READER})
    cookie = client.get_cookie("__Host-session")
    assert cookie is not None
    return f"{cookie.key}={cookie.value}"


def reader() -> Actor:
    """The signed-in reader as the commands know them."""
    person = db.session.scalars(select(Person).where(Person.email == READER)).one()
    actor = capacities(db.session(), person.id)[0]
    assert actor is not None
    return actor


def pages(app: Flask) -> Iterator[tuple[str, str, bool]]:
    """(what, address, signed in?) of every main page."""
    with app.app_context():
        actor, today = reader(), clock.today()
        partner = db.session.scalars(
            select(Partner.code).where(Partner.id == actor.partner_id)
        ).one()
        services = db.session.scalars(visible_to(Service, actor).order_by(Service.id)).all()
        lines = tuple(
            BasketLine(str(at), Action.CHANGE, service.service_id)
            for at, service in enumerate(services[:2] + services[-2:])
        )
        place(Basket(partner, today, lines), actor=actor, now=clock.business(), key="bench-key")
        order = db.session.scalars(select(Order.ref)).first()
        decision = db.session.scalars(select(StoredDecision.ref)).first()
        slugs = {
            row.id: row.slug["es"] for row in db.session.execute(select(FaqEntry.id, FaqEntry.slug))
        }
        book, contract = db.session.execute(
            select(Registry.slug, Contract.id)
            .join(Registry, Registry.id == Contract.registry_id)
            .where(Contract.partner_id == actor.partner_id)
            .order_by(Contract.id)
        ).first() or ("", 0)
        db.session.commit()
    pasted = "%0A".join(line.service.replace("/", "%2F") for line in lines if line.service)
    for who in (False, True):
        yield "home", "/es/", who
        yield "questions", "/es/faq", who
        yield "search", "/es/faq?q=cuanto+me+pagan", who
        yield "one question", f"/es/faq/{slugs['Q5']}", who
    yield "rulebook", "/es/rules", False
    sample = sample_world(app.extensions["portal.program"].slug).examples[0].id
    yield "sample circuit", f"/es/?sample={sample}", False
    yield "sign-in", "/es/sign-in", False
    yield "API, search", "/api/v1/faq?lang=es&q=cuanto+me+pagan", False
    yield "question, own teams", f"/es/faq/{slugs['Q1']}", True
    yield "question, customers", f"/es/faq/{slugs['Q2']}", True
    yield "question, routed", f"/es/faq/{slugs['Q5']}?q={pasted}", True
    yield "order form, 4 lines", f"/es/orders/new?q={pasted}&key=bench-key", True
    yield "orders", "/es/orders", True
    yield "one order", f"/es/orders/{order}", True
    yield "receipt", f"/es/d/{decision}", True
    yield "registries", "/es/contracts/", True
    yield "one registry", f"/es/contracts/{book}/", True
    yield "one contract", f"/es/contracts/{book}/{contract}", True
    yield "directory", "/es/directory/", True


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The statements that the database is sent meanwhile."""
    said: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            said.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", note)


def main() -> None:
    """Print every page beside the limit."""
    limit = asking(bare(), "/")
    print(f"{machine()}; processor time, the two in turn")
    print(f"\n{'page':22}{'reader':10}{'ms':>8}{'bare ms':>9}{'/ bare view':>13}{'queries':>9}")
    with portal(demo=True) as app:
        cookie = signed_in(app)
        for name, path, known in pages(app):
            ask = asking(app, path, cookie if known else "")
            ask()
            with counted(app) as said:
                ask()
            spent, least, ratio = beside(ask, limit)
            who = "signed in" if known else "visitor"
            print(f"{name:22}{who:10}{spent:8.2f}{least:9.3f}{ratio:13.1f}{len(said):9}")


if __name__ == "__main__":
    main()
