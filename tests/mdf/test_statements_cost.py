"""A statement of thirty movements costs as many queries as one of three."""

import pytest

from portal.mdf.rules import RequestState
from tests import people
from tests.companies.test_lists_cost import cost
from tests.mdf.world import allot, make_fund, make_request
from tests.people import Browser


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)
def test_many_movements_cost_the_same_number_of_queries(visitor: Browser) -> None:
    fund = make_fund("barato", budget=900_000_00)
    allot(fund, "norte", 300_000_00)
    make_request(fund, "norte", RequestState.APPROVED, asked=10_00)
    reader = visitor.as_(people.FINANCE)
    pages = (
        *("/es/mdf/statements/", "/es/mdf/statements/funds/barato"),
        *("/es/mdf/statements/companies/norte", "/es/mdf/statements/funds/barato/file"),
    )
    few = [cost(reader, page) for page in pages]
    for _ in range(15):
        make_request(fund, "norte", RequestState.CLOSED, asked=10_00)
        make_request(fund, "norte", RequestState.APPROVED, asked=10_00)
    assert [cost(reader, page) for page in pages] == few
    assert "after=" in reader.get(pages[1]), "it goes on"
