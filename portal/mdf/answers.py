"""What a fund answers to a first look, as the receipt that the page draws: yes or no, and why."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.kernel.decision import Decision, Reason
from portal.kernel.localized import Localized
from portal.mdf import labels
from portal.mdf.amounts import shown
from portal.mdf.asking_rules import Ask, AskFacts, FundFacts, Offer, may_ask
from portal.mdf.busy import Desk, desks
from portal.mdf.ground import Ground, Shelf, names
from portal.mdf.nearest import Change, Nearest, nearest_yes
from portal.mdf.rules import CODES, MdfCode
from portal.mdf.rules import MdfCode as C
from portal.web.explain import rule_box
from portal.web.i18n import date_text
from portal.web.site import language, url

Link = Callable[[Ask], str]


def answers(
    session: Session, partner_id: int, found: Ground, ask: Ask, now: datetime, link: Link
) -> list[dict[str, Any]]:
    """A receipt for each fund, those that say yes first. `ask` names no fund yet; `link` gives the
    address at which another ask is looked at.
    """
    facts = AskFacts(found.funds)
    registries = {each.fund.registry_id for each in found.shelves.values()}
    who = desks(session, partner_id, registries, now)
    told = names(found, language())
    drawn = []
    for fund in found.funds:
        asked = _of_fund(ask, fund.fund)
        made, shelf = may_ask(asked, facts), found.shelves[fund.fund]
        desk = who.get(shelf.fund.registry_id)
        drawn.append(_receipt(asked, facts, fund, shelf, made, desk, told, link))
    return sorted(drawn, key=lambda each: bool(each["verdict"] == "no"))


def way_text(way: Nearest, told: Mapping[str, str]) -> str:
    """What would be accepted instead, in words."""
    ask = way.ask
    said = {
        "fund": told.get(f"fund:{ask.fund}", ask.fund),
        "amount": shown(ask.amount or 0, ask.currency),
        "days": _days(ask.starts_on, ask.ends_on),
    }
    return str(labels.WAYS[way.change]) % said


def offer_rows(offer: Offer, currency: str, desk: Desk | None) -> list[tuple[Any, ...]]:
    """What a yes promises and who decides, as the rows of a card."""
    rows: list[tuple[Any, ...]] = [(_("You ask for"), shown(offer.amount, currency), "number")]
    if desk is not None:
        team = (desk.team, url("site.directory.team", team_id=desk.team_id))
        rows += [
            (_("Who decides"), team, "link"),
            (_("How busy they are"), f"{desk.waiting} {desk.pace}"),
        ]
    return [
        *rows,
        (_("A decision by"), _day(offer.decided_by), "date"),
        (_("Your claim is due by"), _day(offer.due_on), "date"),
        (_("Payment expected by, if claimed at once"), _day(offer.paid_by), "date"),
    ]


def proof_names(shelf: Shelf, activity: str | None) -> list[str]:
    """The proofs that will be owed with the claim, by name."""
    kind = shelf.activity(activity)
    return [
        Localized(proof["name"]).pick(language())
        for proof in (kind.proofs if kind else [])
        if proof["needed"]
    ]


def _receipt(
    ask: Ask,
    facts: AskFacts,
    fund: FundFacts,
    shelf: Shelf,
    made: Decision[Offer],
    desk: Desk | None,
    told: Mapping[str, str],
    link: Link,
) -> dict[str, Any]:
    name = told[f"fund:{fund.fund}"]
    card: dict[str, Any] = {"thread": shelf.registry.thread, "registry": shelf.registry.name}
    said: list[dict[str, Any]]
    if made.value is not None:
        card["facts"] = offer_rows(made.value, fund.currency, desk)
        owed = proof_names(shelf, ask.activity)
        card["lines"] = [_("You will owe: %(proof)s", proof="; ".join(owed))] if owed else []
        said = [
            rule_box(CODES[each].rule, each.value, text, answered=False)
            for each, text in _passed(ask, fund, told)
        ]
        title = _("%(fund)s can be asked for this.", fund=name)
    elif fund.emptied:
        title = _("%(fund)s cannot be asked.", fund=name)
        said = [_no(made.reasons[0], told)]
    else:
        title = _("%(fund)s does not pay for this as it is.", fund=name)
        said = [_no(each, told) for each in made.reasons]
    if made.value is None:
        ways = [way for way in nearest_yes(ask, facts) if _shows(way, fund)]
        if ways:
            said[-1]["nearest"] = _nearest(ways[0], told, link)
    return {
        "fund": fund.fund,
        "verdict": "no" if made.value is None else "yes",
        "title": title,
        "cards": [card],
        "reasons": said,
        "folded": "" if made.value is None else _("Why it can: the rules that agree"),
        "address": None,
        "at": "",
        "actions": "",
    }


def _shows(way: Nearest, fund: FundFacts) -> bool:
    """Another fund is the way out of one that is emptied; else its own answer stands beside this."""
    return (way.change is Change.FUND) is fund.emptied


def _nearest(way: Nearest, told: Mapping[str, str], link: Link) -> dict[str, str]:
    text = way_text(way, told)
    if way.change is Change.FUND:
        return {"text": text, "url": f"#fund-{way.ask.fund}", "label": _("See its answer")}
    return {"text": text, "url": link(way.ask), "label": _("Look at this")}


def _passed(ask: Ask, fund: FundFacts, told: Mapping[str, str]) -> list[tuple[MdfCode, str]]:
    """What speaks for it, rule by rule, with the figures that this company may know."""
    kind = fund.activity(ask.activity)
    assert kind is not None, "a yes has a type of activity"
    most = "" if kind.cap is None else shown(kind.cap, fund.currency)
    own = "" if fund.own is None else shown(fund.own, fund.currency)
    said = {
        "until": _day(fund.requests_until)[0],
        "registry": told[f"registry:{fund.registry}"],
        "percent": kind.percent,
        "most": most,
        "own": own,
        "days": fund.lead_days,
        "least": shown(-(-(ask.amount or 0) * 100 // kind.percent), fund.currency),
    }
    wanted = [
        C.FUND_CLOSED,
        C.AGREEMENT_INACTIVE,
        C.ABOVE_CAP if kind.cap is not None else C.ACTIVITY_UNKNOWN,
        C.ABOVE_SHARE,
        C.TOO_SOON,
        *([C.ABOVE_ALLOCATION] if fund.own is not None else []),
    ]
    return [(code, str(labels.PASSED[code]) % said) for code in wanted]


def _no(why: Reason, told: Mapping[str, str]) -> dict[str, Any]:
    text = labels.sentence(why, told)
    answered = why.code == C.FULLY_ALLOCATED
    return rule_box(why.rule, str(why.code), text, blocks=True, answered=answered)


def _of_fund(ask: Ask, slug: str) -> Ask:
    return Ask(**{**ask.__dict__, "fund": slug})


def _days(first: date | None, last: date | None) -> str:
    """The days of an activity in words; one where it takes one."""
    if first is None or last is None or first == last:
        return _day(first)[0] if first else ""
    return str(_("from %(first)s to %(last)s", first=_day(first)[0], last=_day(last)[0]))


def _day(day: date) -> tuple[str, str]:
    return date_text(day, language()), day.isoformat()
