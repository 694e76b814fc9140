"""The access table, continued: marketing development funds (facts.md M1 to M5, section 9).

`policy.py` says how the rows are read. The kinds are in `mdf_world.py`: an `mdf_request` in any state,
an `mdf_draft`, `mdf_waiting` (sent, nobody decided), `mdf_approved`, `mdf_fund`, what stands in its
book (`mdf_book`) or of a company in all of them (`mdf_company`); an `mdf_claim` in any
state, `mdf_claim_draft`, `mdf_claim_waiting`, `mdf_claim_approved`; an `mdf_invoice` and an
`mdf_document` of a claim in draft, an `mdf_line` of a claim that was approved, an `mdf_file` of a draft.
Those of a claim or request are named beside it: `<ref>` and `<int:invoice_id>`, `<int:document_id>`,
`<int:line_id>`, `<uuid:file_id>`.
"""

from portal.kernel.access import Role
from tests.surface.policy_rows import ANY, HEAD_OF_COMPANY, LEAD, LEADS, PARTNERS, STAFF, USER, Row

FINANCE = frozenset({Role.FINANCE})
MDF_READERS = PARTNERS | STAFF | FINANCE

ASKS = PARTNERS | STAFF


def company(answer: int) -> dict[Role, int]:
    """What only the company itself does: to its registry's people it is not there."""
    return {USER: answer, HEAD_OF_COMPANY: answer, ANY: 404}


CLAIMS: dict[str, Row] = {
    "site.mdf.begin_claim": Row(ASKS, "mdf_approved", company(302)),
    "site.mdf.claim": Row(MDF_READERS, "mdf_claim"),
    "site.mdf.submit_claim": Row(ASKS, "mdf_claim_draft", 422),
    "site.mdf.withdraw_claim": Row(ASKS, "mdf_claim_draft", 302, spoils=True),
    "site.mdf.claim_document": Row(ASKS, "mdf_claim_draft", 422),
    "site.mdf.remove_claim_document": Row(ASKS, "mdf_document", 302, spoils=True),
    "site.mdf.new_invoice": Row(ASKS, "mdf_claim_draft"),
    "site.mdf.add_invoice": Row(ASKS, "mdf_claim_draft", 422),
    "site.mdf.invoice": Row(ASKS, "mdf_invoice"),
    "site.mdf.change_invoice": Row(ASKS, "mdf_invoice", 422),
    "site.mdf.remove_claim_invoice": Row(ASKS, "mdf_invoice", 302, spoils=True),
    "site.mdf.claim_outcome": Row(ASKS, "mdf_claim_draft"),
    "site.mdf.save_claim_outcome": Row(ASKS, "mdf_claim_draft", 302, spoils=True),
    "site.mdf.dispute_form": Row(ASKS, "mdf_line", company(200)),
    "site.mdf.dispute_line": Row(ASKS, "mdf_line", company(422)),
}

ASKING: dict[str, Row] = {
    "site.mdf.ask": Row(ASKS),
    "site.mdf.begin": Row(ASKS, own=422),
    "site.mdf.copy": Row(ASKS, "mdf_request", 302),
    # Of the channel people only who filed a draft writes in it: a lead looks on.
    "site.mdf.form": Row(ASKS, "mdf_draft", {LEAD: 302, ANY: 200}),
    "site.mdf.save": Row(ASKS, "mdf_draft", 302),
    "site.mdf.autosave": Row(ASKS, "mdf_draft", {LEAD: 409, ANY: 200}),
    "site.mdf.submit": Row(ASKS, "mdf_draft", 302, (422,), spoils=True),
    "site.mdf.withdraw": Row(ASKS, "mdf_draft", 302, spoils=True),
}

FUNDS: dict[str, Row] = {
    "site.mdf.funds": Row(MDF_READERS),
    "site.mdf.fund": Row(MDF_READERS, "mdf_fund"),
    "site.mdf.new_terms": Row(STAFF, "mdf_book"),
    "site.mdf.prepare_terms": Row(STAFF, "mdf_book", 422),
    "site.mdf.new_fund": Row(LEADS, recent=True),
    "site.mdf.open_fund": Row(LEADS, own=422, recent=True),
    "site.mdf.allocations": Row(LEADS, "mdf_book", recent=True),
    "site.mdf.allocate": Row(LEADS, "mdf_book", 422, recent=True),
    "site.mdf.additions": Row(LEADS, "mdf_book", recent=True),
    "site.mdf.add_budget": Row(LEADS, "mdf_book", 422, recent=True),
    "site.mdf.transfers": Row(LEADS, "mdf_book", recent=True),
    "site.mdf.carry_over": Row(LEADS, "mdf_book", 422, recent=True),
}

REVIEW: dict[str, Row] = {
    "site.mdf.queue": Row(STAFF),
    "site.mdf.idle": Row(STAFF),
    "site.mdf.limits": Row(LEADS, recent=True),
    "site.mdf.set_limit": Row(LEADS, own=422, recent=True),
    "site.mdf.review": Row(STAFF, "mdf_request"),
    "site.mdf.approve": Row(STAFF, "mdf_waiting", 422),
    "site.mdf.question": Row(STAFF, "mdf_waiting", 422),
    "site.mdf.reject": Row(STAFF, "mdf_waiting", 422),
    "site.mdf.decline": Row(STAFF, "mdf_waiting", 422),
    "site.mdf.cancel_form": Row(ASKS, "mdf_approved"),
    "site.mdf.cancel": Row(ASKS, "mdf_approved", 422),
    "site.mdf.dates_form": Row(ASKS, "mdf_approved"),
    "site.mdf.ask_dates": Row(ASKS, "mdf_approved", 422),
    "site.mdf.move_dates": Row(STAFF, "mdf_approved", 409),
    "site.mdf.keep_dates": Row(STAFF, "mdf_approved", 422),
    "site.mdf.extend": Row(STAFF, "mdf_approved", 422),
}

PAYING: dict[str, Row] = {
    "site.mdf.claim_review": Row(STAFF, "mdf_claim"),
    "site.mdf.check_claim": Row(STAFF, "mdf_claim_waiting", 302),
    "site.mdf.approve_claim": Row(STAFF, "mdf_claim_waiting", 422),
    "site.mdf.ask_claim": Row(STAFF, "mdf_claim_waiting", 422),
    "site.mdf.reject_claim": Row(STAFF, "mdf_claim_waiting", 422),
    "site.mdf.settle_line": Row(STAFF, "mdf_line", 422),
    "site.mdf.payments": Row(FINANCE),
    "site.mdf.payments_file": Row(FINANCE),
    "site.mdf.payment": Row(FINANCE, "mdf_claim", recent=True),
    "site.mdf.pay_claim": Row(FINANCE, "mdf_claim", 422, recent=True),
    "site.mdf.reversal": Row(FINANCE, "mdf_claim", recent=True),
    "site.mdf.ask_reversal": Row(FINANCE, "mdf_claim", 422, recent=True),
    "site.mdf.reversal_confirmation": Row(LEADS, "mdf_claim", recent=True),
    "site.mdf.confirm_reversal": Row(LEADS, "mdf_claim_approved", 422, recent=True),
    "site.mdf.close": Row(ASKS, "mdf_approved", company(302), spoils=True),
}

MDF: dict[str, Row] = (
    CLAIMS
    | PAYING
    | REVIEW
    | ASKING
    | FUNDS
    | {
        "site.mdf.index": Row(MDF_READERS),
        "site.mdf.request_page": Row(MDF_READERS, "mdf_request"),
    }
)

# A company comes to its own statement; of a fund it reads none.
MDF |= {
    "site.mdf.statements": Row(MDF_READERS, own={USER: 302, HEAD_OF_COMPANY: 302, ANY: 200}),
    "site.mdf.fund_statement": Row(MDF_READERS, "mdf_book"),
    "site.mdf.fund_statement_export": Row(MDF_READERS, "mdf_book"),
    "site.mdf.company_statement": Row(MDF_READERS, "mdf_company"),
    "site.mdf.company_statement_export": Row(MDF_READERS, "mdf_company"),
}
