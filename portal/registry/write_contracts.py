"""Contracts as a file leaves them: staged whole, then written in bulk."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, insert, update

from portal.kernel.spans import Span
from portal.registry.facts import ACCOUNT_TEAM
from portal.registry.models import Contract, ContractLine, Replacement
from portal.registry.rows import Row
from portal.registry.stage_contracts import Book, books, differences, refer
from portal.registry.stage_lines import Lines, settle_lines
from portal.registry.staging import Compared, Lookup, Plan, Stage, Warrants
from portal.store.periods import chunked, write_spans


def stage(rows: Sequence[Row], at: Stage) -> Plan:
    """What a file of contracts would do."""
    plan = Plan()
    referred = refer(rows, at, plan)
    found = books(rows, at, plan)
    if plan.problems or any("starts_on" not in row.values for row in rows):
        return plan
    compared = differences(at, referred.staged)
    lines = [settle_lines(at, plan, book, referred.teams) for book in found]
    touched = {row.line for row, _ in compared.different}
    for book, settled in zip(found, lines, strict=True):
        touched |= settled.touched | {book.rows[number].line for number in book.relinked}
    plan.created = len(compared.new)
    plan.changed = len(touched & {*compared.ids})
    plan.unchanged = len(referred.staged) - plan.created - plan.changed
    plan.writes.append(lambda warrants: _write(at, found, lines, compared, plan, warrants))
    return plan


def _write(
    at: Stage,
    found: list[Book],
    lines: list[Lines],
    compared: Compared,
    plan: Plan,
    warrants: Warrants,
) -> None:
    """Lines first, then papers, then what replaces what, then teams: each leans on the one before."""
    places = [_place_lines(at, book) for book in found]
    line_of = {
        (book.registry_id, paper.number): ids[place]
        for book, ids in zip(found, places, strict=True)
        for place, chain in enumerate(book.made)
        for paper in chain.papers
    }
    for found_here in (plan.held, plan.corrected):
        found_here[:] = [
            replace(each, subject_id=line_of[at.registries[each.registry], each.subject])
            for each in found_here
        ]
    for _, values in compared.new:
        values["line_id"] = line_of[values["registry_id"], values["number"]]
    moved = [
        {"id": book.ids[paper.number], "line_id": line_of[book.registry_id, paper.number]}
        for book in found
        for chain in book.made
        for paper in chain.papers
        if paper.line is not None and paper.line != line_of[book.registry_id, paper.number]
    ]
    compared.write(at.session, Contract)
    if moved:
        at.session.execute(update(Contract), moved)
    for book, ids, settled in zip(found, places, lines, strict=True):
        _write_replaced(at, book)
        spans = {ids[place]: periods for place, periods in settled.spans.items()}
        registry = dict.fromkeys(spans, book.registry_id)
        _write_spans(at, spans, registry, warrants)


def _place_lines(at: Stage, book: Book) -> list[int]:
    """The id of each chain's line, in order; new ones are made."""
    count = sum(chain.keeps is None for chain in book.made)
    rows: list[dict[str, Any]] = [{"registry_id": book.registry_id}] * count
    query = insert(ContractLine).returning(ContractLine.id)
    made = iter(list(at.session.scalars(query, rows)) if rows else [])
    return [next(made) if chain.keeps is None else chain.keeps for chain in book.made]


def _write_replaced(at: Stage, book: Book) -> None:
    standing = [book.ids[number] for number in book.relinked if number in book.ids]
    for chunk in chunked(standing):
        at.session.execute(
            delete(Replacement).where(Replacement.contract_id.in_(chunk)),
            execution_options={"synchronize_session": False},
        )
    numbers = {number for name in book.relinked for number in (name, *book.papers[name].replaces)}
    ids: dict[str, Any] = {}
    lookup = Lookup(at, Contract, "number", numbers)
    for number in numbers:
        ids[number] = lookup.get(number, book.registry_id)
    rows = [
        {
            "contract_id": ids[number].id,
            "replaced_id": ids[replaced].id,
            "registry_id": book.registry_id,
        }
        for number in book.relinked
        for replaced in book.papers[number].replaces
    ]
    if rows:
        at.session.execute(insert(Replacement), rows)


def _write_spans(
    at: Stage, spans: dict[int, list[Span]], registry: dict[int, int], warrants: Warrants
) -> None:
    if spans:
        write_spans(at.session, ACCOUNT_TEAM, spans, registry, warrants.id)
