"""What the front page says of MDF: whose turn is the reader's, a few rows of it, and the way in."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.mdf import labels, overview, review_labels, turn_words
from portal.mdf.overview import Listed, ListedClaim
from portal.mdf.rules import Party
from portal.mdf.steps import party_of
from portal.mdf.waiting import Waiting, waiting

FEW = 3


@dataclass(frozen=True)
class Front:
    """The first few that are the reader's to go on with, the soonest due first: a company's requests,
    what waits for channel people, or the claims that finance is to pay.
    """

    party: Party
    on: date
    requests: list[Listed] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    claims: list[ListedClaim] = field(default_factory=list)

    @property
    def labels(self) -> Any:
        """Codes of requests and claims in words."""
        return labels

    @property
    def words(self) -> Any:
        """What is to be done, in words."""
        return review_labels

    def said(self, each: Listed) -> turn_words.Said | None:
        """Whose turn a request is, in words."""
        if each.turn is None:
            return None
        return turn_words.said(each.turn, each.row.state, each.claim, self.party, self.on)


def front(session: Session, actor: Actor, on: date) -> Front:
    """What of MDF is the reader's to do, on the business date `on`. At most two queries."""
    party = party_of(actor)
    if party is Party.PARTNER:
        found = overview.listed(session, actor)[0]
        mine = [each for each in found if each.turn and each.turn.party is party]
        mine.sort(key=lambda each: (each.turn and each.turn.by) or date.max)
        return Front(party, on, requests=mine[:FEW])
    if party is Party.FINANCE:
        states = overview.CLAIMS_OF[party]
        return Front(party, on, claims=overview.claims(session, actor, states, most=FEW))
    return Front(party, on, waiting=waiting(session, actor)[0][:FEW])
