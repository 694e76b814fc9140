"""Reading a mail that a mail server sent back. Pure: the standard library's `email`, no database.

Most servers send a report a program can read (RFC 3464). Older ones send words with our mail quoted
in them; those are believed only when a mail server wrote them, so that no reply or holiday message of
a person ever counts as a return.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message
from email.policy import compat32
from email.utils import parseaddr

MOST = 2 * 1024 * 1024
UNSPECIFIED = "5.0.0"
DAEMONS = frozenset({"mailer-daemon", "postmaster", "mail-daemon", "mdaemon"})
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_REFUSED = re.compile(r"(?m)(?<![\d.])5[0-5]\d(?=[ -])")
_MESSAGE_ID = re.compile(r"<[^<>@\s]{1,200}@[^<>@\s]{1,255}>")
_HEADER = re.compile(rf"(?im)^[>\s]*message-id:\s*({_MESSAGE_ID.pattern})")
# Where the words of the server end and its copy of our mail begins.
_COPY = re.compile(r"(?im)^[>\s]*(?:return-path|received|message-id|from|date|subject):")


class Unreadable(ValueError):
    """No mail server's word about a mail: the text says what is missing."""


@dataclass(frozen=True)
class Returned:
    """What a server says of a mail. `message_ids` are those it may mean, the surest first.

    `failed`: it will not be delivered, `status` says why (RFC 3463); else it is late, or arrived.
    """

    message_ids: tuple[str, ...]
    status: str
    failed: bool
    how: str


def read(raw: bytes) -> Returned:
    """What `raw`, one mail as it came, says of a mail of ours. Raises Unreadable."""
    if len(raw) > MOST:
        raise Unreadable("it is larger than a returned mail can be")
    try:
        mail = message_from_bytes(raw, policy=compat32)
        parts = list(mail.walk())
    except (MessageError, ValueError, LookupError) as error:
        raise Unreadable("it is no mail") from error
    if not mail.keys() or "From" not in mail:
        raise Unreadable("it is no mail: it has no sender")
    reports = [part for part in parts if part.get_content_type() == "message/delivery-status"]
    found = _report(reports) if reports else _words(mail)
    ids = tuple(dict.fromkeys(_quoted(mail, parts)))
    if not ids:
        raise Unreadable("it does not say which mail it is about")
    return Returned(ids, *found)


def _report(reports: list[Message]) -> tuple[str, bool, str]:
    """What the fields of a report say: of several recipients, a failed one decides."""
    late = "4.0.0"
    for fields in (block for report in reports for block in _inside(report)):
        action = _first_word(fields.get("Action", ""))
        told = _STATUS.search(str(fields.get("Status", "")))
        status = told[1] if told else ""
        if action == "failed" or (not action and status.startswith("5")):
            return status or UNSPECIFIED, True, "report"
        late = status or late
    return late, False, "report"


def _inside(part: Message) -> list[Message]:
    found = part.get_payload()
    return [each for each in found if isinstance(each, Message)] if isinstance(found, list) else []


def _words(mail: Message) -> tuple[str, bool, str]:
    """What a server without a report says: it must be one, and it must say no."""
    sender = parseaddr(str(mail.get("From", "")))[1].partition("@")[0].lower()
    named = mail.get("X-Failed-Recipients") is not None
    if not named and sender not in DAEMONS:
        raise Unreadable("no mail server wrote it: a reply of a person marks nothing")
    text = "\n".join(_COPY.split(each, maxsplit=1)[0] for each in _texts(_outside(mail)))
    told = _STATUS.findall(text)
    final = next((status for status in told if status.startswith("5")), None)
    if final or named or _REFUSED.search(text):
        return final or UNSPECIFIED, True, "words"
    if told:
        return told[0], False, "words"
    raise Unreadable("it does not say whether the mail failed: mark it with --id and --status")


def _quoted(mail: Message, parts: list[Message]) -> Iterator[str]:
    """The ids of the mail it is about: of the mail enclosed, of what it answers, of what it quotes."""
    for part in parts:
        if part is not mail and part.get_content_type() == "message/rfc822":
            for inner in _inside(part):
                yield from _MESSAGE_ID.findall(str(inner.get("Message-ID", "")))
        if part.get_content_type() in ("text/rfc822-headers", "message/rfc822-headers"):
            yield from _HEADER.findall(_text(part))
    for name in ("X-Original-Message-ID", "In-Reply-To", "References"):
        yield from _MESSAGE_ID.findall(str(mail.get(name, "")))
    for text in _texts(parts):
        yield from _HEADER.findall(text)


def _outside(mail: Message) -> Iterator[Message]:
    """The parts of a mail, without those of a mail enclosed in it."""
    yield mail
    if mail.is_multipart() and mail.get_content_maintype() == "multipart":
        for part in _inside(mail):
            yield from _outside(part)


def _texts(parts: Iterable[Message]) -> Iterator[str]:
    for part in parts:
        if part.get_content_maintype() == "text":
            yield _text(part)


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def _first_word(value: object) -> str:
    words = re.split(r"[\s;(]", str(value).strip(), maxsplit=1)
    return words[0].lower()
