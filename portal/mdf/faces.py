"""Everything of this slice that joins the portal by being imported; the wiring knows this module alone."""

from portal.mdf import book, claim_models, facts, queries, steps
from portal.mdf.blueprint import bp

__all__ = ["JOINED", "bp"]

JOINED = (book, claim_models, facts, queries, steps)
