"""What the doctor asks of money: the ledger explains every balance (M2), and every request, claim and
payment of MDF is what moved (mdf.md 2.3).
"""

from collections.abc import Iterator

from sqlalchemy import text

from portal.mdf.rules import ClaimState
from portal.store.append_only import names
from portal.store.db import db
from portal.store.ledger import audit
from portal.web.checkup import Fact, Finding, Needs, Place, Words, check

RESTORE = "restore the database from a copy; find out who wrote past the portal"
# What the program wrote for good: moved money, what was said yes to, paid, agreed as terms, done.
ONLY_GROW = (
    *("ledger_transfer", "mdf_terms", "mdf_activity"),
    *("mdf_approval", "mdf_payment", "mdf_step"),
)


@check(
    "ledger",
    Needs.SCHEMA,
    {
        "ledger.unexplained": Words(
            "{what} holds {stored}, its transfers say {explained}", RESTORE
        ),
        "ledger.not_zero": Words("{what} sums to {stored}, not to zero", RESTORE),
        "ledger.mixed": Words("{what} moves one unit into another", RESTORE),
        "ledger.open": Words(
            "rows of {table} can be changed: its triggers are gone",
            "restore the schema of the last migration from a new database of this program",
        ),
    },
)
def ledger(_place: Place) -> Iterator[Finding]:
    """Each balance is the sum of its transfers, each book sums to zero, and what was written stays."""
    codes = {"account": "ledger.unexplained", "book": "ledger.not_zero"}
    for wrong in audit(db.session()):
        code = codes.get(wrong.what.split()[0], "ledger.mixed")
        facts: dict[str, Fact] = {"what": wrong.what, "stored": wrong.stored}
        yield Finding(code, {**facts, "explained": wrong.explained})
    dialect = db.session().get_bind().dialect.name
    there = set(db.session().scalars(text(_TRIGGERS[dialect])))
    for table in ONLY_GROW:
        if not there.issuperset(names(dialect, table)):
            yield Finding("ledger.open", {"table": table})


_TRIGGERS = {
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'",
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
}


@check(
    "MDF and its ledger",
    Needs.SCHEMA,
    {
        "mdf.request": Words(
            "of request {ref} {wanted} were approved; it holds {held} and released {released}",
            RESTORE,
        ),
        "mdf.claim": Words("of claim {ref} {wanted} were approved; {held} are committed", RESTORE),
        "mdf.payment": Words(
            "on claim {ref} {wanted} were recorded as paid; {held} moved", RESTORE
        ),
    },
)
def mdf(_place: Place) -> Iterator[Finding]:
    """What was approved is reserved, committed, paid or released, what a claim was approved is
    committed or paid, unless reversed, and each payment moved (M2, M4).
    """
    for code, query in (("mdf.request", _REQUESTS), ("mdf.claim", _CLAIMS), ("mdf.payment", _PAID)):
        values = {"reversed": ClaimState.REVERSED.value}
        for row in db.session().execute(text(query), values if ":reversed" in query else {}):
            ref, *amounts = row
            facts: dict[str, Fact] = {"ref": ref}
            named = zip(("wanted", "held", "released"), amounts, strict=False)
            yield Finding(code, facts | {name: int(amount) for name, amount in named})


# All that came into a request's accounts from elsewhere, less what was taken anew after a release, was
# approved; what left them is released or taken back.
_REQUESTS = """
SELECT * FROM (
    SELECT r.ref, coalesce(r.approved, 0) AS approved, coalesce(h.held, 0) AS held,
        coalesce(o.released, 0) AS released
    FROM mdf_request r
    LEFT JOIN (
        SELECT owner, sum(balance) AS held FROM ledger_account GROUP BY owner
    ) h ON h.owner = 'request:' || r.ref
    LEFT JOIN (
        SELECT s.owner, sum(t.amount) AS released FROM ledger_transfer t
        JOIN ledger_account s ON s.id = t.source_id JOIN ledger_account g ON g.id = t.target_id
        WHERE g.owner <> s.owner
        AND (t.cause LIKE 'released.%' OR t.cause IN ('reversed', 'clawed_back', 'closed'))
        GROUP BY s.owner
    ) o ON o.owner = 'request:' || r.ref
) f WHERE approved <> held + released ORDER BY ref"""
_BY_CLAIM = """
    SELECT t.subject, sum(CASE WHEN {into} THEN t.amount ELSE 0 END)
        - sum(CASE WHEN {out} THEN t.amount ELSE 0 END) AS moved
    FROM ledger_transfer t
    JOIN ledger_account s ON s.id = t.source_id JOIN ledger_account g ON g.id = t.target_id
    WHERE t.subject LIKE 'claim:%' GROUP BY t.subject"""
_HOLDING = "{}.kind IN ('committed', 'paid')"
_CLAIMS = f"""
SELECT * FROM (
    SELECT c.ref, CASE WHEN c.state = :reversed THEN 0 ELSE coalesce(c.approved, 0) END AS approved,
        coalesce(m.moved, 0) AS moved
    FROM mdf_claim c LEFT JOIN ({
    _BY_CLAIM.format(into=_HOLDING.format("g"), out=_HOLDING.format("s"))
}) m ON m.subject = 'claim:' || c.ref
) f WHERE approved <> moved ORDER BY ref"""
_PAID = f"""
SELECT * FROM (
    SELECT c.ref, coalesce(p.paid, 0) AS paid, coalesce(m.moved, 0) AS moved
    FROM mdf_claim c
    LEFT JOIN (SELECT claim_id, sum(amount) AS paid FROM mdf_payment GROUP BY claim_id) p
        ON p.claim_id = c.id
    LEFT JOIN ({_BY_CLAIM.format(into="g.kind = 'paid'", out="0 = 1")}) m
        ON m.subject = 'claim:' || c.ref
) f WHERE paid <> moved ORDER BY ref"""
