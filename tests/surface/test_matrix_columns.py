"""A3: every text of every table holds a canary of either rival, or a reason why it needs none.

Found in the metadata: a new table or a new text column fails here until it is listed.
"""

import json
from pathlib import Path

from sqlalchemy import JSON, Column, Enum, String, TypeDecorator, select

from portal.store.db import Base, db
from tests import people
from tests.conftest import House
from tests.surface.matrix_world import furnish

CANARIES = {
    "agreement": {"number"},
    "agreement_schedule": {"schedule"},
    "agreement_terms": {"terms"},
    "application": {"ref", "note", "reason"},
    "concern": {"subject"},
    "concern_entry": {"text"},
    "contract": {"number", "normal"},
    "council_agenda_item": {"text"},
    "council_meeting": {"title", "link"},
    "council_minutes": {"text"},
    "customer": {"code", "name"},
    "decision": {"ref", "asked", "facts", "value", "reasons", "key"},
    "device": {"token_hash"},
    "event": {"origin", "stream"},
    "factor": {"secret"},
    "feed_key": {"token_hash"},
    "customer_contact": {"name", "email"},
    "file": {"name", "sha256"},
    "invitation": {"email", "email_key", "token_hash"},
    "mail": {"to_address", "context", "secret", "message_id", "last_error"},
    "mailed_link": {"email", "payload", "token_hash"},
    "ledger_account": {"owner"},
    "ledger_transfer": {"subject"},
    "mdf_approval": {"subject"},
    "mdf_claim": {"ref", "remarks", "reversal_reason"},
    "mdf_claim_line": {"text", "reason", "dispute"},
    "mdf_document": {"sha256", "reason"},
    "mdf_file_key": {"sha256"},
    "mdf_invoice": {"issuer", "tax_id", "number", "rate_source"},
    "mdf_invoice_key": {"key"},
    "mdf_payment": {"reference"},
    "mdf_request": {"ref", "title", "details"},
    "mdf_step": {"note"},
    "notice": {"ref"},
    "notice_change": {"value"},
    "notice_fallback": {"told"},
    "notice_question": {"text"},
    "notice_version": {"title", "body", "reason"},
    "partner": {"name"},
    "person": {"email", "email_key", "name", "password_hash"},
    "placed_order": {"ref"},
    "service": {"service_id", "normal", "site_a", "site_z"},
    "sign_in": {"agent", "origin"},
    "warrant": {"reason"},
}
CODES = "one of a list of codes"
HASH = "a hash of what was counted; never shown"
PACK = "the pack's own text, the same for everyone"
DIRECTORY = "the directory, for all"
LIBRARY = "of the library, the same for everyone"
MACHINE = "of the machine, nobody's"
REASONS = {
    "attempt": {"kind": CODES, "key": HASH},
    "concern": {"question_id": CODES},
    "council": {"slug": PACK, "name": PACK},
    "council_meeting": {"opens": "a time of day", "place": "told with the meeting's title"},
    "brand_asset": dict.fromkeys(("slug", "name", "instructions"), PACK),
    "decision": {"kind": CODES, "ruleset": PACK},
    "event": {
        **dict.fromkeys(("verb", "role"), CODES),
        "actor": "a number of a person, or system",
        "payload": "ids and codes only, held by tests/audit",
    },
    "factor": {"kind": CODES},
    "faq_answer": {"entry_id": PACK},
    "faq_block": {"id": PACK, "claims": CODES},
    "faq_draft": dict.fromkeys(
        ("text_id", "question", "answer", "edited_by"),
        "of both registries' editors, and nobody else's",
    ),
    "faq_entry": dict.fromkeys(
        ("id", "slug", "former_slugs", "keywords", "rules", "situation", "claims"), PACK
    ),
    "faq_opinion": {
        "language": CODES,
        "comment": "what readers wrote, kept without who they are to its readers, the editors",
    },
    "faq_promise": {"block_id": PACK},
    "faq_revision": {
        **dict.fromkeys(("text_id", "question", "answer", "why"), "the questions, for all"),
        "made_by": "a number of a person, or system",
    },
    "faq_miss": {
        "lang": CODES,
        "query": "what anybody typed, kept without who; for both registries' editors",
    },
    "file": {"media_type": CODES, "subject": "a code and a number"},
    "file_room": {"owner": "a code and a number"},
    "invitation": {"language": CODES},
    "job_run": {"name": MACHINE, "slot": MACHINE},
    "loaded_part": {"key": MACHINE, "sha256": MACHINE},
    "loaded_program": {"slug": MACHINE},
    "mail": {
        **dict.fromkeys(("kind", "language", "bounce_status"), CODES),
        "batch": "a code and ids, of what its mails are counted by",
    },
    "mailed_link": {"kind": CODES},
    "ledger_account": dict.fromkeys(("book", "kind", "unit"), CODES),
    "ledger_transfer": {
        "key": "of the command that moved it; never shown",
        "cause": CODES,
        "actor": "a number of a person, or system",
    },
    "mdf_activity": dict.fromkeys(("code", "name", "proofs", "costs", "metrics"), PACK),
    "mdf_claim": {"outcome": "numbers by code"},
    "mdf_claim_line": {"cost": CODES},
    "mdf_document": {"proof": CODES},
    "mdf_fund": dict.fromkeys(("slug", "currency", "name"), PACK),
    "mdf_invoice": {"currency": CODES, "rate": "a number"},
    "mdf_limit": {"currency": CODES},
    "mdf_request": {
        "outcome": "numbers by code",
        "copied_from": "the reference of a request of the same company",
    },
    "mdf_step": {
        **dict.fromkeys(("party", "turn", "fields"), CODES),
        "decision_ref": "of a decision, whose reference is a canary where it stands",
    },
    "member_email": {"email": DIRECTORY},
    "member_phone": {"phone": DIRECTORY},
    "notice_change": {
        "fact": CODES,
        "subject": "a number",
        "before": "what stood, which another table holds with a canary of its own",
    },
    "notice_partner": {"why": CODES},
    "notice_question": dict.fromkeys(
        ("public_text", "answer"), "public to all whom the notice went to, without who asked"
    ),
    "notice_reader": {"language": CODES},
    "notice_version": {"topic": CODES, "choice": "codes and numbers"},
    "material": dict.fromkeys(("slug", "title", "about"), LIBRARY),
    "material_file": {"language": CODES},
    "order_line": {"line": "the caller's own number of a line"},
    "partner": {"code": "of imports; either company's stands in its people's addresses"},
    "person": {"language": CODES, "region": CODES},
    "portal": dict.fromkeys(("slug", "name"), PACK),
    "portal_link": {"url": LIBRARY},
    "process": dict.fromkeys(("slug", "name"), PACK),
    "process_text": {"text": LIBRARY},
    "product": {"code": PACK, "name": PACK},
    "recovery_code": {"code_hash": HASH},
    "registry": {"slug": PACK, "name": PACK},
    "rule_text": dict.fromkeys(("id", "title", "text", "questions"), PACK),
    "seal": dict.fromkeys(("previous", "hash"), "the head of the chain, shown to its witnesses"),
    "team": dict.fromkeys(("code", "name", "hours"), DIRECTORY),
    "team_email": {"email": DIRECTORY},
    "team_member": dict.fromkeys(("name", "listed_as", "former_email"), DIRECTORY),
    "team_phone": {"phone": DIRECTORY},
    "training": dict.fromkeys(("code", "name"), "the program's own list; who holds it is not"),
    "tool": dict.fromkeys(("slug", "name", "about"), PACK),
    "warrant": {"actor": "a number of a person, or system"},
}


def texts() -> dict[str, set[str]]:
    """The text columns of each table; enumerations hold codes alone."""
    found: dict[str, set[str]] = {}
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            kind = column.type
            kind = kind.impl_instance if isinstance(kind, TypeDecorator) else kind
            if isinstance(kind, (String, JSON)) and not isinstance(kind, Enum):
                found.setdefault(table.name, set()).add(column.name)
    return found


def test_every_text_column_is_listed_once() -> None:
    for name, columns in texts().items():
        canaries, reasons = CANARIES.get(name, set()), set(REASONS.get(name, ()))
        assert canaries | reasons == columns, f"{name}: {columns ^ (canaries | reasons)}"
        assert not canaries & reasons, name
    assert set(CANARIES) | set(REASONS) == set(texts())


def test_each_of_them_holds_a_canary_of_either_rival(sqlite_house: House, tmp_path: Path) -> None:
    world = furnish(sqlite_house, tmp_path)
    norte = world.foreign(people.SUR) & world.foreign(people.SUR_ADMIN)
    sur = world.foreign(people.NORTE) & world.foreign(people.NORTE_ADMIN)
    missing = []
    with sqlite_house.app.app_context():
        for name, columns in CANARIES.items():
            for column in columns:
                held = _held(Base.metadata.tables[name].columns[column])
                missing += [
                    f"{name}.{column} of {whose}"
                    for whose, canaries in (("Norte", norte), ("Sur", sur))
                    if not any(each in held for each in canaries)
                ]
        db.session.rollback()
    assert not missing, "\n".join(missing)


def _held(column: "Column[object]") -> str:
    """All that a column holds, as one text."""
    values = [value for value in db.session.scalars(select(column)) if value is not None]
    return "\n".join(
        value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=dict)
        for value in values
    )
