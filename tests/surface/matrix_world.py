"""The rivals' world with a canary in every text that belongs to somebody, and who may read which,
by hand from facts.md section 9. What nobody may ever read (hashes, keys) is a canary to everyone.
"""

from pathlib import Path

from sqlalchemy import select

from portal.accounts.models import (
    Device,
    Factor,
    FeedKey,
    FeedKind,
    MailedLink,
    Membership,
    Person,
    RecoveryCode,
    SignIn,
)
from portal.companies.models import Application, Invitation
from portal.faq.models import FaqEntry
from portal.registry.models import Contract, Partner, Registry, Service
from portal.store import blobs
from portal.store.db import db
from portal.store.decisions import StoredDecision
from portal.store.files import File
from portal.store.outbox import Mail
from tests import people
from tests.conftest import House
from tests.library.papers import brought_by_hand, shelf
from tests.people import EVERYONE
from tests.registry.world import CTL, L3
from tests.surface import rivals
from tests.surface.concern_world import ask_questions, tell_questions
from tests.surface.matrix_made import (
    ADMIN_OF,
    COLLEAGUE,
    FEED,
    MADE,
    MOVES,
    ORIGIN,
    PEERS,
    STAFF_OF,
    USERS,
    make,
    name_of,
    nobodys_service,
    pairs,
    terms_of,
    unconfirmed,
)
from tests.surface.mdf_world import ask_for_money, tell_money
from tests.surface.notice_world import post_notices, tell_notices
from tests.surface.rivals import PARTNER, SERVES, Thing, World, settle


def furnish(house: House, folder: Path) -> World:
    """Put the database into the state "furnished", made once, and tell what is in it."""
    if "furnished" not in house.states:
        settle(house, folder)
        make(house, folder)
        with house.app.app_context():
            post_notices()
            ask_questions()
            ask_for_money()
            db.session.rollback()
        house.keep("furnished")
    house.state("furnished")
    world = World(house)
    with house.app.app_context():
        rivals._fill(world)
        _tell(world)
        db.session.rollback()
    return world


def _tell(world: World) -> None:
    """Who may read what was put here."""
    session = db.session()

    def may(text: str | None, *readers: str) -> None:
        if text:
            world.texts.add(text)
            for email in readers:
                world.allowed.setdefault(email, set()).add(text)

    codes = pairs(select(Partner.id, Partner.code))
    slugs = pairs(select(Registry.id, Registry.slug))
    for slug, readers in (
        (CTL, (*PARTNER, *PEERS[CTL], people.ACCOUNT)),
        (L3, (*PARTNER, *PEERS[L3], people.ACCOUNT_L3)),
    ):
        world.things.append(Thing("registry", slug, slug, frozenset(), frozenset(readers)))
    question = session.scalars(select(FaqEntry.slug).order_by(FaqEntry.position)).all()[0]["es"]
    for text in ("Q1", "P2"):
        world.things.append(Thing("text_id", text, "", frozenset(), frozenset({"", *EVERYONE})))
    world.things.append(Thing("question", question, "", frozenset(), frozenset({"", *EVERYONE})))
    for email, code in MADE.items():
        # Who sent an application is told to those who decide it.
        asked = (*PEERS[CTL], *PEERS[L3]) if email in COLLEAGUE.values() else ()
        for text in (email, name_of(email)):
            may(text, email, ADMIN_OF[code], people.ADMIN, *asked)
    # Those that wait come first: of them there is something to decide.
    for row in session.scalars(select(Application).order_by(Application.state.desc())):
        code, slug = codes[row.partner_id], slugs[row.registry_id]
        if code in ADMIN_OF:
            readers = (ADMIN_OF[code], *PEERS[slug])
            company = session.get_one(Partner, row.partner_id).name
            for text in (row.ref, row.note, row.reason, company):
                may(text, *readers)
            world.things.append(
                Thing("application_id", str(row.id), slug, frozenset(), frozenset(readers))
            )
    shelf(world, PEERS)
    for file in session.scalars(select(File).where(brought_by_hand)):
        channel = PEERS[slugs[file.registry_id]] if file.registry_id else ()
        readers = (*(USERS[codes[file.partner_id]] if file.partner_id else ()), *channel)
        for text in (str(file.id), file.name, f"contenido-de-{file.name[:-4]}"):
            may(text, *readers)
        may(file.sha256)
        # The folder is swept by other tests; rows alone are put back with the database.
        assert blobs.write(f"contenido-de-{file.name[:-4]}\n".encode()).sha256 == file.sha256
        world.things.append(Thing("file_id", str(file.id), "", frozenset(), frozenset(readers)))
    addresses = pairs(select(Person.id, Person.email))
    for mail in session.scalars(select(Mail)):
        to = addresses.get(mail.person_id or 0)
        mine = (to,) if to else ()
        may(mail.secret, *(mine or (people.ADMIN,)))
        may(str(mail.id), *mine, people.ADMIN)
        for text in (mail.message_id, mail.last_error, mail.context.get("name")):
            if text and "anari" in text:
                may(text, *mine, people.ADMIN)
        if "canari" in mail.to_address and mail.to_address not in MADE:
            may(mail.to_address, *mine, people.ADMIN)
        world.things.append(
            Thing("mail_id", str(mail.id), "", frozenset(), frozenset({*mine, people.ADMIN}))
        )
    for kind, argument in ((FeedKind.ATOM, "atom_token"), (FeedKind.CALENDAR, "ics_token")):
        world.things.append(Thing(argument, FEED[kind], "", frozenset(), frozenset(EVERYONE)))
        # No other's is known to anybody: one that was made up stands for it.
        world.things.append(Thing(argument, f"{FEED[kind]}x", "", frozenset(), frozenset()))
    for sent in session.scalars(select(Invitation)):
        if sent.partner_id and codes[sent.partner_id] in ADMIN_OF:
            may(sent.email, ADMIN_OF[codes[sent.partner_id]], people.ADMIN)
        if sent.withdrawn_at is not None:
            _nobodys(world, "invitation_id", sent.id)
    for gone in session.scalars(select(Membership.id).where(Membership.ended_at.is_not(None))):
        _nobodys(world, "membership_id", gone)
    for link in session.scalars(select(MailedLink)):
        whose = addresses.get(link.person_id or 0)
        if "canari" in link.email and link.email not in MADE:
            may(link.email, *((whose,) if whose else ()), people.ADMIN)
    for email, origin in ORIGIN.items():
        code = PARTNER.get(email) or MADE.get(email)
        side = (ADMIN_OF[code],) if code else PEERS[STAFF_OF[email]]
        may(origin, email, *side, people.ADMIN)
        may(f"agente-canario-{origin}", email)
    tell_notices(world, may)
    tell_questions(world, may)
    tell_money(world, may)
    may(MOVES["norte"], *USERS["norte"], *PEERS[CTL], *_serving())
    may(MOVES["sur"], *USERS["sur"], *PEERS[CTL], *_serving())
    for decision in session.scalars(select(StoredDecision).where(StoredDecision.partner_id > 0)):
        may(decision.key, *USERS[codes[decision.partner_id or 0]])
    for code in ADMIN_OF:
        may(nobodys_service(code), *USERS[code])
        for name, text in unconfirmed(code).items():
            may(text, *((people.ADMIN,) if name in ("company", "email") else ()))
        may(terms_of(code), *USERS[code], *PEERS[CTL])
        may(f"motivo-canario-{code}", *USERS[code], *PEERS[CTL])
    for model, name in ((Contract, Contract.number), (Service, Service.service_id)):
        for told, normal in session.execute(select(name, model.normal)):
            may(normal, *(email for email, texts in world.allowed.items() if told in texts))
    # What was made last comes first: colleagues before the administrators who look at them.
    later = [
        thing for thing in world.things if thing.argument in ("membership_id", "invitation_id")
    ]
    world.things = [*reversed(later), *(each for each in world.things if each not in later)]
    for column in (
        *(Person.password_hash, Factor.secret, RecoveryCode.code_hash, Device.token_hash),
        *(MailedLink.token_hash, Invitation.token_hash, FeedKey.token_hash),
    ):
        for text in session.scalars(select(column)):
            may(text)
    for key in session.scalars(select(SignIn.id)):
        may(str(key))
        may(key.hex)


def _serving() -> tuple[str, ...]:
    return tuple(email for email, team in SERVES.items() if team.startswith("CTL"))


def _nobodys(world: World, argument: str, number: int) -> None:
    """What has ended is there for nobody any more."""
    world.things = [
        thing for thing in world.things if (thing.argument, thing.value) != (argument, str(number))
    ]
    world.things.append(Thing(argument, str(number), "", frozenset(), frozenset()))
