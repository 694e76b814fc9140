"""The access table, continued: questions to a team, councils, notices and the library.

`policy.py` says how the rows are read.
"""

from tests.surface.policy_rows import (
    ANSWERS,
    ANY,
    HEAD_OF_COMPANY,
    LEADS,
    PARTNERS,
    READERS,
    STAFF,
    USER,
    Row,
)

WORK: dict[str, Row] = {
    # Questions to a team: the company asks, the team of the registry answers.
    "site.concerns.index": Row(PARTNERS),
    "site.concerns.new": Row(PARTNERS),
    "site.concerns.send": Row(PARTNERS, own=422),
    "site.concerns.thread": Row(PARTNERS, "concern_id"),
    "site.concerns.write": Row(PARTNERS, "concern_id", own=422),
    "site.concerns.close": Row(PARTNERS, "concern_id", own=302, spoils=True),
    "site.answering.index": Row(ANSWERS),
    "site.answering.thread": Row(ANSWERS, "concern_id"),
    "site.answering.answer": Row(ANSWERS, "concern_id", own=422),
    "site.answering.entry": Row(STAFF, "concern_id", also=(404,)),
    "site.answering.begin_entry": Row(STAFF, "concern_id", own=422),
    "site.answering.hand": Row(ANSWERS, "concern_id", own=422),
    # Councils: those whose they are, and the channel people of their registry.
    "site.councils.index": Row(PARTNERS | STAFF),
    "site.councils.council": Row(PARTNERS | STAFF, "council_id"),
    "site.councils.meeting": Row(PARTNERS | STAFF, "meeting_id"),
    "site.councils.new_seat": Row(STAFF, "council_id"),
    "site.councils.seat": Row(STAFF, "council_id", own=422),
    "site.councils.one_seat": Row(STAFF, "seat_id"),
    "site.councils.end_seat": Row(STAFF, "seat_id", own=422),
    "site.councils.new_meeting": Row(STAFF, "council_id"),
    "site.councils.call_meeting": Row(STAFF, "council_id", own=422),
    "site.councils.agenda": Row(STAFF, "meeting_id"),
    "site.councils.set_agenda": Row(STAFF, "meeting_id", own=422),
    "site.councils.minutes": Row(STAFF, "meeting_id"),
    "site.councils.write_minutes": Row(STAFF, "meeting_id", own=422, also=(302,)),
    "site.councils.add_papers": Row(STAFF, "meeting_id", own=302),
    # What still holds of the promises: each company its own.
    "site.promises.index": Row(PARTNERS | STAFF, own={USER: 302, HEAD_OF_COMPANY: 302, ANY: 404}),
    "site.promises.on_day": Row(PARTNERS | STAFF, own={USER: 200, HEAD_OF_COMPANY: 200, ANY: 404}),
    # Notices: a company reads its own, channel staff write those of their registry.
    "site.notices.index": Row(PARTNERS | STAFF, own={USER: 200, HEAD_OF_COMPANY: 200, ANY: 302}),
    "site.notices.changes": Row(PARTNERS | STAFF, own={USER: 200, HEAD_OF_COMPANY: 200, ANY: 404}),
    "site.notices.notice": Row(
        PARTNERS | STAFF, "notice", own={USER: 200, HEAD_OF_COMPANY: 200, ANY: 302}
    ),
    "site.notices.version": Row(
        PARTNERS | STAFF, "notice", own={USER: 200, HEAD_OF_COMPANY: 200, ANY: 404}
    ),
    "site.notices.acknowledge": Row(
        PARTNERS | STAFF, "notice", own={USER: 302, HEAD_OF_COMPANY: 302, ANY: 404}
    ),
    "site.notices.ask": Row(
        PARTNERS | STAFF, "notice", own={USER: 422, HEAD_OF_COMPANY: 422, ANY: 404}
    ),
    "site.notices.list_corrections": Row(PARTNERS | STAFF),
    "site.notices.choose_correction": Row(LEADS),
    "site.notices.correct": Row(LEADS, own=404),
    "site.notices.desk": Row(STAFF),
    "site.notices.new": Row(STAFF),
    "site.notices.begin": Row(STAFF, own=422),
    "site.notices.draft": Row(STAFF, "notice_draft"),
    "site.notices.save": Row(STAFF, "notice_draft", own=422),
    "site.notices.discard": Row(STAFF, "notice_draft", own=302, spoils=True),
    "site.notices.choose_change": Row(STAFF, "notice_draft"),
    "site.notices.add_change": Row(STAFF, "notice_draft", own=404),
    "site.notices.review": Row(STAFF, "notice_draft"),
    "site.notices.publish": Row(STAFF, "notice_draft", own=409),
    "site.notices.recall": Row(STAFF, "notice_draft", own=302),
    "site.notices.as_partner": Row(STAFF, "notice_draft", own=404),
    "site.notices.hand_over": Row(STAFF, "notice_draft", own=404),
    "site.notices.send_test": Row(STAFF, "notice_draft", own=302, spoils=True),
    "site.notices.ask_consent": Row(STAFF, "notice_draft", own=404),
    "site.notices.consent": Row(LEADS, "notice_draft", own=404),
    "site.notices.agree": Row(LEADS, "notice_draft", own=404),
    "site.notices.proof": Row(STAFF, "notice"),
    "site.notices.paper": Row(STAFF, "notice"),
    "site.notices.proof_file": Row(STAFF, "notice"),
    "site.notices.remind": Row(STAFF, "notice", own=302, spoils=True),
    "site.notices.amend": Row(STAFF, "notice", own=302, spoils=True),
    "site.notices.withdraw": Row(STAFF, "notice", own=302, spoils=True),
    "site.notices.another_way": Row(STAFF, "notice"),
    "site.notices.record_way": Row(STAFF, "notice", own=422),
    "site.notices.countersign": Row(LEADS, "fallback_id", own=302, spoils=True),
    "site.notices.answers": Row(STAFF, "notice"),
    "site.notices.answer": Row(STAFF, "question_id", own=422),
    # The library: everyone who sells or serves; what stands in it is kept by a registry's people.
    "site.library.index": Row(READERS),
    "site.library.material": Row(READERS, "material_id"),
    "site.library.file": Row(READERS, "material_file_id"),
    "site.library.portals": Row(READERS),
    "site.library.brand": Row(READERS),
    "site.library.logo_file": Row(READERS, "asset_id"),
    "site.library.new": Row(STAFF),
    "site.library.add": Row(STAFF, own=422),
    "site.library.versions": Row(STAFF, "edited_id"),
    "site.library.prepare": Row(STAFF, "edited_id", own=422),
    "site.library.downloads": Row(STAFF, "edited_id"),
    "site.library.logo": Row(STAFF, "logo_id"),
    "site.library.give_logo": Row(STAFF, "logo_id", own=422, also=(409,)),
}
