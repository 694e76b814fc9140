"""The questions for the pages of one request."""

from flask import g

from portal.faq import queries
from portal.faq.library import Library
from portal.store.db import db
from portal.web.pages import program


def shelf() -> Library:
    """The questions as they stand now; a request looks once, however many reasons it explains."""
    if "faq_shelf" not in g:
        g.faq_shelf = queries.current(db.session(), program().synonyms)
    found: Library = g.faq_shelf
    return found
