"""Marketing funds in the rivals' world, a canary in each text and an amount that nobody else has; and who
may read which, by hand from facts.md M3 to M5 and section 9: a company its own; the registry's channel
people what was sent, or one of them filed; finance what was approved, of every registry.
"""

from collections.abc import Callable
from itertools import count

from sqlalchemy import select

from portal.accounts.models import Person
from portal.mdf.claim_models import (
    Claim,
    ClaimLine,
    Document,
    Invoice,
    InvoiceKey,
    Payment,
)
from portal.mdf.models import Fund, FundRequest, TimelineStep
from portal.mdf.queries import CLAIM_FILES, REQUEST_FILES
from portal.mdf.rules import ClaimState, RequestState
from portal.registry.models import Partner, Registry
from portal.store.db import db
from portal.store.files import File
from tests import people
from tests.companies.cast import actor
from tests.mdf.claim_world import make_claim
from tests.mdf.world import DECIDES, make_fund, make_request
from tests.registry.world import CTL, L3
from tests.surface.matrix_made import PEERS, USERS, _bring, pairs
from tests.surface.rivals import Thing, World

R, S = RequestState, ClaimState
# Whose, of which registry. North asks of both.
ASKED = (("norte", CTL), ("sur", CTL), ("norte", L3))
BOOKS = {CTL: "canario-centurylink", L3: "canario-level3"}
ONE_AMOUNT = 7_431_31  # and what is asked for later is a little more

CLAIMED = (
    *("remarks", "issuer", "tax_id", "number", "rate_source", "text", "reason", "dispute"),
    *("reference", "reversal_reason", "note"),
)

# How the address of a kind names it; those of `BESIDE` are named after what they belong to.
BESIDE = {
    "mdf_invoice": "invoice_id",
    "mdf_document": "document_id",
    "mdf_line": "line_id",
    "mdf_file": "file_id",
}
ARGUMENT = BESIDE | {
    **dict.fromkeys(("mdf_request", "mdf_draft", "mdf_waiting", "mdf_approved"), "ref"),
    **dict.fromkeys(
        ("mdf_claim", "mdf_claim_draft", "mdf_claim_waiting", "mdf_claim_approved"), "ref"
    ),
    **dict.fromkeys(("mdf_fund", "mdf_book"), "slug"),
    "mdf_company": "code",
}
UNKNOWN = {kind: "ZZZZ9999" for kind, argument in ARGUMENT.items() if argument == "ref"} | {
    **dict.fromkeys(BESIDE, "ZZZZ9999/2147483646"),
    "mdf_file": "ZZZZ9999/0190a8b2-0000-7000-8000-00000000beef",
    **dict.fromkeys(("mdf_fund", "mdf_book", "mdf_company"), "nowhere"),
}


def said(what: str, of: str) -> str:
    """A text that says whose it is."""
    return f"Dinero Canario {what} {of} fin"


def written(amount: int) -> tuple[str, ...]:
    """An amount as a page may write it."""
    whole, cents = divmod(amount, 100)
    comma = f"{whole:,}"
    point = comma.replace(",", ".")
    return f"{comma}.{cents:02}", f"{point},{cents:02}", f"{whole}.{cents:02}"


def ask_for_money() -> None:
    """Of either company, and of one in both registries, requests and claims in their states."""
    funds = {
        slug: make_fund(name, registry=slug, budget=900_000_00, pooled=True)
        for slug, name in BOOKS.items()
    }
    amounts = count(ONE_AMOUNT, 1_011_03)
    for code, slug in ASKED:
        for state in (R.SUBMITTED, R.NEEDS_INFO, R.REJECTED, R.APPROVED, R.DRAFT):
            _ask(funds[slug], code, state, next(amounts), f"{code}-{slug}-{state.value}")
        by = DECIDES[slug]
        _ask(funds[slug], code, R.DRAFT, next(amounts), f"{code}-{slug}-filed", by)
        for state in (S.DRAFT, S.SUBMITTED, S.APPROVED, S.PART_PAID):
            of = f"{code}-{slug}-claim-{state.value}"
            ref = _ask(funds[slug], code, R.APPROVED, next(amounts), of)
            lines = [("venue", 4_000_02), ("alcohol", 71_00)]
            make_claim(ref, state, lines=lines, texts={each: said(each, of) for each in CLAIMED})


def _ask(fund_id: int, code: str, state: RequestState, amount: int, of: str, by: str = "") -> str:
    names = {"title": "titulo", "details": "detalle", "note": "nota"}
    texts = {name: said(what, of) for name, what in names.items()}
    ref = make_request(fund_id, code, state, asked=amount, by=by, **texts)
    if state is R.DRAFT:
        email = USERS[code][0]
        subject, partner = f"{REQUEST_FILES}{ref}", actor(email).partner_id
        _bring(email, f"oferta-canaria-{ref}", subject, partner, None)
    return ref


def tell_money(world: World, may: Callable[..., None]) -> None:
    """Who may read what of it."""
    session = db.session()
    codes, slugs = (
        pairs(select(Partner.id, Partner.code)),
        pairs(select(Registry.id, Registry.slug)),
    )
    names, people_ = pairs(select(Partner.id, Partner.name)), pairs(select(Person.id, Person.name))
    read: dict[int, frozenset[str]] = {}
    ours = set(session.scalars(select(Fund.id).where(Fund.slug.in_(BOOKS.values()))))
    for row in session.scalars(select(FundRequest).order_by(FundRequest.id)):
        slug = slugs[row.registry_id]
        sent = row.submitted_at is not None or row.for_staff
        channel = PEERS[slug] if sent else ()
        pays = (people.FINANCE,) if row.approved is not None else ()
        read[row.id] = readers = frozenset({*USERS[codes[row.partner_id]], *channel, *pays})
        for text in (row.ref, row.title, row.details):
            may(text, *readers)
        if row.fund_id in ours:  # the demonstration asks for round amounts, as terms have them too
            for text in written(row.asked or 0):
                may(text, *readers)
        if not row.for_staff:  # names of staff stand in the directory
            may(people_[row.filed_by], *readers)
        may(names[row.partner_id], *readers)
        kinds = {R.DRAFT: "mdf_draft", R.SUBMITTED: "mdf_waiting", R.APPROVED: "mdf_approved"}
        for kind in filter(None, ("mdf_request", kinds.get(row.state))):
            _thing(world, kind, row.ref, readers, slug)
        _files(world, may, f"{REQUEST_FILES}{row.ref}", readers, row.ref)
    for step in session.scalars(select(TimelineStep).where(TimelineStep.claim_id.is_(None))):
        may(step.note, *read[step.request_id])
    for claim in session.scalars(select(Claim).order_by(Claim.id)):
        _tell_claim(world, may, claim, codes[claim.partner_id], slugs[claim.registry_id])
    for key in session.scalars(select(InvoiceKey.key)):
        may(key)
    readers = frozenset({*USERS["norte"], *USERS["sur"], *PEERS[CTL], *PEERS[L3], people.FINANCE})
    for fund, registry_id in session.execute(select(Fund.slug, Fund.registry_id).order_by(Fund.id)):
        slug = slugs[registry_id]
        _thing(world, "mdf_fund", fund, readers, slug)
        _thing(world, "mdf_book", fund, frozenset({*PEERS[slug], people.FINANCE}), slug)
    for code in codes.values():  # one that has asked for nothing is nobody's to read about
        asked = {slug for each, slug in ASKED if each == code}
        staff = [email for slug in asked for email in PEERS[slug]]
        readers = frozenset({*USERS[code], *staff, people.FINANCE} if asked else ())
        _thing(world, "mdf_company", code, readers, "")


def _tell_claim(world: World, may: Callable[..., None], claim: Claim, code: str, slug: str) -> None:
    session = db.session()
    staff = () if claim.state is S.DRAFT else (*PEERS[slug], people.FINANCE)
    readers = frozenset({*USERS[code], *staff})
    kinds = {
        S.DRAFT: "mdf_claim_draft",
        S.SUBMITTED: "mdf_claim_waiting",
        S.APPROVED: "mdf_claim_approved",
    }
    for kind in filter(None, ("mdf_claim", kinds.get(claim.state))):
        _thing(world, kind, claim.ref, readers, slug)
    texts = [claim.ref, claim.remarks, claim.reversal_reason]
    bills = session.scalars(select(Invoice).where(Invoice.claim_id == claim.id)).all()
    for bill in bills:
        texts += [bill.issuer, bill.tax_id, bill.number, bill.rate_source]
        lines = session.scalars(select(ClaimLine).where(ClaimLine.invoice_id == bill.id)).all()
        for line in lines:
            texts += [line.text, line.reason, line.dispute]
            if claim.state is S.APPROVED:
                _thing(world, "mdf_line", f"{claim.ref}/{line.id}", readers, slug)
        if claim.state is S.DRAFT:
            _thing(world, "mdf_invoice", f"{claim.ref}/{bill.id}", readers, slug)
    for paper in session.scalars(select(Document).where(Document.claim_id == claim.id)):
        texts.append(paper.reason)
        if claim.state is S.DRAFT:
            _thing(world, "mdf_document", f"{claim.ref}/{paper.id}", readers, slug)
    texts += session.scalars(select(Payment.reference).where(Payment.claim_id == claim.id))
    texts += session.scalars(select(TimelineStep.note).where(TimelineStep.claim_id == claim.id))
    for text in texts:
        may(text, *readers)
    _files(world, may, f"{CLAIM_FILES}{claim.ref}", readers)


def _files(
    world: World, may: Callable[..., None], subject: str, readers: frozenset[str], of: str = ""
) -> None:
    """What is attached is read by whoever reads what it is attached to."""
    kept = select(File.id, File.name).where(File.subject == subject)
    for key, name in db.session.execute(kept):
        for text in (str(key), name, f"contenido-de-{name[:-4]}"):
            may(text, *readers)
        world.things = [each for each in world.things if each.value != str(key)]
        world.things.append(Thing("file_id", str(key), "", frozenset(), readers))
        if of:
            _thing(world, "mdf_file", f"{of}/{key}", readers, "")


def _thing(world: World, kind: str, value: str, readers: frozenset[str], slug: str) -> None:
    world.things.append(Thing(kind, value, slug, frozenset(), readers))
