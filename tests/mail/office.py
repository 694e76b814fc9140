"""A real mail server on this machine that counts what it takes, and misbehaves when told to."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller

from portal.config import Smtp

SENDER = Address("Portal", addr_spec="portal@portal.example")


@dataclass
class Office:
    """What was taken, and what is answered instead: `answers` maps a step to a reply or "cut"."""

    port: int = 0
    taken: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=dict)

    @property
    def settings(self) -> Smtp:
        return Smtp(host="127.0.0.1", port=self.port, tls="none", sender=SENDER)

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, to: str, options: Any):  # noqa: N802
        if "mail" in self.answers:
            return self._say("mail", server)
        envelope.mail_from = to
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, to: str, options: Any):  # noqa: N802
        if "rcpt" in self.answers:
            return self._say("rcpt", server)
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any):  # noqa: N802
        if "refuse" in self.answers:
            return self.answers["refuse"]
        found = message_from_bytes(envelope.content, policy=default)
        self.taken.append(found)
        self.envelopes.append((envelope.mail_from, tuple(envelope.rcpt_tos)))
        return self._say("data", server) if "data" in self.answers else "250 OK"

    def _say(self, step: str, server: Any) -> str:
        answer = self.answers[step]
        if callable(answer):
            answer()
        elif answer != "cut":
            return str(answer)
        server.transport.abort()
        return "250 OK"


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


@contextmanager
def open_office() -> Iterator[Office]:
    office = Office(port=free_port())
    controller = Controller(office, hostname="127.0.0.1", port=office.port)
    controller.start()
    try:
        yield office
    finally:
        controller.stop()
