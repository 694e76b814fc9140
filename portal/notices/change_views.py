"""Typed changes of a draft: the fact is chosen, then what it is about, then its new value (N1).

Each step is a page with its answers in the address; nothing is written before the last.
"""

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.kernel import clock
from portal.kernel.access import Permission
from portal.notices import draft_pages, drafts, labels
from portal.notices.blueprint import bp
from portal.notices.change_words import asked
from portal.notices.models import NoticeVersion
from portal.notices.queries import State, state_of
from portal.notices.rules import Kind
from portal.store.db import db
from portal.store.facts import DESKS, GATED, BadValue
from portal.web.fact_words import BAD_VALUES, fact_words, in_words
from portal.web.guards import actor, requires
from portal.web.pages import program
from portal.web.site import language, url

MOST, LONGEST = 20, 100


@bp.get("/<ref>/changes/new")
@requires(Permission.POST_NOTICES)
def choose_change(ref: str) -> ResponseReturnValue:
    """Choose the fact, find what it is about, say its new value: as far as the address has come."""
    version = _draft(ref)
    fact = request.args.get("fact", "")
    if fact and fact not in DESKS:
        abort(404)
    if fact and request.args.get("subject"):
        return _value_page(ref, version, fact, request.args["subject"])
    words = request.args.get("q", "").strip()[:LONGEST]
    found = []
    if fact:
        for subject in DESKS[fact].find(db.session(), actor(), words, MOST):
            label = in_words(subject.label, language())
            found.append((str(subject.key), label, in_words(subject.detail, language())))
    return render_template(
        "notices/change.html",
        ref=ref,
        here="site.notices.choose_change",
        title=_("Add a change"),
        fact=fact,
        called=fact_words(fact) if fact else "",
        facts=facts_by_topic(version.topic),
        labels=labels,
        q=words,
        found=found,
        more=len(found) == MOST,
    )


@bp.post("/<ref>/changes")
@requires(Permission.POST_NOTICES)
def add_change(ref: str) -> ResponseReturnValue:
    """Put the change into the draft, in place of what it said of the same before."""
    version = _draft(ref)
    fact, subject = request.form.get("fact", ""), request.form.get("subject", "")
    found = asked(
        db.session(), actor(), fact, subject, clock.today(), language(), program().languages
    ) or abort(404)
    try:
        value = DESKS[fact].read(db.session(), found.key, found.typed(request.form))
    except BadValue as bad:
        return _value_page(ref, version, fact, subject, error=str(BAD_VALUES[bad.code])), 422
    try:
        drafts.set_change(
            *(version.id, fact, found.key, value), actor=actor(), now=clock.business()
        )
    except LookupError:
        abort(404)
    flash(_("The change is in the draft."), "yes")
    return redirect(url("site.notices.draft", ref=ref))


def _value_page(ref: str, version: NoticeVersion, fact: str, subject: str, error: str = "") -> str:
    found = asked(
        db.session(), actor(), fact, subject, clock.today(), language(), program().languages
    )
    return render_template(
        "notices/change_value.html",
        ref=ref,
        version=version,
        change=found or abort(404),
        value=request.values,
        error=error,
    )


def _draft(ref: str) -> NoticeVersion:
    version = draft_pages.newest(db.session(), actor(), ref)
    if version is None or state_of(version) is not State.DRAFT or version.kind is Kind.WITHDRAWAL:
        abort(404)
    return version


def facts_by_topic(topic: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The facts a notice may change, by topic: that of the notice first."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name in DESKS:
        found.setdefault(GATED[name].topic, []).append((name, fact_words(name)))
    return sorted(found.items(), key=lambda each: (each[0] != topic, labels.topic_words(each[0])))
