"""`flask faq`: search the questions or another corpus, and what was searched for in vain."""

import json
from pathlib import Path

import click
from flask import current_app

from portal.faq import queries
from portal.faq.evaluate import evaluate
from portal.kernel import clock
from portal.store.db import db
from portal.web.commands import Commands
from portal.web.site import LANGUAGES

group = Commands("faq", help="The questions: search them, and see what found no answer.")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
as_json = click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")


@group.command("search")
@click.argument("text", required=False)
@click.option("--lang", type=click.Choice(LANGUAGES), default=LANGUAGES[0], show_default=True)
@click.option("--corpus", type=FILE, help="Search this corpus (JSON lines) instead.")
@click.option(
    "--queries", "questions", type=FILE, help="Queries with known answers (TSV or JSON lines)."
)
@as_json
def search(
    text: str | None, lang: str, corpus: Path | None, questions: Path | None, as_json: bool
) -> None:
    """Search the questions for TEXT; or run --queries over --corpus and count what is found."""
    if corpus and questions and text is None:
        _measure(corpus, questions, lang, as_json)
    elif text and not corpus and not questions:
        _look_up(text, lang, as_json)
    else:
        raise click.UsageError("give a TEXT, or both --corpus and --queries")


@group.command("misses")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000))
@as_json
def misses(limit: int, as_json: bool) -> None:
    """List the searches that found nothing, those asked most first."""
    rows = queries.misses(db.session(), limit)
    if as_json:
        found = [
            {
                "lang": row.lang,
                "query": row.query,
                "count": row.count,
                "last_at": row.last_at.isoformat(),
            }
            for row in rows
        ]
        click.echo(json.dumps({"misses": found}, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row.count:6}  {row.lang}  {row.last_at:%Y-%m-%d}  {row.query}")
    if not rows:
        click.echo("Every search so far found something.")


def _measure(corpus: Path, questions: Path, lang: str, as_json: bool) -> None:
    try:
        found = evaluate(corpus, questions, lang)
    except (ValueError, OSError) as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    click.echo(f"{found['queries']} queries over {found['entries']} entries ({lang})")
    for name in ("hit@1", "hit@3", "hit@5"):
        share = found[name]
        click.echo(f"  {name}  {'no answers known' if share is None else f'{share:.3f}'}")


def _look_up(text: str, lang: str, as_json: bool) -> None:
    program = current_app.extensions["portal.program"]
    library = queries.current(db.session(), program.synonyms, clock.today())
    results = library.search(text, lang)
    found = [
        {"id": one.id, "score": round(hit.score, 4), "question": one.question.pick(lang)}
        for hit in results.hits
        if (one := library.get(hit.id))
    ]
    if as_json:
        answer = {"lang": lang, "q": text, "did_you_mean": results.did_you_mean, "items": found}
        click.echo(json.dumps(answer, ensure_ascii=False))
        return
    if results.did_you_mean:
        click.echo(f"Did you mean: {results.did_you_mean}")
    for item in found:
        click.echo(f"{item['id']:4} {item['score']:8.3f}  {item['question']}")
    if not found:
        click.echo("Nothing found.")
