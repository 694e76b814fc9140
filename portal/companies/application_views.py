"""A company's own applications: where each stands, another one, its documents, taking one back."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from portal.companies import application_pages as pages
from portal.companies import applications, labels
from portal.companies.application_forms import NewApplicationForm
from portal.companies.application_pages import Applied
from portal.kernel import clock
from portal.kernel.access import Permission
from portal.registry.page_labels import PROGRAMS
from portal.registry.rules import Program
from portal.store.db import db
from portal.store.files import files_of
from portal.web.guards import actor, requires
from portal.web.moment import looking_on
from portal.web.site import url
from portal.web.upload_words import asked
from portal.web.uploads import Taken, take, takes_files

bp = Blueprint("applications", __name__, url_prefix="/company/applications")


@bp.get("/")
@requires(Permission.APPLY)
def index() -> ResponseReturnValue:
    """Where each application stands, and the registries the company may apply to."""
    session, who = db.session(), actor()
    found, doors = pages.own(session, who), pages.doors(session, who, looking_on())
    return _page("companies/applications.html", found=found, doors=doors)


@bp.get("/new")
@requires(Permission.APPLY)
def new() -> ResponseReturnValue:
    """The form, with the registries that can be applied to now."""
    return _new(NewApplicationForm(formdata=None))


@bp.post("/new")
@requires(Permission.APPLY)
def send() -> ResponseReturnValue:
    """Send the application to the registry chosen."""
    form, who = NewApplicationForm(), actor()
    doors = {door.registry.slug: door for door in pages.doors(db.session(), who, clock.today())}
    form.registry.choices = [SelectChoice(slug) for slug in doors]
    if not form.validate():
        return _new(form, 422)
    decision = applications.send(
        doors[form.registry.data].registry.id,
        Program(form.program.data),
        form.note.data or "",
        actor=who,
        now=clock.wall(),
        today=clock.today(),
    )
    if decision.refused:
        form.form_errors.extend(text for _line, text in labels.application_reasons(decision))
        return _new(form, 409)
    flash(_("Your application is sent."), "yes")
    return redirect(url("site.applications.index"))


@bp.get("/<int:application_id>")
@requires(Permission.APPLY)
def application(application_id: int) -> ResponseReturnValue:
    """One application: its course, and its documents."""
    return _one(_own(application_id))


@bp.post("/<int:application_id>/documents")
@requires(Permission.APPLY)
@takes_files
def documents(application_id: int) -> ResponseReturnValue:
    """Add documents to an open application, or take some away."""
    found, who = _own(application_id), actor()
    if not found.open:
        return _one(found, error=_("It is decided: its documents stay as they are."), status=409)
    taken = take(
        request.files.getlist("files"),
        request.form.getlist("remove"),
        subject=pages.subject(found.id),
        partner_id=who.partner_id,
        registry_id=found.registry_id,
        actor=who,
        now=clock.wall(),
    )
    if taken.refused:
        return _one(found, taken=taken, status=taken.status)
    flash(_("The documents are kept."), "yes")
    return redirect(url("site.applications.application", application_id=found.id))


@bp.post("/<int:application_id>/withdraw")
@requires(Permission.APPLY)
def withdraw(application_id: int) -> ResponseReturnValue:
    """Take an open application back."""
    try:
        decision = applications.withdraw(application_id, actor=actor(), now=clock.wall())
    except applications.Unseen:
        abort(404)
    if decision.refused:
        said = " ".join(text for _line, text in labels.application_reasons(decision))
        return _one(_own(application_id), error=said, status=409)
    flash(_("Your application is withdrawn."), "yes")
    return redirect(url("site.applications.application", application_id=application_id))


def _own(application_id: int) -> Applied:
    found = pages.one(db.session(), actor(), application_id)
    if found is None:
        abort(404)
    return found


def _one(
    found: Applied, *, error: str = "", taken: Taken | None = None, status: int = 200
) -> ResponseReturnValue:
    kept = files_of(db.session(), actor(), pages.subject(found.id))
    page = _page(
        "companies/application_own.html",
        application=found,
        error=error,
        files=asked(kept, taken.refused if taken else ()),
    )
    return page, status


def _new(form: NewApplicationForm, status: int = 200) -> ResponseReturnValue:
    doors = pages.doors(db.session(), actor(), looking_on())
    free = [door.registry for door in doors if not door.decision.refused]
    form.registry.choices = [SelectChoice(each.slug, each.name) for each in free]
    if len(free) == 1 and not form.registry.data:
        form.registry.data = free[0].slug
    return _page("companies/application_new.html", form=form, doors=doors, free=free), status


def _page(template: str, **context: Any) -> str:
    return render_template(template, labels=labels, programs=PROGRAMS, **context)
