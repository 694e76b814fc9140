"""The application, where gunicorn (`app:app`) and the flask command find it."""

from portal.factory import create_app

app = create_app()
