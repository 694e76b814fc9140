"""Which facts of the registries change only by an advance notice (N1, N2).

`notices` learns them from here and from nowhere else.
"""

from portal.registry.contact_models import MemberEmail, MemberPhone, TeamEmail, TeamPhone
from portal.registry.models import AgreementSchedule, AgreementTeam, AgreementTerms, LineTeam
from portal.store.facts import gated

ACCOUNT_TEAM = gated("contract.account_team", LineTeam, "line_id", "team_id", "teams")
CHANNEL_TEAM = gated("agreement.channel_team", AgreementTeam, "agreement_id", "team_id", "teams")
COMPENSATION = gated(
    "agreement.compensation_terms", AgreementTerms, "agreement_id", "terms", "compensation"
)
SCHEDULE = gated(
    "agreement.payment_schedule", AgreementSchedule, "agreement_id", "schedule", "payment_schedule"
)
TEAM_EMAIL = gated("team.email", TeamEmail, "team_id", "email", "addresses", shared=True)
TEAM_PHONE = gated("team.phone", TeamPhone, "team_id", "phone", "addresses", shared=True)
PERSON_EMAIL = gated("person.email", MemberEmail, "member_id", "email", "addresses", shared=True)
PERSON_PHONE = gated("person.phone", MemberPhone, "member_id", "phone", "addresses", shared=True)
