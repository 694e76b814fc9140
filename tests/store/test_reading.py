"""How reading ends: what PostgreSQL prepared for one request serves the next."""

import pytest
from sqlalchemy import select, text

from portal.registry.models import Partner, Registry
from portal.store.db import db

PREPARED = text("SELECT count(*) FROM pg_prepared_statements")


def prepared(app, end=lambda: None):
    """How many statements stand prepared after ten requests that read, each ended with `end`."""
    with app.app_context():
        db.engine.dispose()
    for _ in range(10):
        with app.app_context():
            db.session.execute(select(Registry.id)).all()
            end()
    with app.app_context():
        return db.session.scalar(PREPARED)


def test_a_request_that_only_read_keeps_what_was_prepared(postgres_house):
    postgres_house.state("loaded")
    assert prepared(postgres_house.app) > 0


def test_without_the_commit_every_request_prepares_anew(postgres_house):
    """The control: a ROLLBACK in its place."""
    postgres_house.state("loaded")
    assert prepared(postgres_house.app, end=db.session.rollback) == 0


def test_what_was_changed_outside_a_command_is_dropped(app):
    with app.app_context():
        db.session.add(Partner(code="STRAY", name="Stray"))
    assert db.session.scalar(select(Partner.id).where(Partner.code == "STRAY")) is None


def test_what_was_read_before_an_error_is_dropped_with_it(app):
    with pytest.raises(ZeroDivisionError), app.app_context():
        db.session.execute(text("INSERT INTO partner (code, name) VALUES ('STRAY', 'Stray')"))
        raise ZeroDivisionError
    assert db.session.scalar(select(Partner.id).where(Partner.code == "STRAY")) is None
