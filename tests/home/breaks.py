"""One way to break each thing the doctor looks at, by the code of the finding that must tell of it."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select, text, update

from portal.accounts.models import Factor, Membership, Person
from portal.home import doctor_settings
from portal.kernel import clock
from portal.kernel.access import SYSTEM, Role
from portal.kernel.localized import Localized
from portal.registry.models import Product, Team
from portal.store import pack
from portal.store.db import Base, atomic, db
from portal.store.decisions import StoredDecision
from portal.store.events import emit
from portal.store.files import FileRoom
from portal.store.outbox import MailState
from portal.store.program import LoadedProgram
from portal.store.seals import seal
from portal.store.triggers import create_statements, keep_statements, registry_keys
from portal.web.jobs import JobRun
from tests.home.sick import Ward, a_decision, a_file, a_mail

Break = Callable[[Ward], None]
BREAKS: dict[str, tuple[str, Break]] = {}
"""By code: on which databases ("both", "sqlite", "postgresql"), and what breaks it."""
ALONG: dict[str, set[str]] = {}
"""What else must be told of the same harm."""


def breaks(
    code: str, on: str = "both", along: tuple[str, ...] = ()
) -> Callable[[Break], Break]:
    def declare(harm: Break) -> Break:
        BREAKS[code], ALONG[code] = (on, harm), set(along)
        return harm

    return declare


@breaks("secret.weak")
def _weak_key(ward: Ward) -> None:
    ward.settings(secret_key="tests")


@breaks("secret.open")
def _open_key(ward: Ward) -> None:
    (ward.data / "secret.key").chmod(0o640)


@breaks("secret.elsewhere")
def _other_key(ward: Ward) -> None:
    ward.configure(SECRET_KEY="x" * 40)


@breaks("debug.on")
def _debug(ward: Ward) -> None:
    ward.configure(DEBUG=True)


@breaks("testing.on")
def _no_tokens(ward: Ward) -> None:
    ward.configure(WTF_CSRF_ENABLED=False)


@breaks("address.plain")
def _plain(ward: Ward) -> None:
    ward.settings(url="http://partners.example")


@breaks("address.here")
def _loopback(ward: Ward) -> None:
    ward.settings(url="https://localhost:8000")


@breaks("address.anywhere")
def _anywhere(ward: Ward) -> None:
    ward.settings(url="https://0.0.0.0")


@breaks("address.proxies")
def _no_proxy(ward: Ward) -> None:
    ward.settings(proxies=0)


@breaks("cookie.loose")
def _loose_cookie(ward: Ward) -> None:
    ward.configure(SESSION_COOKIE_HTTPONLY=False)


@breaks("clock.set")
def _business_clock(ward: Ward) -> None:
    clock.configure(
        ward.place.program.zone, date(2017, 12, 1), ward.place.settings.clock_stamp
    )
    clock.configure(
        ward.place.program.zone, None
    )  # the stamp alone is obeyed at the next start


@breaks("demo.people")
def _one_click(ward: Ward) -> None:
    from portal.accounts import demo

    demo.keep([{"email": "a@x.example", "role": "admin"}], "word")


@breaks("demo.accounts")
def _demo_accounts(ward: Ward) -> None:
    made_up = pack.load_accounts(ward.place.program.slug).people[0].address
    with atomic() as session:
        first = select(Person.id).limit(1).scalar_subquery()
        session.execute(update(Person).where(Person.id == first).values(email=made_up))


@breaks("storage.unwritable", along=("secret.elsewhere",))
def _no_folder(ward: Ward) -> None:
    for file in sorted(ward.data.rglob("*"), reverse=True):
        file.unlink() if file.is_file() else file.rmdir()
    ward.data.rmdir()


@breaks("storage.open")
def _open_folder(ward: Ward) -> None:
    ward.data.chmod(0o755)


@breaks("storage.full")
def _full(ward: Ward) -> None:
    ward.monkeypatch.setattr(doctor_settings, "LEAST_FREE", 2**80)


@breaks("zone.unknown")
def _no_zone(ward: Ward) -> None:
    ward.place = replace(
        ward.place, program=replace(ward.place.program, zone="Mars/Olympus")
    )


@breaks("pack.fault")
def _half_a_pack(ward: Ward) -> None:
    import shutil

    slug = ward.place.program.slug
    packs = ward.data.parent / "packs"
    shutil.copytree(pack.PROGRAMS / slug, packs / slug)
    document = sorted((packs / slug / "faq").glob("*.md"))[0]
    told = document.read_text("utf-8")
    document.write_text(told[: told.rindex("===\n")] + "===\n", "utf-8")
    ward.place = replace(ward.place, packs=packs)


def catalogue(ward: Ward) -> Path:
    folder = ward.data.parent / "translations/es/LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text(
        'msgid ""\nmsgstr ""\n\nmsgid "Yes"\nmsgstr "Sí"\n', "utf-8"
    )
    ward.configure(BABEL_TRANSLATION_DIRECTORIES=str(folder.parent.parent))
    return folder


@breaks("catalogue.missing")
def _no_catalogue(ward: Ward) -> None:
    catalogue(ward)


@breaks("catalogue.old")
def _old_catalogue(ward: Ward) -> None:
    (catalogue(ward) / "messages.mo").write_bytes(b"of another day")


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
    made = [
        each
        for each in create_statements(registry_keys(Base.metadata))
        if trigger in each
    ]
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
        session.execute(
            update(Factor).where(Factor.id == first).values(confirmed_at=None)
        )


@breaks("file.missing")
def _no_bytes(ward: Ward) -> None:
    from portal.store import blobs

    blobs.path_of(a_file(ward)).unlink()


@breaks("file.changed")
def _other_bytes(ward: Ward) -> None:
    from portal.store import blobs

    blobs.path_of(a_file(ward)).write_bytes(b"hullo")


@breaks("file.orphan")
def _nobodys_bytes(ward: Ward) -> None:
    from portal.store import blobs

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


@breaks("worker.silent")
def _no_worker(ward: Ward) -> None:
    with atomic() as session:
        session.execute(
            update(JobRun).values(started_at=clock.wall() - timedelta(minutes=6))
        )


@breaks("clock.behind")
def _clock_behind(ward: Ward) -> None:
    with atomic() as session:
        session.add(
            JobRun(name="x", slot="x", started_at=clock.wall() + timedelta(hours=1))
        )


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
