"""Who decides, and how busy they are: said in words so coarse that no rival's request shows through.

A company learns whether few, several or many wait, and in about which time answers came lately; never
a number, and of answers nothing at all where fewer than `ENOUGH` were given.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.mdf.models import FundRequest, TimelineStep
from portal.mdf.rules import RequestState
from portal.mdf.transitions import Verb
from portal.registry.models import Agreement, AgreementTeam, Team
from portal.store.facts import in_period

ENOUGH = 5
SEVERAL, MANY = 5, 20
LATELY = timedelta(90)
MOST_STEPS = 2000
ANSWERS = frozenset({Verb.ASK, Verb.ENDORSE, Verb.APPROVE, Verb.REJECT, Verb.DECLINE})

WAITING: tuple[LazyString, ...] = (
    _l("Few requests wait there now."),
    _l("Several requests wait there now."),
    _l("Many requests wait there now."),
)
PACE: tuple[tuple[float, LazyString], ...] = (
    (1, _l("Lately answers came within a day.")),
    (3, _l("Lately answers came within three days.")),
    (7, _l("Lately answers came within a week.")),
)
SLOW = _l("Lately answers took longer than a week.")
UNKNOWN = _l("Too few answers lately to say how long they take.")


@dataclass(frozen=True)
class Desk:
    """The channel support team that decides for a company in a registry, and how busy the registry's
    people are, in words.
    """

    team_id: int
    team: str
    waiting: LazyString
    pace: LazyString


def desks(
    session: Session, partner_id: int, registries: Collection[int], now: datetime
) -> dict[int, Desk]:
    """By registry: the company's channel support team of the day, where it has one. Three queries."""
    on = clock.local_date(now)
    teams = session.execute(
        select(Agreement.registry_id, Team.id, Team.name)
        .join(AgreementTeam, AgreementTeam.agreement_id == Agreement.id)
        .join(Team, Team.id == AgreementTeam.team_id)
        .where(Agreement.partner_id == partner_id, in_period(AgreementTeam, on))
        .order_by(Agreement.starts_on, Agreement.id)
    ).all()
    counts = _waiting(session, registries)
    paces = _pace(session, registries, now)
    return {
        row[0]: Desk(row[1], row[2], _many(counts.get(row[0], 0)), paces.get(row[0], UNKNOWN))
        for row in teams
        if row[0] in registries
    }


def pace_words(days: Iterable[float]) -> LazyString:
    """How long answers took, in words; of fewer than `ENOUGH` nothing is said."""
    told = list(days)
    if len(told) < ENOUGH:
        return UNKNOWN
    usual = median(told)
    return next((words for most, words in PACE if usual <= most), SLOW)


def _many(count: int) -> LazyString:
    return WAITING[0 if count < SEVERAL else 1 if count < MANY else 2]


def _waiting(session: Session, registries: Collection[int]) -> Mapping[int, int]:
    query = (
        select(FundRequest.registry_id, func.count())
        .where(FundRequest.registry_id.in_(registries), FundRequest.state == RequestState.SUBMITTED)
        .group_by(FundRequest.registry_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def _pace(session: Session, registries: Collection[int], now: datetime) -> dict[int, LazyString]:
    """From each sending to the first answer to it, of what was answered lately."""
    query = (
        select(FundRequest.registry_id, TimelineStep.request_id, TimelineStep.verb, TimelineStep.at)
        .join(FundRequest, FundRequest.id == TimelineStep.request_id)
        .where(
            FundRequest.registry_id.in_(registries),
            TimelineStep.verb.in_({Verb.SUBMIT, *ANSWERS}),
            TimelineStep.at >= now - LATELY,
        )
        .order_by(TimelineStep.id.desc())
        .limit(MOST_STEPS)
    )
    sent: dict[int, datetime] = {}
    days: dict[int, list[float]] = {}
    for registry, request, verb, at in reversed(session.execute(query).all()):
        if verb is Verb.SUBMIT:
            sent[request] = at
        elif (since := sent.pop(request, None)) is not None:
            days.setdefault(registry, []).append((at - since) / timedelta(1))
    return {registry: pace_words(told) for registry, told in days.items()}
