"""`flask mdf`: what is due, and where a request's money went, to read. Nothing here changes anything."""

from datetime import datetime

import click
from flask_babel import force_locale
from sqlalchemy import select

from portal.kernel import clock
from portal.mdf import labels, time
from portal.mdf.amounts import shown
from portal.mdf.book import book_of, subject_of
from portal.mdf.models import Fund, FundRequest
from portal.mdf.rules import Cause, Kind
from portal.store.db import db
from portal.store.ledger import LedgerAccount, LedgerTransfer
from portal.web.commands import Commands

group = Commands("mdf", help="MDF, to read: what is due, and where the money of a request went.")
LANGUAGE = "en"  # of the commands, as of their help


@group.command("due")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="On this day; today unless said.")
def due(on: datetime | None) -> None:
    """What the worker will do next: remind, let expire, close. One line a request."""
    found = time.due(db.session(), on.date() if on else clock.today())
    for each in found:
        what = f"remind ({each.reminder} days before)"
        if each.fate is not None:
            what = f"{each.fate.verb.value} ({each.fate.cause.value} {each.fate.amount})"
        click.echo(f"{each.ref}  due {each.due_on}  reserved {each.reserved}  {what}")
    if not found:
        click.echo("nothing is due")


@group.command("explain")
@click.argument("ref")
def explain(ref: str) -> None:
    """Every movement of the money of request REF, and what is where now, as the ledger has it."""
    session = db.session()
    query = select(FundRequest, Fund).join(Fund, Fund.id == FundRequest.fund_id)
    found = session.execute(query.where(FundRequest.ref == ref.strip().upper())).first()
    if found is None:
        raise click.ClickException(f"there is no request {ref}")
    row, fund = found
    own = (LedgerAccount.book == book_of(fund.id), LedgerAccount.owner == subject_of(row))
    accounts = list(session.scalars(select(LedgerAccount).where(*own).order_by(LedgerAccount.id)))
    ids = [account.id for account in accounts]
    moves = select(LedgerTransfer).where(
        LedgerTransfer.source_id.in_(ids) | LedgerTransfer.target_id.in_(ids)
    )
    with force_locale(LANGUAGE):
        for move in session.scalars(moves.order_by(LedgerTransfer.at, LedgerTransfer.id)):
            cause = labels.CAUSES[Cause(move.cause)]
            amount = shown(move.amount, fund.currency).replace("\xa0", " ")
            click.echo(f"{move.on_date}  {amount:>16}  {cause}  {move.subject}  {move.key}")
        for account in accounts:
            amount = shown(account.balance, fund.currency).replace("\xa0", " ")
            click.echo(f"{labels.KINDS[Kind(account.kind)]}: {amount}")
    if not accounts:
        click.echo("nothing has moved")
