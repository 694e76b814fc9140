"""Whether a logo may be used on a date, as the receipt that decisions are shown as."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _

from portal.kernel.decision import Decision, Reason
from portal.library import labels
from portal.library.brand import Logo
from portal.library.rules import BrandCode, Use, may_use, nearest_yes
from portal.web.explain import rule_box
from portal.web.i18n import date_text
from portal.web.site import language, url


def look(logos: Mapping[str, Logo], slug: str, on: date) -> dict[str, Any]:
    """The receipt of asking for the asset `slug` on `on`; KeyError for one there is not."""
    logo, lang = logos[slug], language()
    decision = may_use(logo.asset, on)
    names = {each.slug: each.name.pick(lang) for each in logos.values()}
    ends = any(reason.code == BrandCode.ENDS for reason in decision.reasons)
    rows: list[tuple[Any, ...]] = [(_("Logo"), names[slug]), (_("On"), date_text(on, lang))]
    if not decision.refused:
        rows.append((_("Instructions"), logo.instructions.pick(lang)))
    return {
        "verdict": "no" if decision.refused else "yes",
        "title": str(labels.TITLES[BrandCode(decision.reasons[0].code)]),
        "cards": [{"thread": logo.thread, "registry": logo.registry, "facts": rows}],
        "reasons": [_reason(each, names, ends, decision, logos, on) for each in decision.reasons],
        "address": None,
        "at": "",
        "actions": "",
    }


def _reason(
    reason: Reason,
    names: Mapping[str, str],
    ends: bool,
    decision: Decision[Use],
    logos: Mapping[str, Logo],
    on: date,
) -> dict[str, Any]:
    asset = logos[str(reason.facts["asset"])].asset
    return rule_box(
        reason.rule,
        str(reason.code),
        labels.sentence(reason, names, ends=ends),
        blocks=reason.blocks,
        nearest=_nearest(asset.slug, names, logos, on) if reason.blocks else None,
    )


def _nearest(
    slug: str, names: Mapping[str, str], logos: Mapping[str, Logo], on: date
) -> dict[str, Any]:
    """What may be used instead, with the way to it; else whom to ask."""
    every = {key: logo.asset for key, logo in logos.items()}
    found = nearest_yes(every[slug], every, on)
    if found is None:
        ask = _("Ask your channel support team what you may use meanwhile.")
        return {"text": ask, "url": url("site.directory.index"), "label": _("Find my team")}
    if found.day is not None:
        day = date_text(found.day, language())
        return {"text": _("You may use it from %(date)s on.", date=day), "url": None, "label": ""}
    text = _("You may use this one on that day: %(asset)s.", asset=names[found.asset])
    there = url("site.library.brand", asset=found.asset, on=on.isoformat())
    return {"text": text, "url": there, "label": _("Look at it")}
