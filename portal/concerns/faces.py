"""What this slice shows of itself: its pages, its commands, and what joins by being imported."""

from portal.concerns import answering_views, entry_views, queries, views
from portal.web.faces import Faces

FACES = Faces(pages=(views.bp, answering_views.bp), joined=(queries, entry_views))
