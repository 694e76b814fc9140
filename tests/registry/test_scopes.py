"""Who finds what in the registries (facts.md section 9); rivals never see each other."""

import pytest
from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.access import Actor, Role, actor_for
from portal.registry import companies, queries, team_pages
from portal.registry.models import Agreement, Contract, Customer, Partner, Registry, Service, Team
from portal.store.db import Base, db
from portal.store.scope import visible_to
from tests.registry.world import CTL, L3, Desk, contract


def who(role: Role, registry: str | None = None, team: str = "", partner: str = "") -> Actor:
    """An actor of the world below."""
    session = db.session()
    facts = {
        "registry_id": session.scalar(select(Registry.id).where(Registry.slug == registry)),
        "team_id": session.scalar(select(Team.id).where(Team.code == team)),
        "partner_id": session.scalar(select(Partner.id).where(Partner.code == partner)),
    }
    return actor_for(role, person_id=1, **facts)


def partner(code: str) -> Actor:
    return who(Role.PARTNER_USER, partner=code)


def numbers(model: type[Base], actor: Actor) -> set[str]:
    """The numbers or codes of what an actor sees."""
    rows = db.session().scalars(visible_to(model, actor)).all()
    names = ("number", "service_id", "code")
    return {str(next(getattr(r, n) for n in names if hasattr(r, n))) for r in rows}


@pytest.fixture
def world(house_desk: Desk) -> Desk:
    """P1 with A1 (renewed by A2) and L; P2 with B; W went over from P1 to P2; V consolidates."""
    desk = house_desk

    def paper(number: str, partner: str, customer: str, *more: str, slug: str = CTL, team: str):
        row = list(contract(number, team, *more, registry=slug))
        row[2], row[3] = customer, partner
        return tuple(row)

    done = desk.give(
        "contracts",
        [
            paper("A-1/x", "P1", "K1", team="C1"),
            paper("A-2", "P1", "K1", "2015-01-01", "A-1/x", team="C1"),
            paper("L-1", "P1", "K1", slug=L3, team="L1"),
            paper("B-1", "P2", "K2", team="C2"),
            paper("W-1", "P1", "K2", team="C2"),
            paper("W-2", "P2", "K2", "2016-01-01", "W-1", team="C2"),
            paper("V-1", "P1", "K2", team="C3"),
            paper("V-2", "P1", "K2", team="C3"),
            paper("V-3", "P2", "K2", "2016-01-01", "V-1", "V-2", team="C3"),
        ],
    )
    services = [
        (CTL, "73/HCGS/123456/000/NE", "A-1/x", "CP", "active"),
        (L3, "BBNK-1", "L-1", "LP", "active"),
        (CTL, "B-S", "B-1", "CP", "active"),
        (CTL, "W-S", "W-1", "CP", "active"),
        (CTL, "V-S", "V-1", "CP", "active"),
    ]
    agreements = [
        (CTL, "AG-1", "P1", "indirect", "active", "2010-01-01"),
        (CTL, "AG-2", "P2", "alliance", "active", "2010-01-01"),
        (L3, "AG-3", "P1", "", "active", "2010-01-01"),
    ]
    people = [(CTL, "C1", "Ana Núñez", "Ana@new.example", "ana@old.example", "1")]
    answers = [desk.give("services", services), desk.give("agreements", agreements)]
    assert not any(answer["errors"] for answer in (done, *answers, desk.give("people", people)))
    return desk


def test_a_partner_sees_its_papers_and_the_lines_that_are_its_own_today(world: Desk) -> None:
    assert numbers(Contract, partner("P1")) == {"A-1/x", "A-2", "L-1", "W-1", "V-1", "V-2"}
    assert numbers(Contract, partner("P2")) == {"B-1", "W-1", "W-2", "V-1", "V-2", "V-3"}


def test_a_service_goes_with_its_line_to_the_present_partner(world: Desk) -> None:
    """R3: a line's partner is that of its contract in force, over a consolidation too."""
    assert numbers(Service, partner("P1")) == {"73/HCGS/123456/000/NE", "BBNK-1"}
    assert numbers(Service, partner("P2")) == {"B-S", "W-S", "V-S"}


def test_customers_and_agreements_are_known_through_ones_own_business(world: Desk) -> None:
    assert numbers(Customer, partner("P1")) == {"K1", "K2"}
    assert numbers(Customer, partner("P2")) == {"K2"}
    assert numbers(Agreement, partner("P2")) == {"AG-2"}
    assert numbers(Partner, partner("P2")) == {"P2"}


def test_staff_of_one_registry_do_not_read_the_other(world: Desk) -> None:
    for role in (Role.CHANNEL_MANAGER, Role.CHANNEL_LEAD):
        assert numbers(Contract, who(role, L3)) == {"L-1"}
        assert numbers(Agreement, who(role, L3)) == {"AG-3"}
        assert numbers(Partner, who(role, L3)) == {"P1"}
        assert numbers(Service, who(role, L3)) == {"BBNK-1"}


def test_an_account_team_sees_the_lines_it_serves_and_no_agreement(world: Desk) -> None:
    actor = who(Role.ACCOUNT_TEAM, CTL, team="C2")
    assert numbers(Contract, actor) == {"B-1", "W-1", "W-2"}
    assert numbers(Service, actor) == {"B-S", "W-S"}
    assert numbers(Agreement, actor) == set()


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.CSM, Role.ADMIN, Role.FINANCE, Role.VISITOR])
def test_nobody_else_sees_a_contract(world: Desk, role: Role) -> None:
    for model in (Contract, Service, Customer, Agreement):
        assert numbers(model, who(role)) == set()
    sees = role in {Role.SUPPORT, Role.CSM, Role.ADMIN}
    assert numbers(Partner, who(role)) == ({"P1", "P2"} if sees else set())


@pytest.mark.parametrize(
    "text", ["73/HCGS/123456/000/NE", "73HCGS123456000NE", " 73-hcgs-123456-000-ne\n"]
)
def test_a_service_is_found_as_people_paste_it(world: Desk, text: str) -> None:
    [hit] = queries.find(db.session(), partner("P1"), text)
    assert (hit.kind, hit.number, hit.contract) == ("service", "73/HCGS/123456/000/NE", "A-1/x")
    assert queries.find(db.session(), partner("P2"), text) == []


def test_an_exact_number_comes_before_one_that_only_reads_alike(world: Desk) -> None:
    world.give("contracts", [contract("A1X", "C1"), contract("A1-X", "C1")])
    hits = queries.find(db.session(), partner("P1"), "A1X")
    assert [(hit.number, hit.exact) for hit in hits] == [
        *[("A1X", True), ("A-1/x", False), ("A1-X", False)]
    ]
    assert queries.find(db.session(), partner("P1"), " -/ ") == []


@pytest.mark.parametrize("text", ["ana@new.example", "ANA@OLD.example", "núñez"])
def test_a_person_is_found_by_the_new_address_and_by_the_old(world: Desk, text: str) -> None:
    """Q9: former addresses still find their person."""
    [found] = team_pages.search(db.session(), partner("P2"), text, clock.today()).people
    assert (found.person.email, found.team) == ("ana@new.example", "Team C1")
    assert found.former == ("ana@old.example" if "OLD" in text else None)


def test_a_portfolio_is_that_of_one_registry(world: Desk) -> None:
    registry_id = who(Role.CHANNEL_LEAD, L3).registry_id
    assert registry_id is not None
    products = companies.portfolio(db.session(), partner("P1"), registry_id)
    assert [product.code for product in products] == ["LP"]
