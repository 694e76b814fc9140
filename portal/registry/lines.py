"""Which contracts form a line, from what replaces what. Pure.

A contract that replaces exactly one is on that one's line; one that replaces none, or several (a
consolidation), starts a line of its own. A contract is replaced once at most, so a line is a chain.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from portal.kernel.spans import DAY


@dataclass(frozen=True)
class Paper:
    """One contract of a registry, as it will be; `line` is the line it stands on today, if any."""

    number: str
    starts_on: date
    replaces: tuple[str, ...]
    line: int | None = None


@dataclass
class Chain:
    """One line: its papers oldest first, and what of it stands already.

    `keeps` is the line it goes on being; `joins` are other lines papers come from; `leaves` is the
    line a chain parts from when it becomes a line of its own.
    """

    papers: list[Paper] = field(default_factory=list)
    keeps: int | None = None
    joins: tuple[int, ...] = ()
    leaves: int | None = None

    @property
    def root(self) -> Paper:
        """The first paper of the line."""
        return self.papers[0]


def forks(papers: Iterable[Paper]) -> dict[str, list[str]]:
    """The contracts that more than one replaces, with those that do."""
    takers: dict[str, list[str]] = {}
    for paper in papers:
        for replaced in paper.replaces:
            takers.setdefault(replaced, []).append(paper.number)
    return {replaced: found for replaced, found in takers.items() if len(found) > 1}


def cycles(papers: Mapping[str, Paper]) -> list[list[str]]:
    """Every ring of contracts that replace one another, each once."""
    done: set[str] = set()
    rings = []
    for start in papers:
        path: dict[str, int] = {}
        stack: list[tuple[str, int]] = [(start, 0)]
        while stack:
            number, step = stack.pop()
            if step == 0:
                if number in done:
                    continue
                path[number] = len(path)
            following = papers[number].replaces
            if step == len(following):
                done.add(number)
                path.pop(number)
                continue
            stack.append((number, step + 1))
            target = following[step]
            if target in path:
                rings.append([*list(path)[path[target] :], target])
            elif target in papers and target not in done:
                stack.append((target, 0))
    return rings


def chains(papers: Mapping[str, Paper], roots: Mapping[int, str]) -> list[Chain]:
    """The lines that sound `papers` form, a replaced line before the one that replaces it.

    `roots` names the first contract of each line that stands, which is where that line goes on.
    """
    of: dict[str, Chain] = {}
    made: list[Chain] = []
    for paper in _replaced_first(papers):
        chain = of.get(paper.replaces[0]) if len(paper.replaces) == 1 else None
        if chain is None:
            chain = Chain()
            made.append(chain)
        chain.papers.append(paper)
        of[paper.number] = chain
    for chain in made:
        lines = list(dict.fromkeys(paper.line for paper in chain.papers if paper.line is not None))
        own = [line for line in lines if of.get(roots.get(line, "")) is chain]
        chain.keeps = own[0] if own else None
        chain.joins = tuple(line for line in lines if line != chain.keeps)
        if chain.keeps is None and lines:
            chain.leaves, chain.joins = lines[0], tuple(lines[1:])
    return made


def _replaced_first(papers: Mapping[str, Paper]) -> list[Paper]:
    order: dict[str, Paper] = {}
    stack = list(papers.values())[::-1]
    while stack:
        paper = stack.pop()
        if paper.number in order:
            continue
        waits = [number for number in paper.replaces if number in papers and number not in order]
        if waits:
            stack.append(paper)
            stack.extend(papers[number] for number in reversed(waits))
        else:
            order[paper.number] = paper
    return list(order.values())


def tenure(paper: Paper, successor: Paper | None) -> tuple[date, date | None] | None:
    """From when to when `paper` is the current one of its line; None when it never is."""
    if successor is None:
        return paper.starts_on, None
    end = successor.starts_on - DAY
    return (paper.starts_on, end) if end >= paper.starts_on else None


def successors(papers: Sequence[Paper] | Iterable[Paper]) -> dict[str, Paper]:
    """Who replaces a contract, by the replaced number."""
    return {replaced: paper for paper in papers for replaced in paper.replaces}
