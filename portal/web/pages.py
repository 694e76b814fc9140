"""What every page knows: program, reader, menu, language switch, and the date it shows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, request
from flask_wtf.csrf import generate_csrf

from portal.kernel import clock
from portal.kernel.access import Actor, Permission
from portal.store.pack import Program
from portal.web import moment
from portal.web.guards import actor
from portal.web.i18n import date_text
from portal.web.site import LANGUAGES, in_language, language, url


@dataclass(frozen=True)
class MenuItem:
    """One entry of the main menu: shown to those whose role grants `permission` (None: to all)."""

    label: Any
    endpoint: str
    permission: Permission | None = None


def install(
    app: Flask,
    menu: tuple[MenuItem, ...],
    foot: tuple[MenuItem, ...],
    acting: Callable[[Actor], str],
) -> None:
    """Give templates their globals.

    Menu, foot and `acting` (in which capacity an actor acts, in words) come from the factory.
    """
    app.jinja_env.globals.update(url=url, csrf_token=generate_csrf, looking_on=moment.looking_on)

    @app.context_processor
    def _context() -> dict[str, Any]:
        who, lang = actor(), language()
        return {
            "program": program(),
            "lang": lang,
            "actor": who if who.known else None,
            "acting": acting(who),
            "nav": _items(menu, lang),
            "footer": _items(foot, lang),
            "other_lang_url": in_language(next(code for code in LANGUAGES if code != lang)),
            "hreflang": [] if who.known else _alternates(),
            "banner": _banner(lang),
            "portal_url": current_app.extensions["portal.config"].url,
            "as_of": date_text(moment.looking_on(), lang),
        }


def program() -> Program:
    """The program this portal serves."""
    found: Program = current_app.extensions["portal.program"]
    return found


def _items(items: tuple[MenuItem, ...], lang: str) -> list[dict[str, Any]]:
    here = request.endpoint or ""
    return [
        {
            "label": item.label,
            "url": url(item.endpoint),
            "current": here.rpartition(".")[0] == item.endpoint.rpartition(".")[0],
        }
        for item in items
        if item.permission is None or actor().may(item.permission)
    ]


def _alternates() -> list[dict[str, str]]:
    base = current_app.extensions["portal.config"].url
    return [{"lang": code, "url": f"{base}{in_language(code)}"} for code in LANGUAGES]


def _banner(lang: str) -> dict[str, Any] | None:
    if not clock.is_set() and not moment.moved():
        return None
    return {
        "date": date_text(moment.looking_on(), lang, "full"),
        "url": url("site.home.look_on", next=_here()),
        "moved": moment.moved(),
        "reset_url": url("site.home.look_on", next=_here()),
    }


def _here() -> str | None:
    """This page, to come back to; None where there is nothing to come back to."""
    if request.method != "GET" or request.endpoint in (None, "site.home.look_on"):
        return None
    return request.full_path.rstrip("?")
