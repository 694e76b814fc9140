"""Words of a claim's review: what a reason says of its lines and documents, what a question names."""

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.kernel.decision import Reason
from portal.mdf import claim_words, labels
from portal.mdf.claim_pages import ClaimPage
from portal.mdf.claim_review_pages import ReviewPage
from portal.mdf.rules import MdfCode

# What a yes to a claim is told where the words of a request would not fit.
OF_REVIEWS: dict[MdfCode, LazyString] = {
    MdfCode.AMOUNT_NONE: _l(
        "Nothing was accepted that is paid for: reject the claim, or ask for more."
    ),
    MdfCode.SAME_PERSON: _l(
        "You have said yes already, to the request or to this claim: somebody else decides."
    ),
    MdfCode.PROOF_MISSING: _l("No document was accepted of what is owed: %(proof)s."),
}


def part_names(page: ClaimPage) -> dict[str, str]:
    """What the parts of a claim are called, by their names in steps and reasons: "line:5", "proof:x"."""
    names = claim_words.names_of(page.ground.activity)
    said: dict[str, str] = {}
    for billed in page.billed:
        number = billed.row.number
        said[f"invoice:{billed.row.id}"] = _("Invoice %(number)s", number=number)
        for line in billed.lines:
            cost = names.get(f"cost:{line.row.cost}", line.row.cost)
            told = {"cost": cost, "number": number, "text": line.row.text}
            said[f"line:{line.row.id}"] = (
                _("%(cost)s (%(text)s), invoice %(number)s", **told)
                if line.row.text
                else _("%(cost)s, invoice %(number)s", **told)
            )
        for doc in billed.docs:
            said[f"document:{doc.row.id}"] = _("File %(name)s", name=doc.file.name)
    for owed in page.owed:
        said[f"proof:{owed.code}"] = claim_words.picked(owed.name)
        for doc in owed.docs:
            said[f"document:{doc.row.id}"] = _("File %(name)s", name=doc.file.name)
    said["outcome"] = _("What came of it")
    return said


def asked_names(found: ReviewPage) -> list[tuple[str, str]]:
    """What a question may name, in the order of the page."""
    names = part_names(found.page)
    return [(key, text) for key, text in names.items() if key in found.names]


def told(found: ReviewPage, reason: Reason) -> str:
    """What a reason of the review says, with the line or document that it is about."""
    names = claim_words.names_of(found.page.ground.activity)
    words = OF_REVIEWS.get(MdfCode(reason.code))
    if words is not None:
        proof = str(reason.facts.get("proof", ""))
        return str(words) % {"proof": names.get(f"proof:{proof}", proof)}
    said = labels.sentence(reason, names)
    about = part_names(found.page).get(reason.line or "")
    return str(_("%(about)s: %(said)s", about=about, said=said)) if about else said
