"""Inviting, looking at a link and taking it up, as tests do it."""

from portal.accounts import passwords
from portal.companies import invitations
from portal.companies.invitations import Newcomer
from portal.companies.people_rules import Place
from portal.kernel.access import Role
from tests.accounts.entering import send
from tests.companies.cast import NOW, actor
from tests.people import NORTE_ADMIN

NEW = "nueva@norte.example"
SECRET = "cuatro elefantes sobre un tejado"
ROLE = {"role": "partner_user", "language": "es"}


def invite(email=NEW, role=Role.PARTNER_USER, by=NORTE_ADMIN, now=None, **place):
    """Send one; the decision."""
    who = actor(by)
    there = Place(role, **(place or {"partner_id": who.partner_id}))
    return invitations.invite(
        email, there, language="es", house="The house", actor=who, now=now or NOW()
    )


def code(decision):
    return [reason.code for reason in decision.reasons]


def look(browser, token, status=200, lang="es"):
    return browser.get(f"/{lang}/invitation?token={token}", status=status)


def take(browser, token, lang="es", **form):
    return send(
        browser, f"/{lang}/invitation", f"/{lang}/invitation?token={token}", token=token, **form
    )


def take_blind(browser, token, **form):
    return send(browser, "/es/invitation", "/es/sign-in", token=token, **form)


def newcomer(name="Nueva"):
    return Newcomer(name, passwords.hashed(SECRET), "es")
