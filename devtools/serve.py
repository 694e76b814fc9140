"""Web and worker side by side: started together, stopped together, and neither outlives the other."""

import contextlib
import ctypes
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

from devtools.settings import Settings
from devtools.venv import Venv

PATIENCE = 60.0  # seconds a first answer may take
GRACE = 10.0  # seconds the two have to end by themselves


@dataclass
class Pair:
    """The two processes, and whether somebody asked them to end."""

    venv: Venv
    settings: Settings
    environment: dict[str, str]
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    asked: int = 0

    def start(self, listener: socket.socket) -> None:
        """Start both; the web takes the port that is held for it already."""
        web = [
            "gunicorn",
            "--no-control-socket",
            "--bind",
            f"fd://{listener.fileno()}",
            "--threads",
            "8",
            # A whole order form stands in an address (40 lines).
            "--limit-request-line",
            "8190",
        ]
        quiet = ["--log-level", "warning", "--graceful-timeout", "5", "app:app"]
        self._start("web", [*web, *quiet], keep=listener.fileno())
        listener.close()
        self._start("worker", ["flask", "--app", "app.py", "worker", "run"])

    def _start(self, name: str, command: list[str], keep: int | None = None) -> None:
        self.running[name] = subprocess.Popen(
            [self.venv.python, "-m", *command],
            cwd=self.venv.root, env=self.environment, stdin=subprocess.DEVNULL,
            pass_fds=() if keep is None else (keep,),
            start_new_session=True,  # a Ctrl-C reaches this process alone, which then ends both in order
            preexec_fn=_end_with(os.getpid()),
        )  # fmt: skip

    def ask_to_stop(self, _signal: int, _frame: FrameType | None) -> None:
        """A signal's hand: once is asking, twice is insisting."""
        self.asked += 1

    def ended(self) -> str | None:
        """The name of one that has ended, if any."""
        return next(
            (name for name, process in self.running.items() if process.poll() is not None), None
        )

    def stop(self) -> None:
        """End both, kindly first, and wait until they are gone."""
        for process in self.running.values():
            if process.poll() is None:
                process.terminate()
        asked, until = self.asked, time.monotonic() + GRACE
        while any(process.poll() is None for process in self.running.values()):
            if time.monotonic() > until or self.asked > asked:
                for process in self.running.values():
                    with contextlib.suppress(ProcessLookupError):
                        os.killpg(process.pid, signal.SIGKILL)
                break
            time.sleep(0.05)
        for process in self.running.values():
            process.wait()

    def answers(self) -> bool:
        """Whether /healthz says 200."""
        host = self.settings.reached
        connection = http.client.HTTPConnection(host, self.settings.port, timeout=2)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def serve(pair: Pair, listener: socket.socket, ready: Callable[[], None]) -> int:
    """Serve until asked to stop (0) or until one of the two ends by itself (1)."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, pair.ask_to_stop)
    try:
        pair.start(listener)
        until = time.monotonic() + PATIENCE
        greeted = False
        while not pair.asked:
            if name := pair.ended():
                other = "worker" if name == "web" else "web"
                code = pair.running[name].returncode
                return _sorry(
                    f"The {name} ended by itself (exit code {code}); the {other} is stopped too."
                )
            if not greeted and pair.answers():
                ready()
                greeted = True
            if not greeted and time.monotonic() > until:
                return _sorry(
                    f"/healthz did not answer within {PATIENCE:.0f} seconds; both are stopped."
                )
            time.sleep(0.2 if greeted else 0.05)
        return 0
    finally:
        pair.stop()
        if pair.asked:
            print("Stopped.", flush=True)


def _sorry(line: str) -> int:
    print(f"dev: {line} What it said is above.", file=sys.stderr, flush=True)
    return 1


def _end_with(parent: int) -> Callable[[], None]:
    """On Linux: have the child asked to end when this process is killed without a chance to tell it."""

    def hook() -> None:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(1, signal.SIGTERM)
            if os.getppid() != parent:
                os._exit(1)

    return hook
