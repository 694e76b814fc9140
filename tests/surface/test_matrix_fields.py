"""A5: ids in bodies and queries. Every field of every form there is, found by reading the pages; each
that names a row is sent with the rows of others: refused whole, nothing half done, just as one that
nobody has.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest
from sqlalchemy import select, update

from portal.accounts import own
from portal.accounts.models import Membership, Person, SignIn
from portal.councils.models import Council
from portal.kernel.access import Actor
from portal.notices.models import NoticePartner, NoticeVersion
from portal.registry.models import Partner, Registry, Team
from portal.registry.rules import TeamKind
from portal.store.db import atomic, db
from portal.store.files import File
from tests import people
from tests.conftest import House
from tests.page import parse
from tests.registry.world import L3
from tests.surface import mdf_fields
from tests.surface.asking import plain
from tests.surface.matrix_players import PLAYERS, Asker, Player
from tests.surface.matrix_walk import path_of, rules, things_of
from tests.surface.matrix_world import furnish
from tests.surface.paths import Form, form_of
from tests.surface.policy import POLICY, Row
from tests.surface.rivals import PARTNER, Thing, World

READERS = (people.NORTE_ADMIN, people.SUR_ADMIN, people.CHANNEL, people.ADMIN)
NUMBER, KEY = "2147483646", "0190a8b2-0000-7000-8000-00000000beef"


class Names(NamedTuple):
    """What a field names: an id that nobody has, and the ids of others for a reader."""

    nobodys: str
    of_others: Callable[[World, str], list[str]]


def _memberships(_world: World, email: str) -> list[str]:
    query = select(Membership.id).join(Person, Person.id == Membership.person_id)
    return _list(query.where(Person.email != email))


def _sessions(_world: World, email: str) -> list[str]:
    query = select(SignIn.id).join(Person, Person.id == SignIn.person_id)
    return [own.handle_of(key) for key in db.session.scalars(query.where(Person.email != email))]


def _teams(_world: World, _email: str) -> list[str]:
    """For CenturyLink's channel: any of Level 3, and its own account teams."""
    query = select(Team.id).join(Registry, Registry.id == Team.registry_id)
    foreign = (Registry.slug == L3) | (Team.kind == TeamKind.ACCOUNT)
    return _list(query.where(foreign))


def _elsewhere(model: Any) -> Callable[[World, str], list[str]]:
    """Rows of a model that stand in the other registry than CenturyLink's channel."""
    query = select(model.id).join(Registry, Registry.id == model.registry_id)
    return lambda _world, _email: _list(query.where(Registry.slug == L3))


def _versions(_world: World, email: str) -> list[str]:
    """Those of notices that never went to the reader's company."""
    sent = select(NoticePartner.version_id).join(Partner, Partner.id == NoticePartner.partner_id)
    sent = sent.where(Partner.code == PARTNER.get(email, ""))
    return _list(select(NoticeVersion.id).where(NoticeVersion.id.not_in(sent)))


def _files(_world: World, email: str) -> list[str]:
    query = select(File.id).outerjoin(Partner, Partner.id == File.partner_id)
    return _list(query.where((Partner.code != PARTNER[email]) | File.partner_id.is_(None)))


def _people(_world: World, email: str) -> list[str]:
    """Somebody of the rival's for a company; for a registry anybody of a company. The portal's
    administrators know everyone.
    """
    if email == people.ADMIN:
        return []
    query = select(Person.id).join(Membership, Membership.person_id == Person.id)
    query = query.join(Partner, Partner.id == Membership.partner_id)
    return _list(query.where(Partner.code != PARTNER.get(email, "")))


def _things(kind: str) -> Callable[[World, str], list[str]]:
    """Those of a kind that the reader does not see."""

    def unseen(world: World, email: str) -> list[str]:
        every = (thing for thing in world.things if thing.argument == kind)
        return [thing.value for thing in every if email not in thing.seen_by]

    return unseen


def _list(query: Any) -> list[str]:
    return [str(each) for each in db.session.scalars(query)]


def _none(_world: World, _email: str) -> list[str]:
    return []


# (endpoint, field): what it names. Those that the portal's administrators fill in name any row
# there is: to them only what nobody has is foreign.
NAMING = {
    ("site.account.act_as", "membership"): Names(NUMBER, _memberships),
    ("site.account.end_sessions", "session"): Names("f" * 16, _sessions),
    ("site.review.approve", "team"): Names(NUMBER, _teams),
    ("site.applications.documents", "remove"): Names(KEY, _files),
    ("site.audit.index", "person"): Names(NUMBER, _people),
    ("site.audit.export", "person"): Names(NUMBER, _people),
    ("site.registry.book", "customer"): Names(NUMBER, _things("customer_id")),
    ("site.registry.book", "partner"): Names(NUMBER, _things("partner_id")),
    ("site.notices.acknowledge", "version"): Names(NUMBER, _versions),
    ("site.notices.begin", "councils"): Names(NUMBER, _elsewhere(Council)),
    ("site.notices.save", "councils"): Names(NUMBER, _elsewhere(Council)),
    ("site.notices.hand_over", "person"): Names(NUMBER, _people),
    ("site.answering.index", "team"): Names(NUMBER, _elsewhere(Team)),
    ("site.answering.hand", "team"): Names(NUMBER, _elsewhere(Team)),
    ("site.staff.index", "company"): Names(NUMBER, _none),
    ("site.staff.index", "registry"): Names("nowhere", _none),
    ("site.staff.send_first", "company"): Names(NUMBER, _none),
    ("site.staff.move", "company"): Names(NUMBER, _none),
    ("site.staff.change_role", "where"): Names(f"r{NUMBER}", _none),
    ("site.staff.send_invitation", "where"): Names(f"t{NUMBER}", _none),
    ("site.applications.send", "registry"): Names("nowhere", _none),
    **{field: Names(*known) for field, known in mdf_fields.NAMING.items()},
}
# Fields that name no row, whichever form they stand in.
PLAIN = {
    **dict.fromkeys(("language", "region", "role", "program", "state", "group"), "a short list"),
    **dict.fromkeys(
        ("program_centurylink", "program_level3", "a", "new", "product"), "a short list"
    ),
    **dict.fromkeys(("kind", "portfolio", "lang", "topic", "whom", "programs"), "a short list"),
    **dict.fromkeys(("anonymous", "helpful", "into", "about", "cause"), "a short list"),
    **dict.fromkeys(("question", "asset", "trainings"), "by its name; everybody reads them"),
    **dict.fromkeys(("seen", "revision"), "what the form was drawn from"),
    **dict.fromkeys(("rest", "keep"), "which of two buttons"),
    **dict.fromkeys(("next", "token", "on"), "an address, a bearer's token, a date"),
    **dict.fromkeys(("key", "idempotency_key", "publish"), "of the form itself"),
    **dict.fromkeys(("demo", "username"), "the demo's own, whom everybody sees"),
    **dict.fromkeys(("s", "p", "k", "q", "customer"), "typed to find something: test_typed.py"),
    **mdf_fields.PLAIN,
}
CHOSEN = {"hidden", "select", "radio", "checkbox", "button"}
# What is on a page only sometimes: for who acts for several, once it is narrowed, when there is any.
UNMET = {
    ("site.account.act_as", "membership"): ("POST", "/es/account/acting"),
    ("site.audit.export", "person"): ("POST", "/es/trail/export"),
    ("site.registry.book", "partner"): ("GET", "/es/contracts/centurylink/"),
    ("site.staff.send_first", "company"): ("POST", "/es/staff/invite-administrator"),
}
VERB = "trail.exported"
# What sending a form writes beside what the field names: that it was exported, what else was typed.
WRITES = {"site.audit.export": {"event"}, "site.mdf.save": {"mdf_request"}}


def player(email: str) -> Player:
    return next(each for each in PLAYERS if each.name == email)


def plain_field(endpoint: str, name: str) -> bool:
    """Whether a field is listed as one that names no row; lines of a form are numbered."""
    return re.sub(r"-\d+$", "", name) in PLAIN or mdf_fields.of_terms(endpoint, name)


def samples(world: World, row: Row, reader: Player) -> list[Thing | None]:
    """Of the reader's own things two of each sort."""
    if not row.kind:
        return [None]
    sorts: dict[frozenset[str], list[Thing | None]] = {}
    for thing in things_of(world, row, reader, "own"):
        sorts.setdefault(thing.seen_by, []).append(thing)
    return [thing for alike in sorts.values() for thing in alike[:2]]


def forms_of(world: World, asker: Asker) -> Iterator[Form]:
    """Every form on every page of a reader's own, once."""
    app, met = world.house.app, set()
    for rule in rules(app):
        row = POLICY[rule.endpoint]
        open_ = row.who is None or asker.player.role in row.who
        if "GET" not in (rule.methods or ()) or not open_ or rule.endpoint == "site.home.design":
            continue
        for thing in samples(world, row, asker.player):
            path = path_of(rule, row.kind, thing)
            response = asker.ask("GET", path)
            if response.mimetype != "text/html":
                continue
            for node in parse(response.text).all("form"):
                form = form_of(app, path, node)
                mark = form.endpoint, form.method, *form.names
                if form.endpoint and mark not in met:
                    met.add(mark)
                    yield form


def answer(asker: Asker, form: Form, name: str, value: str) -> str:
    """What sending `form` with `value` for a field answers, and that nothing came of it."""
    told = {**form.filled(), name: value}
    if form.method == "GET":
        response = asker.ask("GET", f"{form.action}?{urlencode(told)}")
    else:
        response = asker.ask("POST", form.action, told)
    wrote = {table for _verb, table in asker.wrote}
    assert wrote <= WRITES.get(form.endpoint, set()), (form, wrote)
    said = re.sub(rf'(name="{name}"[^>]*value="){value}"', r'\1…"', plain(response))
    said = re.sub(rf"({name}(?:=|%3D)){value}\b", r"\1…", said)
    said = re.sub(rf"\b{value}(?=&#39; )", "…", said)  # no choice of this field, as it was typed
    said = "\n".join(line for line in said.splitlines() if VERB not in line)
    return f"{said}\n{response.headers.get('Location', '')}"


@pytest.mark.parametrize("email", READERS)
def test_another_s_row_in_a_field_is_refused_like_one_that_nobody_has(
    sqlite_house: House, tmp_path: Path, email: str
) -> None:
    world = furnish(sqlite_house, tmp_path)
    asker, tried = Asker(sqlite_house, player(email)), 0
    secrets = asker.player.foreign(world)
    forms = list(forms_of(world, asker))
    forms += [
        Form(path, path, method, endpoint, "", ((name, "hidden", ("",)),))
        for (endpoint, name), (method, path) in UNMET.items()
        if asker.player.role in (POLICY[endpoint].who or ())
    ]
    for form in forms:
        for name in form.names:
            if (form.endpoint, name) not in NAMING:
                continue
            naming = NAMING[form.endpoint, name]
            with sqlite_house.app.app_context():
                others = naming.of_others(world, email)
                db.session.rollback()
            nobodys = answer(asker, form, name, naming.nobodys)
            for value in others:
                said = answer(asker, form, name, value)
                assert said == nobodys, (form.endpoint, name, value)
                assert not [each for each in secrets - {value} if each in said]
            tried += 1 + len(others)
    assert tried > {people.ADMIN: 15}.get(email, 30), tried


def test_a_field_that_takes_anothers_row_is_seen(
    sqlite_house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: were nothing asked of whose a session is, a stranger's would end."""
    world = furnish(sqlite_house, tmp_path)
    asker = Asker(sqlite_house, player(people.NORTE_ADMIN))
    endpoint, name = "site.account.end_sessions", "session"
    form = next(form for form in forms_of(world, asker) if form.endpoint == endpoint)

    def careless(handle: str, *, actor: Actor, now: datetime) -> bool:
        with atomic() as session:
            keys = session.scalars(select(SignIn.id)).all()
            key = next((key for key in keys if own.handle_of(key) == handle), None)
            session.execute(update(SignIn).where(SignIn.id == key).values(ended_at=now))
        return key is not None

    monkeypatch.setattr(own, "revoke", careless)
    with sqlite_house.app.app_context():
        others = _sessions(world, people.NORTE_ADMIN)
        db.session.rollback()
    with pytest.raises(AssertionError, match="sign_in"):
        answer(asker, form, name, others[0])


def test_every_field_that_is_chosen_or_hidden_is_listed(
    sqlite_house: House, tmp_path: Path
) -> None:
    """A new form with such a field fails here until it is said what the field names."""
    world, met, unlisted = furnish(sqlite_house, tmp_path), set(), set()
    for email in (*READERS, ""):
        asker = Asker(sqlite_house, next(each for each in PLAYERS if each.email == email))
        for form in forms_of(world, asker):
            for name, kind, _values in form.fields:
                if (form.endpoint, name) in NAMING:
                    met.add((form.endpoint, name))
                elif kind in CHOSEN and not plain_field(form.endpoint, name):
                    unlisted.add((form.endpoint, name))
    assert not unlisted, "\n".join(map(str, sorted(unlisted)))
    assert met | set(UNMET) == set(NAMING), set(NAMING) - met - set(UNMET)
