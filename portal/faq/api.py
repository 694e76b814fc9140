"""`GET /api/v1/faq`: the questions for other programs, in one language, public and never throttled."""

from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from portal.faq.library import Question
from portal.faq.shelf import shelf_on
from portal.faq.views import address, asked, find
from portal.kernel import clock
from portal.web.guards import public
from portal.web.site import LANGUAGES

bp = Blueprint("faq_api", __name__, url_prefix="/api/v1")
FRESH_SECONDS = 60


@bp.get("/faq")
@public
def faq() -> ResponseReturnValue:
    """The questions that answer `q`, best first with their scores; without `q` all, in order.

    They read as they do today, whatever date the reader looks at. `lang` is `es` or `en`; left out,
    the one the reader accepts, else Spanish. 400 for another.
    """
    lang = (
        request.args.get("lang") or request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]
    )
    if lang not in LANGUAGES:
        return jsonify(error=f"lang: write one of {', '.join(LANGUAGES)}", status=400), 400
    library, q = shelf_on(clock.today()), asked()
    if q:
        hits = find(library, q, count=True, lang=lang).hits
        scored = [(library.get(hit.id), hit.score) for hit in hits]
        items = [_item(one, lang, score) for one, score in scored if one]
    else:
        items = [_item(one, lang, None) for one in library.questions]
    return _cacheable(jsonify(lang=lang, q=q or None, items=items), lang)


def _item(question: Question, lang: str, score: float | None) -> dict[str, Any]:
    base = current_app.extensions["portal.config"].url
    return {
        "id": question.id,
        "question": question.question.pick(lang),
        "answer_html": question.html.pick(lang),
        "updated_at": question.updated_at.isoformat(),
        "url": f"{base}{address(question, lang)}",
        "score": None if score is None else round(score, 4),
    }


def _cacheable(response: Response, lang: str) -> ResponseReturnValue:
    response.headers["Cache-Control"] = f"public, max-age={FRESH_SECONDS}"
    response.headers["Content-Language"] = lang
    response.vary.add("Accept-Language")
    response.add_etag()
    return response.make_conditional(request)
