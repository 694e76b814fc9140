"""The groups of the flask command: what a person can mend is one clear line, not a traceback."""

from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError, ProgrammingError

from portal.store.pack import PackError


class Commands(AppGroup):
    """A group whose commands end with 1 and a line where the database or the pack is not ready."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command asked for."""
        try:
            return super().invoke(ctx)
        except PackError as error:
            raise click.ClickException(str(error)) from error
        except (OperationalError, ProgrammingError) as error:
            text = str(error.orig).strip().partition("\n")[0]
            raise click.ClickException(
                f"the database does not answer: {text}. Is it migrated? Try: flask db upgrade"
            ) from error
