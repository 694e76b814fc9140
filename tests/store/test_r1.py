"""R1 in the database: no row of two registries can exist, whoever writes it."""

import sqlite3
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from portal.kernel.localized import Localized
from portal.registry.models import (
    Agreement,
    Contract,
    ContractLine,
    Customer,
    Partner,
    Product,
    Registry,
    Team,
)
from portal.registry.rules import ContractStatus, EndOfTerm, TeamKind
from portal.store.db import Base, atomic, db
from portal.store.triggers import registry_keys

DAY = date(2017, 1, 1)


@pytest.fixture
def two_books(app: Flask) -> dict[str, dict[str, int]]:
    """One of everything in each registry; the ids by registry slug and table."""
    ids: dict[str, dict[str, int]] = {}
    with atomic() as session:
        partner, customer = Partner(code="P", name="P"), Customer(code="C", name="C")
        session.add_all([partner, customer])
        session.flush()
        for registry in session.query(Registry):
            book = ids[registry.slug] = {"registry": registry.id}
            team = Team(registry_id=registry.id, code="T", kind=TeamKind.ACCOUNT, name="T")
            line = ContractLine(registry_id=registry.id)
            product = Product(registry_id=registry.id, code="X", name=Localized(es="X", en="X"))
            session.add_all([team, line, product])
            session.flush()
            contract = Contract(
                registry_id=registry.id,
                line_id=line.id,
                number="K",
                normal="K",
                customer_id=customer.id,
                partner_id=partner.id,
                status=ContractStatus.ACTIVE,
                starts_on=DAY,
                end_of_term=EndOfTerm.EXPIRE,
            )
            agreement = Agreement(
                registry_id=registry.id,
                number="A",
                partner_id=partner.id,
                status=ContractStatus.ACTIVE,
                starts_on=DAY,
            )
            session.add_all([contract, agreement])
            session.flush()
            book |= {
                "team": team.id,
                "contract_line": line.id,
                "product": product.id,
                "contract": contract.id,
                "agreement": agreement.id,
            }
    return ids


def insert(values: dict[str, object], table: str) -> str:
    columns = ", ".join(values)
    return (
        f'INSERT INTO "{table}" ({columns}) VALUES ({", ".join(repr(v) for v in values.values())})'
    )


def service(book: dict[str, int], other: dict[str, int]) -> dict[str, object]:
    return {
        "registry_id": book["registry"],
        "service_id": "S",
        "normal": "S",
        "contract_id": other["contract"],
        "product_id": book["product"],
        "status": "active",
    }


def test_a_service_of_one_registry_on_a_contract_of_the_other_is_refused(
    two_books: dict[str, dict[str, int]],
) -> None:
    one, other = two_books["centurylink"], two_books["level3"]
    with pytest.raises(DBAPIError), atomic() as session:
        session.execute(text(insert(service(one, other), "service")))
    with atomic() as session:
        session.execute(text(insert(service(one, one), "service")))


def test_a_raw_sqlite_session_without_foreign_keys_is_refused_too(
    two_books: dict[str, dict[str, int]], app: Flask
) -> None:
    if db.engine.dialect.name != "sqlite":
        return
    raw = sqlite3.connect(str(db.engine.url.database))
    one, other = two_books["centurylink"], two_books["level3"]
    with pytest.raises(sqlite3.IntegrityError, match="R1"):
        raw.execute(insert(service(one, other), "service"))
    with pytest.raises(sqlite3.IntegrityError, match="R1"):
        raw.execute(
            f"UPDATE contract SET registry_id = {other['registry']} WHERE id = {one['contract']}"
        )
    # The control: without the trigger the harm is done.
    for name in ("r1_service_contract_id_insert",):
        raw.execute(f"DROP TRIGGER {name}")
    raw.execute(insert(service(one, other), "service"))
    raw.rollback()
    raw.close()


def test_a_row_that_is_referred_to_does_not_come_back_in_the_other_registry(
    two_books: dict[str, dict[str, int]], app: Flask
) -> None:
    """R1: neither written again under its id, nor by giving its id to a row of the other one."""
    if db.engine.dialect.name != "sqlite":
        return
    one, other = two_books["centurylink"], two_books["level3"]
    again = (
        "INSERT INTO contract_line (id, registry_id)"
        f" VALUES ({one['contract_line']}, {other['registry']})"
    )
    swap = f"UPDATE contract SET id = {one['contract']} WHERE id = {other['contract']}"
    for table, harm in (("contract_line", again), ("contract", swap)):
        raw = sqlite3.connect(str(db.engine.url.database))
        raw.execute(insert(service(one, one), "service"))
        raw.execute(f"DELETE FROM {table} WHERE id = {one[table]}")
        with pytest.raises(sqlite3.IntegrityError, match="R1"):
            raw.execute(harm)
        # The control: without the trigger the harm is done.
        raw.execute(f"DROP TRIGGER r1_{table}_keeps_{'insert' if harm is again else 'update'}")
        raw.execute(harm)
        raw.rollback()
        raw.close()


def test_every_composite_registry_key_has_its_triggers(app: Flask) -> None:
    if db.engine.dialect.name != "sqlite":
        return
    with db.engine.connect() as connection:
        there = set(
            connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
        )
    for table, column, referred in registry_keys(Base.metadata):
        for event in ("insert", "update"):
            assert f"r1_{table}_{column}_{event}" in there
            assert f"r1_{referred}_stays_{event}" in there
            assert f"r1_{referred}_keeps_{event}" in there


# No business of one contract: what takes a logo's place may be another registry's (Q17), and whose
# a logo's file is says only who of the staff handles it. Whose company a claim is goes with its request,
# whose registry another key of the same column carries.
ACROSS = {("brand_asset", "successor_id"), ("brand_asset", "file_id"), ("mdf_claim", "partner_id")}


def test_every_reference_to_a_table_of_a_registry_is_a_composite_key() -> None:
    """A foreign key to a row that belongs to a registry must carry the registry with it (R1)."""
    owned = {table.name for table in Base.metadata.tables.values() if "registry_id" in table.c}
    covered = {(table, column) for table, column, _ in registry_keys(Base.metadata)}
    loose = [
        (table.name, key.parent.name)
        for table in Base.metadata.tables.values()
        if "registry_id" in table.c
        for key in table.foreign_keys
        if key.column.table.name in owned
        and (table.name, key.parent.name) not in covered
        and key.parent.name != "registry_id"
    ]
    assert set(loose) == ACROSS
