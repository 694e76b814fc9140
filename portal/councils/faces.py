"""What this slice shows of itself: its pages, its commands, and what joins by being imported."""

from portal.councils import desk, labels, meeting_views, staff_views, views
from portal.web.faces import Faces

FACES = Faces(pages=(views.bp,), joined=(desk, labels, meeting_views, staff_views))
