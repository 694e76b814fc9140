"""The one writer of period tables: every way by which a dated fact gets a value ends here (N1).

Importing a first value, correcting an error, letting a notice take effect and taking one back are
the four reasons there are; each comes with its warrant.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from portal.kernel.decision import JSON
from portal.kernel.spans import Span, at, change, overwrite, take_back
from portal.store.facts import GatedFact, Key, Warrant, WarrantKind

CHUNK = 5000
_SPAN = frozenset({"id", "valid_from", "valid_to", "warrant_id"})


def chunked(items: Iterable[Any], size: int = CHUNK) -> Iterator[list[Any]]:
    """`items` in lists of at most `size`, small enough for one statement's parameters."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


def spans_of(
    session: Session, fact: GatedFact, subjects: Iterable[Key] | None
) -> dict[Any, list[Span]]:
    """The periods of `fact` by subject, oldest first; `subjects` None means all there are."""
    model = fact.model
    names = (fact.subject, "valid_from", "valid_to", fact.value, "warrant_id")
    query: Any = select(*(getattr(model, name) for name in names))
    column = getattr(model, fact.subject)
    out: dict[Any, list[Span]] = {}
    parts = [None] if subjects is None else list(chunked(dict.fromkeys(subjects)))
    for part in parts:
        asked = query if part is None else query.where(column.in_(part))
        for subject, start, end, value, warrant_id in session.execute(asked):
            out.setdefault(subject, []).append(Span(start, end, value, warrant_id))
    for spans in out.values():
        spans.sort(key=lambda span: span.start)
    return out


def write_spans(
    session: Session,
    fact: GatedFact,
    changed: Mapping[Any, list[Span]],
    registry: Mapping[Any, int] | None,
    warrant_of: Callable[[Any], int] = int,
) -> None:
    """Let the periods of each subject in `changed` be exactly these.

    `registry` gives each subject's registry, for facts whose table keeps it (R1); `warrant_of` the
    id of what a period stands on.
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
            "warrant_id": warrant_of(span.warrant),
            **({} if registry is None else {"registry_id": registry[subject]}),
        }
        for subject, spans in changed.items()
        for span in spans
    ]
    if rows:
        session.execute(insert(model), rows)


def begin(
    session: Session,
    fact: GatedFact,
    subject: Key,
    value: JSON,
    *,
    on: date,
    warrant_id: int,
    registry_id: int | None = None,
) -> None:
    """The first value of a new subject: it needs no notice (N1), and stands on an origin."""
    row = {fact.subject: subject, fact.value: fact.stored(value), "valid_from": on}
    row |= {"valid_to": None, "warrant_id": warrant_id}
    if "registry_id" in fact.model.__table__.c:
        row["registry_id"] = registry_id
    session.execute(insert(fact.model), [row])


def take_effect(
    session: Session, fact: GatedFact, values: Mapping[Key, JSON], *, on: date, warrant_id: int
) -> None:
    """Let each subject have its value from `on` until the next change a notice announced."""
    notices = select(Warrant.id).where(Warrant.kind == WarrantKind.NOTICE)
    spans = spans_of(session, fact, values)
    used = {span.warrant for periods in spans.values() for span in periods}
    announced = frozenset(session.scalars(notices.where(Warrant.id.in_(used))))
    after = {
        subject: change(
            spans.get(subject, []), Span(on, None, fact.stored(value), warrant_id), announced
        )
        for subject, value in values.items()
    }
    write_spans(session, fact, after, _registries(session, fact, values))


def undo(
    session: Session, fact: GatedFact, subjects: Iterable[Key], *, warrant_id: int, after: date
) -> None:
    """Take back what stands on a warrant and begins after `after`; what held before goes on."""
    spans = spans_of(session, fact, subjects)
    changed = {subject: take_back(periods, warrant_id, after) for subject, periods in spans.items()}
    changed = {
        subject: periods for subject, periods in changed.items() if periods != spans[subject]
    }
    write_spans(session, fact, changed, _registries(session, fact, changed))


def correct(
    session: Session, fact: GatedFact, subject: Key, value: JSON, *, on: date, warrant_id: int
) -> None:
    """Mend an error in the period that holds on `on`, for as long as that period lasts."""
    spans = spans_of(session, fact, [subject]).get(subject, [])
    stands = at(spans, on)
    if stands is None:
        raise LookupError(f"{fact.name} of {subject} says nothing on {on}")
    mended = overwrite(spans, Span(on, stands.end, fact.stored(value), warrant_id))
    write_spans(session, fact, {subject: mended}, _registries(session, fact, [subject]))


def _registries(
    session: Session, fact: GatedFact, subjects: Iterable[Key]
) -> dict[Key, int] | None:
    """The registry each subject's periods are kept in; None where the table keeps none."""
    if "registry_id" not in fact.model.__table__.c:
        return None
    column = getattr(fact.model, fact.subject)
    query = select(column, fact.model.registry_id).where(column.in_(list(subjects))).distinct()
    return {row[0]: row[1] for row in session.execute(query)}
