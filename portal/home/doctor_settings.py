"""What the doctor asks of the settings, the folder and the clocks; no database is needed."""

import shutil
import stat
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from portal.accounts import demo
from portal.config import ANYWHERE, LOOPBACK
from portal.home.parts import DEMO_RECORDS, RECORDS
from portal.kernel import clock
from portal.store import pack
from portal.web.checkup import Blocks, Fact, Finding, Needs, Place, Words, check

SHORTEST = 32
LEAST_DISTINCT = 12
LEAST_FREE = 1024**3
OTHERS = stat.S_IRWXG | stat.S_IRWXO
COOKIE = {"SECURE": True, "HTTPONLY": True, "DOMAIN": None, "PATH": None}


@check(
    "secret key",
    Needs.NOTHING,
    {
        "secret.weak": Words(
            "the secret key is too short or too plain: {length} characters, {distinct} different",
            "stop the portal, delete {file} and start it again: a new key is made (everybody signs in anew)",
        ),
        "secret.open": Words(
            "{file} can be read by others (mode {mode})",
            "chmod 600 {file}; who may have read it can sign sessions: delete it for a new one",
        ),
        "secret.elsewhere": Words(
            "the key in use is not the one in {file}",
            "restart the portal: the file was changed",
        ),
    },
)
def secret_key(place: Place) -> Iterator[Finding]:
    """The key that signs sessions is long, nobody's example, and this user's alone."""
    key, file = place.settings.secret_key, place.settings.data / "secret.key"
    if len(key) < SHORTEST or len(set(key)) < LEAST_DISTINCT:
        facts: dict[str, Fact] = {
            "length": len(key),
            "distinct": len(set(key)),
            "file": str(file),
        }
        yield Finding("secret.weak", facts)
    if not file.exists() or file.read_text("ascii").strip() != place.app.secret_key:
        yield Finding("secret.elsewhere", {"file": str(file)})
    elif mode := _open_to_others(file):
        yield Finding("secret.open", {"file": str(file), "mode": mode})


@check(
    "debug and tests off",
    Needs.NOTHING,
    {
        "debug.on": Words("debugging is on", "start without FLASK_DEBUG and --debug"),
        "testing.on": Words(
            "the portal runs as in its tests ({setting} is {value})",
            "leave {setting} alone",
        ),
    },
)
def debugging(place: Place) -> Iterator[Finding]:
    """Neither debugging nor what only tests switch on or off."""
    if place.app.debug:
        yield Finding("debug.on", {})
    told = {"TESTING": False, "WTF_CSRF_ENABLED": True, "PROPAGATE_EXCEPTIONS": None}
    for setting, usual in told.items():
        value = place.app.config.get(setting, usual)
        if value is not usual:
            yield Finding("testing.on", {"setting": setting, "value": str(value)})


@check(
    "address",
    Needs.NOTHING,
    {
        "address.plain": Words(
            "PORTAL_URL is {url}: over plain HTTP nobody can sign in from elsewhere",
            "put a proxy that speaks TLS in front and set PORTAL_URL to its https address",
        ),
        "address.here": Words(
            "PORTAL_URL is {url}, which only this machine can reach",
            "set PORTAL_URL to the address that people type",
        ),
        "address.proxies": Words(
            "PORTAL_PROXIES is 0: whoever comes through the proxy seems to be the proxy",
            "set PORTAL_PROXIES to how many proxies of your own a request comes through",
        ),
        "address.anywhere": Words(
            "PORTAL_URL is {url}: that is where to listen, not where to find the portal",
            "set PORTAL_URL to the address that people type",
        ),
    },
)
def address(place: Place) -> Iterator[Finding]:
    """The portal's own address is one that people reach, over TLS but on this machine."""
    parts = urlsplit(place.settings.url)
    name = (parts.hostname or "").lower()
    name = f"[{name}]" if ":" in name else name
    facts = {"url": place.settings.url}
    if name in ANYWHERE:
        yield Finding("address.anywhere", facts)
    elif name in LOOPBACK and place.deploy:
        yield Finding("address.here", facts)
    if parts.scheme != "https" and (place.deploy or name not in LOOPBACK):
        yield Finding("address.plain", facts)
    if place.deploy and not place.settings.proxies:
        yield Finding("address.proxies", {})


@check(
    "cookies",
    Needs.NOTHING,
    {
        "cookie.loose": Words(
            "the session cookie's {setting} is {value}",
            "set {setting} back to {wanted}",
        )
    },
)
def cookies(place: Place) -> Iterator[Finding]:
    """The session's cookie is Secure, HttpOnly, of this site, and bound to this host by its name."""
    wanted = {f"SESSION_COOKIE_{name}": value for name, value in COOKIE.items()}
    for setting, value in wanted.items():
        there = place.app.config[setting]
        if there is not value and (setting, there) != ("SESSION_COOKIE_PATH", "/"):
            facts = {"setting": setting, "value": str(there), "wanted": str(value)}
            yield Finding("cookie.loose", facts)
    for setting, good, so in (
        ("SESSION_COOKIE_SAMESITE", ("Lax", "Strict"), "Lax"),
        ("SESSION_COOKIE_NAME", ("__Host-",), "a name that begins with __Host-"),
    ):
        there = str(place.app.config[setting])
        if not there.startswith(good):
            yield Finding("cookie.loose", {"setting": setting, "value": there, "wanted": so})


@check(
    "business clock",
    Needs.NOTHING,
    {
        "clock.set": Words(
            "the business clock is set: contracts are read as of {today}",
            "unset PORTAL_TODAY, delete {file} and restart",
            Blocks.DEPLOY,
        )
    },
)
def business_clock(place: Place) -> Iterator[Finding]:
    """Contracts live in today, unless this is a demo."""
    file = place.settings.clock_stamp
    if clock.is_set() or place.settings.starts_on or file.exists():
        yield Finding("clock.set", {"today": clock.today().isoformat(), "file": str(file)})


@check(
    "one-click people",
    Needs.NOTHING,
    {
        "demo.people": Words(
            "{count} made-up people can be signed in as by one click",
            "use an empty PORTAL_DATA for the real portal; demo.json belongs to a demo",
            Blocks.DEPLOY,
        )
    },
)
def one_click_people(_place: Place) -> Iterator[Finding]:
    """Nobody is signed in without a password, unless this is a demo."""
    if people := demo.people():
        yield Finding("demo.people", {"count": len(people)})


@check(
    "storage",
    Needs.NOTHING,
    {
        "storage.unwritable": Words(
            "{folder} cannot be written to: {error}",
            "make it a folder of the portal's own user",
        ),
        "storage.open": Words(
            "{file} is open to others on this machine (mode {mode})", "chmod go= {file}"
        ),
        "storage.full": Words(
            "{free} MiB are free where {folder} lies; {least} are needed",
            "make room, or move PORTAL_DATA to a larger disk",
        ),
    },
)
def storage(place: Place) -> Iterator[Finding]:
    """PORTAL_DATA can be written to, is this user's alone, and the disk has room."""
    folder = place.settings.data
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-"):
            pass
    except OSError as error:
        told = error.strerror or str(error)
        yield Finding("storage.unwritable", {"folder": str(folder), "error": told})
        return
    for file in (folder, *sorted(folder.iterdir())):
        # The key has a check of its own.
        if file.name != "secret.key" and (mode := _open_to_others(file)):
            yield Finding("storage.open", {"file": str(file), "mode": mode})
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE:
        mib = {"free": free // 1024**2, "least": LEAST_FREE // 1024**2}
        yield Finding("storage.full", {"folder": str(folder), **mib})


@check(
    "time zone",
    Needs.NOTHING,
    {
        "zone.unknown": Words(
            "this machine knows no time zone {zone}",
            "install the time zone data of the system (tzdata)",
        )
    },
)
def time_zone(place: Place) -> Iterator[Finding]:
    """The zone in which the program's dates are is known here."""
    try:
        ZoneInfo(place.program.zone)
    except (LookupError, ValueError):
        yield Finding("zone.unknown", {"zone": place.program.zone})


@check(
    "languages",
    Needs.NOTHING,
    {
        "pack.fault": Words("{place}: {fault}", "complete the pack there"),
        "catalogue.missing": Words("{file} is not there", "pybabel compile -d {folder}"),
        "catalogue.old": Words(
            "{file} is not what its source says",
            "pybabel compile -d {folder}",
            Blocks.DEPLOY,
        ),
    },
)
def languages(place: Place) -> Iterator[Finding]:
    """The pack says everything in each of its languages, and the catalogues are compiled."""
    for fault in pack.check(place.program.slug, place.packs, (*RECORDS, *DEMO_RECORDS)):
        where = f"{fault.file}, line {fault.line}"
        yield Finding("pack.fault", {"place": where, "fault": fault.message})
    for folder in place.app.config["BABEL_TRANSLATION_DIRECTORIES"].split(";"):
        for source in sorted(Path(folder).glob("*/LC_MESSAGES/*.po")):
            built = source.with_suffix(".mo")
            facts = {"file": str(built), "folder": folder}
            if not built.exists():
                yield Finding("catalogue.missing", facts)
            elif built.read_bytes() != _compiled(source):
                yield Finding("catalogue.old", facts)


def _compiled(source: Path) -> bytes:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    built = BytesIO()
    with source.open("rb") as text:
        write_mo(built, read_po(text, locale=source.parent.parent.name))
    return built.getvalue()


def _open_to_others(file: Path) -> str:
    """The mode of `file` when others on the machine may do anything with it, else nothing."""
    mode = stat.S_IMODE(file.stat().st_mode)
    return f"{mode:04o}" if mode & OTHERS else ""
