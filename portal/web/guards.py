"""Who may call a view. Every view says so; one that does not stops the start-up.

`@public` and `@requires(permission)` only mark; `enforce`, before every request, reads the mark.
"""

import uuid
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, g, redirect, request
from flask_login import LoginManager, UserMixin, current_user
from werkzeug.wrappers import Response

from portal.kernel.access import VISITOR, Actor, Permission
from portal.web.site import url

V = TypeVar("V", bound=Callable[..., Any])
PUBLIC = "public"


def public(view: V) -> V:
    """Anyone may call `view`."""
    view.access = PUBLIC  # type: ignore[attr-defined]
    return view


def requires(permission: Permission) -> Callable[[V], V]:
    """Only an actor whose role grants `permission` may call the view."""

    def mark(view: V) -> V:
        view.access = permission  # type: ignore[attr-defined]
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
    """What flask-login holds of a signed-in person: the actor, and the key of the session."""

    def __init__(self, actor: Actor, key: uuid.UUID) -> None:
        self.actor = actor
        self.key = key

    def get_id(self) -> str:
        """The key: who it belongs to, and whether it still counts, is asked of the database."""
        return self.key.hex


def install(app: Flask, load: Callable[[uuid.UUID], Actor | None]) -> None:
    """Load the actor with `load(session key)` and enforce the marks, each request."""
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
        found = load(key)
        return SignedIn(found, key) if found else None

    @app.before_request
    def _enforce() -> Response | None:
        g.actor = current_user.actor if current_user.is_authenticated else VISITOR
        if request.endpoint is None:
            return None
        access = access_of(app, request.endpoint)
        if access == PUBLIC:
            return None
        if not g.actor.known:
            if request.path.startswith("/api/"):
                abort(401)
            here = request.full_path.rstrip("?") if request.method == "GET" else None
            return redirect(url("site.accounts.sign_in", next=here))
        if not isinstance(access, Permission) or not g.actor.may(access):
            abort(403)
        return None
