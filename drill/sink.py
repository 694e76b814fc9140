"""A mail server on this machine that keeps what it takes, and kills its client when told to."""

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.headerregistry import Address
from typing import Any

from aiosmtpd.controller import Controller

from portal.config import Smtp


@dataclass
class Sink:
    """What was taken: the Message-ID of each mail, in order, as often as it came.

    `hunt` says at which point of which mail (of those to addresses that begin with `whom`, counted from
    now on) its client is killed: "sending", when the recipient is named, or "accepted", when the mail
    is taken and that is not yet said.
    """

    whom: str = ""

    port: int = 0
    taken: list[str] = field(default_factory=list)
    victim: int = 0
    _point: str = ""
    _left: int = 0

    @property
    def settings(self) -> Smtp:
        """How a portal sends here."""
        sender = Address("Portal", addr_spec="portal@portal.example")
        return Smtp(host="127.0.0.1", port=self.port, tls="none", sender=sender)

    def hunt(self, point: str, after: int) -> None:
        """Kill the client at `point` of the mail after so many."""
        self._point, self._left = point, after

    async def handle_RCPT(  # noqa: N802
        self, server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        """The recipient is named."""
        envelope.rcpt_tos.append(address)
        return self._say("sending", server, envelope)

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """The mail is taken."""
        self.taken.append(str(message_from_bytes(envelope.content)["Message-ID"]))
        return self._say("accepted", server, envelope)

    def _say(self, point: str, server: Any, envelope: Any) -> str:
        if self._point == point and envelope.rcpt_tos[0].startswith(self.whom):
            self._left -= 1
            if self._left < 0:
                self._point = ""
                os.kill(self.victim, signal.SIGKILL)
                server.transport.abort()
        return "250 OK"


@contextmanager
def open_sink(whom: str) -> Iterator[Sink]:
    """A sink that listens on a free port of this machine, until the block ends."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        sink = Sink(whom, port=int(asked.getsockname()[1]))
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()
