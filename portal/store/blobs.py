"""The bytes of files: one folder, each content once, named after its SHA-256.

A blob is written under a name of its own, made lasting, and only then given its place, so what has
its place is whole. It is written first and its row after it; what no row came for is swept by
`file_care.py`. Writing the same bytes twice costs as much as writing them once: how long it takes
tells nobody that somebody else has the same file.
"""

import contextlib
import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from flask import current_app

PART, ASIDE = ".part", ".aside"


@dataclass(frozen=True)
class Blob:
    """Bytes that lie in the folder: their SHA-256 (hex) and how many they are."""

    sha256: str
    size: int


def folder() -> Path:
    """Where the blobs of this portal lie: `files` in PORTAL_DATA."""
    data: Path = current_app.extensions["portal.config"].data
    return data / "files"


def path_of(sha256: str) -> Path:
    """Where the blob of this hash lies, if it is there."""
    return folder() / sha256[:2] / sha256


def write(content: bytes) -> Blob:
    """Keep `content`. Raises OSError when it cannot be kept; then nothing of it is left."""
    blob = Blob(hashlib.sha256(content).hexdigest(), len(content))
    place = path_of(blob.sha256)
    folder().mkdir(mode=0o700, exist_ok=True)
    place.parent.mkdir(mode=0o700, exist_ok=True)
    part = place.with_name(secrets.token_hex(16) + PART)
    try:
        with _open_new(part) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(place)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise
    _make_lasting(place.parent)
    return blob


def _open_new(path: Path) -> BinaryIO:
    """A new file that only the portal's own user reads. Raises FileExistsError."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _make_lasting(path: Path) -> None:
    """That a name stands in its folder must outlive a power cut too."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
