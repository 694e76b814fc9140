"""What this slice shows of itself: its pages, its commands, and what joins by being imported."""

from portal.orders import cli, jobs, views
from portal.web.faces import Faces

FACES = Faces(pages=(views.bp,), bare=(views.short,), commands=(cli.group,), joined=(jobs,))
