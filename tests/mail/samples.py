"""Mails as mail servers send them back, about the mail whose Message-ID is `{id}`."""

REPORT = """\
Return-Path: <>
From: MAILER-DAEMON@mx.andes.example (Mail Delivery System)
To: portal@portal.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Message-ID: <20171201.ABC@mx.andes.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=us-ascii

<ana@andes.example>: host mx said: 550 no such user (in reply to RCPT TO)

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.andes.example
Arrival-Date: Fri, 1 Dec 2017 15:04:00 +0000

{fields}

--b
Content-Type: {enclosed}

Message-ID: {id}
From: portal@portal.example
To: ana@andes.example
Subject: =?utf-8?q?Aviso?=

--b--
"""
FAILED = "Final-Recipient: rfc822; ana@andes.example\nAction: failed\nStatus: 5.1.1"
GAVE_UP = "Final-Recipient: rfc822; ana@andes.example\nAction: failed\nStatus: 4.4.7"
NO_ACTION = "Final-Recipient: rfc822; ana@andes.example\nStatus: 5.2.2 (mailbox full)"
LATE = "Final-Recipient: rfc822; ana@andes.example\nAction: delayed\nStatus: 4.4.1"
ARRIVED = "Final-Recipient: rfc822; ana@andes.example\nAction: delivered\nStatus: 2.0.0"
LATE_AND_FAILED = f"{LATE}\n\n{FAILED}"

WORDS = """\
From: {sender}
To: portal@portal.example
Subject: failure notice
{more}Content-Type: text/plain

Hi. This is the mail program at mx.andes.example.

<ana@andes.example>:
{said}

--- Below this line is a copy of the message.

Received: from portal.example (5.9.9) by mx 550 x
Message-ID: {id}
To: ana@andes.example
"""
DAEMON = "MAILER-DAEMON@mx.andes.example"
PERSON = "Ana <ana@andes.example>"
REPLY = """\
From: Ana <ana@andes.example>
To: portal@portal.example
In-Reply-To: {id}
Subject: Re: aviso
Auto-Submitted: auto-replied

Estoy de vacaciones; 5.1.1 es mi oficina y 550 mi extension.
"""
GARBAGE = (
    b"",
    b"\x00\xff\xfe" * 100,
    b"no header at all\n",
    b"Subject: only\n\nwords\n",
    b'From: MAILER-DAEMON@x\nContent-Type: multipart/report; boundary="b"\n\n--b\n'
    b"Content-Type: message/delivery-status\n\n\n",
    b"From: a@b\nContent-Type: text/plain; charset=no-such\n\n\xff",
    b"x" * (3 * 1024 * 1024),
)


def report(fields: str, key: str, enclosed: str = "message/rfc822") -> bytes:
    """A report that a program can read (RFC 3464)."""
    return REPORT.format(fields=fields, id=key, enclosed=enclosed).encode()


def words(said: str, key: str, sender: str = DAEMON, more: str = "") -> bytes:
    """What a server says in words alone."""
    return WORDS.format(said=said, id=key, sender=sender, more=more).encode()
