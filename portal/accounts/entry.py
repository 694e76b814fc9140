"""From a request to a session and back: what the views of signing in share."""

import uuid

from flask import make_response, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from portal.accounts import devices, sessions
from portal.accounts.models import Level
from portal.accounts.records import Asked
from portal.accounts.signing_in import Entered
from portal.accounts.throttle import Later
from portal.kernel import clock
from portal.web.guards import SignedIn
from portal.web.site import safe_path, url

# Names in the cookie: the session that waits for a code; a reset link; a secret to be set up.
PENDING, RESET, SECRET = "pending", "reset", "secret"


def asked() -> Asked:
    """Where this request comes from."""
    return Asked(
        origin=request.remote_addr or "",
        agent=request.user_agent.string,
        device=request.cookies.get(devices.COOKIE),
    )


def pending() -> uuid.UUID | None:
    """The session of this browser that waits for its code, if any."""
    try:
        return uuid.UUID(session.get(PENDING, ""))
    except (ValueError, TypeError, AttributeError):
        return None


def begin(entered: Entered, target: str | None) -> Response:
    """Give the browser a session that began, and lead on to `target`, or to the step that is due.

    Whatever the browser's session held before is gone: another key, another token for forms.
    """
    goal = safe_path(target)
    leave()
    if entered.level is Level.CODE:
        session[PENDING] = entered.key.hex
        return redirect(url("site.accounts.code", next=goal))
    adopt(entered)
    if entered.level is Level.ENROL:
        return redirect(url("site.accounts.enrol", next=goal))
    return know(redirect(goal or url("site.home.index")), entered.device)


def adopt(entered: Entered) -> None:
    """Make the session that began the browser's; forms open in other tabs stay good."""
    for name in (PENDING, SECRET, RESET):
        session.pop(name, None)
    login_user(SignedIn(entered.actor, entered.key, clock.wall()))


def leave() -> None:
    """End the browser's session, if any, here and at the server."""
    if current_user.is_authenticated:
        sessions.end(current_user.key, actor=current_user.actor, now=clock.wall())
    logout_user()
    session.clear()


def know(response: Response, token: str | None) -> Response:
    """Have the browser keep its token as a known device; None changes nothing."""
    if token is not None:
        response.set_cookie(
            devices.COOKIE,
            token,
            max_age=devices.LASTS,
            secure=True,
            httponly=True,
            samesite="Lax",
            path="/",
        )
    return response


def refused(page: str | Response, later: Later) -> ResponseReturnValue:
    """A page for a try that comes too soon: 429, and when the next may come."""
    response = make_response(page, 429)
    response.headers["Retry-After"] = str(later.seconds)
    return response
