"""What a person's feeds tell: entries that slices give, drawn as Atom (RFC 4287) or as a calendar
(RFC 5545).

A slice with news puts a source on `FEED_SOURCES`; it is asked as one capacity of one person, for
reading. Addresses in a feed are those of pages, for whoever signs in; that of the feed itself is a
secret and stands nowhere in it.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, render_template
from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.store.pack import Program
from portal.web.mail_words import link

MOST = 200
# Neither XML nor a calendar can hold these.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class FeedEntry:
    """One piece of news, in the language asked for. `id` is the same for all its versions.

    `path` is its page (a path of the portal), `updated` wall time. With a date `on` it stands in the
    calendar too, as that whole day; `version` grows with each change, and `withdrawn` takes it back.
    """

    id: str
    title: str
    text: str
    updated: datetime
    path: str
    on: date | None = None
    version: int = 0
    withdrawn: bool = False


Source = Callable[[Session, Actor, str], Iterable[FeedEntry]]
FEED_SOURCES: list[Source] = []


def entries(session: Session, actor: Actor, language: str) -> list[FeedEntry]:
    """What every source has for `actor`, the newest first, no more than a feed can hold."""
    found = [each for source in FEED_SOURCES for each in source(session, actor, language)]
    found.sort(key=lambda each: (each.updated, each.id), reverse=True)
    return found[:MOST]


def atom(
    key: str,
    title: str,
    since: datetime,
    news: Iterable[FeedEntry],
    language: str,
    self_path: str | None = None,
) -> bytes:
    """The entries as an Atom feed. `key` names the feed for good and is no secret; `since` is its age
    while it has no entry; `self_path` its own path, for a feed whose address is no secret.
    """
    told: list[dict[str, Any]] = [
        {
            "id": f"tag:{_host()},2017:{each.id}",
            "title": _clean(each.title),
            "text": _clean(each.text),
            "updated": each.updated,
            "link": link(each.path, language, None),
        }
        for each in news
    ]
    drawn = render_template(
        "feed.xml",
        key=key,
        title=_clean(title),
        updated=max([since, *(one["updated"] for one in told)]),
        author=_program().name.pick(language),
        entries=told,
        language=language,
        self_link=link(self_path, language, None),
    )
    return drawn.encode()


def calendar(title: str, news: Iterable[FeedEntry], language: str) -> bytes:
    """Those of the entries that have a date, as whole days of a calendar."""
    from icalendar import Calendar, Event

    found = Calendar()
    found.add("prodid", f"-//{_clean(_program().name.pick(language))}//{_host()}//{language}")
    found.add("version", "2.0")
    found.add("method", "PUBLISH")
    for name in ("name", "x-wr-calname"):
        found.add(name, _clean(title))
    for each in news:
        if each.on is None:
            continue
        day = Event()
        day.add("uid", f"{each.id}@{_host()}")
        day.add("dtstamp", each.updated)
        day.add("last-modified", each.updated)
        day.add("dtstart", each.on)
        day.add("sequence", each.version)
        day.add("status", "CANCELLED" if each.withdrawn else "CONFIRMED")
        day.add("transp", "TRANSPARENT")
        day.add("summary", _clean(each.title))
        day.add("description", _clean(each.text))
        day.add("url", str(link(each.path, language, None)))
        found.add_component(day)
    told: bytes = found.to_ical()
    return told


def _clean(text: str) -> str:
    return _CONTROL.sub("", text)


def _host() -> str:
    return urlsplit(current_app.extensions["portal.config"].url).hostname or "localhost"


def _program() -> Program:
    found: Program = current_app.extensions["portal.program"]
    return found
