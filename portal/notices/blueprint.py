"""The blueprint of advance notices; its views stand in several modules, by who they are for."""

from flask import Blueprint

bp = Blueprint("notices", __name__, url_prefix="/notices")
