"""The same for what the doctor asks of the database and its rows."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select, text, update

from portal.accounts.models import Factor, Membership, Person
from portal.kernel import clock
from portal.kernel.access import SYSTEM, Role
from portal.kernel.localized import Localized
from portal.registry.models import Product, Team
from portal.store import blobs
from portal.store.db import Base, atomic, db
from portal.store.decisions import StoredDecision
from portal.store.events import emit
from portal.store.files import FileRoom
from portal.store.outbox import MailState
from portal.store.program import LoadedProgram
from portal.store.seals import seal
from portal.store.triggers import create_statements, keep_statements, registry_keys
from portal.web.jobs import JobRun
from tests.home.breaks import BREAKS, breaks
from tests.home.sick import Ward, a_decision, a_file, a_mail

__all__ = ["BREAKS"]


@breaks("program.none")
def _no_program(ward: Ward) -> None:
    with atomic() as session:
        session.execute(delete(LoadedProgram))


@breaks("program.other")
def _other_program(ward: Ward) -> None:
    with atomic() as session:
        session.execute(update(LoadedProgram).values(slug="another"))


@breaks("sqlite.pragma", "sqlite")
def _no_foreign_keys(ward: Ward) -> None:
    with db.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        raw.execute("PRAGMA foreign_keys = OFF")  # type: ignore[attr-defined]
    ward.after.callback(db.engine.dispose)


@breaks("keys.broken")
def _orphan(ward: Ward) -> None:
    ward.raw("INSERT INTO recovery_code (person_id, code_hash) VALUES (999999, 'x')")


@breaks("keys.missing", "postgresql")
def _no_key(ward: Ward) -> None:
    name = "fk_recovery_code_person_id"
    ward.raw(f"ALTER TABLE recovery_code DROP CONSTRAINT {name}")
    ward.later(
        f"ALTER TABLE recovery_code ADD CONSTRAINT {name} "
        "FOREIGN KEY (person_id) REFERENCES person (id)"
    )


@breaks("keys.unchecked", "postgresql")
def _unchecked_key(ward: Ward) -> None:
    name = "fk_recovery_code_person_id"
    again = "FOREIGN KEY (person_id) REFERENCES person (id)"
    ward.raw(
        f"ALTER TABLE recovery_code DROP CONSTRAINT {name}",
        f"ALTER TABLE recovery_code ADD CONSTRAINT {name} {again} NOT VALID",
    )
    ward.later(f"ALTER TABLE recovery_code VALIDATE CONSTRAINT {name}")


@breaks("keys.switched_off", "postgresql")
def _switched_off(ward: Ward) -> None:
    ward.raw("ALTER TABLE service DISABLE TRIGGER ALL")
    ward.later("ALTER TABLE service ENABLE TRIGGER ALL")


@breaks("r1.mixed", along=("keys.broken",))
def _two_registries(ward: Ward) -> None:
    trigger = "r1_service_contract_id_update"
    made = [each for each in create_statements(registry_keys(Base.metadata)) if trigger in each]
    mixed = (
        "UPDATE service SET contract_id = (SELECT id FROM contract "
        "WHERE contract.registry_id <> service.registry_id LIMIT 1) "
        "WHERE id = (SELECT min(id) FROM service)"
    )
    ward.raw(*([f"DROP TRIGGER {trigger}", mixed, *made] if ward.sqlite else [mixed]))


@breaks("triggers.missing", "sqlite")
def _no_trigger(ward: Ward) -> None:
    ward.raw("DROP TRIGGER r1_service_contract_id_update")


@breaks("triggers.changed", "sqlite")
def _empty_trigger(ward: Ward) -> None:
    name = next(iter(keep_statements(registry_keys(Base.metadata)))).split()[2]
    ward.raw(
        f"DROP TRIGGER {name}",
        f"CREATE TRIGGER {name} AFTER INSERT ON service BEGIN SELECT 1; END",
    )


@breaks("texts.half_said")
def _half_said(ward: Ward) -> None:
    with atomic() as session:
        product = session.scalars(select(Product)).first()
        assert product is not None
        product.name = Localized(es="Onda", en=" ")


@breaks("admin.none")
def _no_administrator(ward: Ward) -> None:
    with atomic() as session:
        ended = update(Membership).where(Membership.role == Role.ADMIN)
        session.execute(ended.values(ended_at=clock.wall()))


@breaks("factor.missing")
def _no_factor(ward: Ward) -> None:
    with atomic() as session:
        first = select(Factor.id).limit(1).scalar_subquery()
        session.execute(update(Factor).where(Factor.id == first).values(confirmed_at=None))


@breaks("factor.locked")
def _another_key(ward: Ward) -> None:
    with atomic() as session:
        first = select(Factor.id).limit(1).scalar_subquery()
        session.execute(update(Factor).where(Factor.id == first).values(secret="of another key"))


@breaks("file.missing")
def _no_bytes(ward: Ward) -> None:
    blobs.path_of(a_file(ward)).unlink()


@breaks("file.changed")
def _other_bytes(ward: Ward) -> None:
    blobs.path_of(a_file(ward)).write_bytes(b"hullo")


@breaks("file.orphan")
def _nobodys_bytes(ward: Ward) -> None:
    place = blobs.path_of(blobs.write(b"nobody's").sha256)
    old = (clock.wall() - timedelta(days=9)).timestamp()
    os.utime(place, (old, old))


@breaks("file.room")
def _wrong_room(ward: Ward) -> None:
    a_file(ward)
    with atomic() as session:
        session.execute(update(FileRoom).values(used=1))


@breaks("audit.broken")
def _rewritten(ward: Ward) -> None:
    with atomic() as session:
        emit(
            session,
            "test:1",
            "test",
            actor=SYSTEM,
            at=clock.wall() - timedelta(minutes=5),
        )
    assert seal(clock.wall())
    kept = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'event'"
    change = "UPDATE event SET verb = 'nothing' WHERE stream = 'test:1'"
    if not ward.sqlite:
        ward.raw(change)
        return
    with db.engine.connect() as connection:
        made = list(connection.exec_driver_sql(kept).scalars())
    ward.raw(*(f"DROP TRIGGER {each.split()[2]}" for each in made), change, *made)


@breaks("mail.nowhere")
def _no_mail_server(ward: Ward) -> None:
    ward.settings(smtp=None)


@breaks("mail.waiting")
def _mail_waits(ward: Ward) -> None:
    a_mail()


@breaks("mail.failed")
def _mail_failed(ward: Ward) -> None:
    a_mail(state=MailState.FAILED, last_error="550")


@breaks("mail.uncertain")
def _mail_uncertain(ward: Ward) -> None:
    a_mail(state=MailState.UNCERTAIN)


@breaks("mail.stale")
def _mail_came_back(ward: Ward) -> None:
    someone = db.session.execute(select(Person.id, Person.email).limit(1)).one()
    came_back = {"bounced_at": clock.wall(), "bounce_status": "5.1.1"}
    sent = {"state": MailState.SENT, "sent_at": clock.wall()}
    a_mail(person_id=someone.id, to_address=someone.email, **sent, **came_back)


@breaks("worker.silent")
def _no_worker(ward: Ward) -> None:
    with atomic() as session:
        session.execute(update(JobRun).values(started_at=clock.wall() - timedelta(minutes=6)))


@breaks("clock.behind")
def _clock_behind(ward: Ward) -> None:
    with atomic() as session:
        session.add(JobRun(name="x", slot="x", started_at=clock.wall() + timedelta(hours=1)))


@breaks("clock.zone")
def _team_on_mars(ward: Ward) -> None:
    with atomic() as session:
        session.execute(update(Team).values(hours={"zone": "Mars/Olympus"}))


def falsify(**values: Any) -> None:
    with atomic() as session:
        session.execute(update(StoredDecision).values(**values))


@breaks("decision.differs")
def _falsified(ward: Ward) -> None:
    a_decision(ward)
    falsify(reasons=[], refused=False, value={"orders": []})


@breaks("decision.outdated")
def _older_rules(ward: Ward) -> None:
    a_decision(ward)
    falsify(reasons=[], refused=False, value={"orders": []}, ruleset="orders-0")


@breaks("decision.unknown")
def _unknown_kind(ward: Ward) -> None:
    a_decision(ward)
    falsify(kind="of.tomorrow")


@breaks("migrations.behind")
def _behind(ward: Ward) -> None:
    stand_at(ward, "0003")


@breaks("migrations.ahead")
def _ahead(ward: Ward) -> None:
    stand_at(ward, "9999")


def stand_at(ward: Ward, revision: str) -> None:
    with db.engine.connect() as connection:
        at = connection.scalar(text("SELECT version_num FROM alembic_version"))
        connection.rollback()
    ward.raw(f"UPDATE alembic_version SET version_num = '{revision}'")
    ward.later(f"UPDATE alembic_version SET version_num = '{at}'")


@breaks("database.missing", "sqlite")
def _no_database(ward: Ward) -> None:
    db.session.remove()
    db.engine.dispose()
    Path(str(db.engine.url.database)).unlink()


@breaks("check.broke", "sqlite")
def _no_table(ward: Ward) -> None:
    ward.raw("DROP TABLE file_room")
