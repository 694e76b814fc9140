"""What this slice shows of itself: its pages, its commands, and what joins by being imported."""

from portal.accounts import (
    address_views,
    cli,
    factor_views,
    feed_views,
    inbox_views,
    jobs,
    own_views,
    password_views,
    reset_views,
    views,
)
from portal.accounts.blueprint import bp
from portal.web.faces import Faces

FACES = Faces(
    pages=(bp, own_views.bp, inbox_views.bp),
    bare=(feed_views.feeds,),
    commands=(cli.group,),
    joined=(views, factor_views, reset_views, address_views, password_views, jobs),
)
