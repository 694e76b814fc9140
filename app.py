"""The application, where gunicorn (`app:app`) and the flask command find it."""

import os

from portal.config import ConfigError
from portal.factory import create_app
from portal.store.pack import PackError

# Database, queue, clock and whatever else is written: this user's alone.
os.umask(0o077)

try:
    app = create_app()
except (ConfigError, PackError) as error:
    raise SystemExit(str(error)) from None
