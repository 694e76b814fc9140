"""`./dev check`: every check is run, every failure is shown, nothing is changed."""

import re
import statistics
import time
import tomllib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from devtools.venv import Venv

Outcome = tuple[int, str]
LONGEST = 300  # lines a Python file may have


def run_checks(venv: Venv) -> int:
    """Run them all, two at a time; 1 when any fails."""
    venv.install(venv.root / "requirements-dev.lock")
    contracts = (
        "from importlinter.cli import lint_imports_command as c; c(['--no-logo', '--no-cache'])"
    )
    checks: dict[str, Callable[[], Outcome]] = {
        "types": lambda: venv.output("mypy"),
        "imports": lambda: venv.script(contracts),
        "format": lambda: venv.output("ruff", "format", "--check", "."),
        "lint": lambda: venv.output("ruff", "check", "--quiet", "."),
        "catalogues": lambda: venv.output("devtools.catalogues"),
        "templates": lambda: venv.output("djlint", "templates", "--lint", "--quiet"),
        "locks": lambda: outcome(lock_problems(venv.root)),
        "sizes": lambda: sizes(venv.root),
    }

    def timed(check: Callable[[], Outcome]) -> tuple[int, str, float]:
        begun = time.monotonic()
        return *check(), time.monotonic() - begun

    failed = []
    with ThreadPoolExecutor(2) as pool:
        for name, (code, words, seconds) in zip(
            checks, pool.map(timed, checks.values()), strict=True
        ):
            print(f"{'FAIL' if code else 'ok  '} {name:11} {seconds:5.1f} s", flush=True)
            if code:
                failed.append(name)
                print(words.rstrip(), flush=True)
            elif name == "sizes":
                print(f"     {words}", flush=True)
    print(f"Failed: {', '.join(failed)}" if failed else "All checks passed.", flush=True)
    return 1 if failed else 0


def outcome(problems: list[str]) -> Outcome:
    """Problems as a check's outcome."""
    return (1 if problems else 0), "\n".join(problems)


def normal(name: str) -> str:
    """A package's name as an index spells it."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", name, maxsplit=1)[0]).lower()


def lock_problems(root: Path) -> list[str]:
    """Whether both locks hold what pyproject.toml asks for, prove it by hashes, and name no address."""
    project = tomllib.loads((root / "pyproject.toml").read_text())
    runtime = project["project"]["dependencies"]
    wanted = {
        "requirements.lock": runtime,
        "requirements-dev.lock": runtime + project["dependency-groups"]["dev"],
    }
    problems = []
    pins: dict[str, set[str]] = {}
    for name, asked in wanted.items():
        text = (root / name).read_text()
        entries = re.split(r"\n(?=[\w])", text)
        pins[name] = {line.split(" ")[0] for line in entries if re.match(r"[\w.-]+==", line)}
        held = {normal(pin.partition("==")[0]) for pin in pins[name]}
        problems += [
            f"{name}: {normal(ask)} is missing; run ./dev lock"
            for ask in asked
            if normal(ask) not in held
        ]
        problems += [
            f"{name}: {pin} has no hash" for pin in pins[name] if not _hashed(entries, pin)
        ]
        problems += [
            f"{name}: names an address: {found}"
            for found in re.findall(r"\w+://\S+|--\w*index\S*", text)
        ]
    strays = pins["requirements.lock"] - pins["requirements-dev.lock"]
    problems += [
        f"requirements-dev.lock: has not {pin} as requirements.lock has" for pin in sorted(strays)
    ]
    return problems


def _hashed(entries: list[str], pin: str) -> bool:
    return any(entry.startswith(pin) and "--hash=sha256:" in entry for entry in entries)


def sizes(root: Path) -> Outcome:
    """The distribution of file lengths, and every Python file over the cap."""
    folders = ("portal", "devtools", "tests", "bench", "drill")
    files = [
        path
        for folder in folders
        for path in (root / folder).rglob("*.py")
        if "versions" not in path.parts
    ]
    lengths = {path: len(path.read_text().splitlines()) for path in files}
    over = [
        f"{path.relative_to(root)}: {length} lines, over {LONGEST}"
        for path, length in lengths.items()
        if length > LONGEST
    ]
    ours = sorted(
        length for path, length in lengths.items() if path.is_relative_to(root / "portal")
    )
    if over or len(ours) < 2:
        return outcome(over)
    tenths = statistics.quantiles(ours, n=10)
    return (
        0,
        f"portal: {len(ours)} files, median {statistics.median(ours):.0f} lines, 90th percentile {tenths[8]:.0f}, longest {ours[-1]}",
    )
