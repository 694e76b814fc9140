"""Sales materials (Q15, N1): what is offered, what is only prepared, and who has which version."""

import pytest
from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.localized import Localized
from portal.library import commands, materials
from portal.library.commands import Draft, Prepared, Unseen
from portal.library.facts import SHOWN
from portal.library.materials import Filters
from portal.library.models import Material, MaterialFile, MaterialShown
from portal.library.rules import MaterialKind
from portal.store.db import db
from portal.store.events import Event
from portal.store.facts import Warrant
from portal.store.scope import visible_to
from tests.companies.cast import actor
from tests.library.announcing import MARCH, announce, id_of, prepare, version
from tests.people import ACCOUNT, CHANNEL, CHANNEL_L3, LEAD, LEAD_L3, NORTE, SUPPORT, SUR_ADMIN

DRAFT = Draft(
    MaterialKind.GUIDE,
    Localized(es="Guía", en="Guide"),
    Localized(es="Uso", en="Use"),
    of_all=False,
)
DECK = "centurylink-portfolio"


def add(email=CHANNEL, **more):
    draft = Draft(**{**DRAFT.__dict__, **more})
    return commands.add(draft, actor=actor(email), now=clock.wall())


def look(email, key, on=None):
    found = materials.one(db.session(), actor(email), on or clock.today(), key)
    db.session.rollback()
    return found


def files(version_id):
    found = db.session.scalars(
        select(MaterialFile.id).where(MaterialFile.version_id == version_id)
    ).all()
    db.session.rollback()
    return found


def test_the_first_version_of_a_new_material_is_offered_at_once_and_no_later_one(demo):
    """N1: the first value of something new needs no notice, every later one does."""
    key = add()
    assert look(NORTE, key) is None and look(CHANNEL, key).offered is None
    assert prepare(key, CHANNEL, "es", "en") == Prepared(1, offered=True)
    assert look(NORTE, key).offered.number == 1 and look(NORTE, key).languages == ("es", "en")
    assert prepare(key, LEAD, "es") == Prepared(2, offered=False)
    assert look(NORTE, key).offered.number == 1
    assert list(look(NORTE, key).versions) == [version(f"{look(NORTE, key).slug}", 1)]
    assert len(look(CHANNEL, key).versions) == 2
    kinds = db.session.execute(
        select(Warrant.kind).join(MaterialShown, MaterialShown.warrant_id == Warrant.id)
        .where(MaterialShown.material_id == key)
    ).all()  # fmt: skip
    assert [kind for (kind,) in kinds] == ["origin"]


def test_nothing_of_a_material_that_is_announced_is_offered_without_a_notice(demo, monkeypatch):
    """ "Why CenturyLink" comes by notice (Q15); the control takes the guard away and sees it come."""
    key = id_of(Material, "why-centurylink")
    assert prepare(key, CHANNEL_L3, "es") == Prepared(1, offered=False)
    assert look(NORTE, key).offered is None and look(NORTE, key).versions == {}
    announce(SHOWN, key, version("why-centurylink", 1))
    seen = look(NORTE, key)
    assert seen.offered is None and seen.number(seen.shown.coming[0].value) == 1
    assert look(NORTE, key, MARCH).offered.number == 1
    monkeypatch.setattr(commands, "spoken_of", lambda session, material_id: False)
    other = id_of(Material, "product-promotion")
    assert prepare(other, CHANNEL, "es").offered
    assert materials.file_of(db.session(), actor(NORTE), files(version("product-promotion", 1))[0])


def test_a_notice_changes_what_is_offered_from_its_day_and_the_old_file_is_fetched_no_more(demo):
    key, old, new = id_of(Material, DECK), version(DECK, 1), version(DECK, 2)
    session, who = db.session(), actor(NORTE)
    assert all(materials.file_of(session, who, each) for each in files(old))
    assert not any(materials.file_of(session, who, each) for each in files(new))
    announce(SHOWN, key, new, clock.today())
    assert not any(materials.file_of(session, who, each) for each in files(old))
    assert all(materials.file_of(session, who, each) for each in files(new))
    announce(SHOWN, key, None, MARCH)
    seen = look(NORTE, key, MARCH)
    assert seen.offered is None and [held.value for held in seen.shown.before] == [old, new]


def test_those_who_keep_a_material_see_who_still_has_an_old_version(demo):
    key = id_of(Material, DECK)

    def held(email=CHANNEL, **more):
        found, _more = materials.holders(db.session(), actor(email), key, **more)
        db.session.rollback()
        return [(one.partner, one.number) for one in found]

    had = [("Integradora Norte", 1), ("Conexiones Sur", 1)]
    assert sorted(held()) == sorted(had) and held(older_than=1) == []
    announce(SHOWN, key, version(DECK, 2), clock.today())
    for each in files(version(DECK, 2))[:1]:
        commands.note_download(each, actor=actor(NORTE), now=clock.wall())
    assert held(older_than=2) == [("Conexiones Sur", 1)]
    assert [held(email) for email in (CHANNEL_L3, NORTE, SUR_ADMIN, ACCOUNT)] == [[], [], [], []]
    first, more = materials.holders(db.session(), actor(CHANNEL), key)
    last = (first[-1].person_id, first[-1].partner_id)
    assert (
        more is None and materials.holders(db.session(), actor(CHANNEL), key, after=last)[0] == []
    )


def test_who_fetches_a_file_is_on_record_by_number(demo):
    (one, _other) = files(version(DECK, 1))
    commands.note_download(one, actor=actor(NORTE), now=clock.wall())
    event = db.session.scalars(
        select(Event).where(Event.verb == "material.downloaded").order_by(Event.id.desc())
    ).first()
    assert (event.person_id, event.partner_id) == (actor(NORTE).person_id, actor(NORTE).partner_id)
    assert set(event.payload) == {"version", "language"}
    with pytest.raises(Unseen):
        commands.note_download(files(version(DECK, 2))[0], actor=actor(NORTE), now=clock.wall())


@pytest.mark.parametrize("email", [CHANNEL_L3, NORTE, ACCOUNT, SUPPORT])
def test_only_the_people_of_its_registry_prepare_a_version(demo, email):
    key = id_of(Material, DECK)
    with pytest.raises(Unseen):
        commands.prepare(key, {}, actor=actor(email), now=clock.wall(), today=clock.today())
    if email != CHANNEL_L3:
        with pytest.raises(Unseen):
            add(email)


def test_the_list_is_narrowed_by_portfolio_kind_and_language(demo):
    def slugs(**wanted):
        found, _more = materials.listed(
            db.session(), actor(NORTE), clock.today(), Filters(**wanted)
        )
        db.session.rollback()
        return [one.slug for one in found]

    every = slugs()
    assert len(every) == 6 and every[0] == "level3-portfolio"
    assert set(slugs(registry=0)) == {"why-centurylink", "product-promotion"}
    assert slugs(kind=MaterialKind.PRESENTATION) == [DECK]
    assert set(slugs(language="en")) == {DECK, "centurylink-ethernet", "level3-portfolio"}
    only = add(of_all=True)
    prepare(only, CHANNEL, "es")
    assert len(slugs(language="es")) == 4 and len(slugs(language="en")) == 3


def test_no_registrys_trail_tells_what_a_company_fetched(demo):
    """R1: everybody reads every portfolio, so who fetched is also nobody's partner there."""
    commands.note_download(
        files(version("level3-portfolio", 1))[0], actor=actor(SUR_ADMIN), now=clock.wall()
    )
    for email, seen in ((CHANNEL_L3, False), (LEAD_L3, False), (SUR_ADMIN, True)):
        query = visible_to(Event, actor(email)).where(
            Event.partner_id == actor(SUR_ADMIN).partner_id
        )
        told = db.session.scalars(query.where(Event.verb == "material.downloaded")).all()
        assert bool(told) is seen, email
        db.session.rollback()
