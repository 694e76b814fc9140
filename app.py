"""The application, where gunicorn (`app:app`) and the flask command find it."""

from portal.config import ConfigError
from portal.factory import create_app
from portal.store.pack import PackError

try:
    app = create_app()
except (ConfigError, PackError) as error:
    raise SystemExit(str(error)) from None
