"""What a portal can be checked for where it stands: checks that slices declare, findings as values.

A check is a small function under `@check(name, needs, codes)` that yields a Finding for each thing that is
wrong; `codes` says each of its findings in words and how to mend it. `flask doctor` runs them all.
A check writes nothing. It is looked at only where what it needs stands.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, IntEnum
from pathlib import Path

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from portal.config import Config
from portal.store.db import db
from portal.store.pack import PROGRAMS, Program

Fact = str | int | None


class Needs(IntEnum):
    """What must be sound before a check can be looked at; each needs those before it too."""

    NOTHING = 0
    DATABASE = 1
    SCHEMA = 2


class Blocks(Enum):
    """Where a finding is a fault; elsewhere it is only told."""

    ALWAYS = "always"
    DEPLOY = "deploy"
    NEVER = "never"


@dataclass(frozen=True)
class Place:
    """Where the doctor stands. `now` is wall time; `deep`: all there is is looked at, however long that
    takes; `packs` is the folder of the program packs.
    """

    app: Flask
    settings: Config
    program: Program
    now: datetime
    deploy: bool = False
    deep: bool = False
    packs: Path = PROGRAMS


@dataclass(frozen=True)
class Words:
    """A finding in English: what is so, and how to mend it; `{fact}` stands for the finding's."""

    said: str
    mend: str
    blocks: Blocks = Blocks.ALWAYS


@dataclass(frozen=True)
class Finding:
    """Something that is not as it must be: the code of its words, and the facts they name."""

    code: str
    facts: Mapping[str, Fact]


Look = Callable[[Place], Iterable[Finding]]


@dataclass(frozen=True)
class Check:
    """One thing looked at; `codes` are all the findings it can make."""

    name: str
    needs: Needs
    codes: Mapping[str, Words]
    look: Look
    opens: Needs | None = None


@dataclass(frozen=True)
class Told:
    """A finding in a place: the check that made it, its sentences, whether it is a fault there."""

    check: str
    finding: Finding
    said: str
    mend: str
    fault: bool


@dataclass(frozen=True)
class Outcome:
    """What became of one check; not `looked` when what it needs was found broken before."""

    check: str
    looked: bool
    told: tuple[Told, ...] = ()


CHECKS: dict[str, Check] = {}
BROKE = "check.broke"
_BROKE = Words("{check} could not be looked at: {error}", "mend what it says and ask again")


def check(
    name: str, needs: Needs, codes: Mapping[str, Words], opens: Needs | None = None
) -> Callable[[Look], Look]:
    """Put a check on the list. What `opens` names is looked at only while this one finds no fault.

    Raises ValueError when its name is taken.
    """

    def declare(look: Look) -> Look:
        if name in CHECKS:
            raise ValueError(f"there is a check {name!r} already")
        CHECKS[name] = Check(name, needs, codes, look, opens)
        return look

    return declare


def examine(place: Place) -> Iterator[Outcome]:
    """Every check, those that need least first; a fault keeps the checks that stand on it out."""
    sound = max(Needs)
    for each in sorted(CHECKS.values(), key=lambda each: each.needs):
        if each.needs > sound:
            yield Outcome(each.name, looked=False)
            continue
        told = tuple(_look(each, place))
        if each.opens and any(one.fault for one in told):
            sound = Needs(each.opens - 1)
        yield Outcome(each.name, looked=True, told=told)


def _look(each: Check, place: Place) -> Iterator[Told]:
    try:
        for finding in each.look(place):
            yield _tell(each.name, each.codes[finding.code], finding, place)
    except (SQLAlchemyError, OSError) as error:
        facts = {"check": each.name, "error": first_line(error)}
        yield _tell(each.name, _BROKE, Finding(BROKE, facts), place)
    finally:
        if each.needs > Needs.NOTHING:
            db.session().rollback()


def first_line(error: Exception) -> str:
    """What went wrong, on one line and without what the statement held."""
    cause = getattr(error, "orig", None) or error
    return (str(cause).strip() or type(cause).__name__).partition("\n")[0]


def _tell(name: str, words: Words, finding: Finding, place: Place) -> Told:
    fault = words.blocks is Blocks.ALWAYS or (words.blocks is Blocks.DEPLOY and place.deploy)
    said, mend = (text.format_map(finding.facts) for text in (words.said, words.mend))
    return Told(name, finding, said, mend, fault)
