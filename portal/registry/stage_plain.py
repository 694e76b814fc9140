"""Staging of the kinds that are rows of one table: all but agreements and contracts.

The addresses of teams and people are dated facts and staged beside their rows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from portal.kernel.localized import Localized
from portal.registry import stage_contacts
from portal.registry.customer_contacts import CustomerContact
from portal.registry.models import Contract, Customer, Partner, Product, Service, Team, TeamMember
from portal.registry.problems import Problem
from portal.registry.rows import Row
from portal.registry.rules import ImportCode, normal
from portal.registry.staging import Lookup, Plan, Stage, Values, cells, compare, fetch
from portal.registry.training import Training
from portal.store.db import Base


@dataclass(frozen=True)
class Plain:
    """How rows of one kind become rows of one table: columns renamed, references looked up."""

    model: type[Base]
    key: tuple[str, ...]
    rename: dict[str, str]
    references: dict[str, tuple[type[Base], str, str]]
    more: Callable[[Row], Values] = lambda row: {}


def _names(row: Row) -> Values:
    texts = {"es": row.values.get("name_es"), "en": row.values.get("name_en")}
    return {"name": Localized({lang: text for lang, text in texts.items() if text})}


def _service(row: Row) -> Values:
    return {"normal": normal(row.values["service_id"])}


_NAMED = {"name": "name"}
PLAIN = {
    "teams": Plain(
        Team, ("registry_id", "code"), {"team_code": "code", "kind": "kind", **_NAMED}, {}
    ),
    "people": Plain(
        *(TeamMember, ("registry_id", "listed_as"), {"former_email": "former_email", **_NAMED}),
        {"team_code": (Team, "code", "team_id")},
    ),
    "products": Plain(Product, ("registry_id", "code"), {"product_code": "code"}, {}, _names),
    "partners": Plain(Partner, ("code",), {"partner_id": "code", **_NAMED}, {}),
    "customers": Plain(Customer, ("code",), {"customer_id": "code", **_NAMED}, {}),
    "services": Plain(
        Service,
        ("registry_id", "service_id"),
        {name: name for name in ("service_id", "status", "installed_on", "site_a", "site_z")},
        {
            "contract_number": (Contract, "number", "contract_id"),
            "product_code": (Product, "code", "product_id"),
        },
        _service,
    ),
    "training": Plain(
        *(Training, ("partner_id", "code")),
        {"training_code": "code", "starts_on": "held_since", "ends_on": "held_until"},
        {"partner_id": (Partner, "code", "partner_id")},
        _names,
    ),
    "customer_contacts": Plain(
        *(CustomerContact, ("registry_id", "customer_id", "email")),
        {"email": "email", "language": "language", **_NAMED},
        {"customer_id": (Customer, "code", "customer_id")},
    ),
}


def stage(kind: str, rows: Sequence[Row], at: Stage) -> Plan:
    """What a file of one of these kinds would do."""
    spec, plan = PLAIN[kind], Plan()
    lookups = {
        column: Lookup(at, model, code, cells(rows, column))
        for column, (model, code, _) in spec.references.items()
    }
    staged: list[tuple[Row, Values]] = []
    for row in rows:
        values: Values = {
            attr: row.values[name] for name, attr in spec.rename.items() if name in row.values
        }
        if "registry" in row.values:
            values["registry_id"] = at.registries[row.values["registry"]]
        for column, (_, _, attr) in spec.references.items():
            found = lookups[column].resolve(
                row, column, values.get("registry_id", 0), plan.problems
            )
            if column in row.values:
                values[attr] = None if found is None else found.id
        staged.append((row, values | spec.more(row)))
    if kind == "people":
        stage_contacts.recognise(at, plan, staged)
    attrs = _attributes(spec)
    compared = compare(at, spec.model, spec.key, attrs, staged)
    if kind == "services" and not at.correct:
        plan.problems += _moved(at, compared.different)
    plan.created, plan.changed = len(compared.new), len(compared.different)
    plan.unchanged = len(compared.same)
    plan.writes.append(lambda warrants: compared.write(at.session, spec.model))
    if kind in stage_contacts.FACTS:
        stage_contacts.settle_addresses(at, plan, kind, rows, compared)
    return plan


def _attributes(spec: Plain) -> tuple[str, ...]:
    table = spec.model.__table__
    known = {
        *spec.rename.values(),
        *(attr for _, _, attr in spec.references.values()),
        *spec.key,
        *(name for name in ("name", "normal") if name in table.c),
    }
    return tuple(column.name for column in table.c if column.name in known)


def _moved(at: Stage, different: Sequence[tuple[Row, Values]]) -> list[Problem]:
    """A service is bought on a line and stays on it (R3): only a correction moves it."""
    ids = [values["id"] for _, values in different]
    joined = (Service.id, Service.contract_id)
    before = {found.id: found.contract_id for found in fetch(at.session, joined, Service.id, ids)}
    papers: set[Any] = {values["contract_id"] for _, values in different} | {*before.values()}
    lines = {
        found.id: found
        for found in fetch(
            at.session, (Contract.id, Contract.line_id, Contract.number), Contract.id, papers
        )
    }
    problems = []
    for row, values in different:
        old, new = lines[before[values["id"]]], lines.get(values["contract_id"])
        if new is not None and new.line_id != old.line_id:
            fault = row.problem(ImportCode.SERVICE_MOVED, "contract_number", contract=old.number)
            problems.append(fault)
    return problems
