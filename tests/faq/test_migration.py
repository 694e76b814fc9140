"""The migration that turns texts into revisions keeps every word, up and down, on both databases."""

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from portal.faq.models import FaqRevision
from portal.faq.revisions import holdings
from portal.faq.shelf import shelf_on
from portal.store.db import db
from tests.conftest import TODAY


def test_todays_texts_become_first_revisions_and_go_back(app: Flask) -> None:
    before = shelf_on(TODAY)
    told = [(one.id, one.question, one.html, one.in_force_since) for one in before.questions]
    db.session.remove()
    downgrade(revision="0011")
    with db.engine.begin() as connection:
        kept = connection.execute(text("SELECT count(*) FROM faq_block WHERE text IS NOT NULL"))
        assert kept.scalar() == 5
    upgrade()
    after = shelf_on(TODAY)
    assert after is not before
    assert [(one.id, one.question, one.html, one.in_force_since) for one in after.questions] == told
    periods = [each for held in holdings(db.session()).values() for each in held]
    assert {(each.warrant, each.reason) for each in periods} == {("origin", "program pack")}
    assert len(periods) == 23


@pytest.mark.parametrize(
    "statement",
    ["UPDATE faq_revision SET number = 2", "DELETE FROM faq_revision"],
)
def test_the_database_refuses_to_change_a_revision(app: Flask, statement: str) -> None:
    assert db.session.query(FaqRevision).count() == 23
    with pytest.raises(DBAPIError, match="only grows"):
        db.session.execute(text(statement))
    db.session.rollback()
