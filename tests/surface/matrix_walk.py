"""The walk through the matrix: every cell of one player asked for, judged by the table and the world."""

import html
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from portal.kernel.access import Role
from tests.registry.world import CTL, L3
from tests.surface import mdf_world
from tests.surface.asking import plain
from tests.surface.matrix_players import PLAYERS, Asker, Player
from tests.surface.policy import NO_OTHER, NO_OWN, POLICY, Row
from tests.surface.rivals import Thing, World

LANG = "<any(es, en):lang>"
ARGUMENT = {"order": "ref", "decision": "ref", "registry": "slug", "question": "slug"}
ARGUMENT |= dict.fromkeys(("notice", "notice_draft"), "ref")
ARGUMENT |= dict.fromkeys(("atom_token", "ics_token"), "token")
ARGUMENT |= mdf_world.ARGUMENT
UNKNOWN = {
    "order": "ZZZZ9999",
    "decision": "ZZZZ9999",
    "registry": "nowhere",
    "question": "nowhere",
    **dict.fromkeys(("notice", "notice_draft"), "ZZZZ9999"),
    **dict.fromkeys(("file_id", "mail_id"), "0190a8b2-0000-7000-8000-00000000beef"),
    **mdf_world.UNKNOWN,
}
ANSWERED = ("GET", "HEAD", "POST")
REFUSED = ("PUT", "PATCH", "DELETE", "TRACE")
# What differs between any two answers.
UNEVEN = {"Set-Cookie", "Date", "Content-Length", "X-Request-Id"}


class Cell(NamedTuple):
    """One question of the matrix."""

    endpoint: str
    method: str
    relation: str


def rules(app: Flask) -> list[Rule]:
    """Every route, in a fixed order."""
    return sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))


def cells(app: Flask, role: Role) -> Iterator[tuple[Cell, int]]:
    """Every cell of a player of `role`, with the status expected: a route that the table does not
    know has none, and the matrix fails.
    """
    for rule in rules(app):
        row = POLICY[rule.endpoint]
        for method in ANSWERED:
            if method in (rule.methods or ()):
                for relation in relations(row, role):
                    yield Cell(rule.endpoint, method, relation), row.answer(role, relation)
        for method in REFUSED:
            yield Cell(rule.endpoint, method, "any"), 405


def refusals(player: Player, at: int) -> tuple[str, ...]:
    """The methods with which a player asks the address of the route `at` in vain.

    They are refused before anybody looks who asks: the players take them by turns, so that every
    address meets each of them from several. The long run asks all of everyone.
    """
    if os.environ.get("PORTAL_TEST_LONG"):
        return REFUSED
    return (REFUSED[(at + PLAYERS.index(player)) % len(REFUSED)],)


def relations(row: Row, role: Role) -> tuple[str, ...]:
    """Which objects there are to ask for."""
    if not row.kind:
        return ("none",)
    may = row.who is None or role in row.who
    own = not may or role not in NO_OWN.get(row.kind, ())
    other = not may or role not in NO_OTHER.get(row.kind, ())
    return tuple(
        name for name, there in (("own", own), ("other", other), ("unknown", True)) if there
    )


def things_of(world: World, row: Row, player: Player, relation: str) -> list[Thing]:
    """The things of the row's kind that stand in `relation` to the player.

    To whom the page is closed, whoever's it is, all are alike: some are asked for as "own".
    """
    every = [thing for thing in world.things if thing.argument == row.kind]
    if row.who is not None and player.role not in row.who:
        middle = max(1, len(every) // 2)
        return every[:1] if relation == "own" else every[middle : middle + 1]
    # Mail is a person's, whatever they act for.
    email = player.email if row.kind == "mail_id" and player.like else player.like
    if row.who is None and row.kind != "question":
        return every[:1] if relation == "own" else every[-1:]
    mine = [thing for thing in every if email in thing.seen_by]
    if relation == "own":
        return mine
    seen: dict[frozenset[str], Thing] = {}
    for thing in every:
        if email not in thing.seen_by:
            seen.setdefault(thing.seen_by, thing)
    return list(seen.values())


def path_of(rule: Rule, kind: str, thing: Thing | None) -> str:
    """The Spanish address of `rule` for a thing; None: for one that nobody has."""
    path = rule.rule.replace(LANG, "es").replace("<day>", "2017-12-01")
    if not kind:
        return path
    argument = ARGUMENT.get(kind, kind)
    value = thing.value if thing else UNKNOWN.get(kind, "2147483646")
    if kind in mdf_world.BESIDE:
        of, _, value = value.partition("/")
        path = path.replace("<ref>", of)
    path = re.sub(rf"<(\w+:)?{argument}>", value, path)
    path = path.replace("<int:number>", "1")
    path = path.replace("<slug>", thing.registry if thing else "centurylink")
    assert "<" not in path, path
    return path


class Walk:
    """One player's way through the matrix; `seen` is what was asked and answered as it must be."""

    def __init__(self, world: World, asker: Asker) -> None:
        self.world, self.asker, self.player = world, asker, asker.player
        self.app = world.house.app
        self.secrets = sorted(self.player.foreign(world))
        self.seen: dict[Cell, int] = {}
        self.unknown: dict[tuple[str, str], str] = {}
        self.wrong: list[str] = []

    def hold(self, fact: bool, otherwise: str) -> None:
        """Keep what is wrong: one walk tells all of it."""
        if not fact:
            self.wrong.append(otherwise)

    def answered(self, *only: str, methods: tuple[str, ...] = ANSWERED) -> "Walk":
        """Every question to a view (or to those named), but those that spoil the next one."""
        for rule in rules(self.app):
            for method in methods:
                if method in (rule.methods or ()) and (not only or rule.endpoint in only):
                    self._answered(rule, method)
        return self

    def _answered(self, rule: Rule, method: str) -> None:
        """The unknown first: the others' must read like it."""
        row, role = POLICY[rule.endpoint], self.player.role
        for relation in reversed(relations(row, role)):
            cell, want = Cell(rule.endpoint, method, relation), row.answer(role, relation)
            if row.spoils and relation in ("own", "none") and _may(row, role):
                continue
            if relation in ("none", "unknown"):
                self.one(cell, want, path_of(rule, row.kind, None))
                continue
            found = things_of(self.world, row, self.player, relation)
            self.hold(bool(found), f"{self.player.name}: the world has no {cell}")
            # HEAD asks the view what GET does.
            if method == "HEAD" or (relation == "own" and method != "GET"):
                found = found[:1]
            if relation == "own" and "<slug>" in rule.rule and row.kind not in ARGUMENT:
                self.elsewhere(cell, rule, found[0])
            for number, thing in enumerate(found):
                path = path_of(rule, row.kind, thing)
                also = row.also if number and relation == "own" else ()
                self.one(cell, want, path, also=also)

    def elsewhere(self, cell: Cell, rule: Rule, thing: Thing) -> None:
        """One's own, asked for under the other registry, is nothing there."""
        wrong = replace(thing, registry={CTL: L3, L3: CTL}[thing.registry])
        row = POLICY[rule.endpoint]
        self.one(cell._replace(relation="unknown"), row.answer(self.player.role, "unknown"),
                 path_of(rule, row.kind, wrong))  # fmt: skip

    def spoiling(self) -> "Walk":
        """The deeds on one's own that end or change something, each in a world put back."""
        for rule in rules(self.app):
            row, role = POLICY[rule.endpoint], self.player.role
            relation = "own" if row.kind else "none"
            if not row.spoils or not _may(row, role) or relation not in relations(row, role):
                continue
            found = things_of(self.world, row, self.player, "own") if row.kind else [None]
            cell, want = Cell(rule.endpoint, "POST", relation), row.answer(role, relation)
            self.one(cell, want, path_of(rule, row.kind, found[0]))
            self.world.house.state("furnished")
            self.asker.enter()
        return self

    def one(self, cell: Cell, want: int, path: str, *, also: tuple[int, ...] = ()) -> TestResponse:
        """Ask, and judge the status, the words, what was written, and what leaked."""
        response = self.asker.ask(cell.method, path)
        who = f"{self.player.name}: {cell.method} {path} ({cell.relation})"
        self.hold(
            response.status_code in (want, *also), f"{who}: {response.status_code}, not {want}"
        )
        row, role = POLICY[cell.endpoint], self.player.role
        if not _may(row, role):
            self.denied(cell, response, who)
        elif cell.relation in ("other", "unknown") or cell.method != "POST":
            wrote = {table for _verb, table in self.asker.wrote}
            self.hold(wrote <= RECEIPTS.get(cell.endpoint, set()), f"{who}: wrote {wrote}")
        if row.kind and (cell.relation != "own" or not _may(row, role)):
            said = self.said(response, path)
            asked = cell.endpoint, cell.method
            self.hold(said == self.unknown.setdefault(asked, said), f"{who} is not as the unknown")
        leaked = self.leaks(response, path)
        self.hold(not leaked, f"{who}: {sorted(leaked)}")
        self.seen[cell] = response.status_code
        return response

    def denied(self, cell: Cell, response: TestResponse, who: str) -> None:
        """A visitor is sent to sign in, and nothing is written; others are on record, and no more."""
        wrote = self.asker.wrote
        if response.status_code == 302:
            self.hold(response.headers["Location"].startswith("/es/sign-in"), who)
            self.hold(not wrote, f"{who}: wrote {wrote}")
        else:
            self.hold(wrote == [("INSERT", "event")], f"{who}: wrote {wrote}")

    def refused(self) -> "Walk":
        """Methods that the address has none of: 405 to everyone, whatever there is."""
        asked: set[str] = set()
        for at, rule in enumerate(rules(self.app)):
            row = POLICY[rule.endpoint]
            things = things_of(self.world, row, self.player, "own") if row.kind else []
            path = path_of(rule, row.kind, things[0] if things else None)
            for method in refusals(self.player, at):
                if path not in asked:
                    response = self.asker.ask(method, path)
                    self.hold(response.status_code == 405, f"{method} {path}: {response.status}")
                    self.hold(not self.asker.wrote, f"{method} {path} wrote")
                    self.hold(not self.leaks(response, path), f"{method} {path} leaks")
                self.seen[Cell(rule.endpoint, method, "any")] = 405
            asked.add(path)
        return self

    def said(self, response: TestResponse, path: str) -> str:
        """All of an answer but what differs between any two, and the address asked for."""
        text = plain(response, path, path.removeprefix("/es"))
        headers = sorted(pair for pair in response.headers if pair[0] not in UNEVEN)
        told = repr(headers)
        for word in _forms(path):
            told = told.replace(word, "…")
        return f"{text}\n{told}"

    def leaks(self, response: TestResponse, path: str) -> set[str]:
        """Canaries of others in an answer, its headers included; what was typed is no news."""
        said = html.unescape(response.text) + repr(list(response.headers))
        return {secret for secret in self.secrets if secret in said and secret not in path}


# All that reading writes: that a file was fetched (the event of it), when a feed was last read, that
# a notice was opened, which serves its company.
RECEIPTS = {
    "site.files.file": {"event"},
    "feeds.atom": {"attempt", "feed_key"},
    "feeds.calendar": {"attempt", "feed_key"},
    "site.notices.notice": {"event", "notice_partner", "notice_reader"},
    "site.library.file": {"event", "material_download"},
    "site.library.logo_file": {"event"},
    "site.mdf.fund_statement_export": {"event"},
    "site.mdf.company_statement_export": {"event"},
    "site.mdf.payments_file": {"event"},
}


def _may(row: Row, role: Role) -> bool:
    return row.who is None or role in row.who


@lru_cache
def _forms(path: str) -> tuple[str, ...]:
    short = path.removeprefix("/es")
    return tuple(sorted({path, short, quote(path, safe=""), quote(short, safe="")}, key=len)[::-1])
