"""Everything a database holds, to compare before and after."""

from typing import Any

from flask import Flask
from sqlalchemy import select

from portal.store.db import Base, db

Dump = dict[str, list[Any]]


def dump(app: Flask) -> Dump:
    """Every row of every table, in a fixed order."""
    with app.app_context():
        found = {
            name: sorted(db.session.execute(select(table)).all(), key=repr)
            for name, table in Base.metadata.tables.items()
        }
        db.session.rollback()
    return found


def changed(before: Dump, after: Dump) -> Dump:
    """The rows of each table that are only in one of the two."""
    told = {}
    for name, rows in after.items():
        there = set(map(repr, before[name])) ^ set(map(repr, rows))
        if there:
            told[name] = [row for row in (*before[name], *rows) if repr(row) in there]
    return told


def columns(before: Dump, after: Dump) -> set[tuple[str, str]]:
    """The (table, column) whose values are not the same multiset in both."""
    told = set()
    for name, table in Base.metadata.tables.items():
        for number, column in enumerate(table.columns):
            one, other = (
                sorted(repr(row[number]) for row in each[name]) for each in (before, after)
            )
            if one != other:
                told.add((name, column.name))
    return told
