"""What the fields of the forms of marketing funds name, for `test_matrix_fields.py`."""

import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from portal.mdf.claim_models import Claim, Invoice
from portal.registry.models import Agreement, Partner, Registry
from portal.store.db import db
from tests.registry.world import CTL
from tests.surface.rivals import PARTNER, World

Rows = Callable[[World, str], list[str]]
NUMBER, KEY, CODE = "2147483646", "0190a8b2-0000-7000-8000-00000000beef", "nowhere"


def _list(query: Any) -> list[str]:
    return [str(each) for each in db.session.scalars(query)]


def _strangers(column: Any) -> Rows:
    """Companies that have no agreement with CenturyLink, for its channel; for a company all others."""
    agreed = select(Agreement.partner_id).join(Registry, Registry.id == Agreement.registry_id)
    agreed = agreed.where(Registry.slug == CTL)

    def rows(_world: World, email: str) -> list[str]:
        whose = PARTNER.get(email)
        strange = Partner.code != whose if whose else Partner.id.not_in(agreed)
        return _list(select(column).where(strange))

    return rows


def _invoices(_world: World, email: str) -> list[str]:
    query = select(Invoice.id).join(Claim, Claim.id == Invoice.claim_id)
    query = query.join(Partner, Partner.id == Claim.partner_id)
    return _list(query.where(Partner.code != PARTNER[email]))


def _files(world: World, email: str) -> list[str]:
    """Those that the reader does not see."""
    every = (thing for thing in world.things if thing.argument == "file_id")
    return [thing.value for thing in every if email not in thing.seen_by]


def _none(_world: World, _email: str) -> list[str]:
    return []


# (endpoint, field): an id or code that nobody has, and those of others for a reader.
NAMING: dict[tuple[str, str], tuple[str, Rows]] = {
    ("site.mdf.ask", "company"): (CODE, _strangers(Partner.code)),
    ("site.mdf.queue", "company"): (NUMBER, _strangers(Partner.id)),
    ("site.mdf.save", "remove"): (KEY, _files),
    ("site.mdf.claim_document", "invoice"): (NUMBER, _invoices),
    ("site.mdf.ask_claim", "ask-fields"): (f"line:{NUMBER}", _none),
    ("site.mdf.question", "ask-fields"): (CODE, _none),
    ("site.mdf.fund_statement", "company"): (NUMBER, _none),
}
PLAIN = {
    **dict.fromkeys(("activity", "cost", "proof", "currency"), "by its code, in one's own terms"),
    **dict.fromkeys(("document", "line"), "a verdict on what its name numbers: a short list"),
    **dict.fromkeys(("amount", "base"), "what the form was drawn from"),
    **dict.fromkeys(("note", "extend-note"), "words that a button brings along"),
    **dict.fromkeys(("final", "decline-nearest", "reject-nearest"), "yes or no"),
    "back": "which of two pages",
    "fund": "by its name; everybody reads them",
}
# Of a version of terms: what the version it is copied from says of each activity.
_OF_TERMS = re.compile(r"[a-z-]+-(keep|(proof|cost)-[a-z-]+)")


def of_terms(endpoint: str, name: str) -> bool:
    """Whether a field says what becomes of a part of a fund's terms."""
    drawn = ("site.mdf.prepare_terms", "site.mdf.open_fund")
    return endpoint in drawn and _OF_TERMS.fullmatch(name) is not None
