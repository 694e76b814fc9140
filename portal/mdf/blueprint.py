"""The blueprint of MDF; its views stand in several modules, by who they are for."""

from flask import Blueprint

bp = Blueprint("mdf", __name__, url_prefix="/mdf")
