"""Staging of the addresses of teams and people: dated facts of rows that have no dates (N1, Q9).

A file says of each how it is reached today. The first address of a new row holds since ever, that
of a row which had none from today on; another than the one that stands is held for a notice, or
applied from today on by a marked correction. A blank cell says nothing.
"""

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import select

from portal.kernel.spans import Span
from portal.registry.contact_models import SINCE_EVER, MemberEmail
from portal.registry.facts import PERSON_EMAIL, PERSON_PHONE, TEAM_EMAIL, TEAM_PHONE
from portal.registry.models import Team, TeamMember
from portal.registry.problems import Held
from portal.registry.rows import Row
from portal.registry.rules import ImportCode
from portal.registry.spans import Claim, settle
from portal.registry.staging import Compared, Plan, Stage, Values, Warrants, cells, fetch
from portal.store.facts import GatedFact
from portal.store.periods import chunked, spans_of, write_spans

# By kind: its columns that are dated facts.
FACTS: Mapping[str, Mapping[str, GatedFact]] = {
    "teams": {"email": TEAM_EMAIL, "phone": TEAM_PHONE},
    "people": {"email": PERSON_EMAIL, "phone": PERSON_PHONE},
}


def recognise(at: Stage, plan: Plan, staged: Sequence[tuple[Row, Values]]) -> None:
    """Give each row of people the address under which the registry knows its person.

    A person is known by the address of today, else by any they ever had, else by the `former_email`
    of the row; who is known by none is new. Two rows of one person are a fault.
    """
    rows = [row for row, _ in staged]
    known, former = _known(at, {*cells(rows, "email"), *cells(rows, "former_email")})
    seen: dict[tuple[int, str], Row] = {}
    for row, values in staged:
        registry_id = values["registry_id"]
        given, before = row.values["email"], row.values.get("former_email")
        listed = known.get((registry_id, given)) or known.get((registry_id, before or ""))
        values["listed_as"] = listed or given
        first = seen.setdefault((registry_id, values["listed_as"]), row)
        if first is not row:
            plan.problems.append(row.problem(ImportCode.ROW_CONFLICT, "email", first=first.line))
        if listed and (before, listed) in former:
            values.pop("former_email", None)


def _known(
    at: Stage, addresses: set[str]
) -> tuple[dict[tuple[int, str], str], set[tuple[str | None, str]]]:
    """Who is known by these addresses, by registry; and which of them a person had, as dated facts.

    Of two who had one address, the person whose it is today comes first.
    """
    member = TeamMember
    columns = (member.registry_id, member.listed_as)
    found: dict[tuple[int, str], str] = {}
    had: set[tuple[str | None, str]] = set()
    query = select(*columns, MemberEmail.email, MemberEmail.valid_from, MemberEmail.valid_to)
    query = query.join(MemberEmail, MemberEmail.member_id == member.id)
    for part in chunked(addresses):
        for row in at.session.execute(query.where(MemberEmail.email.in_(part))):
            key = (row.registry_id, row.email)
            today = Span(row.valid_from, row.valid_to, None, None).holds(at.today)
            if today or key not in found:
                found[key] = row.listed_as
            had.add((row.email, row.listed_as))
    for column in (member.listed_as, member.former_email):
        for row in fetch(at.session, (*columns, column.label("by")), column, addresses):
            found.setdefault((row.registry_id, row.by), row.listed_as)
    return found, had


def settle_addresses(
    at: Stage, plan: Plan, kind: str, rows: Sequence[Row], compared: Compared
) -> None:
    """What the rows say of addresses: first values and corrections to write, changes to hold.

    To be called once the writes of the rows themselves are planned.
    """
    changed: set[int] = set()
    plan.writes.append(lambda warrants: _number(at, kind, compared))
    for column, fact in FACTS[kind].items():
        standing = spans_of(at.session, fact, compared.ids.values())
        writes: dict[int, list[Span]] = {}
        for row in rows:
            value, subject = row.values.get(column), compared.ids.get(row.line)
            if not value:
                continue
            start = SINCE_EVER if subject is None else at.today
            claim = Claim(row.line, start, None, value)
            spans = standing.get(subject, [])
            settled = settle(spans, [claim], today=at.today, correct=at.correct)
            name = row.values["team_code" if kind == "teams" else "name"]
            for pairs, found in ((settled.held, plan.held), (settled.corrected, plan.corrected)):
                for _, stands in pairs:
                    words = (row.values["registry"], name, str(stands), value)
                    found.append(Held(row.line, *words, fact.name, subject, value))
            if settled.taken or settled.corrected:
                changed.add(row.line)
                writes[row.line] = settled.spans
        if writes:
            plan.writes.append(_writer(at, fact, compared, writes))
    changed |= {row.line for row, _ in compared.different}
    plan.changed = len(changed & {*compared.ids})
    plan.unchanged = len(rows) - plan.created - plan.changed


def _number(at: Stage, kind: str, compared: Compared) -> None:
    """The ids of the rows that were new, now that they are written."""
    model, key = (Team, "code") if kind == "teams" else (TeamMember, "listed_as")
    column = getattr(model, key)
    columns = (model.registry_id, column.label("key"), model.id)
    wanted = [values[key] for _, values in compared.new]
    made = {(row[0], row.key): row.id for row in fetch(at.session, columns, column, wanted)}
    for row, values in compared.new:
        compared.ids[row.line] = made[values["registry_id"], values[key]]


def _writer(
    at: Stage, fact: GatedFact, compared: Compared, writes: Mapping[int, list[Span]]
) -> Callable[[Warrants], None]:
    def write(warrants: Warrants) -> None:
        spans = {compared.ids[line]: periods for line, periods in writes.items()}
        write_spans(at.session, fact, spans, None, warrants.id)

    return write
