"""What a registry's channel people do in the library: add materials, prepare versions, give a logo its
file, and see who has which version. What is offered changes by notice alone (N1).
"""

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.kernel import clock
from portal.kernel.access import Permission
from portal.library import brand as logos
from portal.library import commands, materials
from portal.library.brand import Logo
from portal.library.commands import drawer
from portal.library.forms import MaterialForm
from portal.library.materials import Listed
from portal.library.views import bp, page, shown
from portal.store.db import db
from portal.store.files import Refused, files_of
from portal.web.guards import actor, requires
from portal.web.site import LANGUAGES, row_id, url
from portal.web.upload_words import asked
from portal.web.uploads import Taken, take, takes_files


@bp.get("/materials/new")
@requires(Permission.EDIT_LIBRARY)
def new() -> ResponseReturnValue:
    """The form of a new material."""
    return _new(MaterialForm.in_every_language(actor().registry_name, formdata=None))


@bp.post("/materials/new")
@requires(Permission.EDIT_LIBRARY)
def add() -> ResponseReturnValue:
    """Add it, and go on to its first version."""
    form = MaterialForm.in_every_language(actor().registry_name)
    if not form.validate():
        return _new(form, 422)
    made = commands.add(form.draft(), actor=actor(), now=clock.wall())
    flash(_("The material is added. Give it its first version."), "yes")
    return redirect(url("site.library.versions", edited_id=made))


@bp.get("/materials/<int:edited_id>/versions")
@requires(Permission.EDIT_LIBRARY)
def versions(edited_id: int) -> ResponseReturnValue:
    """The versions of a material one keeps, and the form of the next."""
    return _versions(_edited(edited_id), {})


@bp.post("/materials/<int:edited_id>/versions")
@requires(Permission.EDIT_LIBRARY)
@takes_files
def prepare(edited_id: int) -> ResponseReturnValue:
    """Prepare the next version: a file in one language or more."""
    found = _edited(edited_id)
    taken = {lang: _take(drawer(found.id, lang), f"files_{lang}", found.registry_id)
             for lang in LANGUAGES}  # fmt: skip
    refused = {lang: each.refused for lang, each in taken.items()}
    if any(refused.values()):
        status = max(each.status for each in taken.values() if each.refused)
        return _versions(found, refused, status=status)
    drawers = {lang: drawer(found.id, lang) for lang in LANGUAGES}
    try:
        made = commands.prepare(
            found.id, drawers, actor=actor(), now=clock.wall(), today=clock.today()
        )
    except commands.Unseen:
        abort(404)
    if made is None:
        return _versions(found, {}, error=_("Choose a file in one language or more."), status=422)
    flash(
        _("Version %(number)s is offered from today on.", number=made.number)
        if made.offered
        else _("Version %(number)s is prepared. A notice offers it.", number=made.number),
        "yes",
    )
    return redirect(url("site.library.versions", edited_id=found.id))


@bp.get("/materials/<int:edited_id>/downloads")
@requires(Permission.EDIT_LIBRARY)
def downloads(edited_id: int) -> ResponseReturnValue:
    """Who fetched it, each with the last version they have; `held=old`: only who has an old one."""
    found = _edited(edited_id)
    newest = found.offered.number if found.offered else None
    old = request.args.get("held") == "old" and newest is not None
    people, more = materials.holders(
        db.session(), actor(), found.id,
        older_than=newest if old else None, after=_after(request.args.get("after", "")),
    )  # fmt: skip
    return page(
        "library/downloads.html", material=found, people=people, more=more, newest=newest, old=old
    )


@bp.get("/brand/<int:logo_id>/logo")
@requires(Permission.EDIT_LIBRARY)
def logo(logo_id: int) -> ResponseReturnValue:
    """The form that gives a logo its file."""
    return _logo(_kept(logo_id))


@bp.post("/brand/<int:logo_id>/logo")
@requires(Permission.EDIT_LIBRARY)
@takes_files
def give_logo(logo_id: int) -> ResponseReturnValue:
    """Give it: once, for another file is another logo."""
    found = _kept(logo_id)
    if found.file_id is not None:
        said = _("This logo has its file already. Another file is another logo, by notice.")
        return _logo(found, error=said, status=409)
    taken = _take(_logo_drawer(found), "files", found.registry_id)
    if taken.refused:
        return _logo(found, taken, status=taken.status)
    if not commands.give_logo(found.id, _logo_drawer(found), actor=actor(), now=clock.wall()):
        return _logo(found, error=_("Choose the file of the logo."), status=422)
    flash(_("The logo has its file."), "yes")
    return redirect(url("site.library.brand"))


def _take(subject: str, name: str, registry_id: int | None) -> Taken:
    """What was sent under `name`, kept in the drawer; a new file takes the place of an older one."""
    session, who = db.session(), actor()
    sent = [each for each in request.files.getlist(name) if each.filename][:1]
    older = [str(each.id) for each in files_of(session, who, subject)]
    removed = older if sent else [each for each in request.form.getlist("remove") if each in older]
    return take(
        *(sent, removed),
        subject=subject,
        partner_id=None,
        registry_id=registry_id,
        actor=who,
        now=clock.wall(),
    )


def _edited(edited_id: int) -> Listed:
    found = materials.one(db.session(), actor(), clock.today(), edited_id)
    if found is None or not found.edits:
        abort(404)
    return found


def _kept(logo_id: int) -> Logo:
    found = logos.logos(db.session(), actor(), clock.today()).values()
    kept = next((each for each in found if each.id == logo_id and each.edits), None)
    return kept or abort(404)


def _logo_drawer(found: Logo) -> str:
    return f"draft:brand:{found.id}"


def _new(form: MaterialForm, status: int = 200) -> ResponseReturnValue:
    return page("library/new.html", form=form), status


def _versions(
    found: Listed, refused: dict[str, list[Refused]], *, error: str = "", status: int = 200
) -> ResponseReturnValue:
    session, who = db.session(), actor()
    fields = {
        lang: asked(
            files_of(session, who, drawer(found.id, lang)), refused.get(lang, ()), several=False
        )
        for lang in LANGUAGES
    }
    answer = page(
        "library/versions.html", material=found, shown=shown(found), fields=fields, error=error
    )
    return answer, status


def _logo(
    found: Logo, taken: Taken | None = None, *, error: str = "", status: int = 200
) -> ResponseReturnValue:
    kept = files_of(db.session(), actor(), _logo_drawer(found))
    files = asked(kept, taken.refused if taken else (), several=False)
    return page("library/logo.html", logo=found, files=files, error=error), status


def _after(text: str) -> tuple[int, int] | None:
    person, _dot, company = text.partition(".")
    try:
        return row_id(person), row_id(company)
    except ValueError:
        return None
