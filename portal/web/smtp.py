"""Handing one mail to a mail server, and knowing exactly what became of it.

`smtplib.sendmail` does not tell a mail that was never taken from one whose acceptance was not heard.
Here they are told apart: only what was cut off after the last byte is unknown.
"""

import re
import smtplib
import ssl
from enum import StrEnum
from typing import NamedTuple

from portal.config import Smtp

# For each answer of the server; five answers fit a lease (`store/sending.py`).
PATIENCE = 15.0


class Unreachable(Exception):
    """No mail can be handed over now: the code says why. No try of any mail was used up."""


class Fate(StrEnum):
    """What a server did with a mail."""

    ACCEPTED = "accepted"
    LATER = "later"
    NEVER = "never"
    UNKNOWN = "unknown"


class Answer(NamedTuple):
    """The fate, and a short code that says why; it holds nothing the server said."""

    fate: Fate
    code: str = ""


def connect(smtp: Smtp, name: str) -> smtplib.SMTP:
    """A connection on which mail may be sent; `name` is who we say we are. Raises Unreachable.

    Where TLS is asked for, nothing goes over the wire without it, the password least of all.
    """
    client: smtplib.SMTP | None = None
    try:
        if smtp.tls == "implicit":
            client = smtplib.SMTP_SSL(
                smtp.host, smtp.port, name, timeout=PATIENCE, context=ssl.create_default_context()
            )
        else:
            client = smtplib.SMTP(smtp.host, smtp.port, name, timeout=PATIENCE)
        if smtp.tls == "starttls":
            client.starttls(context=ssl.create_default_context())
        client.ehlo_or_helo_if_needed()
        if smtp.user:
            client.login(smtp.user, smtp.password)
    except (smtplib.SMTPException, OSError, ValueError) as error:
        if client is not None:
            client.close()
        raise Unreachable(_why(error)) from error
    return client


def deliver(client: smtplib.SMTP, sender: str, to: str, content: bytes) -> Answer:
    """Hand over one mail (lines end in CRLF). After an answer other than accepted, the connection
    may be closed: `client.sock` is None then.
    """
    try:
        answer = _offer(client, sender, to)
        if answer is not None:
            return answer
        client.send(re.sub(rb"(?m)^\.", b"..", content))
    except (smtplib.SMTPException, OSError):
        client.close()
        return Answer(Fate.LATER, "cut")
    try:
        client.send(b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n")
        code, _said = client.getreply()
    except (smtplib.SMTPException, OSError):
        client.close()
        return Answer(Fate.UNKNOWN, "cut_at_end")
    if code == 250:
        return Answer(Fate.ACCEPTED)
    return _refused(client, code, "data")


def _offer(client: smtplib.SMTP, sender: str, to: str) -> Answer | None:
    """Name sender and recipient and ask to go on; None: the server waits for the mail."""
    code, _said = client.mail(sender)
    if code != 250:
        # What is wrong with our own address is no recipient's fault: it is tried again.
        return _refused(client, code, "mail", at_most=Fate.LATER)
    code, _said = client.rcpt(to)
    if code not in (250, 251):
        return _refused(client, code, "rcpt")
    code, _said = client.docmd("DATA")
    return None if code == 354 else _refused(client, code, "data")


def _refused(client: smtplib.SMTP, code: int, step: str, at_most: Fate = Fate.NEVER) -> Answer:
    if code == 421 or code < 0:
        client.close()
    else:
        try:
            client.rset()
        except (smtplib.SMTPException, OSError):
            client.close()
    fate = at_most if 500 <= code < 600 else Fate.LATER
    return Answer(fate, f"smtp_{code}_{step}")


def _why(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "refused_us"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "not_supported"
    if isinstance(error, ssl.SSLError):
        return "no_trust"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"smtp_{error.smtp_code}"
    return "no_answer"
