"""What of a fund changes only by an advance notice (N1): its terms. A new fund's first need none."""

from portal.mdf.models import FundTermsHeld
from portal.store.facts import gated

TERMS = gated("fund.terms", FundTermsHeld, "fund_id", "terms_id", "mdf_terms", shared=True)
