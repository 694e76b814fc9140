"""Channel staff write a notice: a new one, and a draft gone on with (N1, N3, N4).

What is asked for may be missing while it is a draft. Two authors at once: the second sees both texts
and loses nothing.
"""

import uuid
from datetime import date
from typing import Any

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.kernel import clock
from portal.kernel.access import Permission
from portal.notices import attachments, draft_pages, drafts, labels
from portal.notices.audience_rules import Choice
from portal.notices.audiences import choice_of
from portal.notices.blueprint import bp
from portal.notices.change_words import Asked, asked
from portal.notices.checks import topics
from portal.notices.drafts import Saved
from portal.notices.forms import ComposeForm, filled, needs_reason
from portal.notices.models import NoticeVersion
from portal.notices.pools import criteria, names_of
from portal.notices.queries import State, state_of
from portal.store.db import db
from portal.store.facts import DESKS, BadValue
from portal.web.compare import compare
from portal.web.fact_words import BAD_VALUES
from portal.web.guards import actor, requires
from portal.web.pages import program
from portal.web.site import language, row_id, url
from portal.web.upload_words import asked as asked_files
from portal.web.uploads import Taken, take, takes_files

FIELDS = ("title", "body", "reason")


@bp.get("/new")
@requires(Permission.POST_NOTICES)
def new() -> ResponseReturnValue:
    """An empty notice; `fact` and `subject` in the address begin one with that change."""
    change = _asked(request.args)
    form = _form(formdata=None, topic=change.topic if change else None)
    return _page("notices/new.html", form=form, change=change, value=request.args, error="")


@bp.post("/new")
@requires(Permission.POST_NOTICES)
@takes_files
def begin() -> ResponseReturnValue:
    """Keep a new notice as a draft."""
    form, change = _form(), _asked(request.form)
    value, error = _value(change)
    if not form.validate() or error:
        page = _page("notices/new.html", form=form, change=change, value=request.form, error=error)
        return page, 422
    now = clock.business()
    written = form.draft(_own(), Choice())
    saved = drafts.begin(written, actor=actor(), now=now)
    if change is not None and value is not None:
        drafts.set_change(
            *(saved.version_id, change.fact.name, change.key, value), actor=actor(), now=now
        )
    return _onwards(saved, _files(saved.version_id))


@bp.get("/<ref>/draft")
@requires(Permission.POST_NOTICES)
def draft(ref: str) -> ResponseReturnValue:
    """A draft, to go on with; `effective_on` in the address puts a date into the form."""
    version = _version(ref)
    if state_of(version) is not State.DRAFT:
        return redirect(url("site.notices.proof", ref=ref))
    form = _filled(version)
    form.effective_on.data = _day(request.args.get("effective_on", "")) or form.effective_on.data
    return _draft(ref, version, form)


@bp.post("/<ref>/draft")
@requires(Permission.POST_NOTICES)
@takes_files
def save(ref: str) -> ResponseReturnValue:
    """Keep what was written; 409 with both texts when somebody else did so meanwhile."""
    version, form = _version(ref), _form()
    if not form.validate():
        return _draft(ref, version, form, status=422)
    before = choice_of(version.choice)
    try:
        saved = drafts.save(
            version.id,
            form.draft(_own(), before),
            revision=request.form.get("revision", type=row_id) or 0,
            actor=actor(),
            now=clock.business(),
        )
    except LookupError:
        saved = Saved(ref, version.id, version.revision, conflict=True)
    if saved.conflict:
        db.session().rollback()
        return _draft(ref, _version(ref), form, conflict=True, status=409)
    return _onwards(saved, _files(saved.version_id))


@bp.post("/<ref>/removal")
@requires(Permission.POST_NOTICES)
def discard(ref: str) -> ResponseReturnValue:
    """Throw a draft away."""
    version = _version(ref)
    try:
        drafts.discard(version.id, actor=actor())
    except LookupError:
        abort(404)
    flash(_("The draft was thrown away. Nobody outside was told of it."), "yes")
    return redirect(url("site.notices.desk"))


def _onwards(saved: Saved, taken: Taken) -> ResponseReturnValue:
    """The page that was asked for after saving."""
    if taken.refused:
        db.session().rollback()
        version = _version(saved.ref)
        return _draft(saved.ref, version, _filled(version), taken=taken, status=taken.status)
    step, _colon, change = request.form.get("then", "").partition(":")
    if step == "drop":
        drafts.drop_change(saved.version_id, _row(change), actor=actor(), now=clock.business())
        flash(_("The change was taken out."), "yes")
        return redirect(url("site.notices.draft", ref=saved.ref))
    steps = {"change": "site.notices.choose_change", "save": "site.notices.draft"}
    if step == "save":
        flash(_("The draft is saved."), "yes")
    return redirect(url(steps.get(step, "site.notices.review"), ref=saved.ref))


def _files(version_id: int) -> Taken:
    """Take the files of the form along."""
    removed = request.form.getlist("remove")
    subject = attachments.subject(version_id)
    taken = take(
        *(request.files.getlist("files"), removed),
        subject=subject,
        partner_id=None,
        registry_id=_own(),
        actor=actor(),
        now=clock.wall(),
    )
    if taken.kept or removed:
        attachments.settle(version_id, _keys(removed), actor=actor())
    return taken


def _keys(texts: list[str]) -> list[uuid.UUID]:
    found = []
    for text in texts:
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue
    return found


def _row(text: str) -> int:
    try:
        return row_id(text)
    except ValueError:
        abort(404)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _version(ref: str) -> NoticeVersion:
    return draft_pages.newest(db.session(), actor(), ref) or abort(404)


def _own() -> int:
    own = actor().registry_id
    assert own is not None, "whoever posts notices is of a registry"
    return own


def _form(**given: Any) -> ComposeForm:
    """The composer's form with its choices."""
    words = [(topic, labels.topic_words(topic)) for topic in topics()]
    form = ComposeForm.for_languages(program().languages, words, **given)
    return form.offer(criteria(db.session(), actor(), language()))


def _filled(version: NoticeVersion) -> ComposeForm:
    choice = choice_of(version.choice)
    named = names_of(db.session(), choice.partners).values()
    return _form(formdata=None, data=filled(version, choice, _own(), named))


def _asked(given: Any) -> Asked | None:
    """The change a form or an address speaks of."""
    if not given.get("fact"):
        return None
    found = asked(
        *(db.session(), actor(), given["fact"], given.get("subject", ""), clock.today()),
        *(language(), program().languages),
    )
    return found or abort(404)


def _value(change: Asked | None) -> tuple[Any, str]:
    """The value that was given for a change, or why it is none."""
    if change is None:
        return None, ""
    desk = DESKS[change.fact.name]
    try:
        return desk.read(db.session(), change.key, change.typed(request.form)), ""
    except BadValue as bad:
        return None, str(BAD_VALUES[bad.code])


def _draft(
    ref: str,
    version: NoticeVersion,
    form: ComposeForm,
    *,
    conflict: bool = False,
    taken: Taken | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    session = db.session()
    found = draft_pages.load(
        session, actor(), ref, version, clock.today(), language(), program().languages
    )
    theirs = _theirs(version, form) if conflict else []
    if conflict:
        # What is sent next stands on what was just shown.
        form.revision.data = str(version.revision)
    page = _page(
        "notices/draft.html",
        form=form,
        found=found,
        version=version,
        state=state_of(version),
        conflict=conflict,
        theirs=theirs,
        reasons=needs_reason(version.kind),
        files=asked_files(found.files, taken.refused if taken else ()),
    )
    return page, status


def _theirs(version: NoticeVersion, form: ComposeForm) -> list[tuple[str, Any]]:
    """What somebody else wrote beside what was typed here: label and the words of both."""
    found = []
    for name in FIELDS:
        text = getattr(version, name)
        for code in form.languages:
            mine = form[f"{name}_{code}"]
            if (mine.data or "") != text.get(code, ""):
                found.append((mine.label.text, compare(mine.data or "", text.get(code, ""))))
    return found


def _page(template: str, **context: Any) -> str:
    given = {"labels": labels, "codes": program().languages, "files": asked_files()}
    return render_template(template, **{**given, **context})
