"""The second factor: codes of an app (TOTP), and codes on paper that stand in for it (B6).

Secrets are encrypted with a key made of the portal's secret; recovery codes have 118 bits and are
kept as hashes. Either works once: a time step is taken, a recovery code used up, by an UPDATE that
only one of many at once can win.
"""

import secrets
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import CursorResult, delete, func, or_, select, update
from sqlalchemy.orm import Session

from portal.accounts.keys import derived
from portal.accounts.links import hashed
from portal.accounts.models import Factor, RecoveryCode
from portal.store.types import new_ref

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

TOTP = "totp"
STEP_SECONDS = 30
# Phones' clocks and slow fingers: the code before and the one after are taken too.
STEPS = (0, -1, 1)
CODES, CODE_LENGTH = 10, 24


def new_secret() -> str:
    """160 random bits as an app takes them (base32)."""
    import pyotp

    return pyotp.random_base32(32)


def encrypted(secret: str) -> str:
    """A secret as it is kept."""
    return _fernet(derived("second factor")).encrypt(secret.encode()).decode()


def decrypted(kept: str) -> str | None:
    """The secret, or None when it was kept under another key: the portal's secret has changed."""
    from cryptography.fernet import InvalidToken

    try:
        return _fernet(derived("second factor")).decrypt(kept).decode()
    except InvalidToken:
        return None


def step_of(secret: str, typed: str, now: datetime) -> int | None:
    """The time step whose code was typed, of this one, the one before and the next; or None."""
    import pyotp

    code = "".join(typed.split())
    if len(code) != 6 or not (code.isascii() and code.isdigit()):
        return None
    at = int(now.timestamp()) // STEP_SECONDS
    generate = pyotp.TOTP(secret).generate_otp
    for step in (at + away for away in STEPS):
        if secrets.compare_digest(generate(step), code):
            return step
    return None


def uri(secret: str, email: str, issuer: str) -> str:
    """The address that an app reads from the picture."""
    import pyotp

    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)


def confirmed(session: Session, person_id: int) -> Factor | None:
    """The person's second factor, or None while it is not set up. One query."""
    return session.scalar(
        select(Factor).where(
            Factor.person_id == person_id, Factor.kind == TOTP, Factor.confirmed_at.is_not(None)
        )
    )


def accept(session: Session, person_id: int, typed: str, now: datetime) -> str | None:
    """How the code typed proves the person ("code", "recovery_code"), or None. Uses it up.

    Inside the caller's `atomic()`; of two at once with one code, one is accepted.
    """
    factor = confirmed(session, person_id)
    if factor is None:
        return None
    secret = decrypted(factor.secret)
    step = step_of(secret, typed, now) if secret else None
    if step is not None:
        later = or_(Factor.last_step.is_(None), Factor.last_step < step)
        taken = update(Factor).where(Factor.id == factor.id, later).values(last_step=step)
        return "code" if _one(session, taken) else None
    unused = (
        RecoveryCode.person_id == person_id,
        RecoveryCode.code_hash == hashed(plain(typed)),
        RecoveryCode.used_at.is_(None),
    )
    used = update(RecoveryCode).where(*unused).values(used_at=now)
    return "recovery_code" if _one(session, used) else None


def keep(session: Session, person_id: int, secret: str, step: int | None, now: datetime) -> bool:
    """Make `secret` the person's confirmed factor, in place of one before; whether there was one.

    `secret` comes encrypted; `step` is the one whose code confirmed it.
    """
    mine = Factor.person_id == person_id, Factor.kind == TOTP
    replaced = bool(cast(CursorResult[Any], session.execute(delete(Factor).where(*mine))).rowcount)
    session.add(
        Factor(
            person_id=person_id,
            kind=TOTP,
            secret=secret,
            last_step=step,
            created_at=now,
            confirmed_at=now,
        )
    )
    return replaced


def new_recovery_codes(session: Session, person_id: int) -> tuple[str, ...]:
    """Ten fresh codes, to be shown once; those before count no more."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    codes = tuple(new_ref(CODE_LENGTH) for _ in range(CODES))
    session.add_all(RecoveryCode(person_id=person_id, code_hash=hashed(code)) for code in codes)
    return codes


def recovery_codes_left(session: Session, person_id: int) -> int:
    """How many of the person's recovery codes still work."""
    mine = RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None)
    return session.scalar(select(func.count(RecoveryCode.id)).where(*mine)) or 0


def remove(session: Session, person_id: int) -> bool:
    """Take the second factor and its recovery codes away; whether there was one."""
    gone = session.execute(delete(Factor).where(Factor.person_id == person_id))
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    return bool(cast(CursorResult[Any], gone).rowcount)


def plain(code: str) -> str:
    """A recovery code without what people put between its groups."""
    return "".join(letter for letter in code.upper() if letter.isalnum())


def in_groups(text: str) -> str:
    """A secret or a code as it is read and typed: groups of four."""
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def _one(session: Session, change: Any) -> bool:
    return cast(CursorResult[Any], session.execute(change)).rowcount == 1


@lru_cache(maxsize=4)
def _fernet(key: bytes) -> "Fernet":
    import base64

    from cryptography.fernet import Fernet

    return Fernet(base64.urlsafe_b64encode(key))
