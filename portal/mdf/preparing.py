"""Preparing a version of a fund's terms, and opening a fund with its first. `now` is business time.

A version is written once and never changed. Preparing one changes nothing that holds: only a notice
does (N1). The first terms of a new fund need none.
"""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor, Permission
from portal.mdf.deciding import Unseen
from portal.mdf.load import PackFund, open_fund, write_terms
from portal.mdf.models import Fund, FundTerms, FundTermsHeld
from portal.mdf.queries import terms_on
from portal.mdf.terms import in_full
from portal.mdf.terms_rules import Terms
from portal.registry.models import Registry
from portal.store.db import atomic, retrying
from portal.store.events import emit
from portal.store.facts import Warrant, WarrantKind


class Stale(Exception):
    """Other terms hold by now than those somebody copied from."""


@retrying
def prepare(fund_id: int, based_on: int, terms: Terms, *, actor: Actor, now: datetime) -> int:
    """The number of a new version of a fund's terms, copied from version `based_on`, which holds.
    What was prepared last and reads the same is not written twice.

    Raises Unseen for a fund of another registry, or who posts no notices; Stale.
    """
    with atomic() as session:
        fund = session.get(Fund, fund_id, with_for_update=True)
        own = fund is not None and fund.registry_id == actor.registry_id
        if fund is None or not own or not actor.may(Permission.POST_NOTICES):
            raise Unseen
        held = terms_on(session, fund_id, clock.local_date(now))
        if held is None or held.number != based_on:
            raise Stale
        last = _last(session, fund_id)
        if last.number > based_on == last.based_on and in_full(session, [last])[last.id] == terms:
            return last.number
        number = last.number + 1
        write_terms(session, fund_id, number, terms.columns, terms.activities, based_on)
        emit(
            *(session, f"mdf-fund:{fund.slug}", "mdf.terms_prepared"),
            actor=actor,
            at=clock.wall(),
            registry_id=fund.registry_id,
            payload={"fund": fund.slug, "version": number},
        )
        return number


def _last(session: Session, fund_id: int) -> FundTerms:
    query = select(FundTerms).where(FundTerms.fund_id == fund_id)
    return session.scalars(query.order_by(FundTerms.number.desc()).limit(1)).one()


@retrying
def open_new(said: PackFund, *, actor: Actor, key: str) -> str:
    """The slug of a new fund of the actor's registry, with its first terms and its budget. One key
    opens one fund.

    `said.registry` is not asked. Raises Unseen for who runs no funds.
    """
    if actor.registry_id is None or not actor.may(Permission.RUN_FUNDS):
        raise Unseen
    with atomic() as session:
        reason = f"form:{actor.person_id}:{key}"
        if (known := _opened(session, reason)) is not None:
            return known
        registry = session.get_one(Registry, actor.registry_id, with_for_update=True)
        slug = _free(session, f"{registry.slug}-{said.columns['fiscal_year']}")
        place = session.scalar(select(func.max(Fund.position)))
        fund = Fund(
            slug=slug,
            registry_id=registry.id,
            position=(place or 0) + 1,
            closed_at=None,
            **said.columns,
        )
        session.add(fund)
        session.flush()
        open_fund(session, fund, said, reason=reason, now=clock.wall(), actor=actor)
        return slug


def _opened(session: Session, reason: str) -> str | None:
    """The fund that was opened for this reason."""
    query = (
        select(Fund.slug)
        .join(FundTermsHeld, FundTermsHeld.fund_id == Fund.id)
        .join(Warrant, Warrant.id == FundTermsHeld.warrant_id)
    )
    return session.scalar(query.where(Warrant.kind == WarrantKind.ORIGIN, Warrant.reason == reason))


def _free(session: Session, wish: str) -> str:
    """`wish`, or what follows it where that is taken."""
    query = select(Fund.slug).where(Fund.slug.startswith(wish, autoescape=True))
    taken = set(session.scalars(query))
    numbered = (f"{wish}-{number}" for number in range(2, len(taken) + 3))
    return next(slug for slug in (wish, *numbered) if slug not in taken)
