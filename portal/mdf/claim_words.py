"""Words of a claim: what is missing and where on its page it is mended, what the review said."""

from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.kernel.decision import Reason
from portal.kernel.localized import Localized
from portal.mdf import labels
from portal.mdf.claim_models import Invoice
from portal.mdf.claim_pages import ClaimPage
from portal.mdf.models import Activity
from portal.mdf.rules import MdfCode, Verdict
from portal.mdf.sending_rules import INVOICE_PROOF
from portal.web.i18n import locale
from portal.web.site import language

# What the review said of a document or a line, and the mark it carries.
VERDICTS: dict[Verdict, tuple[LazyString, str]] = {
    Verdict.OPEN: (_l("Not checked yet"), ""),
    Verdict.ACCEPTED: (_l("Accepted"), "yes"),
    Verdict.REFUSED: (_l("Not accepted"), "no"),
}
# What a reason says of a claim, where the words of a request would not fit.
OF_CLAIMS: dict[MdfCode, LazyString] = {
    MdfCode.AMOUNT_NONE: _l("Nothing on these invoices is paid for: there is nothing to claim."),
    MdfCode.ABOVE_APPROVED: _l("Nothing is reserved for this request any more."),
}
_PLACES = {
    MdfCode.INVOICE_MISSING: "invoices",
    MdfCode.AMOUNT_NONE: "sum",
    MdfCode.ABOVE_RESERVE: "sum",
    MdfCode.LINE_NOT_ELIGIBLE: "sum",
    MdfCode.FIELD_MISSING: "outcome",
}


def names_of(activity: Activity) -> dict[str, str]:
    """What the codes of an activity are called, as `labels.sentence` asks for them."""
    return {
        f"{kind}:{each['code']}": Localized(each["name"]).pick(language())
        for kind, listed in (
            ("cost", activity.costs),
            ("proof", activity.proofs),
            ("field", activity.metrics),
        )
        for each in listed
    }


def said(reason: Reason, names: dict[str, str], invoices: dict[int, Invoice]) -> str:
    """What a reason says, in the reader's language."""
    code = MdfCode(reason.code)
    if code in OF_CLAIMS:
        return str(OF_CLAIMS[code])
    kind, _colon, key = (reason.line or "").partition(":")
    if code is MdfCode.PROOF_MISSING and kind == "invoice" and int(key) in invoices:
        copy = _("a copy of the invoice %(number)s", number=invoices[int(key)].number)
        names = {**names, f"proof:{INVOICE_PROOF}": copy}
    return labels.sentence(reason, names)


def place(reason: Reason) -> str | None:
    """The part of the claim's page where a reason is mended, as an anchor."""
    kind, _colon, key = (reason.line or "").partition(":")
    if kind in ("invoice", "proof", "file"):
        return f"{kind}-{key}"
    return _PLACES.get(MdfCode(reason.code))


def mended(page: ClaimPage, names: dict[str, str]) -> list[tuple[str, str]]:
    """What the review asks to be mended, each as (name, anchor on the claim's page)."""
    asked = next((each.line.fields for each in reversed(page.course) if each.line.fields), ())
    lines = {line.row.id: each.row for each in page.billed for line in each.lines}
    files = {doc.row.id: doc.file for doc in page.docs}
    invoices = {each.row.id: each.row for each in page.billed}
    found: dict[str, str] = {}
    for field in asked:
        kind, _colon, key = field.partition(":")
        if kind == "line" and int(key) in lines:
            row = lines[int(key)]
            name = _("A line of the invoice %(number)s", number=row.number)
            found[name] = f"invoice-{row.id}"
        elif kind == "invoice" and int(key) in invoices:
            name = _("Invoice %(number)s", number=invoices[int(key)].number)
            found[name] = f"invoice-{key}"
        elif kind == "document" and int(key) in files:
            found[files[int(key)].name] = f"file-{files[int(key)].id}"
        elif kind == "proof":
            found[names.get(field, key)] = f"proof-{key}"
        elif kind == "outcome":
            found[_("What came of it")] = "outcome"
    return list(found.items())


def rate_shown(rate: str) -> str:
    """A typed rate with all its digits, in the reader's format."""
    return str(format_decimal(Decimal(rate), "#,##0.############", locale()))


def picked(texts: Any) -> str:
    """A text that a column keeps by language, in the reader's; nothing for none."""
    return Localized(texts).pick(language()) if texts else ""
