"""The blueprint of signing in; its views stand in several modules, by what they prove."""

from flask import Blueprint

bp = Blueprint("accounts", __name__)
