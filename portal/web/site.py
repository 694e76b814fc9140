"""The pages of the portal, under their language: `/es/…` and `/en/…`, one parent blueprint."""

import re
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, g, request, url_for
from werkzeug.routing import IntegerConverter, Map

from portal.store.types import LARGEST_ID
from portal.store.types import row_id as row_id

LANGUAGES = ("es", "en")
# A path of this portal: one slash, then no second slash or backslash, nothing a browser would strip.
SAFE_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\\]*")


class RowId(IntegerConverter):
    """`<int:…>` in an address: a number that a database can hold; others are not found."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=LARGEST_ID)


def site() -> Blueprint:
    """A new parent blueprint; slices register theirs on it before the app registers this one."""
    blueprint = Blueprint("site", __name__, url_prefix=f"/<any({', '.join(LANGUAGES)}):lang>")

    @blueprint.url_value_preprocessor
    def _pull_language(endpoint: str | None, values: dict[str, Any] | None) -> None:
        g.lang = (values or {}).pop("lang", None)

    @blueprint.url_defaults
    def _push_language(endpoint: str, values: dict[str, Any]) -> None:
        values.setdefault("lang", language())

    return blueprint


def language() -> str:
    """The language of the page, else the one the path or the reader asks for.

    For 404 and 405 no preprocessor has run, so the path is read.
    """
    if not request:
        return LANGUAGES[0]
    if not g.get("lang"):
        first = request.path.split("/", 2)[1] if request.path.startswith("/") else ""
        g.lang = first if first in LANGUAGES else preferred()
    return str(g.lang)


def preferred() -> str:
    """The reader's own language: the account's, else the cookie's, else the browser's."""
    actor = g.get("actor")
    for candidate in (actor.language if actor else "", request.cookies.get("lang", "")):
        if candidate in LANGUAGES:
            return str(candidate)
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


def url(endpoint: str, **values: Any) -> str:
    """The address of an endpoint in the page's language."""
    if request and all(_short(value) for value in values.values()):
        return _address(request.script_root, language(), endpoint, tuple(values.items()))
    return url_for(endpoint, **values)


@lru_cache(maxsize=4096)
def _address(_root: str, _lang: str, endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
    """Built once per mount and language: a list has an address per row, the same with every page."""
    return url_for(endpoint, **dict(values))


def _short(value: object) -> bool:
    """Whether a part of an address is one that comes again, not a whole pasted text."""
    return value is None or isinstance(value, int) or (isinstance(value, str) and len(value) < 80)


def with_query(path: str, **changed: str) -> str:
    """`path` with the query of this request, less what is `changed`, plus that.

    What people put into an address is never given to `url_for`, which reads orders among it.
    """
    kept = [(k, v) for k, v in request.args.items(multi=True) if k not in changed]
    query = urlencode([*kept, *changed.items()], errors="replace")
    return f"{path}?{query}" if query else path


def in_language(lang: str) -> str:
    """The address of this very page in `lang`: same question, same search."""
    if g.get("other_urls"):
        return str(g.other_urls[lang])
    page = request.endpoint or ""
    reading = request.method in {"GET", "HEAD"} and request.view_args is not None
    if reading and page.startswith("site."):
        return with_query(url_for(page, **{**(request.view_args or {}), "lang": lang}))
    return url_for("site.home.index", lang=lang)


def safe_path(target: str | None) -> str | None:
    """`target` when it is a path of this portal, else None."""
    return target if target and SAFE_PATH.fullmatch(target) else None
