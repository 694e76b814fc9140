"""`atomic()`: all of a block or nothing, one at a time, and readers never wait."""

import pytest
from flask import Flask
from sqlalchemy import select, text

from portal.registry.models import Partner
from portal.store.db import atomic, db


def test_a_block_that_raises_leaves_nothing(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError), atomic() as session:
        session.add(Partner(code="P", name="P"))
        session.flush()
        _ = 1 / 0
    assert db.session().scalar(select(Partner.id)) is None


def test_blocks_do_not_nest(app: Flask) -> None:
    with atomic(), pytest.raises(RuntimeError, match="nest"), atomic():
        pass


def test_a_writer_never_makes_a_reader_wait(app: Flask) -> None:
    """With a write transaction open and uncommitted, another connection reads the state before it."""
    with atomic() as session:
        session.add(Partner(code="P", name="P"))
        session.flush()
        with db.engine.connect() as reader:
            if db.engine.dialect.name == "sqlite":
                reader.exec_driver_sql("PRAGMA busy_timeout=0")
            assert reader.scalar(text("SELECT count(*) FROM partner")) == 0
    assert db.session().scalar(select(Partner.code)) == "P"
