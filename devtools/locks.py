"""`./dev lock`: both lock files from pyproject.toml, with a hash for every file and no address."""

import sys
import tempfile
from pathlib import Path

from devtools.settings import Refusal
from devtools.venv import Venv

OPTIONS = [
    "--universal", "--python-version", "3.11", "--generate-hashes",
    "--no-emit-index-url", "--no-emit-find-links", "--no-header", "--quiet",
]  # fmt: skip
HEADER = "# Made by `./dev lock` from pyproject.toml: edit that, then run it again.\n"


def relock(venv: Venv, upgrade: bool = False) -> int:
    """Write both locks; versions stay what they are unless pyproject.toml moves them or we upgrade.

    The development lock holds the runtime's very versions, and the tools beside them.
    """
    lock, dev = venv.root / "requirements.lock", venv.root / "requirements-dev.lock"
    if not dev.is_file() or not venv.installed(dev):
        venv.say("Installing uv, which resolves …")
        if not venv.sound():
            venv.make()
        if venv.run("pip", "install", "-qq", "uv"):
            raise Refusal("uv could not be installed; pip says why above.")
    with tempfile.TemporaryDirectory() as folder:
        new = Path(folder) / "new.lock"
        for target, more in ((lock, []), (dev, ["--group", "dev", "--constraint", str(lock)])):
            if target.is_file() and not upgrade:
                new.write_bytes(target.read_bytes())  # uv keeps the versions it finds in its output
            code, words = venv.output(
                "uv", "pip", "compile", "pyproject.toml", *OPTIONS, *more, "-o", str(new)
            )
            if code:
                print(words, file=sys.stderr)
                raise Refusal(f"{target.name} could not be resolved; uv says why above.")
            target.write_text(HEADER + new.read_text().replace(str(lock), lock.name))
            new.unlink()
            venv.say(f"{target.name} is written.")
    return 0
