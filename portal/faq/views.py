"""Reading the questions: the list with its search, a page per question, all on paper."""

from datetime import date

from flask import Blueprint, abort, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from portal.faq import misses, promises, situation
from portal.faq.announced import of_questions
from portal.faq.library import Library, Question
from portal.faq.routing import what_if
from portal.faq.shelf import shelf
from portal.kernel import clock
from portal.kernel.access import Permission
from portal.orders.what_if import WhatIf
from portal.store.db import db
from portal.web.guards import actor, public
from portal.web.moment import looking_on, moved
from portal.web.search import LONGEST_QUERY, Fragments, Results
from portal.web.site import LANGUAGES, language, url

MOST_PASTED = 8_000
bp = Blueprint("faq", __name__, url_prefix="/faq")


@bp.get("")
@public
def index() -> ResponseReturnValue:
    """All questions in their order, or with `q` those that answer it, best first.

    Asked with the header X-Partial it gives the results alone, for the search that follows typing.
    Such half-typed searches are not counted as unanswered.
    """
    library, q = shelf(), asked()
    partial = bool(request.headers.get("X-Partial"))
    results = find(library, q, count=not partial)
    page = {
        "library": library,
        "q": q,
        "found": [(library.get(hit.id), hit) for hit in results.hits],
        "meant": results.did_you_mean,
        "marked": marked,
        "edits": actor().may(Permission.EDIT_FAQ),
        "address": address,
    }
    return render_template("faq/_results.html" if partial else "faq/index.html", **page)


@bp.get("/<slug>")
@public
def question(slug: str) -> ResponseReturnValue:
    """One question. Its id (`q5`), a former address or one of the other language lead to it."""
    library = shelf()
    found = library.addressed(slug)
    if found is None:
        abort(404)
    if slug != found.slug.pick(language()):
        return redirect(address(found, q=request.args.get("q")))
    on, pasted, tried = looking_on(), "", None
    beside = situation.load(db.session(), found.situation, actor(), on)
    if beside and beside.kind == "route" and actor().may(Permission.PLACE_ORDERS):
        pasted = request.args.get("q", "")[:MOST_PASTED].strip()
        tried = _tried(pasted, on)
        if tried and not tried.receipt:
            return redirect(tried.order_url)
    g.other_urls = {lang: address(found, lang, q=pasted or None) for lang in LANGUAGES}
    before, after = library.neighbours(found)
    return render_template(
        "faq/question.html",
        question=found,
        total=len(library.questions),
        rules=[library.rule[name] for name in found.rules if name in library.rule],
        before=before,
        after=after,
        on=on,
        address=address,
        answer=Markup(found.html.pick(language())),
        spoken=found.html.spoken(language()),
        situation=beside,
        standing=promises.of_question(db.session(), actor(), found, on, language()),
        pasted=pasted,
        tried=tried,
        moved=moved(),
        coming=of_questions(db.session(), [found], on)[found.id],
        reads=actor().may(Permission.READ_NOTICES),
        edits=actor().may(Permission.EDIT_FAQ),
    )


@bp.get("/print")
@public
def on_paper() -> ResponseReturnValue:
    """Every answer on one page, to print or to keep."""
    library, on = shelf(), looking_on()
    return render_template(
        "faq/print.html",
        library=library,
        on=on,
        Markup=Markup,
        announced=of_questions(db.session(), library.questions, on),
        reads=False,
    )


def _tried(pasted: str, on: date) -> WhatIf | None:
    """What becomes of what was pasted; None for nothing, or for what no order can hold."""
    try:
        return what_if(db.session(), actor(), pasted, on) if pasted else None
    except ValueError:
        return None


def asked() -> str:
    """The search of this request, cut to what is read."""
    return (request.args.get("q") or "")[:LONGEST_QUERY].strip()


def find(library: Library, q: str, *, count: bool, lang: str | None = None) -> Results:
    """Search; one that finds nothing is counted if `count`, unless an editor looks for what is missing."""
    if not q:
        return Results()
    results = library.search(q, lang or language())
    counts = count and request.method == "GET" and not actor().may(Permission.EDIT_FAQ)
    if not results.hits and counts:
        misses.note(db.engine, lang or language(), q, clock.business())
    return results


def address(question: Question, lang: str | None = None, q: str | None = None) -> str:
    """The path of a question's page, in the page's language or in `lang`."""
    lang = lang or language()
    return url("site.faq.question", lang=lang, slug=question.slug.pick(lang), q=q)


def marked(fragments: Fragments) -> Markup:
    """A found text with its matches marked."""
    pieces = (Markup("<mark>{}</mark>" if hit else "{}").format(text) for text, hit in fragments)
    return Markup("").join(pieces)
