"""What the rivals' world holds beyond `rivals.py`, with a canary in every text that belongs to somebody:
for either company people, applications, files, invitations, mails, sessions, corrected terms; files of
either registry's own; and somebody who was removed. Who may read it: `matrix_world.py`.
"""

import io
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from werkzeug.datastructures import FileStorage

from portal.accounts import links
from portal.accounts.commands import create_person
from portal.accounts.models import (
    FeedKey,
    FeedKind,
    Membership,
    Person,
)
from portal.companies.models import Application, Invitation
from portal.companies.rules import ApplicationState
from portal.kernel import clock
from portal.kernel.access import Role
from portal.registry.models import Partner, Registry
from portal.registry.rules import Program
from portal.store.db import atomic, db
from portal.store.outbox import MailState, post
from portal.store.types import new_ref
from portal.web.uploads import take
from tests import people
from tests.companies import applicants
from tests.companies.cast import actor
from tests.conftest import PASSWORD, House
from tests.people import EVERYONE, Browser
from tests.registry.world import CTL, L3, Desk
from tests.surface.rivals import (
    CHANNEL,
    PARTNER,
    SERVES,
    SERVICES,
    place,
    rows,
)

COLLEAGUE = {"norte": "colega-canario@norte.example", "sur": "colega-canario@sur.example"}
GONE = {"norte": "ida-canario@norte.example", "sur": "ida-canario@sur.example"}
SHUT, MOVED = "baja-canario@norte.example", "mudanza-canario@sur.example"
MADE = {
    **{email: code for each in (COLLEAGUE, GONE) for code, email in each.items()},
    SHUT: "norte",
    MOVED: "sur",
}
ADMIN_OF = {"norte": people.NORTE_ADMIN, "sur": people.SUR_ADMIN}
USERS = {
    code: tuple(email for email, whose in PARTNER.items() if whose == code) for code in ADMIN_OF
}
PEERS = {slug: tuple(email for email, at in CHANNEL.items() if at == slug) for slug in (CTL, L3)}
WAITS = {"norte": L3, "sur": CTL}
STAFF_OF = {people.CHANNEL: CTL, people.CHANNEL_L3: L3}
# One network address for each person whose side may know it.
ORIGIN = {
    email: f"198.51.100.{number}"
    for number, email in enumerate((*PARTNER, *STAFF_OF, *COLLEAGUE.values()), 101)
}
FEED = {kind: f"canario-{kind}-{'z' * 30}" for kind in FeedKind}
MOVES = {"norte": "Muelle Canario Ganado", "sur": "Muelle Canario Cedido"}


def name_of(email: str) -> str:
    """A name that says whose it is and is found by a search."""
    first, _, company = email.partition("@")
    return f"{first.split('-')[0].title()} Canaria de {company.partition('.')[0].title()}"


def make(house: House, folder: Path) -> None:
    """Put all of it into the world of the rivals, as it is now."""
    desk = Desk(house.app, folder)
    moves = [(*row, place) for row, place in zip(SERVICES, _places(), strict=True)]
    assert not desk.give("services", moves)["errors"]
    for code in ADMIN_OF:
        row = next(
            tuple(each.values()) for each in rows("agreements") if each["partner_id"] == code
        )
        changed = [(*row[:7], terms_of(code), *row[8:])]
        told = desk.give("agreements", changed, "--correction", f"motivo-canario-{code}")
        assert not told["errors"], told
    with house.app.app_context():
        _people()
        _applications()
        _files()
        _mails()
        _feeds()
        db.session.rollback()
    _pages(house)


def nobodys_service(code: str) -> str:
    """A service that a company asks for and nobody has: a refusal keeps what was asked."""
    return f"SERVICIO-CANARIO-{code.upper()}"


def unconfirmed(code: str) -> dict[str, str]:
    """What a visitor typed who asks to become a partner and has not confirmed it."""
    told = {name: f"Solicitud Canaria {name} {code}" for name in ("company", "contact", "note")}
    return {**told, "email": f"solicitud-canaria-{code}@correo.example"}


def terms_of(code: str) -> str:
    """What a company's first agreement says it is paid, corrected."""
    return f"Canario 77 % MRC para {code}"


def _places() -> Iterable[str]:
    """The far end of each service of `SERVICES`: whose it is today."""
    return (MOVES["sur"], MOVES["norte"], MOVES["sur"])


def pairs(query: Any) -> dict[Any, Any]:
    """What a query of two columns finds, the first as key."""
    return {row[0]: row[1] for row in db.session.execute(query)}


def _people() -> None:
    partners = pairs(select(Partner.code, Partner.id))
    now = clock.wall()
    for email, code in MADE.items():
        create_person(
            email, name_of(email), PASSWORD, Role.PARTNER_USER, now=now, partner_id=partners[code]
        )
    with atomic() as session:
        for email in GONE.values():
            who = session.scalar(select(Person.id).where(Person.email == email))
            session.execute(
                update(Membership).where(Membership.person_id == who).values(ended_at=now)
            )


def _applications() -> None:
    """Of either company one that waits, and one that the other registry declined."""
    registries = pairs(select(Registry.slug, Registry.id))
    for code, email in COLLEAGUE.items():
        sender = actor(email)
        decider = actor(people.CHANNEL).person_id
        with atomic() as session:
            for slug in (L3, CTL):
                open_ = slug == WAITS[code]
                row = Application(
                    ref=new_ref(),
                    partner_id=sender.partner_id,
                    registry_id=registries[slug],
                    program=Program.INDIRECT,
                    note=f"nota-canaria-{code}-{slug}",
                    state=ApplicationState.SENT if open_ else ApplicationState.DECLINED,
                    sent_by=sender.person_id,
                    sent_at=clock.wall() - timedelta(days=2),
                    decided_by=None if open_ else decider,
                    decided_at=None if open_ else clock.wall(),
                    reason=None if open_ else f"razon-canaria-{code}",
                )
                session.add(row)


def _files() -> None:
    """Of either company one of its open application and one of its own; of either registry one."""
    for code, email in COLLEAGUE.items():
        who = actor(email)
        waits = select(Application.id, Application.registry_id).where(
            Application.partner_id == who.partner_id, Application.state == ApplicationState.SENT
        )
        identifier, registry_id = db.session.execute(waits).one()
        for what, subject, registry in (
            ("solicitud", f"application:{identifier}", registry_id),
            ("propio", "draft:canario", None),
        ):
            _bring(email, f"{what}-canario-{code}", subject, who.partner_id, registry)
    for email, slug in STAFF_OF.items():
        _bring(email, f"registro-canario-{slug}", "draft:canario", None, actor(email).registry_id)


def _bring(
    email: str, what: str, subject: str, partner_id: int | None, registry_id: int | None
) -> None:
    taken = take(
        [FileStorage(io.BytesIO(f"contenido-de-{what}\n".encode()), filename=f"{what}.txt")],
        subject=subject,
        partner_id=partner_id,
        registry_id=registry_id,
        actor=actor(email),
        now=clock.wall(),
    )
    assert not taken.refused and taken.kept


def _mails() -> None:
    """To everyone a mail with a link; the name it begins with is a canary, and so is its secret."""
    with atomic() as session:
        for email in (*EVERYONE, *COLLEAGUE.values(), MOVED, SHUT):
            who = session.scalar(select(Person.id).where(Person.email == email))
            mail = post(
                session,
                "reset_link",
                to=email,
                person_id=who,
                language="es",
                context={"name": _greeted(email), "path": "/es/reset?token={secret}"},
                secret=f"secreto-canario-{who}-fin",
                now=clock.wall(),
            )
            if email in PARTNER:
                mail.state, mail.attempts = MailState.FAILED, 3
                mail.message_id = f"<mensaje-canario-{who}@portal.test>"
                mail.last_error = f"error-canario-{who}-fin"


def _feeds() -> None:
    """A secret address of either kind for everyone of the companies, and for somebody of none, whose
    secrets are known: whoever holds one reads by it.
    """
    with atomic() as session:
        for email in (*PARTNER, people.FINANCE):
            who = session.execute(
                select(Membership.id, Membership.person_id)
                .join(Person, Person.id == Membership.person_id)
                .where(Person.email == email)
            ).first()
            assert who is not None
            for kind in FeedKind:
                nobodys = email == people.FINANCE
                told = FEED[kind] if nobodys else f"{kind}-{who.person_id}"
                session.add(
                    FeedKey(
                        person_id=who.person_id,
                        membership_id=who.id,
                        kind=kind,
                        token_hash=links.hashed(told),
                        created_at=clock.wall(),
                    )
                )


def _greeted(email: str) -> str:
    return f"Saludada {email.replace('@', ' de ').replace('.example', '')} Canaria"


def _pages(house: House) -> None:
    """Orders refused, and one that CenturyLink's account team serves; sessions from addresses of their own, links
    asked for, an invitation taken back.
    """
    served = {row["contract_number"] for row in rows("contracts")
              if row["partner_id"] == "norte" and row["account_team"] == SERVES[people.ACCOUNT]}  # fmt: skip
    service = next(row for row in rows("services") if row["contract_number"] in served)
    place(Browser(house.app).as_(people.NORTE), service["service_id"])
    for code, readers in USERS.items():
        place(Browser(house.app).as_(readers[0]), nobodys_service(code))
        with house.app.app_context():
            applicants.ask(house.app, **unconfirmed(code))
    for email, origin in ORIGIN.items():
        browser = Browser(house.app)
        browser.client.environ_base.update(
            REMOTE_ADDR=origin, HTTP_USER_AGENT=f"Firefox/1 Linux agente-canario-{origin}"
        )
        if email in EVERYONE:
            browser.as_(email)
        else:
            browser.post("/es/sign-in", {"email": email, "password": PASSWORD})
        if email in PARTNER:
            wanted = f"direccion-canaria-{origin.rpartition('.')[2]}@correo.example"
            browser.post("/es/account/address", {"email": wanted}, status=200)
        if email in ADMIN_OF.values():
            sent = {
                "email": f"retirada-canaria-{origin.rpartition('.')[2]}@correo.example",
                "role": "partner_user",
                "language": "es",
            }
            browser.post("/es/people/invite", sent)
            with house.app.app_context():
                last = db.session.scalars(select(Invitation.id).order_by(Invitation.id)).all()[-1]
                db.session.rollback()
            browser.post(f"/es/people/invitations/{last}/withdrawal", {}, at="/es/on")
