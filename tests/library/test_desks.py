"""How notices speak of the library's facts: what may be changed by whom, said how, touching whom."""

from datetime import date

import pytest
from sqlalchemy import select

import portal.library.desks  # noqa: F401 - the desks declare themselves
from portal.kernel import clock
from portal.library.models import BrandAsset, Material, Portal, Process, Tool
from portal.registry.models import Partner
from portal.store.db import db
from portal.store.facts import DESKS, GATED, BadValue
from portal.store.pack import default_slug, load_program
from portal.web.fact_words import fact_words, in_words
from tests.companies.cast import actor
from tests.library.announcing import id_of, version
from tests.people import ACCOUNT, CHANNEL, CHANNEL_L3, LEAD, NORTE

FACTS = {
    "portal.link": (Portal, "level3-partners-quotes", "portals"),
    "tool.standing": (Tool, "level3-sales-tools", "tools"),
    "process.text": (Process, "level3-onboarding", "processes"),
    "material.shown": (Material, "level3-portfolio", "materials"),
    "brand.status": (BrandAsset, "level3-partner-program", "brand"),
}
BOTH = {"es": "Uno", "en": "One"}


@pytest.mark.parametrize("name", FACTS)
def test_a_fact_of_the_library_belongs_to_no_partner_and_has_a_lead_time(demo, name):
    """N1, N2: changes for everybody at once, announced as its topic wants."""
    fact = GATED[name]
    assert fact.shared and fact.localized == (name == "process.text")
    assert fact.topic == FACTS[name][2] and fact.topic in load_program(default_slug()).lead_days
    assert fact_words(name)


@pytest.mark.parametrize("name", FACTS)
def test_a_registrys_people_find_its_own_and_those_of_all(demo, name):
    desk, (model, slug, _topic) = DESKS[name], FACTS[name]
    key, session = id_of(model, slug), db.session()
    mine = [one.key for one in desk.find(session, actor(CHANNEL_L3), "", 50)]
    assert key in mine and key not in [
        one.key for one in desk.find(session, actor(CHANNEL), "", 50)
    ]
    assert desk.find(session, actor(NORTE), "", 50) == []
    assert desk.find(session, actor(ACCOUNT), "", 50) == []
    subject = desk.named(session, [key, 999_999])[key]
    word = in_words(subject.label, "en").split()[0].lower()
    assert key in [one.key for one in desk.find(session, actor(CHANNEL_L3), word, 50)]
    assert len(desk.find(session, actor(CHANNEL_L3), "", 1)) == 1
    db.session.rollback()


def test_what_is_of_all_is_found_by_either_registry(demo):
    key = id_of(Material, "why-centurylink")
    for email in (LEAD, CHANNEL_L3):
        found = DESKS["material.shown"].find(db.session(), actor(email), "por que", 5)
        assert [one.key for one in found] == [key]


def test_whom_a_change_touches_are_the_partners_of_its_registry_that_day(demo):
    """Norte has agreements with both, Sur with one."""
    codes = {row.id: row.code for row in db.session.scalars(select(Partner))}
    desk, today = DESKS["portal.link"], clock.today()
    keys = [id_of(Portal, f"{slug}-partners-quotes") for slug in ("centurylink", "level3")]
    found = desk.affected(db.session(), keys, today)
    one, other = ({codes[each] for each in found[key]} for key in keys)
    assert {"norte", "sur"} <= one | other and "norte" in one & other and one != other
    shared = id_of(Process, "joint-opportunities")
    every = DESKS["process.text"].affected(db.session(), [shared], today)[shared]
    assert {codes[each] for each in every} == one | other
    nobody = desk.affected(db.session(), keys, date(1991, 1, 1))
    assert set(nobody.values()) == {frozenset()}


@pytest.mark.parametrize(
    ("name", "typed", "read"),
    [
        ("portal.link", {"": " https://new.example/x "}, "https://new.example/x"),
        ("portal.link", {"": "http://new.example"}, "value.link"),
        ("portal.link", {"": "https:///x"}, "value.link"),
        ("portal.link", {"": "https://[x"}, "value.link"),
        ("portal.link", {"": "javascript:alert(1)"}, "value.link"),
        ("portal.link", {"": ""}, "value.missing"),
        ("portal.link", {"": "https://x.example/" + "x" * 300}, "value.too_long"),
        ("tool.standing", {"": "retired"}, "retired"),
        ("tool.standing", {"": "broken"}, "value.unknown"),
        ("process.text", BOTH, BOTH),
        ("process.text", {"es": "Uno"}, "value.one_language"),
        ("process.text", {}, "value.missing"),
        ("process.text", {**BOTH, "en": "x" * 5000}, "value.too_long"),
        ("material.shown", {"": "None"}, None),
        ("material.shown", {"": "999999"}, "value.unknown"),
        ("brand.status", {"": "transition"}, "transition"),
        ("brand.status", {"": "usable"}, "value.unknown"),
    ],
)
def test_what_is_typed_is_read_or_refused_with_its_reason(demo, name, typed, read):
    desk, (model, slug, _topic) = DESKS[name], FACTS[name]
    key = id_of(model, slug)
    if isinstance(read, str) and read.startswith("value."):
        with pytest.raises(BadValue) as refused:
            desk.read(db.session(), key, typed)
        assert refused.value.code == read
    else:
        assert desk.read(db.session(), key, typed) == read


def test_values_are_said_in_both_languages(demo):
    def said(name, *values):
        words = DESKS[name].said(db.session(), values)
        return [(in_words(each, "es"), in_words(each, "en")) for each in words]

    last = version("level3-portfolio", 2)
    english = [en for _es, en in said("material.shown", last, None)]
    assert english == ["Version 2", "No longer offered"]
    offered = DESKS["material.shown"].choices(db.session(), id_of(Material, "level3-portfolio"))
    assert [value for value, _ in offered] == [last, version("level3-portfolio", 1), None]
    assert [en for _es, en in said("brand.status", "current", "transition", None)] == [
        *("Current", "Allowed in the transition", "Not yet available")
    ]
    assert said("process.text", BOTH) == [("Uno", "One")]
    assert said("portal.link", "https://x.example") == [("https://x.example",) * 2]
    kinds = [value for value, _ in DESKS["tool.standing"].choices(db.session(), 1)]
    assert kinds == ["in_use", "retired"]
    assert DESKS["portal.link"].choices(db.session(), 1) is None
