"""Staging of agreements: the row itself, and its three dated facts (N1)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from portal.kernel.spans import Span, by_start
from portal.registry.facts import CHANNEL_TEAM, COMPENSATION, SCHEDULE
from portal.registry.models import Agreement, Partner, Team
from portal.registry.problems import Held
from portal.registry.rows import Key, Row
from portal.registry.rules import ImportCode, TeamKind
from portal.registry.spans import Claim, Fresh, Value, settle
from portal.registry.stage_contracts import team_codes
from portal.registry.staging import Lookup, Plan, Stage, Values, Warrants, cells, compare, fetch
from portal.store.facts import GatedFact
from portal.store.periods import spans_of, write_spans

KEY = ("registry_id", "number")
OWN = ("program", "status", "starts_on", "ends_on")
ATTRS = (*KEY, "partner_id", *OWN)
# A new agreement that begins so soon after the last one goes on with what that one said.
RENEWS_WITHIN = timedelta(days=90)
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
    plan.writes.append(lambda warrants: _name_new(at, plan))
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
    renewed = _renewed(at, fact, [each for each in staged if each[0].line not in ids])
    codes = team_codes(at) if fact is CHANNEL_TEAM else {}
    changed: dict[Key, list[Span]] = {}
    for row, values in staged:
        value = given[row.line][name]
        goes_on = renewed.get(row.line, [])
        said = [span.value for span in goes_on]
        inherited = value if value in said else said[0] if said else None
        spans = standing.get(ids.get(row.line, -1), [])
        if inherited:
            spans = [Span(values["starts_on"], None, inherited, Fresh.INHERITED)]
            changed[row.key] = spans
        if not value:
            continue
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


def _renewed(
    at: Stage, fact: GatedFact, new: Sequence[tuple[Row, Values]]
) -> dict[int, list[Span]]:
    """What the agreements say that a new one follows, by line, the latest first: those of the same
    partner, registry and program that ran not long before it. A new number announces nothing (N1).
    """
    partners = [values["partner_id"] for _, values in new]
    own = (Agreement.program, Agreement.starts_on, Agreement.ends_on)
    columns = (Agreement.id, Agreement.registry_id, Agreement.partner_id, *own)
    there = list(fetch(at.session, columns, Agreement.partner_id, partners))
    spans = spans_of(at.session, fact, [one.id for one in there])
    found: dict[int, list[Span]] = {}
    for row, values in new:
        whose = tuple(values.get(name) for name in ("registry_id", "partner_id", "program"))
        start = values["starts_on"]
        last = [
            span
            for one in there
            if (one.registry_id, one.partner_id, one.program) == whose
            and one.starts_on < start
            and (one.ends_on is None or one.ends_on >= start - RENEWS_WITHIN)
            for span in [each for each in spans.get(one.id, []) if each.start < start][-1:]
        ]
        found[row.line] = sorted(last, key=by_start, reverse=True)
    return found


def _name_new(at: Stage, plan: Plan) -> None:
    """Give what is held and corrected of new agreements their ids, now that they are written."""
    for listed in (plan.held, plan.corrected):
        new = [each.subject for each in listed if each.subject_id is None]
        lookup = Lookup(at, Agreement, "number", new)
        for place, each in enumerate(listed):
            if each.subject_id is None:
                made = lookup.get(each.subject, at.registries[each.registry])
                listed[place] = replace(each, subject_id=made.id)


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
