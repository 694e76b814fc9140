"""The pages of the portal, under their language: `/es/…` and `/en/…`, one parent blueprint."""

from typing import Any

from flask import Blueprint, current_app, g, request, url_for
from werkzeug.routing import IntegerConverter, Map

LANGUAGES = ("es", "en")


class RowId(IntegerConverter):
    """`<int:…>` in an address: a number that a database can hold; others are not found."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=2**31 - 1)


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
    return url_for(endpoint, **values)


def in_language(lang: str) -> str:
    """The address of this very page in `lang`: same question, same search."""
    if g.get("other_urls"):
        return str(g.other_urls[lang])
    if request.endpoint and request.endpoint.startswith("site.") and request.view_args is not None:
        arguments = {**request.args.to_dict(flat=False), **request.view_args, "lang": lang}
        adapter = current_app.create_url_adapter(request)
        if adapter is not None and request.method in {"GET", "HEAD"}:
            return url_for(request.endpoint, **arguments)
    return url_for("site.home.index", lang=lang)
