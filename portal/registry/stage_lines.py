"""The account teams of contract lines, as a file of contracts leaves them (N1).

Teams are facts of the line, so a renewal cannot smuggle in another: a new paper of a line that
stands changes nothing; a line that consolidates standing lines takes one of their teams.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from portal.kernel.spans import Span, at
from portal.registry.facts import ACCOUNT_TEAM
from portal.registry.lines import Chain, Paper, successors, tenure
from portal.registry.problems import Held
from portal.registry.rules import ImportCode
from portal.registry.spans import Claim, Fresh, clash, merged, settle
from portal.registry.stage_contracts import Book, team_codes
from portal.registry.staging import Plan, Stage
from portal.store.periods import spans_of


@dataclass
class Lines:
    """The periods of each chain (by its place among the book's) that differ from what stands.

    `touched` are the lines of the file whose team was taken or corrected.
    """

    spans: dict[int, list[Span]] = field(default_factory=dict)
    touched: set[int] = field(default_factory=set)


@dataclass
class _Desk:
    """What settling one book needs at hand."""

    stage: Stage
    book: Book
    plan: Plan
    given: Mapping[int, int]
    codes: Mapping[int, str]
    standing: dict[int, list[Span]]
    of: dict[str, int]
    settled: dict[int, list[Span]] = field(default_factory=dict)


def settle_lines(stage: Stage, plan: Plan, book: Book, given: Mapping[int, int]) -> Lines:
    """The lines of `book` after the file; `given` is the team of each row, by its line.

    Held and corrected teams, and moves that would change a team, go to the plan.
    """
    touched = [chain for chain in book.made if _concerned(chain, book)]
    lines = {
        line
        for chain in book.made
        for line in (chain.keeps, chain.leaves, *chain.joins)
        if line is not None
    }
    desk = _Desk(
        *(stage, book, plan, given, team_codes(stage)),
        standing=spans_of(stage.session, ACCOUNT_TEAM, lines if touched else ()),
        of={paper.number: place for place, chain in enumerate(book.made) for paper in chain.papers},
    )
    after = successors(book.papers.values())
    out = Lines()
    for place, chain in enumerate(book.made):
        before = desk.standing.get(chain.keeps, []) if chain.keeps is not None else []
        desk.settled[place] = before
        if not _concerned(chain, book):
            continue
        claims = list(_claims(desk, chain, after))
        result = settle(_base(desk, chain), claims, today=stage.today, correct=stage.correct)
        desk.settled[place] = result.spans
        if result.spans != before:
            out.spans[place] = result.spans
        out.touched |= {claim.line for claim in result.taken}
        out.touched |= {claim.line for claim, _ in result.corrected}
        numbers = {
            book.rows[p.number].line: p.number for p in chain.papers if p.number in book.rows
        }
        for pairs, found in ((result.held, plan.held), (result.corrected, plan.corrected)):
            for claim, stands in pairs:
                words = (desk.codes[int(stands)], desk.codes[int(claim.value)])
                number = numbers[claim.line]
                found.append(
                    Held(
                        *(claim.line, book.registry, number, *words),
                        *(ACCOUNT_TEAM.name, chain.keeps, claim.value),
                    )
                )
    return out


def _concerned(chain: Chain, book: Book) -> bool:
    return bool(chain.joins or chain.leaves) or any(p.number in book.rows for p in chain.papers)


def _claims(desk: _Desk, chain: Chain, after: Mapping[str, Paper]) -> list[Claim]:
    claims = []
    for paper in chain.papers:
        row = desk.book.rows.get(paper.number)
        current = tenure(paper, after.get(paper.number))
        if row is not None and current is not None and row.line in desk.given:
            claims.append(Claim(row.line, *current, desk.given[row.line]))
    return claims


def _base(desk: _Desk, chain: Chain) -> list[Span]:
    """What a line says before its rows speak: what stands, is carried over, or is inherited."""
    if chain.keeps is None and chain.leaves is None:
        return _inherited(desk, chain.root)
    if chain.keeps is not None:
        base = desk.standing.get(chain.keeps, [])
    else:
        assert chain.leaves is not None
        start = chain.root.starts_on
        base = [
            Span(max(span.start, start), span.end, span.value, span.warrant)
            for span in desk.standing.get(chain.leaves, [])
            if span.end is None or span.end >= start
        ]
    for line in chain.joins:
        other = desk.standing.get(line, [])
        if (found := clash(base, other)) and not desk.stage.correct:
            _refuse(desk, chain, line, found[0].isoformat(), int(found[1]), int(found[2]))
        base = merged(base, other)
    return base


def _refuse(desk: _Desk, chain: Chain, line: int, on: str, here: int, there: int) -> None:
    """A paper may not move to a line of another team: that would change its team (N1)."""
    rows = [desk.book.rows[p.number] for p in chain.papers if p.number in desk.book.relinked]
    fault = rows[-1].problem(
        ImportCode.LINE_TEAMS_DIFFER,
        "replaces",
        here=desk.codes[here],
        there=desk.codes[there],
        on=on,
    )
    desk.plan.problems.append(fault)


def _inherited(desk: _Desk, root: Paper) -> list[Span]:
    """A new line takes a team of the lines it consolidates, the first's unless it names another.

    Where one of them stands already, no other team may be taken without a notice.
    """
    places = [desk.of[number] for number in root.replaces]
    found = [at(desk.settled[place], root.starts_on) for place in places]
    teams = [int(span.value) for span in found if span is not None]
    if not teams:
        return []
    row = desk.book.rows[root.number]
    given = desk.given.get(row.line)
    if any(desk.book.made[place].keeps is not None for place in places):
        value = given if given in teams else teams[0]
        return [Span(root.starts_on, None, value or teams[0], Fresh.INHERITED)]
    return [] if given else [Span(root.starts_on, None, teams[0], Fresh.ORIGIN)]
