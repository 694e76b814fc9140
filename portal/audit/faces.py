"""What this slice shows of itself: its pages, its commands, and what joins by being imported."""

from portal.audit import cli, jobs, views
from portal.web.faces import Faces

FACES = Faces(pages=(views.bp,), commands=(cli.group,), joined=(jobs,))
