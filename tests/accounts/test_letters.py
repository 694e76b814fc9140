"""Letters of all the world (D5, B22): kept alike on both databases, shown whole, never a second account."""

import pytest
from flask import Flask
from markupsafe import escape
from sqlalchemy import select

from portal.accounts import commands
from portal.accounts.models import Person
from portal.accounts.queries import credentials
from portal.kernel import clock
from portal.kernel.access import Role
from portal.store.db import db
from tests.conftest import PASSWORD
from tests.people import NORTE, Browser

# As typed, and as kept: one form of each letter, and nothing that is not seen.
NAMES = [
    ("Zoë Ñandú", "Zoë Ñandú"),
    ("Zoe\u0308", "Zoë"),
    ("محمد العربي", "محمد العربي"),
    ("שָׁלוֹם", "שָׁלוֹם"),
    ("李小龍 𠮷田", "李小龍 𠮷田"),
    ("İpek Işık", "İpek Işık"),
    ("Ana \u202egnirts\u202c", "Ana gnirts"),
    ("An\u200ba\ufeff", "Ana"),
    ("👩\u200d🚀 Sol", "👩🚀 Sol"),
    ("Ｆｕｌｌ　Ｗｉｄｔｈ", "Full Width"),
    ("O'Brien <b>&amp;</b>", "O'Brien <b>&amp;</b>"),
    ("100 %s {0} $x", "100 %s {0} $x"),
]


@pytest.mark.parametrize(("typed", "kept"), NAMES, ids=lambda text: ascii(text)[:30])
@pytest.mark.parametrize("language", ["es", "en"])
def test_a_name_of_any_alphabet_is_kept_and_shown(
    visitor: Browser, typed: str, kept: str, language: str
) -> None:
    form = {"name": typed, "language": language, "region": ""}
    visitor.as_(NORTE).post("/es/account/settings", form)
    page = visitor.follow()
    stored = db.session.scalars(select(Person.name).where(Person.email == NORTE)).one()
    db.session.rollback()
    assert stored == kept or stored.encode() == kept.encode()
    assert str(escape(stored)) in page


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ana@café.example", "ana@cafe\u0301.example"),
        ("Ana@Norte.Example", "ana@norte.example"),
        ("ＡＮＡ@norte.example", "ana@norte.example"),
        ("straße@norte.example", "STRASSE@norte.example"),
        ("Ärger@norte.example", "äRGER@norte.example"),
    ],
)
def test_two_ways_to_write_an_address_are_one_account(app: Flask, one: str, other: str) -> None:
    """Compared by NFKC and case folding, the same on both databases; unique in the database too."""
    commands.create_person(one, "Ana", PASSWORD, Role.ADMIN, now=clock.wall())
    with pytest.raises(commands.AddressTaken):
        commands.create_person(other, "Ana", PASSWORD, Role.ADMIN, now=clock.wall())
    found = credentials(db.session(), other)
    assert found is not None and found == credentials(db.session(), one)
    db.session.rollback()


def test_letters_that_only_look_alike_are_two_accounts(app: Flask) -> None:
    """The control: a Cyrillic а is another letter, and the Turkish dotless ı another than i."""
    for address in ("ana@norte.example", "аna@norte.example", "ına@norte.example"):
        commands.create_person(address, "Ana", PASSWORD, Role.ADMIN, now=clock.wall())
    kept = db.session.scalars(select(Person.email_key)).all()
    db.session.rollback()
    assert len(set(kept)) == 3
