"""What this slice shows of itself: its pages, its commands, and what joins by being imported."""

from portal.library import desks, staff_views, views
from portal.web.faces import Faces

FACES = Faces(pages=(views.bp,), joined=(desks, staff_views))
