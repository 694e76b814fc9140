"""What a reviewer types of a claim: a verdict on each document and line, a yes, a question, a no, a
settlement; and what finance types of a payment or a reversal. All of it is kept as it was typed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import DateField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from portal.kernel import money
from portal.kernel.text import tidy
from portal.mdf.amounts import LONGEST, parse, written
from portal.mdf.claim_models import ClaimLine, Document
from portal.mdf.claim_review_rules import Check, Judged
from portal.mdf.review_forms import AmountForm, amount_field, text_field
from portal.mdf.rules import Verdict

REASON, REFERENCE = 500, 100
OPEN, ACCEPTED, PART, REFUSED = "open", "accepted", "part", "refused"
OF_DOCUMENTS = {
    OPEN: _l("Not checked yet"),
    ACCEPTED: _l("Accepted"),
    REFUSED: _l("Not accepted"),
}
OF_LINES = {
    OPEN: _l("Not checked yet"),
    ACCEPTED: _l("Accepted"),
    PART: _l("Accepted in part"),
    REFUSED: _l("Not accepted"),
}


@dataclass
class TypedVerdict:
    """A verdict as it was typed, and what is wrong with it; `amount` is that of a part."""

    verdict: str = OPEN
    reason: str = ""
    amount: str = ""
    error: str = ""
    amount_error: str = ""


@dataclass
class VerdictForm:
    """The verdicts on a claim, by the id of their document or line."""

    documents: dict[int, TypedVerdict] = field(default_factory=dict)
    lines: dict[int, TypedVerdict] = field(default_factory=dict)

    def asked(self, claim: str, currencies: Mapping[int, str]) -> Check | None:
        """What was said; None with the errors where an amount is none. `currencies` are those of the
        lines, by id.
        """
        lines = [self._line(key, each, currencies[key]) for key, each in self.lines.items()]
        if any(each.amount_error for each in self.lines.values()):
            return None
        documents = (
            Judged(key, Verdict(each.verdict), each.reason) for key, each in self.documents.items()
        )
        return Check(claim, tuple(documents), tuple(lines))

    def _line(self, key: int, typed: TypedVerdict, currency: str) -> Judged:
        if typed.verdict != PART:
            return Judged(key, Verdict(typed.verdict), typed.reason)
        try:
            return Judged(key, Verdict.ACCEPTED, typed.reason, parse(typed.amount, currency))
        except money.BadAmount as wrong:
            typed.amount_error = str(wrong)
            return Judged(key, Verdict.OPEN)

    def place(self, name: str) -> TypedVerdict | None:
        """What was typed of "document:3" or "line:5"."""
        kind, _colon, key = name.partition(":")
        found = self.documents if kind == "document" else self.lines
        return found.get(int(key)) if key.isdigit() else None


def kept(documents: Iterable[Document], lines: Iterable[tuple[ClaimLine, str]]) -> VerdictForm:
    """The verdicts as they stand; lines with the currency of their invoice."""
    return VerdictForm(
        {one.id: TypedVerdict(one.verdict.value, one.reason) for one in documents},
        {
            line.id: TypedVerdict(
                _verdict_of(line),
                line.reason,
                written(line.accepted, currency) if _verdict_of(line) == PART else "",
            )
            for line, currency in lines
        },
    )


def _verdict_of(line: ClaimLine) -> str:
    if line.accepted is None:
        return OPEN
    if line.accepted == 0:
        return REFUSED
    return ACCEPTED if line.accepted >= line.amount else PART


def typed(sent: MultiDict[str, str], shown: VerdictForm) -> VerdictForm:
    """What was sent, of the documents and lines that are `shown`; "rest" accepts what was left open."""
    rest = "rest" in sent
    return VerdictForm(
        {
            key: _typed(sent, f"document-{key}", OF_DOCUMENTS, was, rest)
            for key, was in shown.documents.items()
        },
        {key: _typed(sent, f"line-{key}", OF_LINES, was, rest) for key, was in shown.lines.items()},
    )


def _typed(
    sent: MultiDict[str, str], name: str, known: Mapping[str, object], was: TypedVerdict, rest: bool
) -> TypedVerdict:
    verdict = sent.get(name, was.verdict)
    verdict = verdict if verdict in known else OPEN
    return TypedVerdict(
        ACCEPTED if rest and verdict == OPEN else verdict,
        tidy(sent.get(f"{name}-reason", ""))[:REASON],
        tidy(sent.get(f"{name}-amount", ""))[:LONGEST],
    )


class YesForm(FlaskForm):
    """A yes to the sum that the page shows."""

    note = text_field(_l("Note to the company"), rows=2)


class RefusalForm(FlaskForm):
    """No to all of it."""

    note = text_field(
        _l("Reason"),
        _l("Write the reason: the company reads it."),
    )


class SettleForm(AmountForm):
    """A second look at a line: how much of it is accepted now, in all."""

    amount = amount_field(
        _l("Accepted of the line, in all"), _l("Write the amount that is accepted.")
    )
    note = text_field(_l("Reason"), _l("Write the reason: the company reads it."))


class PaymentForm(AmountForm):
    """A payment, as it left the bank."""

    amount = amount_field(_l("Amount paid"), _l("Write the amount that was paid."))
    paid_on = DateField(
        _l("Day of the payment"), validators=[InputRequired(_l("Enter the day of the payment."))]
    )
    reference = StringField(
        _l("Reference of the payment"),
        validators=[
            DataRequired(_l("Write the reference of the payment.")),
            Length(max=REFERENCE),
        ],
        filters=[lambda text: tidy(text) if text else text],
        description=_l("As the bank gave it. The company reads it, and finds the payment by it."),
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )


class ReversalForm(FlaskForm):
    """Why a claim is to be reversed, or why not."""

    note = text_field(
        _l("Reason"),
        _l("Write the reason."),
        hint=_l("The company reads it on the timeline of its request; write of no person."),
    )
