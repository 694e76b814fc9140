"""Every code says what it means, in both languages, with its facts filled in."""

from datetime import date

import pytest
from flask_babel import force_locale

from portal.orders.basket import Action
from portal.orders.labels import ACTIONS, SENTENCES, TITLES, WAYS_OUT, sentence, way_out
from portal.orders.nearest import Change, nearest_yes
from portal.orders.rules import CODES, OrderCode, route_basket
from portal.registry.rules import ContractStatus
from tests.orders.test_rules import FAULTS
from tests.orders.world import L3, WORLD, add, altered, basket, contract, new, plus, without

NAMES = {"level3": "Level 3", "centurylink": "CenturyLink"}
MORE = [
    *((basket(new(contract="K1")), altered("K1", status=status)) for status in ContractStatus),
    (basket(new("MPLS")), altered("N1", starts_on=date(2018, 1, 1))),
    (basket(new("MPLS")), altered("N1", ends_on=date(2017, 6, 1))),
    (basket(add(product="MPLS")), without(contracts=["N1"])),
    (basket(add()), altered("A-L3", starts_on=date(2018, 1, 1))),
    (basket(add(contract="N1")), WORLD),
    (basket(add(contract="N1")), altered("K1", partner="P2")),
    (basket(add("S-C2")), WORLD),
    (basket(new("MPLS", "NONE")), WORLD),
    (basket(new(), customer="C1"), plus(contracts=[contract(L3, "K7")])),
    (basket(add()), type(WORLD)(partner_known=False)),
]


def test_every_code_action_and_way_out_has_its_words():
    assert set(TITLES) == set(CODES) == set(OrderCode)
    assert {key.partition(":")[0] for key in SENTENCES} == {code.value for code in OrderCode}
    assert set(WAYS_OUT) == set(Change) and set(ACTIONS) == set(Action)


@pytest.mark.parametrize("lang", ["es", "en"])
def test_every_reason_is_said_with_its_facts(app, lang):
    """No placeholder is left, no code, slug or Python value shows, and the dates are in words."""
    said = set()
    with force_locale(lang):
        for _, asked, facts in [*FAULTS, *(("", *each) for each in MORE)]:
            decision = route_basket(asked, facts)
            for reason in decision.reasons:
                said.add(sentence(reason.code, reason.facts, NAMES))
            said |= {way_out(one, NAMES) for one in nearest_yes(asked, facts, decision)}
    for text in said:
        assert not [
            bad for bad in ("%(", " None", "level3", "centurylink", "2018-", "{") if bad in text
        ], text
    assert len(said) > 20


def test_dates_are_said_in_the_readers_language(app):
    facts = altered("N1", starts_on=date(2018, 1, 2))
    (reason,) = route_basket(basket(new("MPLS")), facts).reasons
    with force_locale("es"):
        assert "2 de enero de 2018" in sentence(reason.code, reason.facts, NAMES)
    with force_locale("en"):
        assert "January 2, 2018" in sentence(reason.code, reason.facts, NAMES)
