"""Every verb that any module can emit has its words and its group, and no event says who somebody is."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

import portal
from portal.accounts.models import Person
from portal.audit import labels
from portal.audit.rules import ADMINISTRATION, VERBS, Group
from portal.store.db import db
from portal.store.events import Event
from tests.people import ADMIN, CHANNEL, NORTE, NORTE_ADMIN, SUPPORT, Browser
from tests.surface.rivals import NORTE_SERVICE, place

ROOT = Path(portal.__file__).parent
PREFIXES = {verb.partition(".")[0] for verb in VERBS}
SHAPE = re.compile(r"[a-z]+\.[a-z]+(_[a-z]+)*")


def said(source: str) -> Iterator[str]:
    """What of a module that emits reads like a verb: in a call of emit() anything, elsewhere what
    begins like one and is past, save the codes of its enumerations.
    """
    tree = ast.parse(source)
    if "emit" not in source:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "emit":
            yield from texts(node)
    told = re.compile(rf"({'|'.join(sorted(PREFIXES))})\.[a-z_]+(ed|un|done|sent|known)")
    yield from (text for text in texts(tree) if told.fullmatch(text) and text not in CODES)


def texts(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        found = node.value if isinstance(node, ast.Constant) else None
        if isinstance(found, str) and SHAPE.fullmatch(found):
            yield found


def codes() -> Iterator[str]:
    """What stands in the bodies of classes: the codes of reasons, which are no events."""
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                for line in node.body:
                    if isinstance(line, ast.Assign):
                        yield from texts(line)


CODES = set(codes())


def emitted() -> set[str]:
    return {verb for path in ROOT.rglob("*.py") for verb in said(path.read_text("utf-8"))}


def test_every_verb_that_is_emitted_has_its_words_and_its_group() -> None:
    assert emitted() - set(VERBS) == set()
    assert len(emitted()) >= 6
    assert set(labels.VERBS) == set(VERBS) and set(labels.GROUPS) == set(Group)


def test_the_scan_sees_a_verb_without_words() -> None:
    """The control: written in the call, passed by name, or as a default."""
    assert list(said('emit(session, "a:1", "thing.lost", actor=a)')) == ["thing.lost"]
    assert "person.overlooked" in list(said('emit(s, x, v)\nv = "person.overlooked"'))
    assert "trail.passed" in list(said('def f(verb="trail.passed"): emit(s, x, verb)'))


def test_the_portals_administrators_see_no_business() -> None:
    """Facts, section 9: people, packs, imports, settings."""
    business = {Group.ORDERS, Group.QUESTIONS, Group.FILES, Group.COMPANIES}
    business |= {Group.NOTICES, Group.COUNCILS, Group.ANSWERS, Group.LIBRARY, Group.MDF}
    assert set(Group) - business == ADMINISTRATION


@pytest.mark.parametrize("language", ["es", "en"])
def test_no_event_holds_a_name_or_an_address(visitor: Browser, demo: Flask, language: str) -> None:
    """After everybody was made, signed in, ordered, was refused: numbers and codes only."""
    for email in (NORTE, NORTE_ADMIN, CHANNEL, ADMIN, SUPPORT):
        browser = Browser(demo).as_(email, language)
        if email == NORTE:
            place(browser, NORTE_SERVICE)
        browser.get(f"/{language}/trail/", status=403 if email in (NORTE, SUPPORT) else 200)
        browser.get(f"/{language}/orders/new", status=200 if "norte" in email else 403)
    people = db.session.execute(select(Person.name, Person.email)).all()
    assert len(people) > 5
    for event in db.session.scalars(select(Event)):
        text = f"{event.stream} {event.actor} {event.origin} {event.payload}"
        assert "@" not in text
        assert not [row.name for row in people if row.name in text or row.email in text]
