"""The questions for the pages of one request."""

from datetime import date

from flask import g, has_request_context

from portal.faq import queries
from portal.faq.library import Library
from portal.kernel import clock
from portal.store.db import db
from portal.web.moment import looking_on
from portal.web.pages import program


def shelf() -> Library:
    """The questions as of the date looked at; a request looks once, however many reasons it explains."""
    if "faq_shelf" not in g:
        g.faq_shelf = shelf_on(looking_on() if has_request_context() else clock.today())
    found: Library = g.faq_shelf
    return found


def shelf_on(on: date) -> Library:
    """The questions as they read on `on`."""
    return queries.current(db.session(), program().synonyms, on)
