"""Who may call a view. Every view says so; one that does not stops the start-up.

`@public` and `@requires(permission)` only mark; `enforce`, before every request, reads the mark.
A view marked `recent=True` does something risky: it wants a person who proved not long ago who they
are, and sends others to prove it first.
"""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog
from flask import Flask, abort, g, redirect, request
from flask_login import LoginManager, UserMixin, current_user
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from portal.kernel import clock
from portal.kernel.access import VISITOR, Actor, Permission
from portal.store.db import atomic
from portal.store.events import emit
from portal.web.site import url

V = TypeVar("V", bound=Callable[..., Any])
PUBLIC = "public"
# A form may take longer to fill than the page that shows it may wait.
RECENT = {"GET": timedelta(minutes=10), "HEAD": timedelta(minutes=10)}
RECENT_POST = timedelta(minutes=30)


def public(view: V) -> V:
    """Anyone may call `view`."""
    view.access = PUBLIC  # type: ignore[attr-defined]
    return view


def requires(permission: Permission, *, recent: bool = False) -> Callable[[V], V]:
    """Only an actor whose role grants `permission` may call the view; with `recent`, only one who
    proved who they are in the last 10 minutes (30 for sending a form).
    """

    def mark(view: V) -> V:
        view.access = permission  # type: ignore[attr-defined]
        view.recent = recent  # type: ignore[attr-defined]
        return view

    return mark


def actor() -> Actor:
    """Who is acting in this request; a visitor when nobody signed in."""
    found: Actor = g.get("actor") or VISITOR
    return found


def access_of(app: Flask, endpoint: str) -> Permission | str | None:
    """What `endpoint` declares: a permission, "public", or None when it says nothing."""
    return getattr(app.view_functions[endpoint], "access", None)


def undeclared(app: Flask) -> list[str]:
    """Endpoints whose view does not say who may call it."""
    return sorted(name for name in app.view_functions if access_of(app, name) is None)


class SignedIn(UserMixin):
    """What flask-login holds of a signed-in person: the actor, the key of the session, and when the
    person last proved who they are (wall time).
    """

    def __init__(self, actor: Actor, key: uuid.UUID, confirmed_at: datetime) -> None:
        self.actor = actor
        self.key = key
        self.confirmed_at = confirmed_at

    def get_id(self) -> str:
        """The key: who it belongs to, and whether it still counts, is asked of the database."""
        return self.key.hex


def install(app: Flask, load: Callable[[uuid.UUID], SignedIn | None]) -> None:
    """Load who is signed in with `load(session key)` and enforce the marks, each request."""
    manager = LoginManager()
    # Error pages are drawn when the database is gone too: templates get the actor, nothing else.
    manager.init_app(app, add_context_processor=False)
    manager.session_protection = None

    @manager.user_loader
    def _load(identity: str) -> SignedIn | None:
        try:
            key = uuid.UUID(identity)
        except ValueError:
            return None
        return load(key)

    @app.before_request
    def _enforce() -> Response | None:
        found: Actor = current_user.actor if current_user.is_authenticated else VISITOR
        # Who still has to set up the second factor is nobody on every other page.
        enrolling = found.permissions == {Permission.ENROL}
        g.actor = VISITOR if enrolling else found
        if request.endpoint is None:
            return None
        access = access_of(app, request.endpoint)
        if access == PUBLIC:
            return None
        if enrolling and access != Permission.ENROL:
            return redirect(url("site.accounts.enrol"))
        g.actor = found
        if not found.known:
            if request.path.startswith("/api/"):
                abort(401)
            return redirect(url("site.accounts.sign_in", next=_here()))
        if not isinstance(access, Permission) or not found.may(access):
            _keep_denial(found, request.endpoint)
            abort(403)
        if getattr(app.view_functions[request.endpoint], "recent", False) and not _recently():
            return redirect(url("site.accounts.confirm", next=_here()))
        return None


def _keep_denial(found: Actor, endpoint: str) -> None:
    """That somebody asked for what their role does not include, on record (B23).

    It is denied all the same where it cannot be written down; the log then has it.
    """
    try:
        with atomic() as session:
            emit(
                *(session, f"denial:{uuid.uuid4().hex}", "access.denied"),
                actor=found,
                at=clock.wall(),
                partner_id=found.partner_id,
                registry_id=found.registry_id,
                payload={"endpoint": endpoint, "method": request.method},
            )
    except SQLAlchemyError:
        structlog.get_logger().exception("access.denied", person=found.person_id, view=endpoint)


def _here() -> str | None:
    """The page asked for, to come back to."""
    return request.full_path.rstrip("?") if request.method == "GET" else None


def _recently() -> bool:
    limit = RECENT.get(request.method, RECENT_POST)
    recent: bool = clock.wall() - current_user.confirmed_at < limit
    return recent
