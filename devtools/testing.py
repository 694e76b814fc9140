"""`./dev test`: the tools, a browser where one can be had, PostgreSQL, the tests, and what was skipped."""

import os
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree

from devtools.prepare import compile_catalogues
from devtools.venv import Venv

CHROMIUM = "PORTAL_TEST_CHROMIUM"
LONG = "PORTAL_TEST_LONG"
MEMORY = Path("/dev/shm")
ROOM = 4 * 1024**3
NO_BROWSER = (
    "No Chromium here: the tests in tests/browser are skipped. As root: apt install chromium"
)


def run_tests(venv: Venv, arguments: list[str], environ: Mapping[str, str]) -> int:
    """Run pytest with these arguments (`--long` is ours); its exit code."""
    venv.install(venv.root / "requirements-dev.lock")
    compile_catalogues(venv)
    # Some machines keep no compiled modules: the many processes of the tests would each compile all
    # of them again. Kept in `build/`, they are in nobody's way.
    kept = {name: text for name, text in environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    compiled = venv.root / "build" / "pycache"
    environment = {**kept, "PYTHONPATH": str(venv.root), "PYTHONPYCACHEPREFIX": str(compiled)}
    if "--long" in arguments:
        arguments = [argument for argument in arguments if argument != "--long"]
        environment[LONG] = "1"
    if browser := chromium(venv.say):
        environment[CHROMIUM] = browser
    report = venv.root / "build" / "tests.xml"
    report.parent.mkdir(exist_ok=True)
    report.unlink(missing_ok=True)
    pytest = [str(venv.python), "-m", "pytest", "-n", "2", f"--junitxml={report}", *arguments]
    server = [str(venv.python), str(venv.root / "tests" / "postgres.py"), "run"]
    with scratch() as folder:
        environment |= {"TMPDIR": str(folder)} if folder else {}
        command = [*server, *pytest]
        code = subprocess.run(command, cwd=venv.root, env=environment, check=False).returncode
    for line in skipped(report):
        venv.say(line)
    if not browser:
        venv.say(NO_BROWSER)
    return code


@contextmanager
def scratch() -> Iterator[Path | None]:
    """A folder in memory for what the tests write, gone after them; None where there is no room.

    A portal writes each commit through to the disk, and so do the thousands that the tests make,
    which nobody will miss: half the run would be waiting for it.
    """
    if not (os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM):
        yield None
        return
    with tempfile.TemporaryDirectory(
        prefix="portal-", dir=MEMORY, ignore_cleanup_errors=True
    ) as name:
        Path(name).chmod(0o755)  # as root, PostgreSQL runs as a user of its own
        yield Path(name)


def chromium(say: Callable[[str], None]) -> str | None:
    """The browser's path; installed by apt when it is missing and we may."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if found or os.geteuid() != 0 or not shutil.which("apt-get"):
        return found
    say("Installing Chromium for the browser tests (apt-get install chromium) …")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        done = subprocess.run(
            ["apt-get", "-qq", *command],
            env=quiet, stdin=subprocess.DEVNULL, text=True, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        if done.returncode:
            say(done.stdout.strip())
            break
    return next(filter(None, map(shutil.which, names)), None)


def skipped(report: Path) -> list[str]:
    """What a run skipped and why, as lines to print; one line says so when it was nothing."""
    if not report.is_file():
        return []
    reasons = Counter(
        (case.get("classname", ""), skip.get("message", ""))
        for case in ElementTree.parse(report).iter("testcase")
        for skip in case.iter("skipped")
    )
    if not reasons:
        return ["Nothing was skipped."]
    lines = [f"  {count} in {where}: {why}" for (where, why), count in sorted(reasons.items())]
    return [f"Skipped: {reasons.total()}", *lines]
