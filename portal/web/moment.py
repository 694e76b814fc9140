"""The date a reader looks at: today's business date, or another one chosen in this session.

Looking at another date shows the portal as of then; nothing can be done while it is chosen.
"""

from datetime import date

from flask import Flask, abort, request, session

from portal.kernel import clock

FIRST, LAST = date(1990, 1, 1), date(2100, 1, 1)
ALWAYS_ALLOWED = frozenset(
    {
        *("site.accounts.start_session", "site.accounts.send_code", "site.accounts.sign_out"),
        *("site.accounts.confirm_now", "site.accounts.set_up", "site.accounts.ask_reset"),
        *("site.accounts.set_password", "site.home.choose_date"),
    }
)


def looking_on() -> date:
    """The date the pages of this request show."""
    return _chosen() or clock.today()


def moved() -> bool:
    """Whether the reader chose another date than today's."""
    return _chosen() is not None


def choose(day: date | None) -> None:
    """Look at `day` from now on, in this session only; None goes back to today."""
    if day is None or day == clock.today():
        session.pop("look_on", None)
    else:
        session["look_on"] = day.isoformat()


def install(app: Flask) -> None:
    """Refuse every act while another date is looked at (409)."""

    @app.before_request
    def _only_look() -> None:
        if request.method == "POST" and request.endpoint not in ALWAYS_ALLOWED and moved():
            abort(409)


def _chosen() -> date | None:
    kept = session.get("look_on")
    try:
        day = date.fromisoformat(kept) if kept else None
    except (TypeError, ValueError):
        return None
    return day if day and FIRST <= day <= LAST and day != clock.today() else None
