"""What the form of a request shows beside it: the fund, what is promised, what was asked to be mended."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.kernel import clock
from portal.kernel.access import Actor
from portal.kernel.localized import Localized
from portal.mdf import labels, queries, typed
from portal.mdf.answers import offer_rows, proof_names, way_text
from portal.mdf.asking import asked_of
from portal.mdf.asking_rules import AskFacts, may_ask, not_written
from portal.mdf.busy import desks
from portal.mdf.drafting import others
from portal.mdf.ground import Shelf, ground, names
from portal.mdf.models import Activity, FundRequest, TimelineStep
from portal.mdf.nearest import nearest_yes
from portal.mdf.rules import MdfCode
from portal.mdf.steps import party_of
from portal.mdf.transitions import Verb, not_now
from portal.mdf.typed import Typed
from portal.registry.models import Partner
from portal.store.files import File, files_of
from portal.web.site import language


@dataclass(frozen=True)
class Sheet:
    """A request to be written on. `open`: it still may be, `ours`: and may be taken back. `metrics` [{code, name}], the first needed.
    `promised` are the rows of a card, `against` what stands against it now, `ways` the nearest yes.
    `note` and `fields` are what the review asked for last. `filed_by` filed it for the company.
    """

    row: FundRequest
    open: bool
    ours: bool
    shelf: Shelf
    currency: str
    company: str
    filed_by: str
    typed: Typed
    kinds: list[tuple[str, str]]
    metrics: list[dict[str, str]]
    files: list[File]
    promised: list[tuple[Any, ...]]
    proofs: list[str]
    against: list[str]
    ways: list[str]
    names: dict[str, str]
    note: str
    fields: list[str]


def sheet(session: Session, actor: Actor, ref: str, now: datetime) -> Sheet | None:
    """The request `ref` as its form; None for one that `actor` does not see."""
    row = queries.request(session, actor, ref)
    if row is None:
        return None
    on, lang = clock.local_date(now), language()
    found = ground(session, row.partner_id, on, registry_id=actor.registry_id, row=row)
    asked = asked_of(session, row, on)
    shelf, facts, told = found.shelves[asked.fund], AskFacts(found.funds), names(found, lang)
    # What is still to be filled in stands in the form; it is no reason yet.
    made = may_ask(replace(asked, missing=()), facts)
    faults = [each for each in may_ask(asked, facts).reasons if each.code != MdfCode.FIELD_MISSING]
    desk = desks(session, row.partner_id, {row.registry_id}, now).get(row.registry_id)
    known = shelf.activity(asked.activity)
    question = _question(session, row)
    return Sheet(
        row=row,
        open=not_written(row.state, party_of(actor), others=others(row, actor)) is None,
        ours=not_now(Verb.WITHDRAW, row.state, party_of(actor)) is None,
        shelf=shelf,
        currency=shelf.fund.currency,
        company=session.get_one(Partner, row.partner_id).name,
        filed_by=session.get_one(Person, row.filed_by).name if row.for_staff else "",
        typed=typed.of_row(row, asked.activity, shelf.fund.currency),
        kinds=[(each.code, each.name.pick(lang)) for each in shelf.activities],
        metrics=_metrics(known or next(iter(shelf.activities), None), lang),
        files=files_of(session, actor, queries.REQUEST_FILES + row.ref),
        promised=offer_rows(made.value, shelf.fund.currency, desk) if made.value else [],
        proofs=proof_names(shelf, asked.activity),
        against=[labels.sentence(each, told) for each in faults],
        ways=[way_text(way, told) for way in nearest_yes(replace(asked, missing=()), facts)],
        names=told,
        note=question.note if question else "",
        fields=list(question.fields) if question else [],
    )


def _metrics(kind: Activity | None, lang: str) -> list[dict[str, str]]:
    return [
        {"code": each["code"], "name": Localized(each["name"]).pick(lang)}
        for each in (kind.metrics if kind else [])
    ]


def _question(session: Session, row: FundRequest) -> TimelineStep | None:
    """What the review said last, where it is for the company to answer."""
    query = select(TimelineStep).where(
        TimelineStep.request_id == row.id,
        TimelineStep.claim_id.is_(None),
        TimelineStep.verb.in_({Verb.ASK, Verb.REJECT, Verb.SUBMIT}),
    )
    last = session.scalars(query.order_by(TimelineStep.id.desc())).first()
    return None if last is None or last.verb is Verb.SUBMIT else last
