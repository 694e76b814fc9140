"""How a question or a promise read on every date, word by word; and the feed of what changed."""

import html
import uuid
from collections.abc import Mapping

from flask import Response, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.faq import desk_pages as pages
from portal.faq import history
from portal.faq.history import Change, Reading
from portal.faq.labels import LANGUAGE_NAMES
from portal.faq.revisions import text_of
from portal.faq.rules import Text
from portal.faq.shelf import shelf
from portal.faq.views import address, bp
from portal.kernel import clock
from portal.kernel.access import Permission
from portal.kernel.localized import Localized
from portal.store.db import db
from portal.web import feeds
from portal.web.feeds import FeedEntry
from portal.web.guards import actor, public
from portal.web.pages import program
from portal.web.site import LANGUAGES, language, url

FRESH_SECONDS = 300


@bp.get("/revisions/<text_id>")
@public
def history_of(text_id: str) -> ResponseReturnValue:
    """Every text it had, has and is announced to have; two of them compared, in either language."""
    session, text_id = db.session(), text_id.upper()
    found = history.readings(session, text_id)
    if not found:
        abort(404)
    older, newer = _chosen(found)
    lang = request.args.get("in", "")
    lang = lang if lang in LANGUAGES else language()
    known = pages.promises(session, clock.today())
    before, after = (pages.read_text(text_of(one.revision), known) for one in (older, newer))
    return render_template(
        "faq/history.html",
        text_id=text_id,
        label=text_of(found[0].revision).label,
        question=shelf().get(text_id),
        readings=found,
        brief=history.brief(session, text_id, found),
        today=clock.today(),
        older=older,
        newer=newer,
        shown=lang,
        parts=_parts(before, after, lang) if older is not newer else [],
        names=LANGUAGE_NAMES,
        address=address,
        reads=actor().may(Permission.READ_NOTICES),
    )


@bp.get("/feed")
@public
def feed() -> ResponseReturnValue:
    """What changed of the questions and promises, as an Atom feed in the page's language."""
    session = db.session()
    known = pages.promises(session, clock.today())
    news = [_news(change, known) for change in history.changes(session, clock.today())]
    title = f"{_('Frequently asked questions')} · {program().name.pick(language())}"
    key = _urn(f"feed/{language()}")
    since = news[-1].updated if news else clock.business()
    drawn = feeds.atom(key, title, since, news, language(), url("site.faq.feed"))
    response: Response = make_response(drawn)
    response.content_type = "application/atom+xml; charset=utf-8"
    response.headers["Cache-Control"] = f"public, max-age={FRESH_SECONDS}"
    response.add_etag()
    return response.make_conditional(request)


def _news(change: Change, known: Mapping[str, Localized]) -> FeedEntry:
    """One change: why, and the whole text as it reads from then on. Its id stays, in each language."""
    reading, lang = change.reading, language()
    row = reading.revision
    said = pages.read_text(text_of(row), known).answer.pick(lang)
    why = render_template("faq/_why.html", reading=reading).strip()
    return FeedEntry(
        id=f"faq/{row.text_id}/{row.number}/{reading.holding.since}/{lang}",
        title=text_of(row).label.pick(lang),
        text=f"{html.unescape(why)}\n\n{said}",
        updated=reading.at,
        path=url("site.faq.history_of", text_id=row.text_id),
    )


def _chosen(found: list[Reading]) -> tuple[Reading, Reading]:
    """The two readings to compare: those of the address, else the newest and the one before."""
    numbers = {str(one.number): one for one in found}
    newer = numbers.get(request.args.get("to", ""), found[0])
    before = found[1] if len(found) > 1 else found[0]
    return numbers.get(request.args.get("from", ""), before), newer


def _parts(before: Text, after: Text, lang: str) -> list[pages.Beside]:
    return pages.beside(before, after, (lang,))


def _urn(path: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"urn:faq:{program().slug}/{path}").urn
