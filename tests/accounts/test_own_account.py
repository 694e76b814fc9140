"""One's own account: settings, sessions, capacities, the address (issue: people change their own)."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal.accounts import links
from portal.accounts.models import MailedLink, Membership, Person, SignIn
from portal.kernel import clock
from portal.kernel.access import Role
from portal.registry.models import Partner
from portal.store.db import atomic, db
from portal.store.events import Event
from portal.store.outbox import Mail
from tests.people import NORTE, SUR, TOKEN, Browser

ACCOUNT = "/es/account/"


def one(query):
    found = db.session.scalars(query).one()
    db.session.rollback()
    return found


def person_id(email: str) -> int:
    return one(select(Person.id).where(Person.email == email))


def join(email: str, company: str, role: Role = Role.PARTNER_USER) -> int:
    """A second capacity of a person."""
    with atomic() as session:
        joined = Membership(
            person_id=session.scalars(select(Person.id).where(Person.email == email)).one(),
            partner_id=session.scalars(select(Partner.id).where(Partner.code == company)).one(),
            role=role,
            since=clock.wall(),
        )
        session.add(joined)
        session.flush()
        return joined.id


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_account_page_says_who_one_is_and_in_which_capacity(
    visitor: Browser, language: str
) -> None:
    page = visitor.as_(NORTE).get(f"/{language}/account/")
    assert NORTE in page and "Norte" in page


def test_name_language_and_region_are_ones_own_to_change(visitor: Browser) -> None:
    """The answer comes in the language chosen, and dates are written as the region does."""
    visitor.as_(NORTE).post(
        "/es/account/settings", {"name": " Ana  María ", "language": "en", "region": "GB"}
    )
    page = visitor.follow()
    assert 'lang="en"' in page and "Ana María" in page
    assert "1 December 2017" in page
    visitor.post("/en/account/settings", {"name": "Ana", "language": "en", "region": "US"})
    assert "December 1, 2017" in visitor.follow()


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"name": "x" * 121}, {"language": "xx"}, {"region": "../.."}]
)
def test_settings_that_cannot_be_are_told_and_lose_nothing(
    visitor: Browser, wrong: dict[str, str]
) -> None:
    before = one(select(Person.name).where(Person.email == NORTE))
    typed = {"name": "Recién Escrito", "language": "en", "region": "MX", **wrong}
    page = visitor.as_(NORTE).post("/es/account/settings", typed, status=422)
    assert ("Recién Escrito" in page) == ("name" not in wrong)
    assert one(select(Person.name).where(Person.email == NORTE)) == before


def test_one_session_is_ended_from_another_device(visitor: Browser) -> None:
    """B2: the list shows each session; the one ended is signed out with its next request."""
    here, there = visitor.as_(NORTE), Browser(visitor.app).as_(NORTE)
    handles = re.findall(r'name="session" value="([0-9a-f]{16})"', here.get("/es/account/sessions"))
    assert len(handles) == 1
    here.post("/es/account/sessions", {"session": handles[0]})
    there.get("/es/orders", status=302)
    here.get("/es/orders")


def test_all_other_sessions_are_ended_at_once(visitor: Browser) -> None:
    here, others = visitor.as_(NORTE), [Browser(visitor.app).as_(NORTE) for _ in range(2)]
    rival = Browser(visitor.app).as_(SUR)
    here.post("/es/account/sessions", {"session": "others"})
    for other in others:
        other.get("/es/orders", status=302)
    here.get("/es/orders")
    rival.get("/es/orders")


def test_nobody_ends_anothers_session(visitor: Browser) -> None:
    rival = Browser(visitor.app).as_(SUR)
    from portal.accounts.own import handle_of

    theirs = handle_of(one(select(SignIn.id).where(SignIn.person_id == person_id(SUR))))
    visitor.as_(NORTE).post("/es/account/sessions", {"session": theirs})
    rival.get("/es/orders")


def test_a_session_list_tells_no_key(visitor: Browser) -> None:
    page = visitor.as_(NORTE).get("/es/account/sessions")
    key = one(select(SignIn.id).where(SignIn.person_id == person_id(NORTE)))
    assert key.hex not in page and str(key) not in page


def test_a_person_of_two_companies_chooses_and_always_sees_which_acts(visitor: Browser) -> None:
    """facts.md section 9: one capacity at a time; the rest of the portal follows on the next page."""
    second = join(NORTE, "sur")
    visitor.as_(NORTE)
    before = visitor.get("/es/contracts/")
    visitor.post("/es/account/acting", {"membership": str(second)})
    home = visitor.follow()
    assert "Sur" in home.split("account__acting", 1)[1][:200]
    assert visitor.get("/es/contracts/") != before


def test_a_form_opened_for_one_company_is_not_sent_for_another(visitor: Browser) -> None:
    """The token of the form is of the session before; the old session is ended too."""
    second = join(NORTE, "sur")
    visitor.as_(NORTE)
    kept = visitor.client.get_cookie("__Host-session")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', visitor.get("/es/orders/new"))
    assert token and kept
    visitor.post("/es/account/acting", {"membership": str(second)})
    response = visitor._send("post", "/es/orders", data={"csrf_token": token[1]})
    assert response.status_code == 400
    thief = Browser(visitor.app)
    thief.client.set_cookie("__Host-session", kept.value, secure=True)
    thief.get("/es/orders", status=302)


def test_who_becomes_staff_sets_up_a_second_step_before_anything_else(visitor: Browser) -> None:
    """B6: a partner's session that goes on as staff has no factor yet, so it reaches only that page."""
    visitor.as_(NORTE)
    with atomic() as session:
        staff = Membership(
            person_id=session.scalars(select(Person.id).where(Person.email == NORTE)).one(),
            role=Role.FINANCE,
            since=clock.wall(),
        )
        session.add(staff)
        session.flush()
        wanted = str(staff.id)
    visitor.post("/es/account/acting", {"membership": wanted}, at=ACCOUNT)
    visitor.get("/es/directory/", status=302)
    assert visitor.page is not None and "/es/enrol" in visitor.page.headers["Location"]


@pytest.mark.parametrize("typed", ["", "x", "0", "-1", "999999", "9" * 30, "１"])
def test_nobody_acts_in_a_capacity_that_is_not_theirs(visitor: Browser, typed: str) -> None:
    """A5: another's membership answers like one that does not exist."""
    theirs = one(select(Membership.id).where(Membership.person_id == person_id(SUR)))
    visitor.as_(NORTE)
    unknown = visitor.post("/es/account/acting", {"membership": typed}, status=404, at=ACCOUNT)
    other = visitor.post("/es/account/acting", {"membership": str(theirs)}, status=404, at=ACCOUNT)
    assert TOKEN.sub("", unknown) == TOKEN.sub("", other)


def test_a_capacity_that_ended_ends_its_session_on_the_next_request(visitor: Browser) -> None:
    """A8: a person moved to another company never goes on for the one before."""
    visitor.as_(NORTE)
    visitor.get("/es/orders")
    with atomic() as session:
        mine = (
            Membership.person_id
            == session.scalars(select(Person.id).where(Person.email == NORTE)).one()
        )
        session.execute(update(Membership).where(mine).values(ended_at=clock.wall()))
    join(NORTE, "sur")
    visitor.get("/es/orders", status=302)


def ask(browser: Browser, email: str) -> str | None:
    """Ask for another address; the token mailed, if one was."""
    browser.post("/es/account/address", {"email": email}, status=200)
    mail = db.session.scalars(
        select(Mail).where(Mail.kind == "address_link", Mail.to_address == email)
    ).first()
    token = mail.secret if mail else None
    db.session.rollback()
    return token


def test_an_address_is_changed_by_a_link_sent_to_the_new_one(visitor: Browser) -> None:
    """B5: a link that is opened changes nothing; the form behind it does, once; the old address is
    told, every session ends, and only the new address signs in."""
    other = Browser(visitor.app).as_(NORTE)
    token = ask(visitor.as_(NORTE), "ana@nueva.example")
    assert token
    stranger = Browser(visitor.app)
    path = f"/es/account/address/new?token={token}"
    assert "ana@nueva.example" in stranger.get(path)
    assert one(select(Person.email).where(Person.id == person_id(NORTE))) == NORTE
    stranger.post("/es/account/address/new", {"token": token}, at=path)
    other.get("/es/orders", status=302)
    told = one(select(Mail.to_address).where(Mail.kind == "address_changed"))
    assert told == NORTE
    assert one(select(Person.email).where(Person.email == "ana@nueva.example"))
    stranger.post("/es/account/address/new", {"token": token}, at="/es/sign-in")
    stranger.get(path, status=302)
    assert len(db.session.scalars(select(Mail).where(Mail.kind == "address_changed")).all()) == 1


def test_an_address_that_is_somebodys_reads_the_same_and_gets_no_link(visitor: Browser) -> None:
    """No enumeration: also in another case and width of letters (B22)."""
    visitor.as_(NORTE)
    free = visitor.post("/es/account/address", {"email": "free@nueva.example"}, status=200)
    taken = visitor.post("/es/account/address", {"email": SUR.upper()}, status=200)
    said = [TOKEN.sub("", free).replace("free@nueva.example", "")]
    assert said == [TOKEN.sub("", taken).replace(SUR.upper(), "")]
    posted = db.session.scalars(select(Mail.to_address).where(Mail.kind == "address_link")).all()
    db.session.rollback()
    assert list(posted) == ["free@nueva.example"]


def test_a_link_ends_after_an_hour_with_a_newer_one_and_with_a_changed_password(
    visitor: Browser,
) -> None:
    first = ask(visitor.as_(NORTE), "one@nueva.example")
    second = ask(visitor, "two@nueva.example")
    assert first and second
    now = clock.wall()
    look = lambda token, at: links.look(db.session(), "address", token, at)  # noqa: E731
    assert look(first, now) is None and look(second, now) is not None
    assert look(second, now + timedelta(minutes=61)) is None
    with atomic() as session:
        session.execute(update(Person).where(Person.email == NORTE).values(session_version=9))
    assert look(second, now) is None
    db.session.rollback()


def test_a_token_is_kept_as_a_hash(visitor: Browser) -> None:
    token = ask(visitor.as_(NORTE), "one@nueva.example")
    kept = one(select(MailedLink.token_hash))
    assert token and token not in kept and kept == links.hashed(token)


def test_what_changes_is_on_record_without_names_or_addresses(
    visitor: Browser, demo: Flask
) -> None:
    """B23."""
    ask(visitor.as_(NORTE), "one@nueva.example")
    visitor.post("/es/account/settings", {"name": "Zoe Zeta", "language": "es", "region": ""})
    rows = db.session.scalars(select(Event)).all()
    said = str([(row.stream, row.verb, row.actor, row.payload) for row in rows])
    db.session.rollback()
    assert {"person.address_asked", "person.settings_changed"} <= {row.verb for row in rows}
    assert "nueva.example" not in said and "Zoe" not in said
