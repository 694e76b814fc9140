"""A program pack is read whole or not at all, and every fault names its file and line."""

import shutil
from pathlib import Path

import pytest

from portal.home.parts import DEMO_RECORDS, RECORDS
from portal.store import pack
from portal.store.pack import Fault, PackError

SLUG = pack.default_slug()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder of packs with a copy of the default one in it, to break."""
    shutil.copytree(pack.PROGRAMS / SLUG, tmp_path / SLUG)
    return tmp_path


def change(root: Path, file: str, old: str, new: str) -> None:
    path = root / SLUG / file
    text = path.read_text("utf-8")
    assert text.count(old) >= 1, f"{file} does not say {old!r}"
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_every_pack_there_is_has_no_fault():
    kinds = (*RECORDS, *DEMO_RECORDS)
    assert [fault for slug in pack.packs() for fault in pack.check(slug, kinds=kinds)] == []


def test_exactly_one_pack_is_the_default(root):
    assert pack.default_slug(root) == SLUG
    change(root, "program.toml", "default = true", "default = false")
    with pytest.raises(PackError, match="marked so: none"):
        pack.default_slug(root)
    change(root, "program.toml", "default = false", "default = true")
    shutil.copytree(root / SLUG, root / "another")
    text = (root / "another/program.toml").read_text("utf-8")
    (root / "another/program.toml").write_text(
        text.replace(f'slug = "{SLUG}"', 'slug = "another"', 1)
    )
    with pytest.raises(PackError, match=f"another and {SLUG}"):
        pack.default_slug(root)


def test_a_pack_that_is_not_there_is_told_with_those_that_are(root):
    with pytest.raises(PackError, match=f"there is no such pack; there is {SLUG}"):
        pack.load_program("atlantis", root)


def test_the_program_says_its_registries_lead_times_and_words():
    program = pack.load_program(SLUG)
    assert [(r.slug, r.thread, r.former_domain) for r in program.registries] == [
        ("centurylink", 1, None),
        ("level3", 2, "level3.com"),
    ]
    assert program.registry("level3").name == "Level 3"
    by_days: dict[int, set[str]] = {}
    for name, days in program.lead_days.items():
        by_days.setdefault(days, set()).add(name)
    assert by_days == {  # facts.md section 4
        15: {"teams", "processes", "portals", "tools", "addresses"},
        30: {"compensation", "payment_schedule", "support_policy", "councils", "mdf_terms"},
        0: {"materials", "brand"},
    }
    assert any({"convenio", "acuerdo"} <= set(group) for group in program.synonyms["es"])
    assert program.languages == ("es", "en") and program.tone == "usted"
    with pytest.raises(KeyError):
        program.registry("atlantis")


def test_documents_come_by_kind_and_position_and_say_what_they_include():
    documents = pack.load_documents(SLUG)
    ids = {kind: [d.id for d in documents if d.kind is kind] for kind in pack.Kind}
    assert ids[pack.Kind.BLOCK] == [f"P{n}" for n in range(1, 6)]
    assert ids[pack.Kind.FAQ] == [f"Q{n}" for n in range(1, 19)]
    rules = [
        f"{letter}{n}"
        for letter, most in (("R", 8), ("N", 5), ("C", 2), ("M", 5))
        for n in range(1, most + 1)
    ]
    assert ids[pack.Kind.RULE] == rules
    q5 = next(d for d in documents if d.id == "Q5")
    assert q5.blocks("es") == q5.blocks("en") == q5.promises == ("P3",)
    assert q5.file == f"{SLUG}/faq/q05.md" and q5.lines["id"] == 2 and len(q5.sha256) == 64


# file, what stands there, what to write instead, the faulty line (or how it begins), part of the message
BROKEN = [
    ("program.toml", 'slug = "centurylink"', 'slug = "Century Link"', "slug", "may hold only a-z"),
    (
        "program.toml",
        'slug = "centurylink"',
        'slug = "other"',
        "slug",
        "not the name of its folder",
    ),
    ("program.toml", 'zone = "America/Denver"', 'zone = "Mars/Base"', "zone", "no IANA time zone"),
    ("program.toml", 'tone = "usted"', 'tone = "vos"', "tone", "tone: must be one of"),
    ("program.toml", 'tone = "usted"', 'tone = ""', "tone", "tone: is blank"),
    ("program.toml", 'contact_person = "Lisa Miller"', "", 1, "contact_person is missing"),
    ("program.toml", 'tone = "usted"', 'tone = "usted"\nmotto = "x"', "motto", "not a key"),
    ("program.toml", 'tone = "usted"', "tone = usted", "tone", "not TOML"),
    ("program.toml", 'en = "CenturyLink"', "", "[name]", "name: says nothing in en"),
    ("program.toml", "default = true ", 'default = "yes" ', "default", "must be true or false"),
    ("program.toml", "thread = 2", "thread = 1", "thread = 1", "another registry's too"),
    ("program.toml", "thread = 2", "thread = 3", "thread = 3", "must be 1 or 2"),
    ("program.toml", "teams = 15", "teams = -1", "teams", "must not be negative"),
    ("program.toml", "teams = 15", 'teams = "15"', "teams", "must be a whole number"),
    ("program.toml", '["marca", ', "[", "es = [", "two words or more"),
    ("faq/q05.md", "=== en ===", "", 2, "there is no === en === section"),
    ("faq/q05.md", "=== en ===", "=== fr ===", "=== fr", "fr is not a language"),
    ("faq/q05.md", "=== en ===", "=== es ===", "=== es", "a second section in es"),
    ("faq/q05.md", "=== es ===", "texto\n=== es ===", "texto", "text before the first"),
    ("faq/q05.md", "[[P3]]", "[[P9]]", "=== es", "there is no block [[P9]]"),
    ("faq/q05.md", "[[P3]]", "véase [[P3]]", "=== es", "a line of its own"),
    ("faq/q05.md", '"route"', '"weather"', "situation", "'weather' is none of"),
    ("faq/q05.md", 'situation = "route"\n', "", 2, "situation is missing"),
    ("faq/q05.md", 'id = "Q5"', 'id = "Q4"', "id", "id 'Q4' is centurylink/faq/q04.md's too"),
    ("faq/q05.md", "position = 5", "position = 4", "position", "is centurylink/faq/q04.md's"),
    ("faq/q05.md", "position = 5\n", "", 2, "position is missing"),
    ("faq/q05.md", 'es = "vender-', 'es = "Vender_', "slug", "may hold only a-z"),
    ("faq/q04.md", '"que-puedo-vender"', '"como-me-pagaran"', "slug", "slug es"),
    ("faq/q05.md", '"R3", ', '"R3", "R99", ', "rules", "there is no rule R99"),
    ("faq/q05.md", '"R3", ', '"R3", "R6", ', "rules", "rules/r6.md does not name Q5"),
    ("faq/q05.md", '"R3", ', '"R3", "R3", ', "rules", "says the same twice"),
    ("faq/q05.md", 'promises = ["P3"]', "promises = []", "promises", "includes P3"),
    ("faq/q05.md", "2017-11-01", '"2017-11-01"', "in_force_since", "must be a date"),
    ("faq/q05.md", "2017-11-01", "2017-11-01T09:00:00", "in_force_since", "without a time"),
    ("faq/q05.md", "# ¿Puedo", "¿Puedo", "=== es", "a `# heading` on its first line"),
    ("faq/q05.md", "+++", "---", 1, "begin with the front matter"),
    ("rules/r3.md", '"Q5"', '"Q5", "Q77"', "faq", "there is no answer Q77"),
    ("rules/r3.md", '"Q5"', '"Q5", "Q1"', "faq", "faq/q01.md does not name R3"),
    ("blocks/p4.md", "Cumplimos", "# Título\nCumplimos", "=== es", "no heading"),
    (
        "blocks/p4.md",
        "Cumplimos",
        "[[P1]]\n\nCumplimos",
        "=== es",
        "only an answer includes blocks",
    ),
    ("sample/showcase.toml", '"accepted"', '"maybe"', "expects", "accepted or refused"),
    ("sample/showcase.toml", 'action = "add", ', "", "lines", "a line has line, action"),
    ("demo/accounts.toml", '"partner_admin"', '"king"', 'role = "king"', "'king' is no role"),
    ("demo/accounts.toml", 'partner = "norte"\n', "", "role", "name their partner"),
    (
        "demo/accounts.toml",
        'registry = "centurylink"',
        'registry = "mars"',
        "registry",
        "no registry of",
    ),
    ("demo/accounts.toml", "user@norte", "admin@norte", 0, "somebody else's too"),
]


@pytest.mark.parametrize(("file", "old", "new", "where", "message"), BROKEN)
def test_a_fault_names_its_file_and_line(root, file, old, new, where, message):
    change(root, file, old, new)
    told = [f for f in pack.check(SLUG, root) if message in f.message]
    assert told, f"no fault says {message!r}: {pack.check(SLUG, root)}"
    assert {fault.file for fault in told} == {f"{SLUG}/{file}"}
    lines = (root / SLUG / file).read_text("utf-8").splitlines()
    if isinstance(where, str):
        assert all(lines[fault.line - 1].startswith(where) for fault in told), told
    elif message == "somebody else's too":  # the second of the two
        places = [n for n, line in enumerate(lines, 1) if "admin@norte" in line]
        assert [fault.line for fault in told] == places[1:]
    else:
        assert [fault.line for fault in told] == [where]


def test_two_registries_of_one_slug_are_a_fault_of_the_second(root):
    """R1 stands on registries that can be told apart."""
    change(root, "program.toml", 'slug = "level3"', 'slug = "centurylink"')
    (fault,) = [f for f in pack.check(SLUG, root) if "another registry's too" in f.message]
    lines = (root / SLUG / "program.toml").read_text("utf-8").splitlines()
    assert lines[fault.line] == 'name = "Level 3"'


def test_all_faults_are_told_together_in_order(root):
    change(root, "faq/q05.md", 'situation = "route"', 'situation = "weather"')
    change(root, "faq/q05.md", "position = 5", "position = 4")
    change(root, "blocks/p1.md", "=== en ===", "=== fr ===")
    with pytest.raises(PackError) as raised:
        pack.load_documents(SLUG, root)
    places = [(fault.file, fault.line) for fault in raised.value.faults]
    assert places == sorted(places)
    assert {file for file, _ in places} >= {f"{SLUG}/blocks/p1.md", f"{SLUG}/faq/q05.md"}
    assert f"{SLUG}/faq/q05.md:5: situation: 'weather'" in str(raised.value)


def test_a_missing_file_and_a_missing_folder_are_faults(root):
    (root / SLUG / "demo/accounts.toml").unlink()
    shutil.rmtree(root / SLUG / "rules")
    faults = pack.check(SLUG, root)
    assert Fault(f"{SLUG}/demo/accounts.toml", 1, "this file is missing") in faults
    assert Fault(f"{SLUG}/rules", 1, "there is no document here") in faults


def test_a_block_that_no_answer_includes_is_a_fault(root):
    spare = (root / SLUG / "blocks/p5.md").read_text("utf-8")
    spare = spare.replace('"P5"', '"P6"').replace("position = 5", "position = 6")
    (root / SLUG / "blocks/p6.md").write_text(spare, "utf-8")
    assert Fault(f"{SLUG}/blocks/p6.md", 2, "no answer includes [[P6]]") in pack.check(SLUG, root)


def test_a_changed_document_has_another_digest(root):
    def digest() -> str:
        return next(d.sha256 for d in pack.load_documents(SLUG, root) if d.id == "Q6")

    before = digest()
    change(root, "faq/q06.md", "máxima prioridad", "primera prioridad")
    assert digest() != before
