"""What this slice shows of itself: its pages, its commands, and what joins by being imported."""

from portal.home import cli, doctor_cli, health, views
from portal.web.faces import Faces

FACES = Faces(
    pages=(views.bp,),
    bare=(health.bp,),
    commands=(cli.program, cli.seed, doctor_cli.examine),
)
