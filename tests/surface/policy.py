"""The access matrix as a table, written by hand from facts.md section 9: for every page and deed of
the portal who may, what it is about, and what the owner is answered.

`who` None: anyone, signed in or not. `kind` says which object its address names; who owns one
stands in `rivals.py`, `rival_people.py` and `matrix_world.py`. `own` is the answer to whoever may and
owns it (a deed is sent with nothing filled in), by role where roles differ, VISITOR for nobody;
`also` what a further object of one's own may answer. Another's, and the unknown, answer `other`.
`recent`: only who proved lately who they are. `spoils`: it ends or changes what the next question
needs.
"""

from collections.abc import Mapping
from typing import NamedTuple

from portal.kernel.access import Role

USER, HEAD_OF_COMPANY, CHANNEL, LEAD = (
    *(Role.PARTNER_USER, Role.PARTNER_ADMIN),
    *(Role.CHANNEL_MANAGER, Role.CHANNEL_LEAD),
)
PARTNERS = frozenset({USER, HEAD_OF_COMPANY})
COMPANY = frozenset({HEAD_OF_COMPANY})
STAFF = frozenset({CHANNEL, LEAD})
LEADS = frozenset({LEAD})
READERS = PARTNERS | STAFF | {Role.ACCOUNT_TEAM}
KNOWS = STAFF | {Role.SUPPORT, Role.CSM}
ANSWERS = STAFF | {Role.ACCOUNT_TEAM}
TRAIL = STAFF | COMPANY | {Role.ADMIN}
ADMIN = frozenset({Role.ADMIN})
ALL = frozenset(Role) - {Role.VISITOR}


class Row(NamedTuple):
    """One row of the table; the docstring of this module says how to read it."""

    who: frozenset[Role] | None
    kind: str = ""
    own: int | Mapping[Role, int] = 200
    also: tuple[int, ...] = ()
    other: int = 404
    recent: bool = False
    spoils: bool = False

    def answer(self, role: Role, relation: str) -> int:
        """The status that a reader of `role` gets for an object that is "own", "other"'s, "unknown"
        to everyone, or for "none" where the address names nothing.
        """
        if self.who is not None and role not in self.who:
            return 302 if role is Role.VISITOR else 403
        if relation in ("other", "unknown"):
            return self.other
        if isinstance(self.own, int):
            return self.own
        return self.own[role] if role in self.own else self.own[ANY]


ANY = Role.SUPPORT  # in `own` by role: everyone who is not named beside it
STAFF_CANNOT = {USER: 302, HEAD_OF_COMPANY: 302, ANY: 403}

POLICY: dict[str, Row] = {
    # Open to everyone.
    "health.healthz": Row(None),
    "health.front_door": Row(None, own=302),
    "faq_api.faq": Row(None),
    "orders_short.short_address": Row(None, "decision", own=302, other=302),
    "feeds.atom": Row(None, "atom_token"),
    "feeds.calendar": Row(None, "ics_token"),
    "site.home.index": Row(None),
    "site.home.look_on": Row(None),
    "site.home.choose_date": Row(None, own=302),
    "site.home.rules": Row(None),
    "site.home.design": Row(None),
    "site.faq.index": Row(None),
    "site.faq.question": Row(None, "question"),
    "site.faq.on_paper": Row(None),
    "site.faq.feed": Row(None),
    "site.faq.history_of": Row(None, "text_id"),
    "site.faq.opinion": Row(None, "question"),
    "site.faq.give_opinion": Row(None, "question", own=422),
    "site.accounts.sign_in": Row(None),
    "site.accounts.start_session": Row(None, own=422),
    "site.accounts.sign_out": Row(None, own=302, spoils=True),
    "site.accounts.code": Row(None, own=302),
    "site.accounts.send_code": Row(None, own=302),
    "site.accounts.forgot": Row(None),
    "site.accounts.ask_reset": Row(None, own=422),
    "site.accounts.reset": Row(None, own=302),
    "site.accounts.set_password": Row(None, own=302),
    "site.account.new_address": Row(None, own=302),
    "site.account.take_new_address": Row(None, own=302),
    "site.apply.apply": Row(None),
    "site.apply.ask": Row(None, own=422),
    "site.apply.confirm": Row(None, own=302),
    "site.apply.finish": Row(None, own=404),
    "site.invitations.look": Row(None, own=302),
    "site.invitations.take": Row(None, own=404),
    # One's own account: everyone who has signed in.
    "site.accounts.confirm": Row(ALL),
    "site.accounts.confirm_now": Row(ALL, own=422),
    "site.accounts.enrol": Row(ALL, recent=True),
    "site.accounts.set_up": Row(ALL, own=422, recent=True),
    "site.accounts.new_codes": Row(
        ALL, own={USER: 302, HEAD_OF_COMPANY: 302, ANY: 200}, recent=True, spoils=True
    ),
    "site.accounts.remove": Row(ALL, own=STAFF_CANNOT, recent=True, spoils=True),
    "site.account.index": Row(ALL),
    "site.account.settings": Row(ALL),
    "site.account.change_settings": Row(ALL, own=422),
    "site.account.sessions": Row(ALL),
    "site.account.end_sessions": Row(ALL, own=302),
    "site.account.acting": Row(ALL),
    "site.account.act_as": Row(ALL, own=404),
    "site.account.address": Row(ALL, recent=True),
    "site.account.ask_for_address": Row(ALL, own=422, recent=True),
    "site.account.feeds_page": Row(ALL),
    "site.account.make_feed": Row(ALL, own=404, recent=True),
    "site.account.revoke_feed": Row(ALL, own=404),
    "site.account.password": Row(ALL, recent=True),
    "site.account.change_password": Row(ALL, own=422, recent=True),
    "site.leaving.leave": Row(ALL, recent=True),
    "site.leaving.do_leave": Row(
        ALL, own={Role.ADMIN: 409, HEAD_OF_COMPANY: 409, ANY: 302}, recent=True, spoils=True
    ),
    "site.leaving.forget": Row(ALL, recent=True),
    "site.leaving.do_forget": Row(
        ALL, own={Role.ADMIN: 409, HEAD_OF_COMPANY: 409, ANY: 302}, recent=True, spoils=True
    ),
    "site.inbox.index": Row(ALL),
    "site.inbox.letter": Row(ALL, "mail_id"),
    "site.inbox.everyone": Row(ADMIN),
    "site.files.file": Row(READERS, "file_id"),
    # The directory: everyone who has signed in; companies: channel people, support, CSM.
    "site.directory.index": Row(ALL),
    "site.directory.team": Row(ALL, "team_id"),
    "site.directory.partners": Row(KNOWS),
    "site.directory.partner": Row(KNOWS, "partner_id"),
    # The questions, to edit: channel people; wording is corrected by leads. Nothing sent is too late.
    "site.faq.unanswered": Row(STAFF),
    "site.faq.settle": Row(STAFF, own=404),
    "site.faq.keyword": Row(STAFF),
    "site.faq.add_keyword": Row(STAFF, own=422),
    "site.faq_desk.index": Row(STAFF),
    "site.faq_desk.new": Row(STAFF),
    "site.faq_desk.begin": Row(STAFF, own=422),
    "site.faq_desk.text": Row(STAFF, "text_id"),
    "site.faq_desk.preview": Row(STAFF, "text_id"),
    "site.faq_desk.save": Row(STAFF, "text_id", own=409),
    "site.faq_desk.removal": Row(STAFF, "text_id", own=302),
    "site.faq_desk.remove": Row(STAFF, "text_id", own=302),
    "site.faq_desk.publication": Row(STAFF, "text_id", own=302),
    "site.faq_desk.correct": Row(frozenset({LEAD}), "text_id", own=422),
    "site.faq_desk.announce": Row(STAFF, "text_id", own=422),
    "site.faq_desk.add": Row(STAFF, "text_id", own=409),
    "site.faq_desk.place": Row(STAFF, "text_id"),
    "site.faq_desk.arrange": Row(STAFF, "text_id", own=422),
    "site.faq_desk.opinions": Row(STAFF, "text_id"),
    # Contracts, agreements, orders.
    "site.registry.index": Row(READERS),
    "site.registry.book": Row(READERS, "registry"),
    "site.registry.portfolio": Row(READERS, "registry"),
    "site.registry.contract": Row(READERS, "contract_id"),
    "site.registry.service": Row(READERS, "service_id"),
    "site.registry.customer": Row(READERS, "customer_id"),
    "site.registry.agreement": Row(PARTNERS | STAFF, "agreement_id"),
    "site.orders.index": Row(READERS),
    "site.orders.order": Row(READERS, "order"),
    "site.orders.decision": Row(READERS, "decision"),
    "site.orders.new": Row(PARTNERS),
    "site.orders.place": Row(PARTNERS, own=422),
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
    # Applications: the company's administrators ask, the registry's channel people decide.
    "site.applications.index": Row(COMPANY),
    "site.applications.new": Row(COMPANY),
    "site.applications.send": Row(COMPANY, own=422),
    "site.applications.application": Row(COMPANY, "application_id"),
    "site.applications.documents": Row(COMPANY, "application_id", own=302, also=(409,)),
    "site.applications.withdraw": Row(COMPANY, "application_id", own=302, spoils=True),
    "site.review.index": Row(STAFF),
    "site.review.application": Row(STAFF, "application_id"),
    "site.review.approval": Row(STAFF, "application_id", also=(302,), recent=True),
    "site.review.approve": Row(STAFF, "application_id", own=422, recent=True),
    "site.review.decline": Row(STAFF, "application_id", own=422),
    # People: a company's by its administrators, everyone by the portal's.
    "site.people.index": Row(COMPANY),
    "site.people.invite": Row(COMPANY, recent=True),
    "site.people.send_invitation": Row(COMPANY, own=422, recent=True),
    "site.people.member": Row(COMPANY, "membership_id", recent=True),
    "site.people.change_role": Row(COMPANY, "membership_id", own=422, recent=True),
    "site.people.remove": Row(COMPANY, "membership_id", own=302, recent=True, spoils=True),
    "site.people.invitation": Row(COMPANY, "invitation_id", recent=True),
    "site.people.resend": Row(COMPANY, "invitation_id", own=302, recent=True, spoils=True),
    "site.people.withdraw": Row(COMPANY, "invitation_id", own=302, recent=True, spoils=True),
    "site.staff.index": Row(ADMIN),
    "site.staff.person": Row(ADMIN, "person_id"),
    "site.staff.deactivation": Row(ADMIN, "person_id", recent=True),
    "site.staff.deactivate": Row(ADMIN, "person_id", own=302, recent=True, spoils=True),
    "site.staff.reactivation": Row(ADMIN, "person_id", recent=True),
    "site.staff.reactivate": Row(ADMIN, "person_id", own=302, recent=True, spoils=True),
    "site.staff.sessions": Row(ADMIN, "person_id", recent=True),
    "site.staff.end_sessions": Row(ADMIN, "person_id", own=302, recent=True, spoils=True),
    "site.staff.factor": Row(ADMIN, "person_id", recent=True),
    "site.staff.reset_factor": Row(ADMIN, "person_id", own=302, recent=True, spoils=True),
    "site.staff.anonymisation": Row(ADMIN, "person_id", recent=True),
    "site.staff.anonymise": Row(ADMIN, "person_id", own=302, recent=True, spoils=True),
    "site.staff.membership": Row(ADMIN, "membership_id", recent=True),
    "site.staff.change_role": Row(ADMIN, "membership_id", own=422, recent=True),
    "site.staff.move": Row(ADMIN, "membership_id", own=422, recent=True),
    "site.staff.end": Row(ADMIN, "membership_id", own=302, recent=True, spoils=True),
    "site.staff.invite": Row(ADMIN, recent=True),
    "site.staff.send_invitation": Row(ADMIN, own=422, recent=True),
    "site.staff.invite_first": Row(ADMIN, recent=True),
    "site.staff.send_first": Row(ADMIN, own=422, recent=True),
    "site.staff.invited": Row(ADMIN),
    "site.staff.invitation": Row(ADMIN, "invitation_id", recent=True),
    "site.staff.resend": Row(ADMIN, "invitation_id", own=302, recent=True, spoils=True),
    "site.staff.withdraw": Row(ADMIN, "invitation_id", own=302, recent=True, spoils=True),
    # The trail.
    "site.audit.index": Row(TRAIL),
    "site.audit.export": Row(TRAIL, spoils=True),
}
# Nothing of these kinds is another's for these roles; nothing of those is anybody's of these roles.
# Both are checked against the world.
NO_OTHER: dict[str, frozenset[Role]] = {
    "question": frozenset(Role),
    "text_id": frozenset(Role),
    "team_id": ALL,
    "partner_id": frozenset({Role.SUPPORT, Role.CSM}),
    "person_id": ADMIN,
    "registry": PARTNERS,
    "material_id": READERS,
    "mail_id": ADMIN,
}
NO_OWN: dict[str, frozenset[Role]] = {"decision": STAFF | {Role.ACCOUNT_TEAM}}
