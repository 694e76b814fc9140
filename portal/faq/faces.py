"""What this slice shows of itself: its pages, its commands, and what joins by being imported."""

from portal.faq import (
    api,
    cli,
    desk_views,
    desks,
    history_views,
    miss_views,
    opinion_views,
    promise_views,
    publish_views,
    views,
)
from portal.web.faces import Faces

FACES = Faces(
    pages=(views.bp, desk_views.bp, promise_views.bp),
    bare=(api.bp,),
    commands=(cli.group,),
    joined=(desks, history_views, miss_views, opinion_views, publish_views),
)
