"""Dated facts in bulk: periods loaded, settled in memory, written back by subject (N1)."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from portal.registry.spans import Span
from portal.registry.staging import Warrants, chunked, fetch
from portal.store.facts import GatedFact


def spans_of(
    session: Session, fact: GatedFact, subjects: Iterable[int] | None
) -> dict[int, list[Span]]:
    """The periods of `fact` by subject, oldest first; `subjects` None means all there are."""
    model = fact.model
    names = (fact.subject, "valid_from", "valid_to", fact.value, "warrant_id")
    columns: list[Any] = [getattr(model, name) for name in names]
    query: Any = select(*columns)
    found: Iterable[Any] = (
        session.execute(query)
        if subjects is None
        else fetch(session, columns, columns[0], subjects)
    )
    out: dict[int, list[Span]] = {}
    for subject, start, end, value, warrant_id in found:
        out.setdefault(subject, []).append(Span(start, end, value, warrant_id))
    for spans in out.values():
        spans.sort(key=lambda span: span.start)
    return out


def write_spans(
    session: Session,
    fact: GatedFact,
    changed: Mapping[int, list[Span]],
    registry: Mapping[int, int] | None,
    warrants: Warrants,
) -> None:
    """Let the periods of each subject in `changed` be exactly these.

    `registry` gives each subject's registry, for facts whose table keeps it (R1).
    """
    model = fact.model
    column = getattr(model, fact.subject)
    for chunk in chunked(changed):
        session.execute(
            delete(model).where(column.in_(chunk)), execution_options={"synchronize_session": False}
        )
    rows: list[dict[str, Any]] = [
        {
            fact.subject: subject,
            fact.value: span.value,
            "valid_from": span.start,
            "valid_to": span.end,
            "warrant_id": warrants.id(span.warrant),
            **({} if registry is None else {"registry_id": registry[subject]}),
        }
        for subject, spans in changed.items()
        for span in spans
    ]
    if rows:
        session.execute(insert(model), rows)
