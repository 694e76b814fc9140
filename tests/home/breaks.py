"""One way to break each thing the doctor looks at, by the code of the finding that must tell of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

from sqlalchemy import select, update

from portal.accounts.models import Person
from portal.home import doctor_settings
from portal.kernel import clock
from portal.store import pack
from portal.store.db import atomic
from tests.home.sick import Ward

Break = Callable[[Ward], None]
BREAKS: dict[str, tuple[str, Break]] = {}
"""By code: on which databases ("both", "sqlite", "postgresql"), and what breaks it."""
ALONG: dict[str, set[str]] = {}
"""What else must be told of the same harm."""


def breaks(code: str, on: str = "both", along: tuple[str, ...] = ()) -> Callable[[Break], Break]:
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
    clock.configure(ward.place.program.zone, date(2017, 12, 1), ward.place.settings.clock_stamp)
    clock.configure(ward.place.program.zone, None)  # the stamp alone is obeyed at the next start


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


@breaks("storage.unwritable", along=("secret.elsewhere", "file.missing"))
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
    ward.place = replace(ward.place, program=replace(ward.place.program, zone="Mars/Olympus"))


@breaks("pack.fault")
def _half_a_pack(ward: Ward) -> None:
    import shutil

    slug = ward.place.program.slug
    packs = ward.data.parent / "packs"
    shutil.copytree(pack.PROGRAMS / slug, packs / slug)
    document = min((packs / slug / "faq").glob("*.md"))
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
