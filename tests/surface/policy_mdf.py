"""The access table, continued: marketing development funds (facts.md M1 to M5, section 9).

`policy.py` says how the rows are read. The kinds are in `mdf_world.py`: an `mdf_request` in any state,
an `mdf_draft`, `mdf_waiting` (sent, nobody decided), `mdf_approved`, `mdf_fund`; an `mdf_claim` in any
state, `mdf_claim_draft`, `mdf_claim_waiting`, `mdf_claim_approved`; an `mdf_invoice` and an
`mdf_document` of a claim in draft, an `mdf_line` of a claim that was approved, an `mdf_file` of a draft.
Those of a claim or request are named beside it: `<ref>` and `<int:invoice_id>`, `<int:document_id>`,
`<int:line_id>`, `<uuid:file_id>`.
"""

from portal.kernel.access import Role
from tests.surface.policy_rows import PARTNERS, STAFF, Row

FINANCE = frozenset({Role.FINANCE})
MDF_READERS = PARTNERS | STAFF | FINANCE

MDF: dict[str, Row] = {
    "site.mdf.index": Row(MDF_READERS),
    "site.mdf.request_page": Row(MDF_READERS, "mdf_request"),
}
