"""Everything MDF knows by name has words, and a reason says its amounts and dates as its reader does."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale

from portal.kernel.decision import reason
from portal.mdf import labels
from portal.mdf.rules import CODES, Cause, ClaimState, Kind, MdfCode, Party, RequestState
from portal.mdf.transitions import Verb
from portal.web import fact_words

FACTS = {"most": 1250_50, "currency": "USD", "percent": 50, "times": 2}
DATES = dict.fromkeys(("from", "until", "earliest", "starts_on", "ends_on", "due"), "2017-12-24")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (MdfCode, labels.TITLES),
        (RequestState, labels.STATES),
        (ClaimState, labels.CLAIM_STATES),
        (Verb, labels.VERBS),
        (Party, labels.PARTIES),
        (Kind, labels.KINDS),
        (Cause, labels.CAUSES),
    ],
)
def test_everything_has_words(kind: type[StrEnum], words: Mapping[Any, Any]) -> None:
    assert set(words) == set(kind)
    assert "fund.terms" in fact_words.FACTS


def test_every_reason_is_a_sentence_also_where_a_fact_is_missing(sqlite_house: Any) -> None:
    with sqlite_house.app.test_request_context("/en/"):
        for code, spec in CODES.items():
            facts = {key: {**FACTS, **DATES}.get(key, "x") for key in spec.facts}
            said = labels.sentence(reason(CODES, code, **facts))
            assert said and "%(" not in said and "None" not in said, code
            if "most" in facts:
                assert "USD\xa01,250.50" in said
        for code, key in labels.WITHOUT:
            facts = {each: None if each == key else "x" for each in CODES[code].facts}
            assert "None" not in labels.sentence(reason(CODES, code, **facts))


def test_names_amounts_and_dates_are_those_of_the_reader(sqlite_house: Any) -> None:
    app: Flask = sqlite_house.app
    full = reason(CODES, MdfCode.FULLY_ALLOCATED, fund="l3", other="ctl")
    cap = reason(CODES, MdfCode.ABOVE_CAP, most=1250050, currency="CLP")
    soon = reason(CODES, MdfCode.TOO_SOON, earliest="2017-12-24")
    names = {"fund:l3": "Level 3 2017", "fund:ctl": "CenturyLink 2017"}
    with app.test_request_context("/en/"):
        said = labels.sentence(full, names)
        assert "Level 3 2017 is fully" in said and "CenturyLink 2017" in said
        assert "December 24, 2017" in labels.sentence(soon)
    with app.test_request_context("/es/"), force_locale("es_CL"):
        assert "CLP\xa01.250.050" in labels.sentence(cap)
        assert "24 de diciembre de 2017" in labels.sentence(soon)
