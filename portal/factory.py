"""The whole wiring on one screen; the only module that imports every slice."""

from flask import Flask
from flask_babel import lazy_gettext as _l
from flask_migrate import Migrate
from flask_wtf import CSRFProtect

from portal import config
from portal.accounts import address_views, factor_views, feed_views, password_views, reset_views
from portal.accounts import cli as accounts_cli
from portal.accounts import inbox_views as inbox
from portal.accounts import jobs as accounts_jobs
from portal.accounts import own_views as own
from portal.accounts import views as sign_in_views
from portal.accounts.blueprint import bp as signing_in
from portal.accounts.labels import ROLES, acting_as
from portal.accounts.sessions import load as load_session
from portal.audit import cli as audit_cli
from portal.audit import jobs as audit_jobs
from portal.audit import views as audit
from portal.companies import application_views as applications
from portal.companies import apply_views as apply
from portal.companies import invitation_views as invitations
from portal.companies import leaving_views as leaving
from portal.companies import people_views as people
from portal.companies import queries as company_scopes
from portal.companies import review_views as review
from portal.companies import staff_place_views
from portal.companies import staff_views as staff
from portal.concerns import answering_views as answering
from portal.concerns import entry_views as concern_entries
from portal.concerns import queries as concern_scopes
from portal.concerns import views as concerns
from portal.config import ROOT, Config
from portal.councils import desk as council_desk
from portal.councils import labels as council_labels
from portal.councils import meeting_views as council_meetings
from portal.councils import staff_views as council_staff
from portal.councils import views as councils
from portal.faq import api as faq_api
from portal.faq import cli as faq_cli
from portal.faq import desk_views as faq_desk
from portal.faq import desks as faq_desks
from portal.faq import history_views as faq_history
from portal.faq import miss_views as faq_misses
from portal.faq import opinion_views as faq_opinions
from portal.faq import promise_views as promises
from portal.faq import publish_views as faq_publishing
from portal.faq import views as faq
from portal.home import cli as home_cli
from portal.home import doctor_cli, health
from portal.home import views as home
from portal.kernel import clock
from portal.kernel.access import Permission
from portal.library import desks as library_desks
from portal.library import staff_views as library_staff_views
from portal.library import views as library
from portal.mdf import faces as mdf
from portal.notices import announced as notice_announced
from portal.notices import (
    change_views,
    correction_views,
    desk_views,
    fallback_views,
    handing_views,
    proof_views,
    review_views,
)
from portal.notices import cli as notices_cli
from portal.notices import import_drafts as notice_drafts
from portal.notices import jobs as notice_jobs
from portal.notices import news as notice_news
from portal.notices import queries as notice_scopes
from portal.notices import staff_views as notice_staff
from portal.notices import telling as notice_mail
from portal.notices import views as notice_views
from portal.notices.blueprint import bp as notices
from portal.orders import cli as orders_cli
from portal.orders import jobs as orders_jobs
from portal.orders import views as orders
from portal.registry import cli as registry_cli
from portal.registry import contact_desks
from portal.registry import desks as registry_desks
from portal.registry import labels as registry_labels
from portal.registry import views as registry
from portal.registry.directory import directory
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
from portal.web.pages import MenuItem
from portal.web.site import RowId, site

# Imported to join: views their slice's blueprint, jobs the timetable, scopes their tables, desks and
# labels the facts they speak of.
JOINED = (
    *(sign_in_views, factor_views, reset_views, address_views, password_views, staff_place_views),
    *(accounts_jobs, audit_jobs, orders_jobs, file_jobs, company_scopes),
    *(contact_desks, registry_desks, registry_labels, faq_desks, concern_scopes, concern_entries),
    *(notice_scopes, notice_jobs, notice_mail, notice_views, notice_announced, notice_news),
    *(council_desk, council_labels, council_meetings, council_staff),
    *(faq_history, faq_misses, faq_opinions, faq_publishing),
    *(library_desks, library_staff_views),
    *(notice_staff, change_views, review_views, handing_views, proof_views, fallback_views),
    *(desk_views, correction_views, notice_drafts, mdf),
)
PAGES = (
    signing_in,
    own.bp,
    leaving.bp,
    inbox.bp,
    registry.bp,
    directory,
    notices,
    orders.bp,
    councils.bp,
    library.bp,
    mdf.bp,
    faq.bp,
    faq_desk.bp,
    promises.bp,
    concerns.bp,
    answering.bp,
    audit.bp,
    people.bp,
    staff.bp,
    invitations.bp,
    apply.bp,
    applications.bp,
    review.bp,
    home.bp,
    downloads.bp,
)
BARE = (faq_api.bp, health.bp, orders.short, feed_views.feeds)
COMMANDS = (
    notices_cli.group,
    *(accounts_cli.group, registry_cli.group, orders_cli.group, faq_cli.group, audit_cli.group),
    *(home_cli.program, home_cli.seed, doctor_cli.examine, jobs.worker, mail_cli.group),
)
MENU = (
    MenuItem(_l("Questions"), "site.faq.index"),
    MenuItem(_l("Notices"), "site.notices.index", Permission.READ_NOTICES),
    MenuItem(_l("Orders"), "site.orders.index", Permission.READ_ORDERS),
    MenuItem(_l("Contracts"), "site.registry.index", Permission.READ_CONTRACTS),
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
    for blueprint in PAGES:
        parent.register_blueprint(blueprint)
    for blueprint in BARE:
        app.register_blueprint(blueprint)
    for command in COMMANDS:
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
