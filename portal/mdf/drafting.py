"""A draft of a request: begun from a first look or from an earlier request, and saved as it is typed.

`now` is business time. That it was begun is a step of the timeline; a save is not, and leaves no event:
it is typing, which may be kept every few seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import CHANNEL_ROLES, PARTNER_ROLES, Actor
from portal.kernel.decision import Reason
from portal.mdf import queries
from portal.mdf.asking_rules import not_written
from portal.mdf.deciding import Unseen
from portal.mdf.ground import ground
from portal.mdf.models import Activity, Fund, FundRequest
from portal.mdf.rules import RequestState
from portal.mdf.steps import party_of, take_step
from portal.mdf.transitions import Verb
from portal.registry.models import Agreement, Partner
from portal.store.db import atomic, retrying
from portal.store.types import new_ref


@dataclass(frozen=True)
class Wish:
    """What is asked of a fund (its slug), as far as it is known. Amounts are minor units of the fund's
    currency.
    """

    fund: str
    activity: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    asked: int | None = None
    total_cost: int | None = None


@dataclass(frozen=True)
class Saved:
    """What became of a save: the revision that stands now; `stale`: somebody had saved another
    meanwhile, and nothing was written; `refused`: why it cannot be changed any more.
    """

    revision: int
    stale: bool = False
    refused: tuple[Reason, ...] = ()


@retrying
def begin(wish: Wish, *, actor: Actor, now: datetime, company: str | None = None) -> str:
    """The reference of a new draft with what is known of it; the same one, when the same form comes
    twice. A person of the channel names the `company` (its code) in whose name they file.

    Raises Unseen for a fund or a company that the actor cannot ask of or file for.
    """
    with atomic() as session:
        fund = session.scalar(select(Fund).where(Fund.slug == wish.fund))
        if fund is None:
            raise Unseen
        partner_id = _for_whom(session, actor, fund, company)
        kind = _kind(session, fund, wish.activity, clock.local_date(now))
        known = {
            "fund_id": fund.id,
            "partner_id": partner_id,
            "activity_id": kind.id if kind else None,
            "starts_on": wish.starts_on,
            "ends_on": wish.ends_on,
            "asked": wish.asked,
            "total_cost": wish.total_cost,
        }
        twin = select(FundRequest).where(
            FundRequest.state == RequestState.DRAFT,
            FundRequest.revision == 0,
            FundRequest.filed_by == actor.person_id,
            *(
                getattr(FundRequest, name).is_not_distinct_from(value)
                for name, value in known.items()
            ),
        )
        row = session.scalars(twin.order_by(FundRequest.id)).first()
        if row is None:
            row = _draft(session, fund, actor, now, **known)
        return row.ref


@retrying
def copy(ref: str, *, actor: Actor, now: datetime) -> str:
    """The reference of a new draft made from an earlier request: all but its dates. Raises Unseen.

    It asks the same fund, or, where that takes no more requests, the first of its registry that does.
    """
    with atomic() as session:
        old = queries.request(session, actor, ref)
        if old is None or not _files(actor):
            raise Unseen
        on = clock.local_date(now)
        found = ground(session, old.partner_id, on, registry_id=old.registry_id)
        current = session.get_one(Fund, old.fund_id)
        open_ = [each.fund for each in found.funds if each.takes(on) and not each.emptied]
        slug = current.slug if current.slug in open_ or not open_ else open_[0]
        fund = found.shelves[slug].fund if slug in found.shelves else current
        was = session.get(Activity, old.activity_id) if old.activity_id else None
        kind = _kind(session, fund, was.code if was else None, on)
        same = fund.currency == current.currency
        row = _draft(
            *(session, fund, actor, now),
            partner_id=old.partner_id,
            fund_id=fund.id,
            activity_id=kind.id if kind else None,
            title=old.title,
            details=old.details,
            asked=old.asked if same else None,
            total_cost=old.total_cost if same else None,
            outcome=dict(old.outcome),
            copied_from=old.ref,
        )
        return row.ref


@retrying
def save(
    ref: str, changed: Mapping[str, Any], revision: int, *, actor: Actor, now: datetime
) -> Saved:
    """Write what was typed into a request that is not sent, or was given back: `changed` by the names
    of its columns, `activity` by its code. Only onto the revision it was typed on. Raises Unseen.
    """
    with atomic() as session:
        row = held(session, actor, ref)
        fault = not_written(row.state, party_of(actor), others=others(row, actor))
        if fault is not None:
            return Saved(row.revision, refused=(fault,))
        values = dict(changed)
        if "activity" in values:
            fund = session.get_one(Fund, row.fund_id)
            kind = _kind(session, fund, values.pop("activity"), clock.local_date(now), row.terms_id)
            values["activity_id"] = kind.id if kind else None
        values = {name: value for name, value in values.items() if getattr(row, name) != value}
        if row.revision != revision:
            return Saved(row.revision, stale=bool(values))
        for name, value in values.items():
            setattr(row, name, value)
        if values:
            row.revision += 1
        return Saved(row.revision)


def _for_whom(session: Session, actor: Actor, fund: Fund, company: str | None) -> int:
    """The company in whose name `actor` files. Raises Unseen."""
    if actor.role in PARTNER_ROLES and actor.partner_id is not None:
        return actor.partner_id
    if actor.role in CHANNEL_ROLES and actor.registry_id == fund.registry_id:
        agreed = select(Agreement.partner_id).where(Agreement.registry_id == fund.registry_id)
        query = select(Partner.id).where(Partner.code == company, Partner.id.in_(agreed))
        if (known := session.scalar(query)) is not None:
            return known
    raise Unseen


def _files(actor: Actor) -> bool:
    return actor.role in PARTNER_ROLES or actor.role in CHANNEL_ROLES


def others(row: FundRequest, actor: Actor) -> bool:
    """Whether `actor` is of the staff and the request was filed by another, or by its company."""
    return actor.role in CHANNEL_ROLES and row.filed_by != actor.person_id


def held(session: Session, actor: Actor, ref: str) -> FundRequest:
    """The request, held until the transaction ends, for whoever may file. Raises Unseen."""
    row = queries.request(session, actor, ref, hold=True)
    if row is None or not _files(actor):
        raise Unseen
    return row


def _kind(
    session: Session, fund: Fund, code: str | None, on: date, terms_id: int | None = None
) -> Activity | None:
    """What the fund's terms of the day, or those that bind, pay for under `code`."""
    if terms_id is None:
        terms = queries.terms_on(session, fund.id, on)
        terms_id = terms.id if terms else None
    query = select(Activity).where(Activity.terms_id == terms_id, Activity.code == code)
    return session.scalar(query)


def _draft(session: Session, fund: Fund, actor: Actor, now: datetime, **known: Any) -> FundRequest:
    row = FundRequest(
        **{
            "ref": new_ref(),
            "registry_id": fund.registry_id,
            "state": RequestState.DRAFT,
            "title": "",
            "details": "",
            "outcome": {},
            "filed_by": actor.person_id,
            "for_staff": actor.role in CHANNEL_ROLES,
            "revision": 0,
            "begun_at": now,
            "extended": 0,
            "round": 0,
            **known,
        }
    )
    session.add(row)
    session.flush()
    take_step(session, row, Verb.BEGIN, None, actor=actor, now=now)
    return row
