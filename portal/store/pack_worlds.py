"""What the two made-up worlds of a pack hold beside their CSV files: example baskets, people."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType

from portal.kernel.access import PARTNER_ROLES, REGISTRY_ROLES, Role
from portal.kernel.localized import Localized
from portal.store.pack_format import Fault, Source, Table

LINE_KEYS = frozenset({"line", "action", "service", "product", "contract"})


@dataclass(frozen=True)
class Example:
    """A basket over the sample world. `on` None means the business date.

    `choice`: a visitor may take it. `outcome`, `codes` (in line order) and `contracts` (in order of
    the lines) are what the router must answer; a test holds the two together.
    """

    id: str
    title: Localized
    partner: str
    customer: str | None
    on: date | None
    lines: tuple[Mapping[str, str], ...]
    choice: bool
    outcome: str
    codes: tuple[str, ...]
    contracts: tuple[str, ...]


@dataclass(frozen=True)
class Account:
    """A made-up person who can sign in; `partner`, `registry`, `team` are codes, as the role needs."""

    address: str
    name: str
    role: Role
    language: str
    partner: str | None
    registry: str | None
    team: str | None


@dataclass(frozen=True)
class DemoPeople:
    """The people of the demo world and the date (program's zone) it lives on."""

    today: date
    people: tuple[Account, ...]


def read_showcase(
    folder: Path, languages: Sequence[str], faults: list[Fault]
) -> tuple[Example, ...]:
    """The examples of `showcase.toml` in `folder`; what is wrong goes to `faults`."""
    table = _open(folder, "showcase.toml", faults)
    if table is None:
        return ()
    partner = table.text("partner")
    examples: list[Example] = []
    for row in table.each("examples"):
        expects = row.inner("expects")
        example = Example(
            id=row.slug("id"),
            title=row.localized("title", languages),
            partner=row.text("partner", partner),
            customer=row.text("customer", "") or None,
            on=row.day("on", required=False),
            lines=_lines(row),
            choice=row.flag("choice"),
            outcome=expects.text("outcome"),
            codes=expects.strings("codes"),
            contracts=expects.strings("contracts", []),
        )
        row.done()
        expects.done()
        if example.outcome not in {"accepted", "refused"}:
            row.fault("expects", "outcome must be accepted or refused")
        if example.id in [other.id for other in examples]:
            row.fault("id", f"{example.id!r} is another example's too")
        examples.append(example)
    table.done()
    return tuple(examples)


def read_accounts(
    folder: Path, languages: Collection[str], registries: Collection[str], faults: list[Fault]
) -> DemoPeople | None:
    """The people of `accounts.toml` in `folder`; what is wrong goes to `faults`."""
    table = _open(folder, "accounts.toml", faults)
    if table is None:
        return None
    today = table.day("today")
    people: list[Account] = []
    for row in table.each("people"):
        account = _account(row, languages, registries)
        if account is None:
            continue
        if account.address in [other.address for other in people]:
            row.fault("address", f"{account.address!r} is somebody else's too")
        people.append(account)
    table.done()
    return DemoPeople(today, tuple(people)) if today else None


def _open(folder: Path, name: str, faults: list[Fault]) -> Table | None:
    source = Source(f"{folder.parent.name}/{folder.name}/{name}", faults)
    text = source.read(folder / name)
    return source.table(text) if text is not None else None


def _lines(row: Table) -> tuple[Mapping[str, str], ...]:
    found = row.value("lines", list, "a list of lines") or []
    for line in found:
        if not isinstance(line, dict) or not {"line", "action"} <= set(line) <= LINE_KEYS:
            row.fault(
                "lines", f"a line has line, action and some of {', '.join(sorted(LINE_KEYS))}"
            )
            return ()
    return tuple(MappingProxyType({key: str(value) for key, value in x.items()}) for x in found)


def _account(row: Table, languages: Collection[str], registries: Collection[str]) -> Account | None:
    name_of_role, language = row.text("role"), row.text("language")
    if name_of_role not in set(Role):
        row.fault("role", f"{name_of_role!r} is no role")
        return None
    account = Account(
        address=row.text("address"),
        name=row.text("name"),
        role=Role(name_of_role),
        language=language,
        partner=row.text("partner", "") or None,
        registry=row.text("registry", "") or None,
        team=row.text("team", "") or None,
    )
    row.done()
    if language not in languages:
        row.fault("language", f"{language!r} is not a language of this pack")
    if bool(account.partner) != (account.role in PARTNER_ROLES):
        row.fault("role", "partner people, and they alone, name their partner")
    if bool(account.registry) != (account.role in REGISTRY_ROLES):
        row.fault("role", "staff of a registry, and they alone, name their registry")
    if account.registry and account.registry not in registries:
        row.fault("registry", f"{account.registry!r} is no registry of this pack")
    return account
