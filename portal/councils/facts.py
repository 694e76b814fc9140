"""Which fact of the councils changes only by an advance notice (N1): where a council's members sit."""

from portal.councils.models import CouncilSits
from portal.store.facts import gated

SITS_IN = gated("council.sits_in", CouncilSits, "council_id", "into_id", "councils", shared=True)
