"""`flask accounts`: people from the command line."""

from typing import NoReturn

import click
from flask import current_app
from flask_babel import force_locale

from portal.accounts import commands, passwords, proofs, resets
from portal.accounts.proof_labels import password_refusals
from portal.accounts.queries import credentials
from portal.kernel import clock
from portal.kernel.access import SYSTEM, Role
from portal.store.db import db
from portal.web.commands import Commands

group = Commands("accounts", help="People who can sign in.")


@group.command("create-admin")
@click.argument("email", required=False)
@click.option("--email", "given", metavar="EMAIL", help="The same, as an option.")
@click.option("--name", default="Administrator", show_default=True)
@click.option("--language", type=click.Choice(["es", "en"]), default="es", show_default=True)
@click.password_option(help="Asked for when not given; at least 12 characters.")
def create_admin(
    email: str | None, given: str | None, name: str, language: str, password: str
) -> None:
    """Create a portal administrator who signs in as EMAIL (asked for when not given).

    The second step, a code from an app, is set up at the first sign-in.
    """
    email = email or given or click.prompt("E-mail", type=str)
    if "@" not in email:
        raise click.BadParameter("write an e-mail address", param_hint="EMAIL")
    judged = passwords.judge(password, name=name, email=email)
    if judged.value is None:
        with force_locale("en"):
            said = " ".join(password_refusals(judged))
        raise click.BadParameter(said, param_hint="--password")
    try:
        commands.create_person(
            email, name, judged.value, Role.ADMIN, now=clock.wall(), language=language
        )
    except commands.AddressTaken:
        raise click.ClickException(f"{email} can sign in already; choose another address") from None
    click.echo(f"{email} can now sign in as portal administrator.")


@group.command("reset-password")
@click.argument("email")
def reset_password(email: str) -> None:
    """Print a link with which EMAIL chooses a new password: once, within an hour.

    Hand it over only to whom you know to be that person. The second step stays.
    """
    token = resets.make_link(email, actor=SYSTEM, now=clock.wall())
    if token is None:
        _nobody(email)
    settings = current_app.extensions["portal.config"]
    language = current_app.extensions["portal.program"].languages[0]
    click.echo(f"{settings.url}/{language}{resets.PATH.replace('{secret}', token)}")


@group.command("reset-factor")
@click.argument("email")
def reset_factor(email: str) -> None:
    """Take the second step of EMAIL away, and its recovery codes, when phone and codes are lost.

    Their sessions end. Staff set it up anew when they next sign in.
    """
    row = credentials(db.session(), email)
    if row is None:
        _nobody(email)
    if not proofs.take_factor_away(row.id, actor=SYSTEM, now=clock.wall()):
        raise click.ClickException(f"{email} has no second step set up")
    click.echo(f"{email} signs in with the password alone next time.")


def _nobody(email: str) -> NoReturn:
    raise click.ClickException(f"nobody signs in as {email}")
