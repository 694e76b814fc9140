"""Records of a pack: each is read whole, is a part of its own, and is never applied again (N1)."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from portal.kernel import clock
from portal.store import pack
from portal.store import program as programs
from portal.store.db import db
from portal.store.pack import PackError, RecordKind
from portal.web.pages import program

SLUG = pack.default_slug()
GOOD = """\
[[rooms]]
id = "blue"
registry = "level3"
name = { es = "Azul", en = "Blue" }

[[rooms]]
id = "green"
beside = "blue"
name = { es = "Verde", en = "Green" }

[[doors]]
id = "first"
room = "green"
"""


def read_room(row, said):
    row.text("beside", "")
    registry = said.registry(row, needed=False)
    return SimpleNamespace(name=said.localized(row, "name"), registry=registry)


KINDS = (
    RecordKind("rooms.toml", "rooms", read_room, {"beside": "rooms"}),
    RecordKind("rooms.toml", "doors", lambda row, said: row.text("room"), {"room": "rooms"}),
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(pack.PROGRAMS / SLUG, tmp_path / SLUG)
    write(tmp_path, GOOD)
    return tmp_path


def write(root: Path, text: str) -> None:
    (root / SLUG / "rooms.toml").write_text(text, "utf-8")


def test_records_come_kind_by_kind_in_the_order_of_their_file(root):
    found = pack.load_records(SLUG, KINDS, root)
    assert [(one.kind, one.id, one.position) for one in found] == [
        ("rooms", "blue", 1),
        ("rooms", "green", 2),
        ("doors", "first", 1),
    ]
    assert found[0].value.name.pick("es") == "Azul" and found[0].value.registry == "level3"
    assert found[2].value == "green"
    (root / SLUG / "rooms.toml").unlink()
    assert pack.load_records(SLUG, KINDS, root) == ()


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ('id = "blue"\n', "", 1, "id is missing"),
        ('id = "green"', 'id = "blue"', 7, "is the id of another of rooms too"),
        ('"level3"', '"mars"', 3, "is no registry of this pack"),
        (', en = "Green"', "", 9, "says nothing in en"),
        ('beside = "blue"', 'beside = "red"', 8, "there is no 'red' among rooms"),
        ('room = "green"', 'room = "red"', 13, "there is no 'red' among rooms"),
        ('room = "green"', 'room = "green"\ncolour = 1', 14, "is not a key that is read here"),
        ("[[doors]]", "[[windows]]", 11, "is not a key that is read here"),
        ("[[doors]]", "[[doors", 11, "not TOML"),
    ],
)
def test_a_fault_of_a_record_names_its_line(root, old, new, line, message):
    assert old in GOOD
    write(root, GOOD.replace(old, new, 1))
    told = [fault for fault in pack.check(SLUG, root, KINDS) if message in fault.message]
    assert [(fault.file, fault.line) for fault in told] == [(f"{SLUG}/rooms.toml", line)]
    with pytest.raises(PackError):
        pack.load_records(SLUG, KINDS, root)


def test_a_record_that_changed_in_the_pack_is_reported_and_never_applied(app, root):
    """N1: no pack reload changes what stands; what is new comes in, layout does not count."""
    taken: list[str] = []
    loaders = {"rooms": lambda session, program, new, now: taken.extend(one.id for one in new)}

    def load(text: str) -> programs.LoadReport:
        write(root, text)
        records = pack.load_records(SLUG, KINDS, root)
        return programs.load(program(), records, loaders, now=clock.wall())

    assert load(GOOD).added == ("doors/first", "rooms/blue", "rooms/green")
    assert taken == ["blue", "green"]
    again = load("# A remark.\n" + GOOD)
    assert (again.added, again.changed) == ((), ())
    later = (
        GOOD.replace("Azul", "Celeste") + '\n[[rooms]]\nid = "red"\nname = { es = "R", en = "R" }'
    )
    report = load(later)
    assert (report.added, report.changed) == (("rooms/red",), ("rooms/blue",))
    assert taken == ["blue", "green", "red"]
    db.session.rollback()
