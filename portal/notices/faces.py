"""What this slice shows of itself: its pages, its commands, and what joins by being imported."""

from portal.notices import (
    announced,
    change_views,
    cli,
    correction_views,
    desk_views,
    fallback_views,
    handing_views,
    import_drafts,
    jobs,
    news,
    proof_views,
    queries,
    review_views,
    staff_views,
    telling,
    views,
)
from portal.notices.blueprint import bp
from portal.web.faces import Faces

FACES = Faces(
    pages=(bp,),
    commands=(cli.group,),
    joined=(
        *(queries, jobs, telling, views, announced, news, staff_views, change_views, review_views),
        *(handing_views, proof_views, fallback_views, desk_views, correction_views, import_drafts),
    ),
)
