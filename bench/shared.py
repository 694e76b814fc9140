"""Where the shared real input lies; it is never copied into the project and may be absent."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def shared_data(*names: str) -> list[Path] | None:
    """Return the paths of the named shared files, or None unless all of them are there.

    Looks in PORTAL_SHARED (the data folder, or the folder that holds `data`) when it is set, else
    in `../shared/data` beside the project.
    """
    named = os.environ.get("PORTAL_SHARED")
    places = [Path(named), Path(named, "data")] if named else [ROOT.parent / "shared" / "data"]
    for place in places:
        if all((place / name).is_file() for name in names):
            return [place / name for name in names]
    return None
