"""What has been done already: a stamp is written after success only, and names what it was done to."""

import contextlib
import fcntl
import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path


def digest(*parts: str | Path) -> str:
    """A short fingerprint of words and of files' names and contents; an absent file counts as such."""
    total = hashlib.sha256()
    for part in parts:
        if isinstance(part, Path):
            content = part.read_bytes() if part.is_file() else b"absent"
            total.update(f"{part.name}:{len(content)}:".encode() + content)
        else:
            total.update(f"{len(part)}:{part}".encode())
    return total.hexdigest()[:32]


def tree(folders: Iterable[Path], suffixes: tuple[str, ...] = ("",)) -> list[Path]:
    """The files under some folders, in a lasting order; caches are no input."""
    return sorted(
        path
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and path.name.endswith(suffixes) and "__pycache__" not in path.parts
    )


@dataclass(frozen=True)
class Stamp:
    """One file that holds the fingerprint of what its step was last done to."""

    path: Path

    def fresh(self, key: str) -> bool:
        """Whether the step was finished for exactly this input."""
        return self.path.is_file() and self.path.read_text() == key

    def write(self, key: str) -> None:
        """Say that the step is done; atomic, so a stamp is whole or absent."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        half = self.path.with_name(self.path.name + ".half")
        half.write_text(key)
        half.replace(self.path)


@contextlib.contextmanager
def alone(path: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Prepare alone: a second start waits here, and says that it does.

    The lock is the kernel's and ends with its process, so a killed start leaves none behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another start is preparing; waiting for it …")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
