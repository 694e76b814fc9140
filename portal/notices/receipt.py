"""The decision on a notice as the receipt that pages show: why, by which rule, and the nearest yes."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _

from portal.kernel.decision import Decision, Reason
from portal.notices import labels
from portal.notices.rules import NoticeCode
from portal.web.explain import rule_box
from portal.web.i18n import date_text
from portal.web.site import language, url

C = NoticeCode


def receipt(
    decision: Decision[Any],
    registries: Mapping[str, str],
    ref: str,
    *,
    title: str = "",
    facts: list[tuple[Any, ...]] | None = None,
    at: str = "",
) -> dict[str, Any]:
    """The value that the receipt macro draws. `registries` are names by slug."""
    said = _("It cannot be published yet") if decision.refused else _("It can be published")
    card = {"thread": None, "registry": "", "heading": "", "facts": facts or [], "lines": []}
    return {
        "verdict": "no" if decision.refused else "yes",
        "title": title or said,
        "cards": [card] if facts else [],
        "reasons": [box(reason, registries, ref) for reason in _in_order(decision)],
        "address": None,
        "at": at,
        "actions": "",
    }


def box(reason: Reason, registries: Mapping[str, str], ref: str) -> dict[str, Any]:
    """One reason, as the rule box draws it."""
    return rule_box(
        reason.rule,
        str(reason.code),
        labels.sentence(reason, registries),
        blocks=reason.blocks,
        nearest=_nearest(reason, ref),
    )


def _in_order(decision: Decision[Any]) -> list[Reason]:
    """What blocks first."""
    return sorted(decision.reasons, key=lambda reason: not reason.blocks)


def _nearest(reason: Reason, ref: str) -> dict[str, Any] | None:
    """What would be answered with yes, and where it is done."""
    draft = url("site.notices.draft", ref=ref)
    if reason.code == C.LEAD_SHORT:
        earliest = str(reason.facts["earliest"])
        return {
            "text": _(
                "Name %(date)s, and it holds on the date you name.",
                date=date_text(date.fromisoformat(earliest), language()),
            ),
            "url": f"{draft}?effective_on={earliest}",
            "label": _("Take this date"),
        }
    if reason.code == C.LANGUAGE_MISSING:
        return {
            "text": _("Write it, or hand it to a colleague below."),
            "url": draft,
            "label": _("Go on writing"),
        }
    if reason.code in (C.DATE_MISSING, C.NO_AUDIENCE, C.SUBJECT_UNKNOWN, C.FACT_UNCHANGED):
        return {"text": _("Mend it in the draft."), "url": draft, "label": _("Go on writing")}
    return None
