"""`flask accounts`: people from the command line."""

import click

from portal.accounts import commands
from portal.kernel import clock
from portal.kernel.access import Role
from portal.web.commands import Commands

group = Commands("accounts", help="People who can sign in.")
SHORTEST = 12


@group.command("create-admin")
@click.argument("email", required=False)
@click.option("--email", "given", metavar="EMAIL", help="The same, as an option.")
@click.option("--name", default="Administrator", show_default=True)
@click.option("--language", type=click.Choice(["es", "en"]), default="es", show_default=True)
@click.password_option(help="Asked for when not given; at least 12 characters.")
def create_admin(
    email: str | None, given: str | None, name: str, language: str, password: str
) -> None:
    """Create a portal administrator who signs in as EMAIL (asked for when not given)."""
    email = email or given or click.prompt("E-mail", type=str)
    if "@" not in email:
        raise click.BadParameter("write an e-mail address", param_hint="EMAIL")
    if len(password) < SHORTEST:
        raise click.BadParameter(f"use at least {SHORTEST} characters", param_hint="--password")
    try:
        commands.create_person(
            email, name, password, Role.ADMIN, now=clock.wall(), language=language
        )
    except commands.AddressTaken:
        raise click.ClickException(f"{email} can sign in already; choose another address") from None
    click.echo(f"{email} can now sign in as portal administrator.")
