"""A company's own questions to its teams: asking, reading, writing on, closing."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.concerns import asking, commands, labels, pages
from portal.concerns.forms import AskForm, WriteForm
from portal.concerns.ground import ground
from portal.concerns.queries import subject_of
from portal.concerns.records import Unseen
from portal.concerns.rules import About, Ask, nearest_yes
from portal.faq.shelf import shelf
from portal.kernel import clock
from portal.kernel.access import Permission
from portal.registry.pages import registries
from portal.store.db import db
from portal.store.files import files_of
from portal.web.guards import actor, requires
from portal.web.hours import hours_text
from portal.web.site import row_id, url
from portal.web.upload_words import asked
from portal.web.uploads import Taken, take, takes_files

bp = Blueprint("concerns", __name__, url_prefix="/ask")
# What a link to the form may name, so that nobody has to type it.
NUMBERS = ("contract", "service", "order")


@bp.get("/")
@requires(Permission.ASK_TEAM)
def index() -> ResponseReturnValue:
    """The company's questions, newest first; with `mine` the reader's own."""
    mine = request.args.get("mine") == "1"
    after = request.args.get("after", type=row_id)
    found, more = pages.own(db.session(), actor(), clock.today(), mine=mine, after=after)
    return _page("concerns/index.html", found=found, more=more, mine=mine, after=after)


@bp.get("/new")
@requires(Permission.ASK_TEAM)
def new() -> ResponseReturnValue:
    """The form; a link may name what it is about (a contract, a service, an order, a registry, or
    the question whose answer was not enough).
    """
    sent = request.args
    number = next((sent[name] for name in NUMBERS if sent.get(name)), "")
    about = About.CONTRACT.value if number or sent.get("about") == About.CONTRACT else None
    if sent.get("registry") and about is None:
        about = f"{About.RELATIONSHIP.value}:{sent['registry']}"
    question = sent.get("question", "") if shelf().get(sent.get("question", "")) else ""
    return _form(AskForm(formdata=None, about=about, number=number[:200], question=question))


@bp.post("/new")
@requires(Permission.ASK_TEAM)
@takes_files
def send() -> ResponseReturnValue:
    """Send the question to the team it belongs to, or say why there is none, and who could help."""
    form, who = AskForm(), actor()
    form.offer(_doors())
    draft = _draft(form)
    taken = _take(draft)
    if not form.validate() or taken.refused:
        return _form(form, taken=taken, status=taken.status if taken.refused else 422)
    wish = form.ask(request.form.get("instead", ""))
    letter = asking.Letter(
        form.subject.data or "",
        form.text.data or "",
        form.question.data if shelf().get(form.question.data or "") else None,
        draft,
    )
    made = asking.ask(wish, letter, actor=who, now=clock.business(), key=form.key.data or "")
    if made.concern_id is None:
        return _form(form, made=made, wish=wish, status=422)
    flash(_("Your question is sent."), "yes")
    return redirect(url("site.concerns.thread", concern_id=made.concern_id))


@bp.get("/<int:concern_id>")
@requires(Permission.ASK_TEAM)
def thread(concern_id: int) -> ResponseReturnValue:
    """One question: what was said, who answers, and why they."""
    return _thread(concern_id, WriteForm(formdata=None))


@bp.post("/<int:concern_id>/messages")
@requires(Permission.ASK_TEAM)
@takes_files
def write(concern_id: int) -> ResponseReturnValue:
    """Write again: it waits for the team anew."""
    form, who = WriteForm(), actor()
    if pages.one(db.session(), who, concern_id, clock.today()) is None:
        abort(404)
    draft = f"draft:{subject_of(concern_id)}"
    taken = _take(draft)
    if not form.validate() or taken.refused:
        status = taken.status if taken.refused else 422
        return _thread(concern_id, form, taken=taken, status=status)
    try:
        commands.write(
            concern_id, form.text.data or "", actor=who, now=clock.business(), draft=draft
        )
    except Unseen:
        abort(404)
    flash(_("It is sent to the team."), "yes")
    return redirect(url("site.concerns.thread", concern_id=concern_id))


@bp.post("/<int:concern_id>/closing")
@requires(Permission.ASK_TEAM)
def close(concern_id: int) -> ResponseReturnValue:
    """Nothing more is wanted of the team."""
    try:
        commands.close(concern_id, actor=actor(), now=clock.business())
    except Unseen:
        abort(404)
    flash(_("The question is closed."), "yes")
    return redirect(url("site.concerns.thread", concern_id=concern_id))


def _draft(form: AskForm) -> str:
    return f"draft:concern:{form.key.data}"


def _take(draft: str) -> Taken:
    who = actor()
    return take(
        request.files.getlist("files"),
        request.form.getlist("remove"),
        subject=draft,
        partner_id=who.partner_id,
        registry_id=None,
        actor=who,
        now=clock.wall(),
    )


def _doors() -> list[tuple[str, str]]:
    """The registries the company has an agreement or a contract with, as (slug, name)."""
    who = actor()
    found = ground(db.session(), who, Ask(About.RELATIONSHIP), clock.today())
    names = names_of()
    return [(door.registry, names[door.registry]) for door in found.facts.doors]


def names_of() -> dict[str, str]:
    """The names of the registries by slug."""
    return {row.slug: row.name for row in registries(db.session(), actor())}


def _form(
    form: AskForm,
    *,
    taken: Taken | None = None,
    made: asking.Asked | None = None,
    wish: Ask | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    doors = _doors()
    form.offer(doors)
    names, session, who = names_of(), db.session(), actor()
    ways = []
    if made is not None and wish is not None:
        form.form_errors.extend(labels.reasons(made.decision, names))
        ways = [
            (
                labels.way(route, names),
                f"{other.about}|{other.registry or ''}|{route.contract or ''}",
            )
            for other, route in nearest_yes(wish, made.facts)
        ]
    kept = files_of(session, who, _draft(form)) if form.is_submitted() else []
    page = _page(
        "concerns/new.html",
        form=form,
        doors=doors,
        ways=ways,
        question=labels.answer(form.question.data),
        contracts=pages.contracts(session, who, clock.today()),
        files=asked(kept, taken.refused if taken else ()),
    )
    return page, status


def _thread(
    concern_id: int, form: WriteForm, *, taken: Taken | None = None, status: int = 200
) -> ResponseReturnValue:
    session, who = db.session(), actor()
    found = pages.one(session, who, concern_id, clock.today())
    if found is None:
        abort(404)
    kept = files_of(session, who, f"draft:{subject_of(concern_id)}") if taken else []
    page = _page(
        "concerns/thread.html",
        thread=found,
        form=form,
        why=labels.why(list(found.reasons), names_of()),
        hours=hours_text,
        sent=asked(found.files)["kept"],
        files=asked(kept, taken.refused if taken else ()),
    )
    return page, status


def _page(template: str, **context: Any) -> str:
    return render_template(template, labels=labels, **context)
