"""`flask doctor`."""

import json

import click
from flask.cli import with_appcontext


@click.command("doctor")
@click.option("--deploy", is_flag=True, help="Hold the portal to what the world asks of it.")
@click.option("--deep", is_flag=True, help="Look at every decision, file and page there is.")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
@click.pass_context
@with_appcontext
def examine(context: click.Context, deploy: bool, deep: bool, as_json: bool) -> None:
    """Check this portal where it stands; ends with 1 and a line per fault, each with its mend."""
    from portal.home import doctor

    outcomes = doctor.ask(doctor.here(deploy=deploy, deep=deep))
    sound = not any(told.fault for outcome in outcomes for told in outcome.told)
    if as_json:
        click.echo(json.dumps({"sound": sound, "checks": doctor.as_json(outcomes)}))
    else:
        click.echo("\n".join(doctor.lines(outcomes, sound)))
    if not sound:
        context.exit(1)
