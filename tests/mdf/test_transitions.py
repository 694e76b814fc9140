"""Every step, in every state, by everyone: written by hand from facts.md M3 to M5 and mdf.md 2.2.

A letter in a cell says who may take the step then: p the partner, c its channel support team, l the
lead, f finance, s the portal itself by date; "." nobody.
"""

import pytest

from portal.mdf.rules import ClaimState, MdfCode, Party, RequestState
from portal.mdf.transitions import STEPS, Verb, not_now

LETTERS = {
    "p": Party.PARTNER,
    "c": Party.CHANNEL,
    "l": Party.LEAD,
    "f": Party.FINANCE,
    "s": Party.SYSTEM,
}
REQUESTS = """
                  draft submitted needs_info approved rejected declined withdrawn cancelled expired closed
submitted         pcl   .         pcl        .        pcl      .        .         .         .       .
asked             .     cl        .          .        .        .        .         .         .       .
endorsed          .     cl        .          .        .        .        .         .         .       .
approved          .     cl        .          .        .        .        .         .         .       .
rejected          .     cl        .          .        .        .        .         .         .       .
declined          .     cl        .          .        .        .        .         .         .       .
withdrawn         p     p         p          .        p        .        .         .         .       .
cancelled         .     .         .          pcl      .        .        .         .         .       .
dates_asked       .     .         .          p        .        .        .         .         .       .
dates_moved       .     .         .          cl       .        .        .         .         .       .
dates_kept        .     .         .          cl       .        .        .         .         .       .
extended          .     .         .          cl       .        .        .         .         .       .
reminded          .     .         .          s        .        .        .         .         .       .
expired           .     .         .          s        .        .        .         .         .       .
closed            .     .         .          ps       .        .        .         .         .       .
claim.begun       .     .         .          p        .        .        .         .         .       .
"""
CLAIMS = """
                     draft submitted needs_info approved rejected withdrawn part_paid paid reversed
claim.submitted      p     .         p          .        .        .         .         .    .
claim.asked          .     cl        .          .        .        .         .         .    .
claim.endorsed       .     cl        .          .        .        .         .         .    .
claim.approved       .     cl        .          .        .        .         .         .    .
claim.rejected       .     cl        cl         .        .        .         .         .    .
claim.withdrawn      p     p         p          .        .        .         .         .    .
claim.disputed       .     .         .          p        p        .         p         p    .
claim.settled        .     .         .          cl       cl       .         cl        cl   .
claim.paid           .     .         .          f        .        .         f         .    .
claim.reversal_asked .     .         .          f        .        .         f         f    .
claim.reversed       .     .         .          l        .        .         l         l    .
claim.kept           .     .         .          l        .        .         l         l    .
"""
Table = dict[tuple[Verb, RequestState | ClaimState], frozenset[Party]]


def table(text: str, kind: type[RequestState] | type[ClaimState]) -> Table:
    """A table as written above."""
    head, *rows = (line.split() for line in text.strip().splitlines())
    assert [kind(name) for name in head] == list(kind)
    found: Table = {}
    for verb, *cells in rows:
        for state, letters in zip(kind, cells, strict=True):
            found[Verb(verb), state] = frozenset(LETTERS[each] for each in letters.strip("."))
    return found


BY_HAND = [table(REQUESTS, RequestState), table(CLAIMS, ClaimState)]


@pytest.mark.parametrize("by_hand", BY_HAND, ids=["requests", "claims"])
def test_whether_a_step_can_be_taken_is_as_written_by_hand(by_hand: Table) -> None:
    for (verb, state), parties in by_hand.items():
        for party in Party:
            answer = not_now(verb, state, party)
            assert (answer is None) == (party in parties), (verb, state, party)
            if answer is not None:
                ever = any(party in who for (each, _), who in by_hand.items() if each is verb)
                code = MdfCode.NOT_NOW if ever else MdfCode.NOT_YOURS
                assert answer.code is code, (verb, state, party)


def test_every_step_stands_in_one_of_the_two_tables() -> None:
    told = [{verb for verb, _ in by_hand} for by_hand in BY_HAND]
    assert told[0] | told[1] == set(STEPS) == set(Verb) - {Verb.BEGIN}
    assert not told[0] & told[1]
