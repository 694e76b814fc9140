"""The MDF of the demonstration: what was allocated to whom, and what its companies asked and got."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import delete, exists, select

from portal.accounts.demo import acting, moment
from portal.kernel import clock
from portal.kernel.localized import Localized
from portal.mdf import asking, demo_claims, drafting, reviewing
from portal.mdf.deciding import Outcome
from portal.mdf.demo_claims import minor
from portal.mdf.funding import allocate
from portal.mdf.load import PackFund
from portal.mdf.models import Fund
from portal.mdf.preparing import open_new
from portal.mdf.queries import terms_on
from portal.mdf.steps import MAIL
from portal.mdf.terms import in_full
from portal.registry.models import Partner
from portal.store.db import atomic, db
from portal.store.ledger import LedgerAccount
from portal.store.outbox import Mail


def seed(path: Path) -> int:
    """Do what `path` (TOML) says, once; how many allocations and requests. Nothing where any stands
    already, or the pack has none. Raises ValueError for what is refused.
    """
    held = exists().where(LedgerAccount.partner_id.is_not(None))
    if not path.exists() or db.session().scalar(select(held)):
        return 0
    said = tomllib.loads(path.read_text("utf-8"))
    for number, row in enumerate(said.get("funds", ()), 1):
        _open(row, f"demo-{number}")
    for number, row in enumerate(said["allocations"], 1):
        _allocate(row, f"demo-{number}")
    for number, row in enumerate(said["requests"], 1):
        _request(row, f"demo-{number}")
    with atomic() as session:
        # What happened before the day of the demonstration was told in its time.
        session.execute(delete(Mail).where(Mail.kind == MAIL))
    return len(said["allocations"]) + len(said["requests"])


def _open(row: Mapping[str, Any], key: str) -> None:
    """Open a fund whose first terms are those of another."""
    like = _fund(row["like"])
    terms = terms_on(db.session(), like.id, clock.today())
    if terms is None:
        raise ValueError(f"{row['like']} has no terms")
    full = in_full(db.session(), [terms])[terms.id]
    columns = {
        "fiscal_year": row["fiscal_year"],
        "currency": like.currency,
        "name": Localized(row["name"]),
        "pooled": row["pooled"],
    }
    budget = minor(row["budget"], like.currency)
    said = PackFund("", columns, full.columns, full.activities, budget, 0, None)
    open_new(said, actor=acting(row["by"]), key=key)


def _allocate(row: Mapping[str, Any], key: str) -> None:
    fund = _fund(row["fund"])
    company = db.session().scalar(select(Partner.id).where(Partner.code == row["partner"]))
    if company is None:
        raise ValueError(f"there is no company {row['partner']}")
    amount, who = minor(row["amount"], fund.currency), acting(row["by"])
    _taken(allocate(fund.id, company, amount, actor=who, now=moment(row["at"]), key=key), row)


def _request(row: Mapping[str, Any], key: str) -> None:
    """Begin a request, fill it in, and take its steps in their order."""
    currency = _fund(row["fund"]).currency
    who, now = acting(row["by"]), moment(row["at"])
    wish = drafting.Wish(
        *(row["fund"], row["activity"], row["starts_on"], row["ends_on"]),
        asked=minor(row["asked"], currency),
        total_cost=minor(row["total_cost"], currency),
    )
    ref = drafting.begin(wish, actor=who, now=now, company=row.get("partner"))
    text = {name: row.get(name, "") for name in ("title", "details")}
    drafting.save(ref, {**text, "outcome": row["outcome"]}, 0, actor=who, now=now)
    for place, step in enumerate(row.get("steps", ())):
        _step(ref, step, currency, f"{key}-{place}")
    for place, claim in enumerate(row.get("claims", ())):
        demo_claims.seed(ref, {**claim, "title": row["title"]}, currency, f"{key}-claim-{place}")


def _step(ref: str, step: Mapping[str, Any], currency: str, key: str) -> None:
    told: dict[str, Any] = {"actor": acting(step["by"]), "now": moment(step["at"]), "key": key}
    note = step.get("note", "")
    match step["step"]:
        case "submit":
            made = asking.submit(ref, **told)
        case "approve":
            made = reviewing.approve(ref, minor(step["amount"], currency), note, **told)
        case "ask":
            made = reviewing.ask(ref, tuple(step["fields"]), note, **told)
        case "reject":
            made = reviewing.reject(ref, note, **told)
        case "decline":
            made = reviewing.decline(ref, note, **told)
        case other:
            raise ValueError(f"the demonstration knows no step {other!r}")
    _taken(made, step)


def _taken(made: Outcome, row: Mapping[str, Any]) -> None:
    if made.refused:
        raise ValueError(f"{dict(row)} is refused: {[str(each.code) for each in made.reasons]}")


def _fund(slug: str) -> Fund:
    return db.session().scalars(select(Fund).where(Fund.slug == slug)).one()
