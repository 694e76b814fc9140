"""The MDF of the demonstration: what was allocated to whom, and what its companies asked and claimed."""

import tomllib
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from sqlalchemy import exists, select

from portal.accounts.demo import acting, moment
from portal.kernel import money
from portal.mdf.funding import allocate
from portal.mdf.models import Fund
from portal.registry.models import Partner
from portal.store.db import db
from portal.store.ledger import LedgerAccount


def seed(path: Path) -> int:
    """Do what `path` (TOML) says, once; how many allocations. Nothing where any stands already, or the
    pack has none.
    """
    session = db.session()
    held = exists().where(LedgerAccount.partner_id.is_not(None))
    if not path.exists() or session.scalar(select(held)):
        return 0
    rows = tomllib.loads(path.read_text("utf-8"))["allocations"]
    for number, row in enumerate(rows, 1):
        fund = session.execute(select(Fund.id, Fund.currency).where(Fund.slug == row["fund"])).one()
        company = session.scalar(select(Partner.id).where(Partner.code == row["partner"]))
        assert company is not None, f"{path.name}: there is no company {row['partner']}"
        at: datetime = moment(row["at"])
        given = allocate(
            *(fund.id, company, money.minor(Decimal(row["amount"]), fund.currency)),
            actor=acting(row["by"]),
            now=at,
            key=f"demo-{number}",
        )
        assert not given.refused, f"{path.name}: allocation {number} is refused: {given.reasons}"
    return len(rows)
