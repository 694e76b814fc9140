"""R1 by raw SQL on every composite key: no row can be made to point into the other registry."""

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from portal.store.db import Base, db
from portal.store.triggers import registry_keys
from tests.conftest import House
from tests.mdf.world import make_fund, make_request
from tests.registry.world import L3
from tests.surface.rivals import settle

KEYS = sorted(registry_keys(Base.metadata))


@pytest.mark.parametrize(("table", "column", "referred"), KEYS)
def test_a_row_cannot_be_pointed_at_the_other_registry(
    house: House, tmp_path: Path, table: str, column: str, referred: str
) -> None:
    settle(house, tmp_path)
    if referred == "mdf_request":  # the demonstration asks for money of one registry alone
        with house.app.app_context():
            make_request(make_fund("ajeno", registry=L3))
    here = Base.metadata.tables[table]
    keys = [each.name for each in here.primary_key]
    with house.app.app_context(), db.engine.connect() as connection:
        found = connection.execute(
            text(
                f"SELECT {', '.join(f'mine.{key}' for key in keys)}, other.id AS strange "
                f"FROM {table} AS mine JOIN {referred} AS other "
                "ON other.registry_id <> mine.registry_id "
                f"WHERE mine.registry_id IS NOT NULL ORDER BY other.id DESC LIMIT 1"
            )
        ).mappings().first()  # fmt: skip
        assert found is not None, f"no {table} to try"
        condition = " AND ".join(f"{key} = :{key}" for key in keys)
        with pytest.raises(DBAPIError):
            connection.execute(
                text(f"UPDATE {table} SET {column} = :strange WHERE {condition}"), dict(found)
            )
            connection.commit()
        connection.rollback()
