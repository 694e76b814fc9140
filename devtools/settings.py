"""Where the checkout is, and what the environment says about the portal that is to run in it."""

import errno
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEMO_DATE = "2017-12-01"


class Refusal(Exception):
    """What is in the way, and what to do about it, in one line for a person."""


@dataclass(frozen=True)
class Settings:
    """The settings `./dev run` reads; every other one passes through to the portal untouched."""

    data: Path
    host: str
    port: int
    environment: Mapping[str, str] = field(repr=False)

    @property
    def url(self) -> str:
        """The address for people: PORTAL_URL, else host and port."""
        return self.environment["PORTAL_URL"]

    @property
    def reached(self) -> str:
        """The host by which this machine reaches the portal; a wildcard is reached over loopback."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)

    @property
    def database(self) -> str:
        """The database's address, as far as it decides what has been done to it."""
        return self.environment.get("PORTAL_DATABASE_URL", "")

    @property
    def sqlite_file(self) -> Path | None:
        """The SQLite file, or None when the database is a server's."""
        if not self.database:
            return self.data / "portal.sqlite3"
        scheme, _, path = self.database.partition(":///")
        return Path(path.partition("?")[0]) if scheme.startswith("sqlite") and path else None


def read_settings(environ: Mapping[str, str], root: Path = ROOT) -> Settings:
    """Read the environment. Raises Refusal when a value cannot be meant."""
    data = Path(environ.get("PORTAL_DATA") or root / "var").expanduser().resolve()
    host = environ.get("PORTAL_HOST") or "127.0.0.1"
    said = environ.get("PORTAL_PORT") or "8000"
    if not (said.isascii() and said.isdigit() and 0 < int(said) < 65536):
        raise Refusal(f"PORTAL_PORT is {said!r}: give a number from 1 to 65535.")
    environment = {
        # A demo shows the program on its own date; an empty value asks for today's.
        "PORTAL_TODAY": DEMO_DATE,
        **environ,
        "PORTAL_DATA": str(data),
        "PORTAL_HOST": host,
        "PORTAL_PORT": said,
        "PYTHONUNBUFFERED": "1",
    }
    settings = Settings(data, host, int(said), environment)
    environment["PORTAL_URL"] = environ.get("PORTAL_URL") or address(
        settings.reached, settings.port
    )
    return settings


def address(host: str, port: int) -> str:
    """The web address of a host and port."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def listen(host: str, port: int) -> socket.socket:
    """Take the port and hold it. Raises Refusal when it is taken, not ours to take, or no such host."""
    try:
        family, kind, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror as error:
        raise Refusal(
            f"PORTAL_HOST is {host!r}, which this machine cannot resolve: {error}."
        ) from None
    taken = socket.socket(family, kind)
    # Without it a port stays closed for a minute after the last portal on it.
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind(place)
        taken.listen(128)
    except OSError as error:
        taken.close()
        raise Refusal(_in_the_way(host, port, error)) from None
    return taken


def _in_the_way(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {host} is taken. If the portal runs there already, open {address(host, port)}; "
            f"else choose another port: PORTAL_PORT={_free_port(host)} ./dev run"
        )
    return f"Port {port} on {host} cannot be had ({os.strerror(error.errno or 0)}): choose another by PORTAL_HOST or PORTAL_PORT."


def _free_port(host: str) -> int:
    """A port that is free now, near the usual one, to suggest."""
    for port in range(8001, 8100):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    return 8080
