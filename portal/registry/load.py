"""The registries of a program, from its pack."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.registry.models import Registry
from portal.store.pack import Document, Program
from portal.store.program import Loader


def load_registries(session: Session, program: Program, new: list[Document], now: datetime) -> None:
    """A registry for each that the pack names."""
    session.add_all(
        Registry(slug=each.slug, name=each.name, thread=each.thread, position=each.position)
        for each in program.registries
    )


LOADERS: dict[str, Loader] = {"program": load_registries}
