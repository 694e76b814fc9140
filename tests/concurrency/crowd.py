"""Several real processes doing the same thing at the same moment, each with a portal of its own."""

import multiprocessing
import time
from contextlib import contextmanager

from sqlalchemy import select, update

from portal.factory import create_app
from portal.kernel import clock
from portal.orders import commands
from portal.registry.models import Partner
from portal.store.db import atomic, db

SPAWN = multiprocessing.get_context("forkserver")
SPAWN.set_forkserver_preload(["tests.concurrency.crowd"])
TRIES = 5


def together(app, work, arguments):
    """What each process answered: `work(*arguments[i])`, or the name of the error it ended with."""
    settings = app.extensions["portal.config"]
    db.session.remove()
    db.engine.dispose()
    gate, answers = SPAWN.Barrier(len(arguments)), SPAWN.Queue()
    crowd = [
        SPAWN.Process(target=_enter, args=(settings, gate, answers, work, each))
        for each in arguments
    ]
    for process in crowd:
        process.start()
    found = [answers.get(timeout=120) for _ in crowd]
    for process in crowd:
        process.join()
    return found


def _enter(settings, gate, answers, work, arguments):
    app = create_app(settings)
    with app.app_context():
        db.session.execute(select(Partner.id)).all()
        db.session.rollback()
        gate.wait(timeout=100)
        try:
            answers.put(work(*arguments))
        except Exception as error:
            answers.put(type(error).__name__)


def submit(basket, actor, keys):
    """Place the basket once per key; the references of the receipts."""
    placed = [commands.place(basket, actor=actor, now=clock.business(), key=key) for key in keys]
    return [receipt.ref for receipt in placed]


@contextmanager
def unguarded():
    """`atomic()` as it would be naively: the request's own transaction, read first, then written."""
    session = db.session()
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise


def submit_unguarded(basket, actor, keys):
    """The control: placing in a transaction that does not say it will write."""
    commands.atomic = unguarded
    return submit(basket, actor, keys)


def count_up(times):
    """Read a number and write the next, so many times, each in one `atomic()`."""
    for _ in range(times):
        with atomic() as session:
            read = select(Partner.id, Partner.name).with_for_update()
            _add_one(session, read)


def count_up_unguarded(times):
    """The control: the same without lock; a failed try is tried again, as people do."""
    for _ in range(times):
        for _ in range(TRIES):
            try:
                with unguarded() as session:
                    _add_one(session, select(Partner.id, Partner.name))
                break
            except Exception:
                time.sleep(0)


def _add_one(session, read):
    row = session.execute(read).one()
    time.sleep(0.002)
    session.execute(update(Partner).where(Partner.id == row.id).values(name=str(int(row.name) + 1)))
