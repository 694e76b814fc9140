"""Training of partners and contacts of customers: files in and out, who holds what when, who sees it."""

from datetime import date

import pytest
from sqlalchemy import select

from portal.kernel.access import Role, actor_for
from portal.registry.customer_contacts import CustomerContact, contacts_of
from portal.registry.models import Customer, Partner, Registry
from portal.registry.training import Training, trained, training_codes
from portal.store.db import db
from portal.store.scope import visible_to
from tests.people import CHANNEL_L3, NORTE, SUPPORT, SUR, Browser
from tests.registry.test_pages_contracts import both
from tests.registry.world import CTL, L3, Desk, codes

NETS = ("P1", "NETS", "Redes", "Networks", "2016-01-01")
ANA = (CTL, "K1", "Ana", "ana@k1.example", "es")


def test_training_and_contacts_go_in_and_out_unchanged(house_desk: Desk) -> None:
    for kind, given in (("training", NETS), ("customer_contacts", ANA)):
        assert house_desk.give(kind, [given])["created"] == 1
        path = house_desk.file(f"{kind}.csv", house_desk.export(kind))
        assert house_desk.run(kind, path)["unchanged"] == 1
    done = house_desk.give("training", [(*NETS, "2017-12-31"), ("P2", *NETS[1:])])
    assert (done["changed"], done["created"]) == (1, 1)
    done = house_desk.give("customer_contacts", [(L3, *ANA[1:]), (*ANA[:4], "en")])
    assert (done["changed"], done["created"]) == (1, 1)


@pytest.mark.parametrize(
    ("kind", "row", "code"),
    [
        ("training", ("P9", *NETS[1:]), "reference.unknown"),
        ("training", (*NETS[:2], "", "", NETS[4]), "cell.required"),
        ("training", (*NETS, "2015-01-01"), "dates.order"),
        ("customer_contacts", (CTL, "K9", *ANA[2:]), "reference.unknown"),
        ("customer_contacts", (*ANA[:3], "nobody", "es"), "cell.email"),
        ("customer_contacts", (*ANA[:4], "fr"), "cell.choice"),
    ],
)
def test_what_is_wrong_with_a_row_is_told(
    house_desk: Desk, kind: str, row: tuple[str, ...], code: str
) -> None:
    assert codes(house_desk.give(kind, [row])) == [(2, code)]


def test_a_training_is_held_from_its_first_day_to_its_last(house_desk: Desk) -> None:
    """N4: an audience by training is those who hold it on the day."""
    rows = [(*NETS, "2017-12-31"), ("P2", *NETS[1:3], "Networking", "2017-06-01")]
    house_desk.give("training", rows)
    names = {row.id: row.code for row in db.session.execute(select(Partner.id, Partner.code))}
    for on, held in (
        (date(2015, 12, 31), set()),
        (date(2016, 1, 1), {"P1"}),
        (date(2017, 12, 31), {"P1", "P2"}),
        (date(2018, 1, 1), {"P2"}),
    ):
        assert {names[each] for each in trained(db.session(), "NETS", on)} == held, on
    assert trained(db.session(), "nets", date(2017, 1, 1)) == frozenset()
    [(code, name)] = training_codes(db.session())
    assert (code, name.pick("en")) == ("NETS", "Networking")


def test_contacts_are_those_of_the_customers_asked_for(demo: object) -> None:
    """Q9: customers hear of changes too, each from the registry it has a contract with."""
    session = db.session()
    bank, mill = (
        session.scalar(select(Customer.id).where(Customer.code == code))
        for code in ("N-101", "N-102")
    )
    level3 = session.scalar(select(Registry.id).where(Registry.slug == L3))
    assert bank is not None and mill is not None
    assert len(contacts_of(session, [bank])) == 2 and contacts_of(session, []) == []
    found = contacts_of(session, [bank, mill], level3)
    assert [(one.name, one.language.value) for one in found] == [
        ("Graciela Ponte", "es"),
        ("Hernán Quispe", "es"),
    ]


def test_who_sees_training_and_contacts(demo: object) -> None:
    """A company its own training; a registry's channel people that of their partners."""
    session = db.session()
    sur = session.scalar(select(Partner.id).where(Partner.code == "sur"))
    level3 = session.scalar(select(Registry.id).where(Registry.slug == L3))
    for role, facts, seen in (
        (Role.PARTNER_USER, {"partner_id": sur}, (2, 0)),
        (Role.CHANNEL_MANAGER, {"registry_id": level3}, (2, 2)),
        (Role.ACCOUNT_TEAM, {"registry_id": level3, "team_id": 1}, (0, 0)),
        (Role.SUPPORT, {}, (0, 0)),
        (Role.ADMIN, {}, (0, 0)),
    ):
        actor = actor_for(role, person_id=1, **facts)
        counted = tuple(
            len(session.scalars(visible_to(model, actor)).all())
            for model in (Training, CustomerContact)
        )
        assert counted == seen, role


def test_training_stands_on_the_companys_own_page_and_for_its_channel_people(
    visitor: Browser,
) -> None:
    page = both(visitor.as_(SUR), "/contracts/")
    assert "Training your company holds" in page and "Not held on this date" in page
    assert "Selling managed cloud" in page and "Level 3 service delivery" not in page
    assert "Level 3 service delivery" in both(visitor.as_(NORTE), "/contracts/")
    norte = db.session.scalar(select(Partner.id).where(Partner.code == "norte"))
    page = both(visitor.as_(CHANNEL_L3), f"/directory/partners/{norte}")
    assert "Training it holds" in page and "Level 3 service delivery" in page
    assert "Training it holds" not in both(visitor.as_(SUPPORT), f"/directory/partners/{norte}")
