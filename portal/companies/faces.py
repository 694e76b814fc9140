"""What this slice shows of itself: its pages, its commands, and what joins by being imported."""

from portal.companies import (
    application_views,
    apply_views,
    invitation_views,
    leaving_views,
    people_views,
    queries,
    review_views,
    staff_place_views,
    staff_views,
)
from portal.web.faces import Faces

FACES = Faces(
    pages=(
        *(leaving_views.bp, people_views.bp, staff_views.bp, invitation_views.bp),
        *(apply_views.bp, application_views.bp, review_views.bp),
    ),
    joined=(queries, staff_place_views),
)
