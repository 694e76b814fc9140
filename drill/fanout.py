"""A notice to many, whose worker is killed with -9 at five named points and started again each time.

    python -m drill.fanout [readers]

On SQLite and on PostgreSQL, mail going to a server on this machine. Prints where it was killed, what
stood then, and what must hold in the end; ends with 1 when it does not.
"""

import multiprocessing
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import func, insert, select

from drill.sink import Sink, open_sink
from drill.turn import POINTS, STEPS, turn
from portal.accounts.models import Membership, Person
from portal.accounts.rules import address_key
from portal.config import Config
from portal.factory import create_app
from portal.kernel import clock
from portal.kernel.access import Role, actor_for
from portal.kernel.localized import Localized
from portal.notices import drafts, publishing
from portal.notices.audience_rules import Choice
from portal.notices.fanout import KIND, batch
from portal.notices.models import NoticeReader, NoticeVersion
from portal.notices.rules import OTHER
from portal.registry.models import Agreement
from portal.store.batches import progress
from portal.store.db import atomic, db
from portal.store.events import Event
from portal.store.outbox import Mail, MailState

READERS = 500
NAME = "lector"
FORK = multiprocessing.get_context("forkserver")
FORK.set_forkserver_preload(["drill.turn"])
WORDS = {
    "readers": "readers are made, nothing is posted",
    "posting": "in the middle of posting",
    "posted": "everything is posted, nothing sent",
    "sending": "while a mail is handed over",
    "accepted": "a mail is accepted, and that is not marked yet",
}


@dataclass(frozen=True)
class Claim:
    """What must hold, and whether it does."""

    said: str
    holds: bool


def prepare(readers: int) -> int:
    """A notice that is due now, to a company with so many people; the id of its version.

    Inside an application context, on the demo's world.
    """
    agreement = db.session().execute(select(Agreement).order_by(Agreement.id)).scalars().first()
    assert agreement is not None
    partner, registry = agreement.partner_id, agreement.registry_id
    now, moment = clock.wall(), clock.business()
    with atomic() as session:
        ids = session.scalars(
            insert(Person).returning(Person.id),
            [
                {
                    "email": f"{NAME}{at}@norte.example",
                    "email_key": address_key(f"{NAME}{at}@norte.example"),
                    "name": f"Lector {at}",
                    "password_hash": "!",
                    "language": "es" if at % 2 else "en",
                    "created_at": now,
                }
                for at in range(readers)
            ],
        ).all()
        place = {"role": Role.PARTNER_USER, "partner_id": partner, "since": now}
        session.execute(insert(Membership), [{"person_id": each, **place} for each in ids])
        others = Membership.partner_id == partner, Membership.person_id.not_in(ids)
        for former in session.scalars(select(Membership).where(*others)):
            former.ended_at = now
        staff = select(Membership.id, Membership.person_id).where(
            Membership.role == Role.CHANNEL_MANAGER, Membership.registry_id == registry
        )
        author = session.execute(staff).first()
        assert author is not None
    who = actor_for(
        Role.CHANNEL_MANAGER,
        person_id=author.person_id,
        membership_id=author.id,
        registry_id=registry,
    )
    written = drafts.Draft(
        topic=OTHER,
        title=Localized(es="Un aviso para todos", en="A notice to all"),
        body=Localized(es="Nada cambia.", en="Nothing changes."),
        effective_on=clock.local_date(moment) + timedelta(days=60),
        choice=Choice(partners=frozenset({partner})),
    )
    saved = drafts.begin(written, actor=who, now=moment)
    decision = publishing.publish(
        saved.version_id, revision=saved.revision, actor=who, now=moment, hold=False
    )
    assert not decision.refused, decision.reasons
    return saved.version_id


def kill_and_go_on(
    settings: Config,
    sink: Sink,
    readers: int,
    points: tuple[str, ...] = POINTS,
    careless: bool = False,
) -> Iterator[tuple[str, bool]]:
    """Let the worker take its turns, one per point: each with whether it was killed there; "" is the last turn,
    which nobody kills.
    """
    db.session.remove()
    db.engine.dispose()
    sending = replace(settings, smtp=sink.settings)
    for point in (*points, ""):
        sink.hunt(point, readers // STEPS)
        told = (sending, point, max(1, readers // STEPS), not point, careless)
        process = FORK.Process(target=turn, args=told)
        process.start()
        sink.victim = process.pid or 0
        process.join(timeout=300)
        yield point, process.exitcode == -9
        if process.exitcode not in (0, -9):
            raise RuntimeError(f"the worker's turn ended with {process.exitcode}")


def claims(version_id: int, readers: int, sink: Sink) -> list[Claim]:
    """What must hold in the end (N5, C17)."""
    session = db.session()
    mails = session.execute(
        select(Mail.id, Mail.message_id, Mail.state, Mail.person_id).where(Mail.kind == KIND)
    ).all()
    records = session.execute(
        select(NoticeReader.id, NoticeReader.person_id).where(NoticeReader.version_id == version_id)
    ).all()
    of_state = {state: {m.message_id for m in mails if m.state is state} for state in MailState}
    ours = {m.message_id for m in mails}
    uncertain = of_state[MailState.UNCERTAIN]
    arrived = Counter(each for each in sink.taken if each in ours)
    lost = uncertain - set(arrived)
    notice_id = session.get_one(NoticeVersion, version_id).notice_id
    published = select(func.count()).where(
        Event.verb == "notices.published", Event.stream == f"notice:{notice_id}"
    )
    once = session.scalar(published)
    session.rollback()
    return [
        Claim("published once", once == 1),
        Claim(
            f"one delivery record each: {len(records)} of {readers}",
            len({row.person_id for row in records}) == len(records) == readers,
        ),
        Claim(
            f"one mail each, under the id of its record: {len(mails)}",
            {row.id for row in mails} == {row.id for row in records} and len(mails) == readers,
        ),
        Claim(
            f"no mail arrived twice: {arrived.total()} arrived, {len(arrived)} different ones",
            max(arrived.values(), default=0) == 1,
        ),
        Claim(
            f"uncertain are the {len(uncertain)} that were inside the SMTP window, one of them arrived",
            len(uncertain) == 2 and len(lost) == 1,
        ),
        Claim(
            f"every other one is sent, and arrived: {len(of_state[MailState.SENT])}",
            of_state[MailState.SENT] == set(arrived) - uncertain
            and len(of_state[MailState.SENT]) == readers - 2,
        ),
    ]


def main(readers: int) -> int:
    """The drill on both databases; 1 when a claim does not hold."""
    from tests.postgres import postgres_url

    sound = True
    with postgres_url() as server:
        for name, address in (("SQLite", ""), ("PostgreSQL", server)):
            print(f"\n{name}: a notice to {readers} readers")
            with portal_on(address) as (app, settings), open_sink(NAME) as sink:
                sound &= _run(app, settings, sink, readers)
    print("\nIt holds." if sound else "\nIT DOES NOT HOLD.")
    return 0 if sound else 1


def _run(app: Flask, settings: Config, sink: Sink, readers: int) -> bool:
    with app.app_context():
        version_id = prepare(readers)
        for point, killed in kill_and_go_on(settings, sink, readers):
            stands = progress(db.session(), batch(version_id))
            records = db.session().scalar(select(func.count()).select_from(NoticeReader))
            db.session().rollback()
            what = f"killed: {WORDS[point]}" if point else "went through, after the leases"
            told = f"{records} records, {stands.total} mails, {stands.sent} sent"
            print(f"  {what:58} {told}{'' if killed or not point else '   NOT KILLED'}")
            if not killed and point:
                return False
        found = claims(version_id, readers, sink)
    for claim in found:
        print(f"  {'holds ' if claim.holds else 'BROKEN'}  {claim.said}")
    return all(claim.holds for claim in found)


@contextmanager
def portal_on(address: str) -> Iterator[tuple[Flask, Config]]:
    """A portal with the demo's world, in a folder of its own; its log goes nowhere."""
    with (
        tempfile.TemporaryDirectory() as name,
        Path(os.devnull).open("w") as nowhere,
        redirect_stderr(nowhere),
    ):
        folder = Path(name)
        settings = Config(
            data=folder,
            host="127.0.0.1",
            port=8000,
            url="http://127.0.0.1:8000",
            database_url=address or f"sqlite:///{folder / 'drill.sqlite3'}",
            program=None,
            starts_on=date(2017, 12, 1),
            secret_key="drill",
            demo_password="correct horse battery",
            testing=True,
        )
        app = create_app(settings)
        with app.app_context():
            upgrade()
        for words in (["program", "load"], ["seed", "demo"]):
            done = app.test_cli_runner().invoke(args=words)
            assert done.exit_code == 0, done.output
        yield app, settings


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else READERS))
