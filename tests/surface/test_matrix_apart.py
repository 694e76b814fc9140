"""What rivals do changes nothing of what others read (A13): no count, queue, list or date tells of it."""

import html
import re
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.store.db import db
from portal.store.outbox import Mail
from portal.web import mail_words
from tests import people
from tests.conftest import House
from tests.people import Browser
from tests.registry.world import CTL
from tests.surface.asking import plain
from tests.surface.matrix_made import WAITS
from tests.surface.matrix_players import PLAYERS, Asker
from tests.surface.matrix_walk import path_of, rules, things_of
from tests.surface.matrix_world import furnish
from tests.surface.policy import POLICY
from tests.surface.rivals import SUR_SERVICE, World, place

# Those whom nothing that Sur does at CenturyLink concerns.
ELSEWHERE = (
    *(people.NORTE, people.NORTE_ADMIN, people.CHANNEL_L3, people.LEAD_L3, people.ACCOUNT_L3),
    *(people.SUPPORT, people.CSM, people.FINANCE),
)
# How long ago something was, and when it is now.
MOVING = re.compile(r"\d\d:\d\d|<time[^>]*>")

# A new secret with each; and what reading writes into one's own trail.
OF_THEMSELVES = {
    *("site.accounts.enrol", "site.files.file"),
    *("site.library.file", "site.library.logo_file"),
    *("site.mdf.fund_statement_export", "site.mdf.company_statement_export"),
}


def pages(world: World, asker: Asker) -> dict[str, str]:
    """Every page that the player may open: those without an object, and of their objects the first."""
    found = {}
    for rule in rules(world.house.app):
        row = POLICY[rule.endpoint]
        if "GET" not in (rule.methods or ()) or asker.player.role not in (row.who or ()):
            continue
        if rule.endpoint in OF_THEMSELVES:
            continue
        own = things_of(world, row, asker.player, "own") if row.kind else [None]
        for thing in own[:1]:
            path = path_of(rule, row.kind, thing)
            found[path] = MOVING.sub("", plain(asker.ask("GET", path)))
    return found


def busy(house: House) -> None:
    """Sur orders, is refused, invites, applies documents; the portal's administrators look after it."""
    user, head = Browser(house.app).as_(people.SUR), Browser(house.app).as_(people.SUR_ADMIN)
    place(user, SUR_SERVICE, idempotency_key="another-key-of-sur")
    place(user, "OTRO-SERVICIO-DE-NADIE")
    invited = {"email": "otra@invitada.example", "role": "partner_admin", "language": "es"}
    head.post("/es/people/invite", invited)
    page = head.get("/es/company/applications/")
    waits = re.findall(r"/es/company/applications/(\d+)", page)
    assert waits and WAITS["sur"] == CTL
    for number in waits:
        head._send("get", f"/es/company/applications/{number}")
        if "withdraw" in head.get(f"/es/company/applications/{number}"):
            path = f"/es/company/applications/{number}"
            head.post(f"{path}/withdraw", {}, at=path)
    Browser(house.app).post("/es/forgot", {"email": people.SUR}, status=200)
    wrong = {"email": people.SUR, "password": "not the one at all"}
    Browser(house.app).post("/es/sign-in", wrong, status=422)


@pytest.mark.parametrize("email", ELSEWHERE)
def test_what_a_rival_does_changes_no_page_of_others(
    sqlite_house: House, tmp_path: Path, email: str
) -> None:
    world = furnish(sqlite_house, tmp_path)
    asker = Asker(sqlite_house, next(each for each in PLAYERS if each.name == email))
    pages(world, asker)  # who opens a notice has read it from then on
    before = pages(world, asker)
    assert len(before) > 12
    busy(sqlite_house)
    after = pages(world, asker)
    assert {path for path in before if before[path] != after[path]} == set()


def test_and_it_does_change_pages_of_those_it_concerns(sqlite_house: House, tmp_path: Path) -> None:
    """The control: the comparison would see it."""
    world = furnish(sqlite_house, tmp_path)
    askers = {
        email: Asker(sqlite_house, next(each for each in PLAYERS if each.name == email))
        for email in (people.SUR_ADMIN, people.CHANNEL)
    }
    before = {email: pages(world, asker) for email, asker in askers.items()}
    busy(sqlite_house)
    for email, asker in askers.items():
        after = pages(world, asker)
        changed = {path for path, page in after.items() if before[email][path] != page}
        assert {"/es/orders", "/es/trail/"} <= changed, email


def test_no_mail_tells_its_reader_of_others(sqlite_house: House, tmp_path: Path) -> None:
    """A3: every mail of the world, as it is sent: subject, text, HTML."""
    world, read = furnish(sqlite_house, tmp_path), set()
    with sqlite_house.app.app_context():
        for mail in db.session.scalars(select(Mail)):
            words = mail_words.render(mail.letter(), secret=mail.secret)
            own = {mail.secret, mail.to_address, *map(str, mail.context.values())}
            secrets = world.foreign(mail.to_address) - own
            told = html.unescape(f"{words.subject}\n{words.text}\n{words.html}")
            assert not [each for each in secrets if each in told], (mail.kind, mail.to_address)
            read.add(mail.kind)
        db.session.rollback()
    assert read >= {"reset_link", "invitation", "address_link", "application_link"}, read
