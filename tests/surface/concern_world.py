"""Questions to teams in the rivals' world, a canary in each text, and who may read which, by hand from
facts.md Q18 and section 9: the company, its registry's channel people, the account team it is with.
"""

from collections.abc import Callable

from sqlalchemy import select

from portal.accounts.models import Person
from portal.concerns import asking, commands
from portal.concerns.models import Concern, ConcernEntry
from portal.concerns.rules import About, Ask
from portal.kernel import clock
from portal.registry.models import Partner, Registry
from portal.store.db import db
from portal.store.files import File
from tests import people
from tests.companies.cast import actor
from tests.registry.world import CTL, L3
from tests.surface.matrix_made import PEERS, USERS, _bring, pairs
from tests.surface.rivals import Thing, World

# Who asks, about which contract (None: the relationship), and the account team it is with.
ASKED = (
    (people.NORTE, CTL, "CTL-2017-0301", people.ACCOUNT),
    (people.NORTE_ADMIN, L3, "L3-2013-0333", people.ACCOUNT_L3),
    (people.SUR, CTL, None, ""),
)


def ask_questions() -> None:
    """Ask, attach something, and answer one: in each text a canary."""
    for number, (email, slug, contract, team) in enumerate(ASKED):
        who, now = actor(email), clock.business()
        about = About.CONTRACT if contract else About.RELATIONSHIP
        letter = asking.Letter(f"asunto-canario-{number}", f"pregunta-canaria-{number}")
        key = f"clave-canaria-de-pregunta-{number}"
        made = asking.ask(Ask(about, slug, contract), letter, actor=who, now=now, key=key)
        assert made.concern_id is not None
        answers = actor(team or people.CHANNEL)
        told = commands.answer(
            made.concern_id, f"respuesta-canaria-{number}", actor=answers, now=now
        )
        assert not told.refused
        subject, where = f"concern:{made.concern_id}", answers.registry_id
        _bring(email, f"adjunto-canario-{number}", subject, who.partner_id, where)


def tell_questions(world: World, may: Callable[..., None]) -> None:
    """Who may read each of them."""
    session = db.session()
    codes = pairs(select(Partner.id, Partner.code))
    slugs = pairs(select(Registry.id, Registry.slug))
    teams = {f"asunto-canario-{at}": each[3] for at, each in enumerate(ASKED)}
    for row in session.scalars(select(Concern).order_by(Concern.id.desc())):
        slug, code = slugs[row.registry_id], codes[row.partner_id]
        team = teams.get(row.subject, people.ACCOUNT if row.contract_id else "")
        readers = frozenset({*USERS[code], *PEERS[slug], *filter(None, (team,))})
        said = select(ConcernEntry.text).where(ConcernEntry.concern_id == row.id)
        asker = session.get_one(Person, row.asked_by).name
        for text in (asker, *session.scalars(said)):
            may(text, *readers)
        # Mail stands in the portal alone here, so its administrators read what a mail is about.
        may(row.subject, *readers, people.ADMIN)
        world.things.append(Thing("concern_id", str(row.id), slug, frozenset(), readers))
        kept = select(File.id, File.name).where(File.subject == f"concern:{row.id}")
        for key, name in session.execute(kept):
            for text in (str(key), name, f"contenido-de-{name[:-4]}"):
                may(text, *readers)
            world.things = [each for each in world.things if each.value != str(key)]
            world.things.append(Thing("file_id", str(key), "", frozenset(), readers))
