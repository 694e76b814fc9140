"""How a company is served, and what waits until it is (N2, N4)."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal.accounts.models import Membership
from portal.councils.models import Council
from portal.kernel import clock
from portal.kernel.access import SYSTEM
from portal.library.models import Portal
from portal.notices import drafts, fallbacks, fanout, publishing
from portal.notices.audience_rules import Choice
from portal.notices.gate_rules import How
from portal.notices.models import NoticeFallback, NoticePartner, NoticeReader
from portal.notices.rules import NoticeCode
from portal.registry.agreements import Terms, open_agreement
from portal.registry.models import Partner
from portal.registry.rules import Program
from portal.store.db import atomic, db
from portal.store.outbox import Mail, MailState
from portal.web.mail_words import render
from tests.notices.world import (
    CTL,
    Posted,
    actor,
    agreement_id,
    draft,
    line_of,
    opens,
    partner_id,
    publish,
    registry_id,
    team_id,
    value,
    wait,
    when,
)
from tests.people import CHANNEL, LEAD, LEAD_L3, NORTE, SUR

TEAM = "agreement.channel_team"
PUBLISHED = when("2017-12-01")


def to_both() -> Posted:
    """A published notice to the partners of one registry, that touches one of them."""
    found = draft(
        actor(CHANNEL),
        (TEAM, agreement_id("CTL-A-1042"), team_id("CTL-CANAL-2")),
        effective="2018-01-15",
        choice=Choice(registries=frozenset({registry_id(CTL)})),
    )
    publish(found, actor(CHANNEL), PUBLISHED)
    return found


def mailed(notice: Posted, code: str, **columns: Any) -> None:
    """Let the mails of a company's readers stand as `columns` say."""
    fanout.fan_out(PUBLISHED, clock.wall())
    readers = select(NoticeReader.id).where(
        NoticeReader.version_id == notice.version_id, NoticeReader.partner_id == partner_id(code)
    )
    with atomic() as session:
        ids = list(session.scalars(readers))
        session.execute(update(Mail).where(Mail.id.in_(ids)).values(**columns))


@pytest.mark.parametrize(
    ("hours", "bounced", "served"), [(25, False, True), (23, False, False), (25, True, False)]
)
def test_an_accepted_mail_serves_after_a_day_in_which_it_did_not_come_back(
    demo: Flask, hours: int, bounced: bool, served: bool
) -> None:
    notice = to_both()
    accepted = clock.wall() - timedelta(hours=hours)
    back = {"bounced_at": clock.wall(), "bounce_status": "5.1.1"} if bounced else {}
    mailed(notice, "norte", state=MailState.SENT, sent_at=accepted, **back)
    wait(when("2017-12-03"))
    assert (notice.partner("norte").served_how is How.MAIL) == served


def test_mail_to_somebody_who_left_serves_nobody(demo: Flask) -> None:
    notice = to_both()
    with atomic() as session:
        left = update(Membership).where(Membership.partner_id == partner_id("norte"))
        session.execute(left.values(ended_at=clock.wall()))
    mailed(notice, "norte", state=MailState.SENT, sent_at=clock.wall() - timedelta(days=2))
    wait(when("2017-12-03"))
    assert notice.partner("norte").served_at is None


def test_a_company_that_joins_in_between_is_served_on_joining(demo: Flask) -> None:
    """N4: what was announced before holds for it too, and keeps nobody else waiting."""
    notice = to_both()
    with atomic() as session:
        newcomer = Partner(code="este", name="Redes del Este")
        session.add(newcomer)
        session.flush()
        terms = Terms(
            *("CTL-A-2001", date(2017, 12, 10), None, team_id("CTL-CANAL-1")),
            *("Indirect 2017", "Mensual"),
        )
        open_agreement(
            session,
            terms,
            registry_id=registry_id(CTL),
            partner_id=newcomer.id,
            program=Program.INDIRECT,
            origin="application",
            actor=SYSTEM,
            now=clock.wall(),
        )
    wait(when("2017-12-10", "12:00"))
    row = notice.partner("este")
    assert (row.served_how, row.served_at) == (How.JOINED, when("2017-12-10", "12:00"))
    assert row.effect_on == date(2018, 1, 15)


def test_what_belongs_to_no_partner_waits_until_everybody_it_touches_is_served(
    demo: Flask,
) -> None:
    """N2: the address of a portal that both partners of the registry use."""
    portal = db.session().scalar(
        select(Portal.id).where(Portal.registry_id == registry_id(CTL)).order_by(Portal.id)
    )
    link, new = "portal.link", "https://nuevo.example/"
    notice = draft(actor(CHANNEL), (link, portal, new), topic="portals", effective="2018-01-15")
    publish(notice, actor(CHANNEL), PUBLISHED)
    touched = db.session().scalars(
        select(NoticePartner.partner_id).where(
            NoticePartner.version_id == notice.version_id, NoticePartner.affected
        )
    )
    assert set(touched) == {partner_id("norte"), partner_id("sur")}
    opens(notice, actor(NORTE), when("2017-12-02"))
    wait(when("2018-02-01"))
    assert value(link, portal, "2018-03-01") != new
    opens(notice, actor(SUR), when("2018-02-10"))
    assert value(link, portal, "2018-02-10") != new
    assert value(link, portal, "2018-02-11") == new


def test_another_way_counts_once_somebody_else_has_countersigned(demo: Flask) -> None:
    """N2: and for the company alone that was told."""
    notice = to_both()
    author, lead = actor(CHANNEL), actor(LEAD)
    told = (notice.version_id, [partner_id("norte")], "Por teléfono", date(2017, 12, 4))
    assert fallbacks.record(*told, actor=author, now=when("2017-12-04")).value == 1
    assert notice.partner("norte").served_at is None
    row = db.session().scalars(select(NoticeFallback.id)).one()
    own = fallbacks.record(*told, actor=lead, now=when("2017-12-04"))
    assert own.value == 1
    mine = db.session().scalars(select(NoticeFallback.id).order_by(NoticeFallback.id)).all()[-1]
    refused = fallbacks.countersign(mine, actor=lead, now=when("2017-12-05"))
    assert [reason.code for reason in refused.reasons] == [NoticeCode.OWN_SIGNATURE]
    assert fallbacks.countersign(row, actor=lead, now=when("2017-12-05")).value
    found = notice.partner("norte")
    assert (found.served_how, found.effect_on) == (How.OTHER_WAY, date(2018, 1, 15))
    assert notice.partner("sur").served_at is None
    with pytest.raises(LookupError):
        fallbacks.countersign(row, actor=actor(LEAD_L3), now=when("2017-12-05"))


def test_what_is_another_registrys_takes_the_word_of_its_lead(demo: Flask) -> None:
    """N1, C2: the merge of both councils, in one notice, is two registries' matter."""
    rows = db.session().execute(select(Council.id, Council.registry_id).order_by(Council.id)).all()
    into = next(row.id for row in rows if row.registry_id is None)
    changes = [("council.sits_in", row.id, into) for row in rows if row.registry_id is not None]
    notice = draft(actor(CHANNEL), *changes, topic="councils", effective="2018-03-01")
    now = when("2017-12-04")

    def ask() -> Any:
        return publishing.publish(
            notice.version_id,
            revision=notice.version.revision,
            actor=actor(CHANNEL),
            now=now,
            hold=False,
        )

    assert NoticeCode.OTHER_REGISTRY in {reason.code for reason in ask().reasons}
    assert not drafts.consent(notice.version_id, actor=actor(LEAD), now=now)
    assert drafts.consent(notice.version_id, actor=actor(LEAD_L3), now=now)
    assert not ask().refused


def test_customers_contacts_are_written_to_where_a_change_touches_their_customer(
    demo: Flask,
) -> None:
    """N4, Q9: each once, in their language, of what is theirs; it proves nothing for the partner."""
    line, fact = line_of("CTL-2015-0042"), "contract.account_team"
    notice = draft(actor(CHANNEL), (fact, line, team_id("CTL-CUENTA-2")), effective="2018-01-15")
    publish(notice, actor(CHANNEL), PUBLISHED)
    for _again in range(2):
        fanout.fan_out(PUBLISHED, clock.wall())
    mails = db.session().scalars(select(Mail).where(Mail.person_id.is_(None))).all()
    assert [mail.to_address for mail in mails] == ["g.ponte@bancodelistmo.example"]
    said = render(mails[0].letter(), secret=None)
    assert "CTL-2015-0042" in said.text and "Cuentas Regionales" in said.text
    assert notice.ref not in said.text, "there is nothing for them to open"
    wait(when("2017-12-03"))
    assert notice.partner("norte").served_at is None
