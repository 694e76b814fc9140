"""Files for tests: the folder is empty before each, and `bring` keeps a file as somebody."""

import io
import shutil
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from portal.accounts.models import Membership, Person
from portal.kernel import clock
from portal.kernel.access import Actor, actor_for
from portal.registry.models import Registry
from portal.store import blobs
from portal.store.db import db
from portal.web.uploads import Taken, take
from tests.library.papers import clear

Bring = Callable[..., Taken]


@pytest.fixture
def portal(demo: Flask) -> Iterator[Flask]:
    """The demo world, with no file in it."""
    shutil.rmtree(blobs.folder(), ignore_errors=True)
    clear()
    yield demo
    shutil.rmtree(blobs.folder(), ignore_errors=True)


def acting(email: str) -> Actor:
    """The capacity in which `email` acts in the demo."""
    person, member = db.session.execute(
        select(Person, Membership)
        .join(Membership, Membership.person_id == Person.id)
        .where(Person.email == email)
        .order_by(Membership.id)
    ).first() or pytest.fail(email)
    return actor_for(
        member.role,
        person_id=person.id,
        name=person.name,
        email=email,
        partner_id=member.partner_id,
        registry_id=member.registry_id,
        team_id=member.team_id,
        membership_id=member.id,
    )


def registry(slug: str) -> int:
    found = db.session.scalar(select(Registry.id).where(Registry.slug == slug))
    assert found is not None
    return found


def storage(name: str, content: bytes) -> FileStorage:
    return FileStorage(io.BytesIO(content), filename=name)


def bring(
    email: str,
    *sent: tuple[str, bytes],
    subject: str = "draft:1",
    registry_id: int | None = None,
    removed: tuple[str, ...] = (),
) -> Taken:
    """What `email` sends for `subject`, in the capacity of the demo."""
    who = acting(email)
    return take(
        [storage(*each) for each in sent],
        removed,
        subject=subject,
        partner_id=who.partner_id,
        registry_id=registry_id,
        actor=who,
        now=clock.wall(),
    )
