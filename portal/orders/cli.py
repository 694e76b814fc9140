"""`flask orders`: where orders would go, line by line, and decisions decided again."""

import json
import os
from collections.abc import Iterable
from typing import Any, BinaryIO

import click
from flask_babel import force_locale, format_date, gettext, ngettext
from sqlalchemy import select

from portal.kernel import clock
from portal.orders import asking, labels
from portal.orders.basket import Basket
from portal.orders.commands import KIND, route
from portal.orders.nearest import nearest_yes
from portal.registry.models import Registry
from portal.store.db import db
from portal.store.decisions import StoredDecision, replay
from portal.web.commands import Commands

group = Commands("orders", help="Where an order goes, and why.")
MALFORMED = 2
LANGUAGES = ("es", "en")


def _language(asked: str | None) -> str:
    """The language asked for, else that of the terminal, else English."""
    spoken = (os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    here = next(filter(None, spoken), "")[:2]
    return asked or (here if here in LANGUAGES else "en")


_lang = click.option("--lang", type=click.Choice(LANGUAGES), help="Language of the text.")
_json = click.option("--json", "as_json", is_flag=True, help="Answer as JSON lines.")


@group.command("route")
@click.argument("file", type=click.File("rb"), default="-")
@_json
@_lang
@click.pass_context
def route_command(context: click.Context, file: BinaryIO, as_json: bool, lang: str | None) -> None:
    """Say where each basket of FILE (JSON lines; - is standard input) would go. Stores nothing.

    Blank lines are skipped. A basket without `ref` is called by the number of its line. A malformed
    line is answered as an error and the rest goes on; the command then ends with 2.
    """
    failed = False
    with force_locale(_language(lang)):
        for number, text in enumerate(file, 1):
            text = text.removeprefix(b"\xef\xbb\xbf").strip() if number == 1 else text.strip()
            if not text:
                continue
            try:
                asked = asking.read(text)
                basket = asked.basket(clock.today())
            except asking.Malformed as problem:
                failed = True
                ref = asking.ref_of(text, number)
                _say_error(asking.error(ref, problem), as_json)
            else:
                _route(asked.ref or str(number), basket, as_json)
    if failed:
        context.exit(MALFORMED)


@group.command("replay")
@click.argument("ref")
@_json
@_lang
@click.pass_context
def replay_command(context: click.Context, ref: str, as_json: bool, lang: str | None) -> None:
    """Decide the stored decision REF again from its own facts; ends with 1 when it differs (R7)."""
    query = select(StoredDecision).where(StoredDecision.ref == ref, StoredDecision.kind == KIND)
    stored = db.session().scalar(query)
    if stored is None:
        raise click.BadParameter(f"no placement has the reference {ref}", param_hint="REF")
    found = replay(stored)
    with force_locale(_language(lang)):
        if as_json:
            rulesets = {"then": found.then, "now": found.now}
            click.echo(json.dumps({"ref": ref, "same": found.same, **rulesets}))
        elif found.same:
            click.echo(gettext("%(ref)s: the same answer (%(rules)s).", ref=ref, rules=found.now))
        else:
            click.echo(
                gettext(
                    "%(ref)s: another answer. Decided by %(then)s, the rule is now %(now)s.",
                    ref=ref,
                    then=found.then,
                    now=found.now,
                )
            )
    if not found.same:
        context.exit(1)


def _route(ref: str, basket: Basket, as_json: bool) -> None:
    session = db.session()
    decision, facts = route(session, basket)
    names = dict(session.execute(select(Registry.slug, Registry.name)).all())
    session.commit()
    said = asking.answer(ref, decision)
    if as_json:
        click.echo(json.dumps(said))
        return
    outcome = labels.OUTCOMES[said["outcome"]]
    click.echo(f"{ref} · {format_date(basket.on, 'long')} · {outcome}")
    for order in said["orders"]:
        count = len(order["lines"])
        lines = ngettext("line %(names)s", "lines %(names)s", count, names=_list(order["lines"]))
        team = f" · {order['account_team']}" if order["account_team"] else ""
        click.echo(f"  {names[order['registry']]} · {order['contract']}{team} · {lines}")
    for reason in said["reasons"]:
        sentence = labels.sentence(reason["code"], reason["facts"], names)
        click.echo(f"  [{reason['line']}] {sentence} ({reason['rule']}, {reason['code']})")
    for suggestion in nearest_yes(basket, facts, decision):
        click.echo(f"  [{suggestion.line}] → {labels.way_out(suggestion, names)}")


def _say_error(said: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(said))
    else:
        click.echo(f"{said['ref']} · {labels.OUTCOMES['error']} · {said['error']}")


def _list(names: Iterable[str]) -> str:
    return ", ".join(names)
