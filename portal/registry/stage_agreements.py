"""Staging of agreements: the row itself, and its three dated facts (N1)."""

from collections.abc import Mapping, Sequence
from typing import Any

from portal.kernel.spans import Span
from portal.registry.facts import CHANNEL_TEAM, COMPENSATION, SCHEDULE
from portal.registry.models import Agreement, Partner, Team
from portal.registry.problems import Held
from portal.registry.rows import Key, Row
from portal.registry.rules import ImportCode, TeamKind
from portal.registry.spans import Claim, Value, settle
from portal.registry.stage_contracts import team_codes
from portal.registry.staging import Lookup, Plan, Stage, Values, Warrants, cells, compare
from portal.store.facts import GatedFact
from portal.store.periods import spans_of, write_spans

KEY = ("registry_id", "number")
OWN = ("program", "status", "starts_on", "ends_on")
ATTRS = (*KEY, "partner_id", *OWN)
FACTS = {
    "compensation_terms": COMPENSATION,
    "payment_schedule": SCHEDULE,
    "channel_team": CHANNEL_TEAM,
}


def stage(rows: Sequence[Row], at: Stage) -> Plan:
    """What a file of agreements would do."""
    plan = Plan()
    partners = Lookup(at, Partner, "code", cells(rows, "partner_id"))
    teams = Lookup(at, Team, "code", cells(rows, "channel_team"), "kind")
    staged: list[tuple[Row, Values]] = []
    given: dict[int, Values] = {}
    for row in rows:
        registry_id = at.registries[row.values["registry"]]
        partner = partners.resolve(row, "partner_id", 0, plan.problems)
        team = teams.resolve(row, "channel_team", registry_id, plan.problems)
        if team is not None and team.kind is not TeamKind.CHANNEL:
            fault = row.problem(ImportCode.TEAM_WRONG_KIND, "channel_team", kind=TeamKind.CHANNEL)
            plan.problems.append(fault)
        values: Values = {name: row.values[name] for name in OWN if name in row.values}
        values |= {"registry_id": registry_id, "number": row.values["agreement_number"]}
        values["partner_id"] = partner.id if partner else None
        staged.append((row, values))
        facts = {name: row.values.get(name) for name in ("compensation_terms", "payment_schedule")}
        given[row.line] = {**facts, "channel_team": team.id if team else None}
    if plan.problems or any("starts_on" not in values for _, values in staged):
        return plan
    compared = compare(at, Agreement, KEY, ATTRS, staged)
    touched: set[int] = set()
    for name, fact in FACTS.items():
        _settle(at, plan, name, fact, staged, given, compared.ids, touched)
    plan.writes.insert(0, lambda warrants: compared.write(at.session, Agreement))
    plan.created = len(compared.new)
    plan.changed = len({row.line for row, _ in compared.different} | (touched & {*compared.ids}))
    plan.unchanged = len(staged) - plan.created - plan.changed
    return plan


def _settle(
    at: Stage,
    plan: Plan,
    name: str,
    fact: GatedFact,
    staged: Sequence[tuple[Row, Values]],
    given: dict[int, Values],
    ids: dict[int, int],
    touched: set[int],
) -> None:
    standing = spans_of(at.session, fact, ids.values())
    codes = team_codes(at) if fact is CHANNEL_TEAM else {}
    changed: dict[Key, list[Span]] = {}
    for row, values in staged:
        value = given[row.line][name]
        if not value:
            continue
        spans = standing.get(ids.get(row.line, -1), [])
        claim = Claim(row.line, values["starts_on"], None, value)
        settled = settle(spans, [claim], today=at.today, correct=at.correct)
        cell = row.values[name]
        for pairs, found in ((settled.held, plan.held), (settled.corrected, plan.corrected)):
            found.extend(
                Held(
                    *(row.line, *_subject(row), _said(codes, stands), cell),
                    *(fact.name, ids.get(row.line), value),
                )
                for _, stands in pairs
            )
        if settled.taken or settled.corrected:
            touched.add(row.line)
            changed[row.key] = settled.spans
    if changed:
        plan.writes.append(lambda warrants: _write(at, fact, changed, warrants))


def _subject(row: Row) -> tuple[str, str]:
    return row.values["registry"], row.values["agreement_number"]


def _said(codes: Mapping[int, str], value: Value) -> str:
    """A value in the file's words: a team by its code."""
    return codes[value] if isinstance(value, int) else value


def _write(at: Stage, fact: GatedFact, changed: dict[Key, list[Span]], warrants: Warrants) -> None:
    lookup = Lookup(at, Agreement, "number", [number for _, number in changed])
    spans: dict[int, list[Span]] = {}
    registry: dict[int, int] = {}
    for (slug, number), periods in changed.items():
        found: Any = lookup.get(number, at.registries[slug])
        spans[found.id], registry[found.id] = periods, at.registries[slug]
    write_spans(at.session, fact, spans, registry if fact is CHANNEL_TEAM else None, warrants.id)
