"""The table of `test_transitions.py` through the commands: each step, in each state, by each party (M3 to M5).

Where the table has nobody, nothing is done and nothing is written but the decision; where it has somebody,
the step is taken, prepared as it must be. On SQLite: which statements are asked is for others to try.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from portal.kernel import clock
from portal.mdf.claim_models import Claim, ClaimLine, Invoice
from portal.mdf.rules import ClaimState, Party, RequestState
from portal.mdf.transitions import Verb
from portal.store.db import atomic
from tests import people
from tests.companies.cast import actor
from tests.conftest import House
from tests.mdf.claim_world import make_claim
from tests.mdf.deeds import Deed, take
from tests.mdf.invariants import size, wrong
from tests.mdf.test_transitions import BY_HAND
from tests.mdf.world import DUE, make_fund, make_request

R, S = RequestState, ClaimState
EMAILS = {
    Party.PARTNER: people.NORTE,
    Party.CHANNEL: people.CHANNEL,
    Party.LEAD: people.LEAD,
    Party.FINANCE: people.FINANCE,
}
# No command of anybody's: time does it.
OF_TIME = {Verb.REMIND, Verb.EXPIRE}
DISPUTES = {Verb.CLAIM_DISPUTE, Verb.CLAIM_SETTLE}
REVERSALS = {Verb.CLAIM_REVERSE, Verb.CLAIM_KEEP}


class Everything:
    """Funds, and a fresh request or claim for each step that is taken."""

    def __init__(self) -> None:
        many: dict[str, Any] = {"budget": 10**7, "pooled": True}
        self.fund, self.small = (
            make_fund("mesa", **many),
            make_fund("tope", manager_limit=1, **many),
        )
        self.today = dict.fromkeys(("starts_on", "ends_on"), clock.today())
        self.keys = iter(range(10_000))

    def stand(self, verb: Verb, state: RequestState | ClaimState, by: str) -> tuple[str, str]:
        """A request, and for a step of a claim a claim of it, in this state."""
        if isinstance(state, RequestState):
            fund = self.small if verb is Verb.ENDORSE else self.fund
            staff = verb is Verb.SUBMIT and by not in (people.NORTE, people.FINANCE)
            return make_request(fund, state=state, by=by if staff else ""), ""
        # Who says yes to a claim, or settles a line of it, is another than who decided before.
        other = people.LEAD if by == people.CHANNEL else people.CHANNEL
        fund = self.small if verb is Verb.CLAIM_ENDORSE else self.fund
        ref = make_request(fund, state=R.APPROVED, asked=20_00, decided_by=other, **self.today)
        return ref, make_claim(ref, state, lines=[("venue", 20_00)], decided_by=other, billed=True)

    def do(self, verb: Verb, ref: str, claim: str, email: str, days: int = 0) -> str:
        """Take the step so many days from now."""
        now = clock.business() + timedelta(days=days)
        return take(Deed(verb, ref, claim, actor(email), now, f"k{next(self.keys)}"))

    def prepare(self, verb: Verb, ref: str, claim: str) -> None:
        """What must have been before."""
        if verb in (Verb.MOVE_DATES, Verb.KEEP_DATES):
            assert self.do(Verb.ASK_DATES, ref, claim, people.NORTE) == "done"
        if verb in DISPUTES:
            with atomic() as session:
                cut = select(ClaimLine.id).join(Invoice, Invoice.id == ClaimLine.invoice_id)
                cut = cut.join(Claim, Claim.id == Invoice.claim_id).where(Claim.ref == claim)
                half = {"accepted": ClaimLine.amount // 2, "reason": "La mitad"}
                session.execute(update(ClaimLine).where(ClaimLine.id.in_(cut)).values(**half))
                decided = update(Claim).where(Claim.ref == claim)
                session.execute(decided.values(decided_at=clock.business()))
        if verb is Verb.CLAIM_SETTLE:
            assert self.do(Verb.CLAIM_DISPUTE, ref, claim, people.NORTE) == "done"
        if verb in REVERSALS:
            assert self.do(Verb.CLAIM_ASK_REVERSAL, ref, claim, people.FINANCE) == "done"


def test_where_the_table_has_nobody_nothing_is_done(sqlite_house: House) -> None:
    sqlite_house.state("demo")
    with sqlite_house.app.app_context():
        world, stands = Everything(), {}
        for by_hand in BY_HAND:
            for (verb, state), parties in by_hand.items():
                if verb in OF_TIME:
                    continue
                kind = isinstance(state, RequestState)
                if (kind, state) not in stands:
                    stands[kind, state] = world.stand(Verb.ASK, state, people.NORTE)
                ref, claim = stands[kind, state]
                for party in EMAILS.keys() - parties:
                    before = size()
                    answer = world.do(verb, ref, claim, EMAILS[party])
                    assert answer != "done", (verb, state, party)
                    assert size() == before, (verb, state, party, answer)
        assert wrong() == []


def test_where_the_table_has_somebody_the_step_is_taken(sqlite_house: House) -> None:
    sqlite_house.state("demo")
    with sqlite_house.app.app_context():
        world, faults = Everything(), []
        for by_hand in BY_HAND:
            for (verb, state), parties in by_hand.items():
                for party in sorted(parties & EMAILS.keys()):
                    ref, claim = world.stand(verb, state, EMAILS[party])
                    world.prepare(verb, ref, claim)
                    answer = world.do(verb, ref, claim, EMAILS[party])
                    if answer != "done":
                        faults.append((verb.value, state.value, party.value, answer))
        ahead = (DUE - clock.today()).days
        for verb, days in ((Verb.REMIND, ahead - 7), (Verb.EXPIRE, ahead + 1)):
            ref, _ = world.stand(verb, R.APPROVED, people.NORTE)
            assert world.do(verb, ref, "", people.NORTE, days) == "done"
        assert faults == []
        assert wrong() == []
