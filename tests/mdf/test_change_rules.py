"""What may still change of an approved request: every reason by table (M3, M4)."""

from dataclasses import replace
from datetime import date

import pytest

from portal.mdf.change_rules import BoundTerms, Change, ChangeWish, Standing, may_change
from portal.mdf.review_rules import Reviewer
from portal.mdf.rules import MdfCode as C
from portal.mdf.rules import Party, RequestState
from portal.mdf.transitions import Verb

V = Verb
OURS, MANAGER, LEAD = (Reviewer(party) for party in (Party.PARTNER, Party.CHANNEL, Party.LEAD))
TERMS = BoundTerms(
    currency="USD",
    activity_from=date(2017, 11, 1),
    activity_until=date(2018, 3, 31),
    claims_until=date(2018, 5, 15),
    claim_days=45,
    lead_days=7,
    extensions=2,
    extension_days=15,
    manager_limit=20_00,
)
FACTS = Standing(
    state=RequestState.APPROVED,
    by=MANAGER,
    today=date(2017, 12, 1),
    terms=TERMS,
    starts_on=date(2017, 12, 20),
    ends_on=date(2017, 12, 22),
    due_on=date(2018, 2, 5),
    approved=15_00,
    reserved=15_00,
    extended=0,
)
WANTED = {"wanted_from": date(2018, 1, 10), "wanted_until": date(2018, 1, 12)}
ASKED = WANTED | {"asked_on": date(2017, 12, 1)}
LATE = {"today": date(2018, 2, 6)}


def ask(start, end, said=True):
    return ChangeWish(V.ASK_DATES, said, start and date(*start), end and date(*end))


@pytest.mark.parametrize(
    ("wish", "by", "changed", "codes"),
    [
        (ChangeWish(V.CANCEL, True), OURS, {"claim": "AB12"}, [C.CLAIM_OPEN]),
        (ChangeWish(V.CANCEL, False), MANAGER, {}, [C.FIELD_MISSING]),
        (ChangeWish(V.CANCEL, True), replace(MANAGER, own_company=True), {}, [C.OWN_COMPANY]),
        (ChangeWish(V.CANCEL, True), Reviewer(Party.FINANCE), {}, [C.NOT_YOURS]),
        (ChangeWish(V.CANCEL, True), OURS, {"state": RequestState.CLOSED}, [C.NOT_NOW]),
        (ask((2018, 1, 10), (2018, 1, 9)), OURS, {}, [C.DATES_ORDER]),
        (ask((2018, 3, 31), (2018, 4, 1)), OURS, {}, [C.OUTSIDE_WINDOW]),
        (ask((2017, 12, 7), (2017, 12, 9)), OURS, {}, [C.TOO_SOON]),
        (ask(None, None), OURS, {}, [C.FIELD_MISSING] * 2),
        (ask((2018, 1, 10), (2018, 1, 12), False), OURS, {}, [C.FIELD_MISSING]),
        (ask((2018, 1, 10), (2018, 1, 12)), MANAGER, {}, [C.NOT_YOURS]),
        (ask((2018, 1, 10), (2018, 1, 12)), OURS, {"claim": "AB12"}, [C.CLAIM_OPEN]),
        (
            ask((2018, 1, 10), (2018, 1, 12)),
            *(OURS, {"today": date(2017, 12, 20)}, [C.ACTIVITY_BEGUN]),
        ),
        (ChangeWish(V.MOVE_DATES, False), MANAGER, {}, [C.DATES_NONE]),
        (ChangeWish(V.MOVE_DATES, False), MANAGER, ASKED | {"approved": 20_01}, [C.ABOVE_LIMIT]),
        (ChangeWish(V.MOVE_DATES, False), replace(MANAGER, filed_it=True), ASKED, [C.FILED_IT]),
        (ChangeWish(V.MOVE_DATES, False), replace(LEAD, own_company=True), ASKED, [C.OWN_COMPANY]),
        (ChangeWish(V.MOVE_DATES, False), MANAGER, ASKED | {"claim": "AB12"}, [C.CLAIM_OPEN]),
        (
            ChangeWish(V.MOVE_DATES, False),
            *(MANAGER, ASKED | {"asked_on": date(2018, 1, 4)}, [C.TOO_SOON]),
        ),
        (ChangeWish(V.KEEP_DATES, True), MANAGER, {}, [C.DATES_NONE]),
        (ChangeWish(V.KEEP_DATES, False), MANAGER, ASKED, [C.FIELD_MISSING]),
        (ChangeWish(V.EXTEND, True), MANAGER, LATE, [C.CLAIM_LATE]),
        (ChangeWish(V.EXTEND, True), MANAGER, {"extended": 2}, [C.EXTENDED_OFTEN]),
        (ChangeWish(V.EXTEND, True), MANAGER, {"due_on": TERMS.claims_until}, [C.EXTENDED_TOO_FAR]),
        (ChangeWish(V.EXTEND, False), MANAGER, {}, [C.FIELD_MISSING]),
        (ChangeWish(V.EXTEND, True), OURS, {}, [C.NOT_YOURS]),
    ],
)
def test_each_reason_against_a_change(wish, by, changed, codes):
    found = may_change(wish, replace(FACTS, by=by, **changed))
    assert (found.value, [each.code for each in found.reasons]) == (None, codes)


MOVED = Change(date(2018, 1, 10), date(2018, 1, 12), date(2018, 2, 26))


@pytest.mark.parametrize(
    ("wish", "by", "changed", "change"),
    [
        (ChangeWish(V.CANCEL, True), OURS, {}, Change(released=15_00)),
        (ChangeWish(V.CANCEL, True), MANAGER, {"reserved": 7_00}, Change(released=7_00)),
        (ask((2018, 1, 10), (2018, 1, 12)), OURS, {}, Change(MOVED.starts_on, MOVED.ends_on)),
        (ChangeWish(V.MOVE_DATES, False), MANAGER, ASKED, MOVED),
        (ChangeWish(V.MOVE_DATES, True), LEAD, ASKED | {"approved": 50_00}, MOVED),
        (
            ChangeWish(V.MOVE_DATES, False),
            *(MANAGER, ASKED | {"terms": replace(TERMS, claims_until=date(2018, 2, 1))}),
            replace(MOVED, due_on=date(2018, 2, 1)),
        ),
        (ChangeWish(V.KEEP_DATES, True), MANAGER, ASKED, Change()),
        (ChangeWish(V.EXTEND, True), MANAGER, {}, Change(due_on=date(2018, 2, 20))),
        (
            *(ChangeWish(V.EXTEND, True), MANAGER, {"due_on": date(2018, 5, 10)}),
            Change(due_on=TERMS.claims_until),  # never past the fund's last day
        ),
        (
            ChangeWish(V.EXTEND, True),
            *(MANAGER, {"today": date(2018, 2, 5)}, Change(due_on=date(2018, 2, 20))),
        ),
    ],
)
def test_what_becomes_of_the_request(wish, by, changed, change):
    found = may_change(wish, replace(FACTS, by=by, **changed))
    assert (found.value, found.reasons) == (change, ())
