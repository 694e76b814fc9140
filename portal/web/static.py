"""Static files under addresses that carry their content's hash, served by WhiteNoise for ever."""

import hashlib
from importlib.resources import files
from pathlib import Path

from flask import Flask
from whitenoise import WhiteNoise

from portal.config import ROOT

PREFIX = "/static/"
VENDOR = {"vendor/bootstrap.min.css": "static/bootstrap5/css/bootstrap.min.css"}


def install(app: Flask) -> None:
    """Serve `static/` and the vendored theme base; templates ask `static_url('css/…')`."""
    addresses: dict[str, str] = {}
    serve = WhiteNoise(
        app.wsgi_app, immutable_file_test=lambda path, url: True, allow_all_origins=False
    )
    for name, path in _found().items():
        digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        stem, dot, suffix = name.rpartition(".")
        addresses[name] = f"{PREFIX}{stem}.{digest}{dot}{suffix}"
        serve.add_file_to_dictionary(addresses[name], str(path))
    app.wsgi_app = serve  # type: ignore[method-assign]

    def static_url(name: str) -> str:
        """The lasting address of a static file. Raises KeyError for one that is not there."""
        return addresses[name]

    app.jinja_env.globals["static_url"] = static_url
    app.extensions["portal.static"] = addresses


def _found() -> dict[str, Path]:
    own = ROOT / "static"
    found = {
        path.relative_to(own).as_posix(): path
        for path in sorted(own.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }
    wheel = Path(str(files("flask_bootstrap")))
    return {**found, **{name: wheel / source for name, source in VENDOR.items()}}
