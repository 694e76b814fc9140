"""Staging of contracts: the papers, what they replace, and the lines they form (R1, R3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from portal.registry.lines import Chain, Paper, chains, cycles, forks
from portal.registry.models import Contract, Customer, Partner, Replacement, Team
from portal.registry.rows import Row
from portal.registry.rules import EndOfTerm, ImportCode, TeamKind, normal
from portal.registry.staging import Compared, Lookup, Plan, Stage, Values, cells, compare

KEY = ("registry_id", "number")
OWN = ("status", "starts_on", "ends_on", "end_of_term")
ATTRS = (*KEY, "normal", "customer_id", "partner_id", *OWN)


@dataclass
class Book:
    """The contracts of one registry as they will be, and the rows that speak of them.

    `ids` are those that stand, `before` what each replaced until now, `roots` the first contract
    of each standing line; `relinked` are the numbers whose `replaces` a row changes or gives.
    """

    registry: str
    registry_id: int
    papers: dict[str, Paper] = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)
    before: dict[str, tuple[str, ...]] = field(default_factory=dict)
    roots: dict[int, str] = field(default_factory=dict)
    relinked: list[str] = field(default_factory=list)
    made: list[Chain] = field(default_factory=list)


@dataclass
class Referred:
    """The rows with what they refer to resolved, and the team each gives, by line of the file."""

    staged: list[tuple[Row, Values]] = field(default_factory=list)
    teams: dict[int, int] = field(default_factory=dict)


def refer(rows: Sequence[Row], at: Stage, plan: Plan) -> Referred:
    """Resolve partners, customers and teams; what is unknown goes to the plan's problems."""
    customers = Lookup(at, Customer, "code", cells(rows, "customer_id"))
    partners = Lookup(at, Partner, "code", cells(rows, "partner_id"))
    teams = Lookup(at, Team, "code", cells(rows, "account_team"), "kind")
    out = Referred()
    for row in rows:
        registry_id = at.registries[row.values["registry"]]
        customer = customers.resolve(row, "customer_id", 0, plan.problems)
        partner = partners.resolve(row, "partner_id", 0, plan.problems)
        team = teams.resolve(row, "account_team", registry_id, plan.problems)
        if team is not None and team.kind is not TeamKind.ACCOUNT:
            fault = row.problem(ImportCode.TEAM_WRONG_KIND, "account_team", kind=TeamKind.ACCOUNT)
            plan.problems.append(fault)
        elif team is not None:
            out.teams[row.line] = team.id
        number = row.values["contract_number"]
        values: Values = {name: row.values[name] for name in OWN if name in row.values}
        values |= {"registry_id": registry_id, "number": number, "normal": normal(number)}
        values["customer_id"] = customer.id if customer else None
        values["partner_id"] = partner.id if partner else None
        out.staged.append((row, values))
    return out


def books(rows: Sequence[Row], at: Stage, plan: Plan) -> list[Book]:
    """The books the rows touch, as they will be; faults of `replaces` go to the plan."""
    found = []
    for slug in sorted({row.values["registry"] for row in rows}):
        book = _standing(at, Book(slug, at.registries[slug]))
        for row in rows:
            if row.values["registry"] == slug:
                _put(book, row)
        found.append(book)
    _check_references(at, found, plan)
    for book in found:
        _check_shape(book, plan)
        if not plan.problems:
            book.made = chains(book.papers, book.roots)
    return found


def differences(at: Stage, staged: Sequence[tuple[Row, Values]]) -> Compared:
    """The papers that are new and those whose own columns differ."""
    compared = compare(at, Contract, KEY, ATTRS, staged)
    for _, values in compared.new:
        values["end_of_term"] = values["end_of_term"] or EndOfTerm.EXPIRE
    return compared


def _standing(at: Stage, book: Book) -> Book:
    """`book` with what stands of its registry."""
    names: dict[int, str] = {}
    facts = (Contract.id, Contract.number, Contract.starts_on, Contract.line_id)
    here = at.session.execute(select(*facts).where(Contract.registry_id == book.registry_id)).all()
    for contract_id, number, _, _ in here:
        names[contract_id], book.ids[number] = number, contract_id
    pairs = select(Replacement.contract_id, Replacement.replaced_id)
    for contract_id, replaced_id in at.session.execute(
        pairs.where(Replacement.registry_id == book.registry_id)
    ):
        number = names[contract_id]
        book.before[number] = (*book.before.get(number, ()), names[replaced_id])
    for _, number, starts_on, line_id in here:
        replaces = book.before.get(number, ())
        book.papers[number] = Paper(number, starts_on, replaces, line_id)
        if len(replaces) != 1:
            book.roots[line_id] = number
    return book


def _put(book: Book, row: Row) -> None:
    number = row.values["contract_number"]
    old = book.papers.get(number)
    before = book.before.get(number, ())
    replaces = tuple(row.values.get("replaces", before))
    starts_on = row.values.get("starts_on", date.min)
    book.papers[number] = Paper(number, starts_on, replaces, old.line if old else None)
    book.rows[number] = row
    if set(replaces) != set(before):
        book.relinked.append(number)


def _check_references(at: Stage, found: Sequence[Book], plan: Plan) -> None:
    wanted = {
        number: None
        for book in found
        for row in book.rows.values()
        for number in row.values.get("replaces", ())
        if number not in book.papers
    }
    elsewhere = Lookup(at, Contract, "number", wanted)
    for book in found:
        for row in book.rows.values():
            for number in row.values.get("replaces", ()):
                if number == row.values["contract_number"]:
                    plan.problems.append(row.problem(ImportCode.REPLACES_ITSELF, "replaces"))
                elif number not in book.papers:
                    _report_unknown(at, found, elsewhere, row, number, plan)


def _report_unknown(
    at: Stage, found: Sequence[Book], elsewhere: Lookup, row: Row, number: str, plan: Plan
) -> None:
    there = [
        slug
        for slug, registry_id in sorted(at.registries.items())
        if elsewhere.get(number, registry_id)
        or any(book.registry == slug and number in book.papers for book in found)
    ]
    if there:
        code, facts = ImportCode.REPLACES_OTHER_REGISTRY, {"registry": ", ".join(there)}
    else:
        code, facts = ImportCode.REPLACES_UNKNOWN, {}
    fault = row.problem(code, "replaces", **facts)
    plan.problems.append(fault)


def _check_shape(book: Book, plan: Plan) -> None:
    for replaced, takers in forks(book.papers.values()).items():
        for taker in takers:
            if row := book.rows.get(taker):
                other = next(number for number in takers if number != taker)
                code = ImportCode.REPLACES_FORK
                plan.problems.append(row.problem(code, "replaces", replaced=replaced, other=other))
    for ring in cycles(book.papers):
        for number in ring[:-1]:
            if len(ring) > 2 and (row := book.rows.get(number)):
                code, path = ImportCode.REPLACES_CYCLE, " → ".join(ring)
                plan.problems.append(row.problem(code, "replaces", path=path))


def team_codes(at: Stage) -> Mapping[int, str]:
    """The code of every team, to speak of teams in the words of a file."""
    return {team.id: team.code for team in at.session.execute(select(Team.id, Team.code))}
