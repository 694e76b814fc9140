"""The whole wiring on one screen; the only module that imports every slice."""

from flask import Flask
from flask_babel import lazy_gettext as _l
from flask_migrate import Migrate
from flask_wtf import CSRFProtect

from portal import config
from portal.accounts import faces as accounts
from portal.accounts.labels import ROLES, acting_as
from portal.accounts.sessions import load as load_session
from portal.audit import faces as audit
from portal.companies import faces as companies
from portal.concerns import faces as concerns
from portal.config import ROOT, Config
from portal.councils import faces as councils
from portal.faq import faces as faq
from portal.home import faces as home
from portal.kernel import clock
from portal.kernel.access import Permission
from portal.library import faces as library
from portal.mdf import faces as mdf
from portal.notices import faces as notices
from portal.orders import faces as orders
from portal.registry import faces as registry
from portal.store import db as database
from portal.store import pack, scope
from portal.store.db import db
from portal.web import (
    cookies,
    downloads,
    edge,
    errors,
    file_jobs,
    guards,
    headers,
    i18n,
    jobs,
    logs,
    mail_cli,
    mail_words,
    moment,
    pages,
    static,
    uploads,
)
from portal.web.faces import Faces
from portal.web.pages import MenuItem
from portal.web.site import RowId, site

# What the edge itself shows, then every slice, those below first.
FACES = (
    Faces(pages=(downloads.bp,), commands=(jobs.worker, mail_cli.group), joined=(file_jobs,)),
    *(registry.FACES, accounts.FACES, companies.FACES),
    *(orders.FACES, library.FACES, councils.FACES, mdf.FACES),
    *(notices.FACES, faq.FACES, concerns.FACES, audit.FACES, home.FACES),
)
MENU = (
    MenuItem(_l("Questions"), "site.faq.index"),
    MenuItem(_l("Notices"), "site.notices.index", Permission.READ_NOTICES),
    MenuItem(_l("Orders"), "site.orders.index", Permission.READ_ORDERS),
    MenuItem(_l("Contracts"), "site.registry.index", Permission.READ_CONTRACTS),
    MenuItem(_l("MDF"), "site.mdf.index", Permission.READ_MDF),
    MenuItem(_l("Library"), "site.library.index", Permission.READ_LIBRARY),
    MenuItem(_l("Directory"), "site.directory.index", Permission.READ_DIRECTORY),
    MenuItem(_l("Ask your team"), "site.concerns.index", Permission.ASK_TEAM),
    MenuItem(_l("Partners ask"), "site.answering.index", Permission.ANSWER_QUESTIONS),
    MenuItem(_l("Councils"), "site.councils.index", Permission.READ_COUNCILS),
    MenuItem(_l("People"), "site.people.index", Permission.COMPANY_PEOPLE),
    MenuItem(_l("People"), "site.staff.index", Permission.MANAGE_PEOPLE),
    MenuItem(_l("Applications"), "site.applications.index", Permission.APPLY),
    MenuItem(_l("Applications"), "site.review.index", Permission.REVIEW_APPLICATIONS),
    MenuItem(_l("Activity"), "site.audit.index", Permission.READ_TRAIL),
)
FOOT = (MenuItem(_l("Rulebook"), "site.home.rules"), MenuItem(_l("Design"), "site.home.design"))


class Misbuilt(RuntimeError):
    """The portal refuses to start: something about its build is not safe."""


def create_app(settings: Config | None = None) -> Flask:
    """A portal ready to serve. Raises ConfigError or Misbuilt rather than start insecure."""
    settings = settings or config.from_environment()
    program = pack.load_program(settings.program or pack.default_slug())
    clock.configure(program.zone, settings.starts_on, settings.clock_stamp)

    app = Flask("portal", root_path=str(ROOT), static_folder=None)
    app.config.from_mapping(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        # What people typed stays out of the log, whatever the database complains of.
        SQLALCHEMY_ENGINE_OPTIONS={"hide_parameters": True},
        SESSION_COOKIE_NAME="__Host-session",
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=2 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=512 * 1024,
        WTF_CSRF_SSL_STRICT=False,
        WTF_CSRF_TIME_LIMIT=None,
        PREFERRED_URL_SCHEME=settings.url.partition(":")[0],
        TESTING=settings.testing,
    )
    app.extensions["portal.config"] = settings
    app.extensions["portal.program"] = program

    logs.install(app)
    uploads.install(app)
    edge.install(app)
    db.init_app(app)
    with app.app_context():
        database.listen(db.engine)
    database.end_reads(app)
    Migrate(app, db, directory=str(ROOT / "portal/store/migrations"))
    CSRFProtect(app)
    cookies.install(app)
    i18n.install(app, program)
    guards.install(app, load_session)
    headers.install(app)
    static.install(app)
    errors.install(app)
    moment.install(app)
    pages.install(app, MENU, FOOT, acting_as)
    jobs.install(app, settings)
    mail_words.install(app, ROLES)
    edge.stand_before(app, settings)
    headers.stand_before(app)

    app.url_map.converters["int"] = RowId
    parent = site()
    for faces in FACES:
        for blueprint in faces.pages:
            parent.register_blueprint(blueprint)
        for blueprint in faces.bare:
            app.register_blueprint(blueprint)
        for command in faces.commands:
            app.cli.add_command(command)
    app.register_blueprint(parent)
    _refuse_misbuilt(app)
    return app


def _refuse_misbuilt(app: Flask) -> None:
    """Fail closed: every view says who may call it, every model says who may see it."""
    if missing := guards.undeclared(app):
        raise Misbuilt(f"views that do not say who may call them: {', '.join(missing)}")
    if missing := scope.unscoped():
        raise Misbuilt(f"models that do not say who may see them: {', '.join(missing)}")
