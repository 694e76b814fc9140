"""What of the questions changes only by an advance notice (N1): which text of an answer, and of a
standing promise, holds. A text is a revision of it; other values there are not.
"""

from portal.faq.models import FaqAnswer, FaqPromise
from portal.store.facts import gated

ANSWER = gated("faq.answer", FaqAnswer, "entry_id", "revision_id", "processes", shared=True)
PROMISE = gated("faq.promise", FaqPromise, "block_id", "revision_id", "processes", shared=True)
