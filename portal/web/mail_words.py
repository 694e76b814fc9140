"""What a mail says: its template, in the reader's language, filled with what the outbox was told.

Texts stand in `templates/emails/<kind>.txt` and `.html`; links stand on PORTAL_URL alone, whatever
name a request came by. The worker renders outside any request, so nothing here asks who is reading.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from babel.dates import format_datetime
from flask import Flask, current_app
from flask_babel import force_locale
from jinja2 import Environment
from markupsafe import Markup

from portal.kernel import clock
from portal.store.outbox import Letter
from portal.store.pack import Program
from portal.web.i18n import REGIONAL, date_text
from portal.web.site import LANGUAGES

SECRET = "{secret}"
# A slice whose mails say what stands in its own rows looks it up when they are rendered: by kind of
# mail, from what the outbox was told and the language of the letter.
EXPANDED: dict[str, Callable[[Mapping[str, Any], str], dict[str, Any]]] = {}


@dataclass(frozen=True)
class Rendered:
    """A mail in words; `body` is the part of the HTML that a page of the portal shows too."""

    subject: str
    text: str
    html: str
    body: Markup


def install(app: Flask, roles: Mapping[Any, object]) -> None:
    """Tell mails how roles are called; the names stand in a slice above."""
    app.extensions["portal.mail.roles"] = roles


def render(letter: Letter, *, secret: str | None) -> Rendered:
    """The mail in its own language, its link made with `secret`; None: the link is not told.

    Raises jinja2.TemplateError when the template and what it is told do not fit.
    """
    env, told = current_app.jinja_env, _told(letter, secret)
    with force_locale(told["lang"]):
        words = env.get_template(f"emails/{letter.kind}.txt").render(told)
        page = env.get_template(f"emails/{letter.kind}.html")
        title = _block(env, f"emails/{letter.kind}.txt", "subject", told)
        return Rendered(
            subject=_one_line(title),
            text=re.sub(r"\n{3,}", "\n\n", words).strip() + "\n",
            html=page.render({**told, "subject": _one_line(title)}),
            body=Markup(_block(env, f"emails/{letter.kind}.html", "body", told)),
        )


def subject(letter: Letter) -> str:
    """What the mail is about, on one line, in its own language."""
    told = _told(letter, None)
    with force_locale(told["lang"]):
        name = f"emails/{letter.kind}.txt"
        return _one_line(_block(current_app.jinja_env, name, "subject", told))


def link(path: str | None, lang: str, secret: str | None) -> str | None:
    """The whole address of a portal path, in `lang`; None where its secret is not to be told."""
    if path is None:
        return None
    path = path.replace(quote(SECRET), SECRET)
    if SECRET in path:
        if secret is None:
            return None
        path = path.replace(SECRET, quote(secret, safe=""))
    first, _, rest = path[1:].partition("/")
    return f"{current_app.extensions['portal.config'].url}/{lang}/{rest if first in LANGUAGES else path[1:]}"


def _told(letter: Letter, secret: str | None) -> dict[str, Any]:
    """What a template knows. Names stay on their line: nobody writes a paragraph of his own."""
    lang = letter.language if letter.language in LANGUAGES else LANGUAGES[0]
    program: Program = current_app.extensions["portal.program"]
    context = {
        key: _one_line(value) if isinstance(value, str) and key != "reason" else value
        for key, value in letter.context.items()
    }
    if letter.kind in EXPANDED:
        with force_locale(lang):
            context |= EXPANDED[letter.kind](letter.context, lang)
    return {
        **context,
        "lang": lang,
        "program_name": program.name.pick(lang),
        "portal_url": current_app.extensions["portal.config"].url,
        "link": link(letter.context.get("path"), lang, secret),
        "role_name": current_app.extensions["portal.mail.roles"].get(context.get("role"), ""),
        "at": lambda moment: _moment(moment, lang),
    }


def _block(env: Environment, template: str, name: str, told: dict[str, Any]) -> str:
    found = env.get_template(template)
    return "".join(found.blocks[name](found.new_context(told)))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _moment(moment: str, lang: str) -> str:
    """A moment as it is kept in a context, in words, with the zone it is told in."""
    local = datetime.fromisoformat(moment).astimezone(clock.zone())
    return f"{date_text(local.date(), lang)}, {format_datetime(local, 'HH:mm (ZZZZ)', None, REGIONAL[lang])}"
