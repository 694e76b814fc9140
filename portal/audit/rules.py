"""What happens in the portal, by verb, in groups; and which of it the portal's administrators see."""

from enum import StrEnum


class Group(StrEnum):
    """What a reader of the trail can narrow it to."""

    SIGN_IN = "sign-in"
    PEOPLE = "people"
    COMPANIES = "companies"
    ORDERS = "orders"
    ANSWERS = "answers"
    NOTICES = "notices"
    QUESTIONS = "questions"
    COUNCILS = "councils"
    MDF = "mdf"
    FILES = "files"
    LIBRARY = "library"
    REGISTRIES = "registries"
    PORTAL = "portal"
    ACCESS = "access"


_OF: dict[Group, tuple[str, ...]] = {
    Group.SIGN_IN: (
        *("person.signed_in", "person.sign_in_failed", "person.sign_in_throttled"),
        *("person.signed_out", "person.session_revoked", "person.confirmed"),
        *("person.password_changed", "person.reset_asked", "person.reset_done"),
        *("person.factor_added", "person.factor_removed", "person.recovery_codes_made"),
        *("person.recovery_code_used", "person.device_known", "person.acting_changed"),
        *("feed.made", "feed.revoked"),
    ),
    Group.PEOPLE: (
        *("person.created", "person.address_asked", "person.address_changed"),
        *("person.settings_changed", "person.deactivated", "person.reactivated"),
        *("person.anonymised", "membership.begun", "membership.ended", "membership.role_changed"),
        *("invitation.sent", "invitation.accepted", "invitation.withdrawn"),
    ),
    Group.COMPANIES: (
        *("application.sent", "application.approved", "application.declined"),
        *("application.withdrawn", "company.created"),
    ),
    Group.ORDERS: ("orders.placed",),
    Group.NOTICES: (
        *("notices.drafted", "notices.discarded", "notices.consented", "notices.held"),
        *("notices.called_back", "notices.sent_back", "notices.published"),
        *("notices.opened", "notices.acknowledged", "notices.told_otherwise"),
        *(
            "notices.countersigned",
            "notices.asked",
            "notices.answered",
            "notices.handed_over",
            "notices.consent_asked",
            "notices.reminded",
            "facts.corrected",
        ),
    ),
    Group.QUESTIONS: (
        *(
            "concern.asked",
            "concern.answered",
            "concern.handed",
            "concern.closed",
            "concern.entered",
        ),
    ),
    Group.COUNCILS: (
        *("council.seated", "council.seat_ended", "council.meeting_called"),
        *("council.agenda_changed", "council.agenda_published"),
        *("council.minutes_changed", "council.minutes_published"),
    ),
    Group.MDF: (
        *("mdf.begun", "mdf.submitted", "mdf.asked", "mdf.endorsed", "mdf.approved"),
        *("mdf.rejected", "mdf.declined", "mdf.withdrawn", "mdf.cancelled", "mdf.dates_asked"),
        *("mdf.dates_moved", "mdf.dates_kept", "mdf.extended", "mdf.reminded", "mdf.expired"),
        *("mdf.closed", "mdf.claim.begun", "mdf.claim.submitted", "mdf.claim.asked"),
        *("mdf.claim.approved", "mdf.claim.rejected", "mdf.claim.withdrawn"),
        *("mdf.claim.disputed", "mdf.claim.settled", "mdf.claim.paid"),
        *("mdf.claim.reversal_asked", "mdf.claim.reversed", "mdf.claim.kept"),
        *("mdf.claim.checked", "mdf.claim.endorsed", "mdf.claim.saved"),
        *(
            "mdf.fund_opened",
            "mdf.terms_prepared",
            "mdf.allocated",
            "mdf.budget_raised",
            "mdf.carried_over",
        ),
        *("mdf.limit_set", "mdf.fund_closed", "mdf.exported"),
    ),
    Group.ANSWERS: (
        *("faq.draft_saved", "faq.draft_removed", "faq.corrected", "faq.entry_added"),
        *("faq.arranged", "faq.search_settled"),
    ),
    Group.FILES: ("file.uploaded", "file.removed", "file.downloaded"),
    Group.LIBRARY: (
        *("material.added", "material.prepared", "material.downloaded", "brand.file_given"),
    ),
    Group.REGISTRIES: ("registry.imported", "registry.exported"),
    Group.PORTAL: ("mail.retried", "mail.bounced"),
    Group.ACCESS: ("access.denied", "trail.exported"),
}
VERBS: dict[str, Group] = {verb: group for group, verbs in _OF.items() for verb in verbs}
# People, packs, imports, settings (facts.md section 9); no company's business with a registry.
ADMINISTRATION = frozenset(
    {Group.SIGN_IN, Group.PEOPLE, Group.REGISTRIES, Group.PORTAL, Group.ACCESS}
)


def verbs_of(*groups: Group) -> list[str]:
    """The verbs of `groups`, in order."""
    return [verb for verb, group in VERBS.items() if group in groups]
