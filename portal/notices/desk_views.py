"""The desk of a registry's channel staff, and the answers to what partners ask about its notices."""

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.kernel import clock
from portal.kernel.access import Permission
from portal.kernel.localized import Localized
from portal.kernel.text import tidy_lines
from portal.notices import desk_pages, labels, proof_pages, questions
from portal.notices.blueprint import bp
from portal.notices.models import Notice, NoticeQuestion
from portal.store.db import db
from portal.store.scope import visible_to
from portal.web.guards import actor, requires
from portal.web.pages import program
from portal.web.site import row_id, url

LONGEST = 4000


@bp.get("/desk")
@requires(Permission.POST_NOTICES)
def desk() -> ResponseReturnValue:
    """Drafts, what is about to leave, and what is out; the state shown stands in the address."""
    wanted = request.args.get("state", "all")
    state = wanted if wanted in desk_pages.SHOWN else "all"
    before = request.args.get("before", type=row_id)
    found = desk_pages.load(db.session(), actor(), desk_pages.SHOWN[state], before, clock.today())
    return render_template(
        "notices/desk.html",
        found=found,
        state=state,
        states=desk_pages.SHOWN,
        first=before is None,
        labels=labels,
    )


@bp.get("/<ref>/answers")
@requires(Permission.POST_NOTICES)
def answers(ref: str) -> ResponseReturnValue:
    """What partners asked about a notice, and what was answered."""
    return _page(ref)


@bp.post("/answers/<int:question_id>")
@requires(Permission.POST_NOTICES)
def answer(question_id: int) -> ResponseReturnValue:
    """Answer one, in every language, for everybody who got the notice."""
    question, ref = _question(question_id)
    asked, said = _text("question"), _text("answer")
    codes = program().languages
    if asked.missing(codes) or said.missing(codes):
        fault = _("Write question and answer in every language: all who got the notice read them.")
        return _page(ref, question.id, fault), 422
    if max(map(len, (*asked.values(), *said.values()))) > LONGEST:
        return _page(ref, question.id, _("This is too long.")), 422
    try:
        done = questions.answer(question.id, asked, said, actor=actor(), now=clock.business())
    except LookupError:
        abort(404)
    if done:
        flash(_("The answer stands with the notice, for everybody who got it."), "yes")
    else:
        flash(_("Somebody answered it meanwhile. Nothing was changed."), "no")
    return redirect(url("site.notices.answers", ref=ref))


def _page(ref: str, tried: int = 0, fault: str = "") -> str:
    """The page; of the question that was `tried` what was typed stays in the form."""
    found = _asked(ref)
    return render_template(
        "notices/answers.html",
        ref=ref,
        open_=[each for each in found if each.answered_at is None],
        answered=[each for each in found if each.answered_at is not None],
        tried=tried,
        fault=fault,
        typed=request.form,
        codes=program().languages,
    )


def _question(question_id: int) -> tuple[NoticeQuestion, str]:
    """A question about a notice of the actor's registry, and the notice's reference."""
    query = visible_to(NoticeQuestion, actor()).where(NoticeQuestion.id == question_id)
    question = db.session().scalar(query) or abort(404)
    return question, db.session().get_one(Notice, question.notice_id).ref


def _asked(ref: str) -> list[NoticeQuestion]:
    found = proof_pages.versions(db.session(), actor(), ref) or abort(404)
    query = visible_to(NoticeQuestion, actor()).where(
        NoticeQuestion.notice_id == found[0].notice_id
    )
    return list(db.session().scalars(query.order_by(NoticeQuestion.id)))


def _text(name: str) -> Localized:
    typed = {
        code: tidy_lines(request.form.get(f"{name}_{code}", "")) for code in program().languages
    }
    return Localized(typed)
