"""Passwords: argon2id at rest, and the words that must not be one here."""

from collections.abc import Iterator

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app

from portal.accounts.rules import judge_password, same_password
from portal.kernel.access import Actor
from portal.kernel.decision import Decision
from portal.store.pack import Program

HASHER = PasswordHasher()
# Of a password nobody has, with the parameters of HASHER: verified when the address is unknown, so
# that both answers cost the same work.
NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$eObpqban5RmhoJlS/vNg8Q$"
    "HUUVlASzzWsSqmqOx4eoye6Q82rYmwxEMbTqSwxXwL4"
)
# What stands around everybody here. Roles and the portal itself are words a guesser begins with.
EVERYBODYS = ("portal", "partner", "partners", "socio", "socios", "admin", "channel", "canal")


def judge(
    typed: str, *, name: str = "", email: str = "", companies: tuple[str, ...] = ()
) -> Decision[str]:
    """Whether `typed` may become the password of somebody called `name` at `email`, who acts for
    `companies` (B7); the value is the password to hash, the reasons say what is wrong with it.
    """
    return judge_password(typed, [*_words_of_the_portal(), name, email, *companies])


def judge_own(typed: str, capacities: list[Actor]) -> Decision[str]:
    """The same for somebody who has an account, in each of their `capacities` (at least one)."""
    who = capacities[0]
    companies = tuple(each.partner_name for each in capacities)
    return judge(typed, name=who.name, email=who.email, companies=companies)


def hashed(password: str) -> str:
    """What is kept of a password. Takes tens of milliseconds: call it outside of `atomic()`."""
    return HASHER.hash(same_password(password))


def verify(kept: str | None, typed: str) -> bool:
    """Whether `typed` is the password of `kept`; as much work when nobody is there (None)."""
    try:
        HASHER.verify(kept or NOBODY, same_password(typed))
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def outdated(kept: str) -> bool:
    """Whether a hash was made with other parameters than today's, and should be made anew."""
    return HASHER.check_needs_rehash(kept)


def _words_of_the_portal() -> Iterator[str]:
    program: Program = current_app.extensions["portal.program"]
    yield from EVERYBODYS
    yield from program.mail_domains
    yield program.slug
    for language in program.languages:
        yield program.name.pick(language)
    for registry in program.registries:
        yield registry.name
        yield registry.slug
