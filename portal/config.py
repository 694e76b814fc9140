"""The settings of one portal, read from the environment once.

`PORTAL_DATA` is the one folder for the database, files and generated secrets; the rest has a default
that suits a single machine. Anything malformed raises ConfigError with a line that says what to do.
"""

import contextlib
import os
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from email.headerregistry import Address
from email.utils import getaddresses
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
ANYWHERE = frozenset({"0.0.0.0", "[::]"})
ROOT = Path(__file__).resolve().parent.parent


class ConfigError(Exception):
    """A setting that cannot be used; the message says which and what to write instead."""


@dataclass(frozen=True)
class Smtp:
    """The mail server. `tls`: "implicit" from the first byte, "starttls" before anything is said,
    or "none", which only this very machine is spoken to with. `sender` is what From says.
    """

    host: str
    port: int
    tls: str
    sender: Address
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True)
class Config:
    """The settings; `starts_on` is PORTAL_TODAY, `program` None means the pack marked default.

    `proxies` is how many proxies of one's own a request comes through: each says whom it had it from.
    """

    data: Path
    host: str
    port: int
    url: str
    database_url: str
    program: str | None
    starts_on: date | None
    secret_key: str
    demo_password: str | None = None
    proxies: int = 0
    smtp: Smtp | None = None
    testing: bool = False

    @property
    def clock_stamp(self) -> Path:
        """The file that keeps when the business clock was set going."""
        return self.data / "business-clock.json"

    @property
    def netloc(self) -> str:
        """Name and port of the portal's own address, as a Host header says them."""
        return urlsplit(self.url).netloc.rpartition("@")[2]

    @cached_property
    def hosts(self) -> frozenset[str]:
        """The names under which this portal answers, lower case, without port.

        That of PORTAL_URL, the one it listens on, and this machine's own; one that listens
        everywhere and was given no name of its own goes by the machine's name and address too.
        """
        told, bound = _host(urlsplit(self.url).hostname or ""), _host(self.host)
        known = {told, bound, *LOOPBACK}
        if bound in ANYWHERE and told in ANYWHERE | LOOPBACK:
            known |= _machine()
        return frozenset(known)


def from_environment(environ: Mapping[str, str] = os.environ) -> Config:
    """The settings that `environ` gives. Creates PORTAL_DATA and its secret when missing."""
    data = Path(environ.get("PORTAL_DATA") or ROOT / "var").expanduser().resolve()
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ConfigError(f"PORTAL_DATA: cannot use the folder {data}: {error.strerror}") from error
    host = environ.get("PORTAL_HOST") or "127.0.0.1"
    port = _port(environ.get("PORTAL_PORT") or "8000")
    return Config(
        data=data,
        host=host,
        port=port,
        url=_url(environ.get("PORTAL_URL") or f"http://{_host(host)}:{port}"),
        database_url=_database(environ.get("PORTAL_DATABASE_URL"), data),
        program=environ.get("PORTAL_PROGRAM") or None,
        starts_on=_date(environ.get("PORTAL_TODAY")),
        secret_key=_secret(data / "secret.key"),
        demo_password=environ.get("PORTAL_DEMO_PASSWORD") or None,
        proxies=_hops(environ.get("PORTAL_PROXIES") or "0"),
        smtp=_smtp(environ.get("PORTAL_SMTP"), environ.get("PORTAL_MAIL_FROM")),
    )


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise ConfigError(f"PORTAL_PORT: {text!r} is not a port; write a number from 1 to 65535")
    return int(text)


def _hops(text: str) -> int:
    if len(text) != 1 or text not in "0123456789":
        raise ConfigError(f"PORTAL_PROXIES: {text!r} is not a number of proxies; write 0 to 9")
    return int(text)


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ConfigError(f"PORTAL_URL: {text!r} is not an address; write https://host[:port]")
    return text.rstrip("/")


def _host(name: str) -> str:
    """`name` as a Host header says it: IPv6 addresses stand in brackets."""
    bare = name.strip("[]").lower()
    return f"[{bare}]" if ":" in bare else bare


def _machine() -> set[str]:
    """The names and addresses this machine knows itself by."""
    name = socket.gethostname()
    found = {name.lower(), socket.getfqdn().lower()}
    with contextlib.suppress(OSError):
        found |= {_host(str(entry[4][0])) for entry in socket.getaddrinfo(name, None)}
    return found


def _database(text: str | None, data: Path) -> str:
    if not text:
        return f"sqlite:///{data / 'portal.sqlite3'}"
    scheme, _, rest = text.partition("://")
    if scheme in {"postgres", "postgresql", "postgresql+psycopg"} and rest:
        return f"postgresql+psycopg://{rest}"
    if scheme == "sqlite" and rest:
        return text
    raise ConfigError("PORTAL_DATABASE_URL: write postgresql://… or sqlite:///…")


def _smtp(text: str | None, sender: str | None) -> Smtp | None:
    """The mail server, or None: mail stays in the portal. No part of the password is repeated."""
    if not text:
        return None
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    if not host or parts.scheme not in {"smtp", "smtps"} or parts.path.strip("/") or parts.query:
        raise ConfigError("PORTAL_SMTP: write smtp://user:password@host:587 or smtps://…")
    implicit, near = parts.scheme == "smtps", _host(host) in LOOPBACK
    return Smtp(
        host=host,
        port=port or (465 if implicit else 25 if near else 587),
        tls="implicit" if implicit else "none" if near else "starttls",
        sender=_sender(sender),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def _sender(text: str | None) -> Address:
    try:
        if not text or not text.isprintable():
            raise ValueError
        ((name, address),) = getaddresses([text])
        address.encode("ascii")
        local, _, domain = address.partition("@")
        if not local or not domain:
            raise ValueError
        return Address(name, addr_spec=address)
    except (ValueError, IndexError):
        raise ConfigError(
            "PORTAL_MAIL_FROM: mail needs a sender; write portal@example.com or Name <address>"
        ) from None


def _date(text: str | None) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"PORTAL_TODAY: {text!r} is not a date; write 2017-12-01") from None


def _secret(path: Path) -> str:
    """The key that signs sessions, made on first use; two first starts agree on one."""
    if not path.exists():
        part = path.with_name(f"{path.name}.{os.getpid()}")
        part.touch(mode=0o600)
        part.write_text(secrets.token_urlsafe(48), "ascii")
        with contextlib.suppress(FileExistsError):
            os.link(part, path)
        part.unlink()
    return path.read_text("ascii").strip()
