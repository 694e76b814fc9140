"""docs/asvs.md and docs/security.md claim nothing that is not there: every number, every test, every file."""

import ast
import csv
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from bench.shared import shared_data
from portal.config import ROOT

STATES = {"test", "review", "configuration", "open"}
TEST = re.compile(r"`([\w/]+\.py)::(\w+)`")
FILE = re.compile(r"`((?:[\w-]+/)+[\w-]+\.(?:py|js|md))`")
CATALOGUE = [f"0.{n}" for n in range(1, 13)] + [
    f"{letter}{n}" for letter, last in (("A", 13), ("B", 23), ("D", 7)) for n in range(1, last + 1)
]
HOW_MANY = 229


class Claim(NamedTuple):
    id: str
    how: str
    where: str


def cells(document: str, pattern: str) -> list[list[str]]:
    """The rows of a document's tables whose first cell is an id."""
    lines = (ROOT / "docs" / document).read_text("utf-8").splitlines()
    rows = [
        [cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if "|" in line
    ]
    return [row for row in rows if re.fullmatch(pattern, row[0])]


ASVS = [Claim(row[0], row[3], row[4].rstrip(" |")) for row in cells("asvs.md", r"V\d+\.\d+\.\d+")]
ROWS = [
    Claim(row[0], row[2], row[3].rstrip(" |")) for row in cells("security.md", r"0\.\d+|[ABD]\d+")
]


@cache
def named_in(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def missing(where: str) -> list[str]:
    """The tests named that there are none of."""
    return [
        f"{file}::{name}"
        for file, name in TEST.findall(where)
        if not (ROOT / "tests" / file).is_file() or name not in named_in(ROOT / "tests" / file)
    ]


def test_every_requirement_and_every_row_stands_there_once() -> None:
    assert not [each for each, count in Counter(claim.id for claim in ASVS).items() if count > 1]
    assert len(ASVS) == HOW_MANY
    assert [claim.id for claim in ROWS] == CATALOGUE


def test_the_requirements_are_those_that_apply() -> None:
    paths = shared_data("asvs_scope.csv")
    if not paths:
        pytest.skip("SHARED DATA ABSENT: what applies is not compared (set PORTAL_SHARED)")
    with paths[0].open(encoding="utf-8", newline="") as lines:
        applies = {
            (row["req_id"], row["level"]) for row in csv.DictReader(lines) if row["applies"] != "no"
        }
    told = {(row[0], row[1]) for row in cells("asvs.md", r"V\d+\.\d+\.\d+")}
    assert told == applies


@pytest.mark.parametrize("claim", [*ASVS, *ROWS], ids=lambda claim: claim.id)
def test_a_claim_says_how_and_names_what_there_is(claim: Claim) -> None:
    assert claim.how in STATES
    assert missing(claim.where) == []
    if claim.how == "test":
        assert TEST.sub("", claim.where).strip(" ,") == "" and TEST.search(claim.where)
        assert len(set(TEST.findall(claim.where))) == len(TEST.findall(claim.where))
    elif claim.how != "open":
        assert claim.where


def test_every_file_named_in_the_documents_is_there() -> None:
    told = {
        name
        for document in ("asvs.md", "security.md")
        for name in FILE.findall((ROOT / "docs" / document).read_text("utf-8"))
    }
    assert len(told) > 40
    roots = (ROOT, ROOT / "portal", ROOT / "tests")
    assert [name for name in sorted(told) if not any((r / name).is_file() for r in roots)] == []


def test_a_claim_of_a_test_that_is_not_there_is_found() -> None:
    """The control."""
    assert missing("`surface/test_asvs.py::test_that_nobody_wrote`")
    assert missing("`surface/test_nothing.py::test_x`")
    assert missing("`surface/test_asvs.py::missing`") == []
