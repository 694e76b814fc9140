"""Program packs: what a program is called, which registries it keeps, what it says. Data, not code.

A pack is a folder of `portal/programs`: `program.toml`, the documents in `blocks/`, `faq/` and
`rules/`, files of records (`pack_records.py`), and two made-up worlds, `sample/` (of no company, shown to visitors) and `demo/`. Files are
the origin only: what was loaded into a database lives there. Every reader here raises PackError with
all faults it found, each with its file and line. `root` is the packs' folder (tests give their own).
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from portal.kernel.localized import Localized
from portal.store.pack_documents import Document, Kind, read_documents
from portal.store.pack_format import Fault, PackError, Source, Table
from portal.store.pack_records import Record, RecordKind, Said, read_records
from portal.store.pack_worlds import Account, DemoPeople, Example, read_accounts, read_showcase

__all__ = [
    "Account",
    "DemoPeople",
    "Document",
    "Example",
    "Fault",
    "Kind",
    "PackError",
    "Program",
    "Record",
    "RecordKind",
    "RegistryInfo",
    "Said",
    "check",
    "default_slug",
    "demo_path",
    "load_accounts",
    "load_documents",
    "load_program",
    "load_records",
    "load_showcase",
    "packs",
    "sample_path",
]

PROGRAMS = Path(__file__).resolve().parent.parent / "programs"
TONES = ("usted", "tú")
THREADS = (1, 2)

Synonyms = Mapping[str, tuple[tuple[str, ...], ...]]
"""Per language, groups of words or phrases of one meaning."""
Glossary = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Per language, the program's own word with those that texts should not say in its place."""


@dataclass(frozen=True)
class RegistryInfo:
    """A contract registry. `thread` is the number of its colour, `position` its order from 1.

    People of the registry are found by an address at `former_domain` too (Q9); None: there is none.
    """

    slug: str
    name: str
    thread: int
    position: int
    mail_domain: str
    former_domain: str | None


@dataclass(frozen=True)
class Program:
    """A program as its pack states it.

    `zone` is the IANA name of the zone its dates are in; the first of `languages` is that of its
    original audience; `lead_days` are days from a notice's publication to its effect (N2);
    `contact_person` is whom Q18 names; `sha256` is of the file as read.
    """

    slug: str
    default: bool
    name: Localized
    tagline: Localized
    zone: str
    languages: tuple[str, ...]
    tone: str
    mail_domains: tuple[str, ...]
    contact_person: str
    modules: tuple[str, ...]
    registries: tuple[RegistryInfo, ...]
    lead_days: Mapping[str, int]
    synonyms: Synonyms
    glossary: Glossary
    sha256: str

    def registry(self, slug: str) -> RegistryInfo:
        """The registry called `slug`; KeyError when there is none."""
        for registry in self.registries:
            if registry.slug == slug:
                return registry
        raise KeyError(slug)


def packs(root: Path = PROGRAMS) -> tuple[str, ...]:
    """The slugs of all packs there are, sorted."""
    return tuple(sorted(path.parent.name for path in root.glob("*/program.toml")))


def default_slug(root: Path = PROGRAMS) -> str:
    """The pack that marks itself the default; PackError unless exactly one does."""
    marked = [slug for slug in packs(root) if load_program(slug, root).default]
    if len(marked) != 1:
        file = f"{marked[-1] if marked else '*'}/program.toml"
        said = " and ".join(marked) or "none"
        raise PackError([Fault(file, 1, f"one pack must be the default; marked so: {said}")])
    return marked[0]


def load_program(slug: str, root: Path = PROGRAMS) -> Program:
    """The program of the pack `slug`."""
    if slug not in packs(root):
        there = ", ".join(packs(root)) or "none"
        raise PackError(
            [Fault(f"{slug}/program.toml", 1, f"there is no such pack; there is {there}")]
        )
    faults: list[Fault] = []
    program = _program(slug, root, faults)
    if faults or program is None:
        raise PackError(faults)
    return program


def load_documents(slug: str, root: Path = PROGRAMS) -> tuple[Document, ...]:
    """The documents of the pack `slug`: blocks, FAQ, rules, each kind by position."""
    program = load_program(slug, root)
    faults: list[Fault] = []
    documents = read_documents(root / slug, program.languages, faults)
    if faults:
        raise PackError(faults)
    return documents


def load_records(
    slug: str, kinds: Collection[RecordKind], root: Path = PROGRAMS
) -> tuple[Record, ...]:
    """The records of `kinds` of the pack `slug`, each kind in the order of its file."""
    program = load_program(slug, root)
    said = Said(program.languages, frozenset(each.slug for each in program.registries))
    faults: list[Fault] = []
    records = read_records(root / slug, kinds, said, faults)
    if faults:
        raise PackError(faults)
    return records


def load_showcase(slug: str, root: Path = PROGRAMS) -> tuple[Example, ...]:
    """The example baskets over the sample world of the pack `slug`, in their order."""
    faults: list[Fault] = []
    found = read_showcase(sample_path(slug, root), load_program(slug, root).languages, faults)
    if faults:
        raise PackError(faults)
    return found


def load_accounts(slug: str, root: Path = PROGRAMS) -> DemoPeople:
    """The made-up people of the demo world of the pack `slug`, and the date it lives on."""
    program = load_program(slug, root)
    faults: list[Fault] = []
    registries = {registry.slug for registry in program.registries}
    found = read_accounts(demo_path(slug, root), program.languages, registries, faults)
    if faults or found is None:
        raise PackError(faults)
    return found


def sample_path(slug: str, root: Path = PROGRAMS) -> Path:
    """The folder of the sample world: a CSV per import kind, `hours.csv`, `showcase.toml`."""
    return root / slug / "sample"


def demo_path(slug: str, root: Path = PROGRAMS) -> Path:
    """The folder of the demo world: a CSV per import kind, `hours.csv`, `accounts.toml`."""
    return root / slug / "demo"


def check(
    slug: str, root: Path = PROGRAMS, kinds: Collection[RecordKind] = ()
) -> tuple[Fault, ...]:
    """Every fault of the pack `slug`, over all its files; empty when it can be used."""
    found: set[Fault] = set()
    loads: tuple[Callable[[], object], ...] = (
        lambda: load_documents(slug, root),
        lambda: load_records(slug, kinds, root),
        lambda: load_showcase(slug, root),
        lambda: load_accounts(slug, root),
    )
    for load in loads:
        try:
            load()
        except PackError as error:
            found.update(error.faults)
    return tuple(sorted(found))


def _program(slug: str, root: Path, faults: list[Fault]) -> Program | None:
    source = Source(f"{slug}/program.toml", faults)
    text = source.read(root / slug / "program.toml")
    table = source.table(text) if text is not None else None
    if text is None or table is None:
        return None
    languages = table.strings("languages")
    if not languages:
        table.fault("languages", "name one or more")
    program = Program(
        slug=table.slug("slug"),
        default=table.flag("default"),
        name=table.localized("name", languages),
        tagline=table.localized("tagline", languages),
        zone=table.text("zone"),
        languages=languages,
        tone=table.text("tone"),
        mail_domains=table.strings("mail_domains"),
        contact_person=table.text("contact_person"),
        modules=table.strings("modules"),
        registries=_registries(table),
        lead_days=_lead_days(table),
        synonyms=_synonyms(table, languages),
        glossary=_glossary(table, languages),
        sha256=sha256(text.encode()).hexdigest(),
    )
    if program.slug and program.slug != slug:
        table.fault("slug", f"{program.slug!r} is not the name of its folder, {slug!r}")
    if program.tone and program.tone not in TONES:
        table.fault("tone", f"must be one of {', '.join(TONES)}")
    try:
        ZoneInfo(program.zone)
    except (LookupError, ValueError, OSError):
        table.fault("zone", f"{program.zone!r} is no IANA time zone")
    table.done()
    return program


def _registries(table: Table) -> tuple[RegistryInfo, ...]:
    found: list[RegistryInfo] = []
    for position, row in enumerate(table.each("registries"), 1):
        registry = RegistryInfo(
            slug=row.slug("slug"),
            name=row.text("name"),
            thread=row.number("thread"),
            position=position,
            mail_domain=row.text("mail_domain"),
            former_domain=row.text("former_domain", "") or None,
        )
        row.done()
        if registry.thread not in THREADS:
            row.fault("thread", "must be 1 or 2")
        for key in ("slug", "name", "thread"):
            if getattr(registry, key) in [getattr(other, key) for other in found]:
                row.fault(key, f"{getattr(registry, key)!r} is another registry's too")
        found.append(registry)
    return tuple(found)


def _lead_days(table: Table) -> Mapping[str, int]:
    inner = table.inner("lead_days")
    return MappingProxyType({name: inner.number(name) for name in inner.data})


def _synonyms(table: Table, languages: tuple[str, ...]) -> Synonyms:
    inner = table.inner("synonyms", {})
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    for language in languages:
        groups = inner.value(language, list, "a list of groups", []) or []
        sound = [group for group in groups if isinstance(group, list) and len(group) > 1]
        words = [tuple(word for word in group if isinstance(word, str)) for group in sound]
        if [len(group) for group in words] != [
            len(g) if isinstance(g, list) else 0 for g in groups
        ]:
            inner.fault(language, "every group must be two words or more")
        found[language] = tuple(words)
    inner.done()
    return MappingProxyType(found)


def _glossary(table: Table, languages: tuple[str, ...]) -> Glossary:
    inner = table.inner("glossary", {})
    found: dict[str, Mapping[str, tuple[str, ...]]] = {}
    for language in languages:
        words = inner.inner(language, {})
        found[language] = MappingProxyType({own: words.strings(own) for own in words.data})
    inner.done()
    return MappingProxyType(found)
