"""What was decided on a request, as the receipt that pages show: why, by which rule, and the nearest yes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.kernel.decision import Reason
from portal.mdf import labels
from portal.mdf.amounts import shown
from portal.mdf.course import Line
from portal.mdf.deciding import reason_of
from portal.mdf.request_pages import RequestPage
from portal.mdf.transitions import Verb
from portal.web.explain import rule_box
from portal.web.i18n import date_text, moment_text
from portal.web.site import language, url

V = Verb


@dataclass(frozen=True)
class Deed:
    """What a deciding step says: yes or no, what became of it, and each rule it stands on in words."""

    verdict: str
    title: LazyString
    rules: Mapping[str, LazyString]


DECIDES: Mapping[Verb, Deed] = {
    V.APPROVE: Deed(
        "yes",
        _l("The request is approved"),
        {
            "M3": _l("The channel support team of %(registry)s decides, also on a part."),
            "M2": _l(
                "%(approved)s of %(asked)s asked are reserved: nobody else can be promised them."
            ),
        },
    ),
    V.REJECT: Deed(
        "no",
        _l("The request is sent back, to be mended"),
        {
            "M3": _l(
                "The channel support team of %(registry)s decides. It may be mended and sent again."
            )
        },
    ),
    V.DECLINE: Deed(
        "no",
        _l("The request is declined"),
        {"M3": _l("The channel support team of %(registry)s decides, and says why.")},
    ),
    V.EXPIRE: Deed(
        "no",
        _l("The day to claim has passed"),
        {"M4": _l("What is not claimed by its day returns to the fund.")},
    ),
}


def receipt(page: RequestPage, *, ours: bool) -> dict[str, Any] | None:
    """What the receipt macro draws of the last decision; None while nothing is decided, or since it was
    sent again. `ours`: for the company, which is told the nearest yes.
    """
    line = _deciding(page)
    if line is None:
        return None
    deed = DECIDES[line.verb]
    return {
        "verdict": deed.verdict,
        "title": _title(page, line, deed),
        "cards": [_card(page, line)],
        "reasons": [*_kept(page, line), *_stands_on(page, line.verb, deed, ours)],
        "address": None,
        "at": f"{moment_text(line.at, language())} · {page.row.ref}",
        "actions": "",
    }


def _title(page: RequestPage, line: Line, deed: Deed) -> str:
    row = page.row
    if line.verb is V.APPROVE and (row.approved or 0) < (row.asked or 0):
        return str(_("The request is approved in part"))
    return str(deed.title)


def _stands_on(page: RequestPage, verb: Verb, deed: Deed, ours: bool) -> list[dict[str, Any]]:
    return [
        rule_box(
            rule,
            verb.value,
            str(text) % _named(page),
            blocks=deed.verdict == "no",
            nearest=_nearest(page, verb) if ours else None,
        )
        for rule, text in deed.rules.items()
    ]


def _deciding(page: RequestPage) -> Line | None:
    """The last step that decided, if the request was not sent after it."""
    for told in reversed(page.course):
        if told.line.verb in DECIDES:
            return told.line
        if told.line.verb is V.SUBMIT:
            break
    return None


def _named(page: RequestPage) -> dict[str, str]:
    row, currency = page.row, page.fund.currency
    return {
        "registry": page.registry,
        "asked": shown(row.asked or 0, currency),
        "approved": shown(row.approved or 0, currency),
    }


def _card(page: RequestPage, line: Line) -> dict[str, Any]:
    row, currency = page.row, page.fund.currency
    rows: list[tuple[Any, ...]] = [
        (_("Amount asked for"), shown(row.asked or 0, currency), "number")
    ]
    if row.approved is not None:
        rows.append((_("Amount approved"), shown(row.approved, currency), "number"))
    if page.activity is not None:
        share = _("%(percent)s %% of the cost", percent=page.activity.percent)
        rows.append((_("The fund pays"), share))
        if page.activity.cap is not None:
            rows.append((_("At most"), shown(page.activity.cap, currency), "number"))
    if row.due_on is not None and line.verb is V.APPROVE:
        rows.append((_("Claim by"), date_text(row.due_on, language()), "date"))
    lines = [line.note] if line.note else []
    return {"thread": None, "registry": "", "heading": "", "facts": rows, "lines": lines}


def _kept(page: RequestPage, line: Line) -> list[dict[str, Any]]:
    """The reasons of the decision on record, where this step stands on the one that was loaded."""
    stored = page.decision
    if stored is None or stored.ref != line.decision:
        return []
    names = labels.names_of(page.fund, page.slug, page.registry)
    return [_box(reason_of(each), names) for each in stored.reasons]


def _box(reason: Reason, names: Mapping[str, str]) -> dict[str, Any]:
    text = labels.sentence(reason, names)
    return rule_box(reason.rule, str(reason.code), text, blocks=reason.blocks)


def _nearest(page: RequestPage, verb: Verb) -> dict[str, Any] | None:
    """What would be answered with yes, and where it is done."""
    if verb is V.REJECT:
        where = url("site.mdf.form", ref=page.row.ref)
        text = _("Mend what the team names, and send it again.")
        return {"text": text, "url": where, "label": _("Mend it")}
    if verb in (V.DECLINE, V.EXPIRE):
        where = url("site.mdf.ask")
        text = _("Ask anew: amount, dates and activity are answered at once.")
        return {"text": text, "url": where, "label": _("Ask anew")}
    return None
