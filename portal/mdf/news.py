"""MDF in a company's feeds and calendars: each step of its requests and claims (M5), and the day by
which each approved request is claimed, on that day (M4). Never what was written.
"""

from collections.abc import Iterator

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.kernel.access import PARTNER_ROLES, Actor, Permission
from portal.mdf import labels
from portal.mdf.claim_models import Claim
from portal.mdf.models import FundRequest, TimelineStep
from portal.mdf.rules import RequestState
from portal.store.scope import visible_to
from portal.web.feeds import FEED_SOURCES, MOST, FeedEntry


def news(session: Session, actor: Actor, lang: str) -> Iterator[FeedEntry]:
    """The company's own, for its people. Two queries."""
    if actor.role not in PARTNER_ROLES or not actor.may(Permission.READ_MDF):
        return
    with force_locale(lang):
        yield from [*_steps(session, actor), *_days(session, actor)]


def _steps(session: Session, actor: Actor) -> Iterator[FeedEntry]:
    query = (
        visible_to(TimelineStep, actor)
        .add_columns(FundRequest.ref, FundRequest.title, Claim.ref)
        .join(FundRequest, FundRequest.id == TimelineStep.request_id)
        .outerjoin(Claim, Claim.id == TimelineStep.claim_id)
        .order_by(TimelineStep.id.desc())
        .limit(MOST)
    )
    for step, ref, title, claim in session.execute(query):
        where = f"/mdf/claims/{claim}" if claim else f"/mdf/requests/{ref}"
        said = labels.VERBS[step.verb]
        yield FeedEntry(f"mdf-step-{step.id}", f"{said}: {title or ref}", "", step.at, where)


def _days(session: Session, actor: Actor) -> Iterator[FeedEntry]:
    """The day of each request that was approved, taken back once there is nothing to claim by it."""
    at, number = (
        select(each)
        .where(TimelineStep.request_id == FundRequest.id)
        .correlate(FundRequest)
        .scalar_subquery()
        for each in (func.max(TimelineStep.at), func.count(TimelineStep.id))
    )
    query = (
        visible_to(FundRequest, actor)
        .add_columns(at, number)
        .where(FundRequest.due_on.is_not(None))
        .order_by(FundRequest.id.desc())
        .limit(MOST)
    )
    for row, moment, count in session.execute(query):
        yield FeedEntry(
            id=f"mdf-due-{row.ref}",
            title=_("Claim by this day: %(title)s", title=row.title or row.ref),
            text=_("What is not claimed by its day returns to the fund."),
            updated=moment,
            path=f"/mdf/requests/{row.ref}",
            on=row.due_on,
            version=count,
            withdrawn=row.state is not RequestState.APPROVED,
        )


FEED_SOURCES.append(news)
