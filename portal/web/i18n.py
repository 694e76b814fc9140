"""Two languages: catalogues, dates and numbers as the reader writes them."""

import re
from datetime import date, datetime
from functools import lru_cache, partial
from typing import Any

from babel import localedata
from babel.dates import format_date, format_datetime
from flask import Flask, request
from flask_babel import Babel, force_locale
from jinja2 import pass_context
from markupsafe import Markup, escape

from portal.config import ROOT
from portal.kernel import clock
from portal.kernel.localized import Localized
from portal.store.pack import PROGRAMS, Program
from portal.web.guards import actor
from portal.web.site import LANGUAGES, language

REGIONAL = {"es": "es_419", "en": "en_US"}
# Where dates and numbers are written differently; "" is what the language brings.
REGIONS = ("", "AR", "CL", "CO", "ES", "GB", "MX", "US")


def install(app: Flask, program: Program) -> None:
    """Give `app` its catalogues (the pack's overlay last), selector and template filters."""
    overlay = PROGRAMS / program.slug / "translations"
    folders = [str(ROOT / "translations"), *([str(overlay)] if overlay.is_dir() else [])]
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = ";".join(folders)
    app.config["BABEL_DEFAULT_LOCALE"] = "en"
    Babel(app, locale_selector=locale, timezone_selector=lambda: str(clock.zone()))
    names = [each.name for each in program.registries if " " in each.name]
    unbroken = re.compile("|".join(map(re.escape, names))) if names else None
    app.jinja_env.filters.update(day=day, moment=moment, unbroken=partial(unbreak, unbroken))
    app.jinja_env.globals.update(t=spoken)


def unbreak(names: re.Pattern[str] | None, text: str) -> Markup:
    """`text` (escaped unless it is Markup) with the names of registries kept on one line."""
    safe = escape(text)
    return Markup(names.sub(r'<span class="nowrap">\g<0></span>', str(safe))) if names else safe


@pass_context
def day(_context: Any, value: date | None, style: str = "long") -> str:
    """A date in the reader's words, or nothing for none."""
    return "" if value is None else date_text(value, language(), style)


@pass_context
def moment(_context: Any, value: datetime, style: str = "long") -> str:
    """A moment in the program's zone, in the reader's words; `style` is the date's."""
    return moment_text(value, language(), style)


def locale() -> str:
    """The page's language with the reader's regional format: "es_MX"."""
    return regional(language(), actor().region if request else "")


@lru_cache(maxsize=64)
def regional(lang: str, region: str) -> str:
    """The locale of `lang` in `region`; a language that region does not write keeps a near one.

    English as Americans write it is for the United States; elsewhere the day comes first.
    """
    if region not in REGIONS or not region:
        return REGIONAL[lang]
    wanted = f"{lang}_{region}"
    if wanted in localedata.locale_identifiers():
        return wanted
    return "en_GB" if lang == "en" else REGIONAL[lang]


def date_text(value: date, lang: str, style: str = "long") -> str:
    """`value` written in `lang`: long ("1 de diciembre de 2017"), medium, or short."""
    return _written(value, style, regional(lang, actor().region if request else ""))


@lru_cache(maxsize=4096)
def _written(value: date, style: str, told: str) -> str:
    return str(format_date(value, style, told))


def moment_text(value: datetime, lang: str, style: str = "long") -> str:
    """`value` in the program's zone, date and minute; `style` is the date's."""
    local = value.astimezone(clock.zone())
    time = format_datetime(local, "HH:mm", None, REGIONAL[lang])
    return f"{date_text(local.date(), lang, style)}, {time}"


def spoken(text: Localized) -> Markup | str:
    """The text in the page's language; where only the other has one, it is marked as such."""
    lang = language()
    said = text.spoken(lang)
    if said == lang:
        return text.pick(lang)
    return Markup('<span lang="{}">{}</span>').format(said, escape(text.pick(lang)))


def in_every_language(message: Any) -> Localized:
    """A lazy message of the catalogue, said in each language of the pages."""
    said = {}
    for lang in LANGUAGES:
        with force_locale(REGIONAL[lang]):
            said[lang] = str(message)
    return Localized(said)
