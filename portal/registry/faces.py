"""What this slice shows of itself: its pages, its commands, and what joins by being imported."""

from portal.registry import cli, contact_desks, desks, labels, views
from portal.registry.directory import directory
from portal.web.faces import Faces

FACES = Faces(
    pages=(views.bp, directory),
    commands=(cli.group,),
    joined=(contact_desks, desks, labels),
)
