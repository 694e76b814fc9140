"""Work for several processes at once: each tries wrong passwords or codes in several threads."""

import time
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from flask import current_app

from portal.accounts import passwords, signing_in, throttle
from portal.accounts.signing_in import Asked
from portal.accounts.throttle import Reserved
from portal.kernel import clock


def try_passwords(email, count):
    """How many of `count` parallel tries got as far as a hash."""
    hashes = []

    class Counting(PasswordHasher):
        def verify(self, *asked):
            hashes.append(1)
            return super().verify(*asked)

    passwords.HASHER = Counting(time_cost=1, memory_cost=1024, parallelism=1)
    passwords.NOBODY = passwords.HASHER.hash("nobody")
    _at_once(
        count,
        lambda: signing_in.with_password(
            email, "wrong", asked=Asked(origin="192.0.2.1"), now=clock.wall()
        ),
    )
    return len(hashes)


def try_passwords_unreserved(email, count):
    """The control: no try is counted beforehand."""
    throttle.reserve = lambda session, buckets, now: Reserved(())
    return try_passwords(email, count)


def try_passwords_unlocked(email, count):
    """The control: tries are counted, but nobody queues between counting and taking a place."""
    counted = throttle._wait

    def slow(session, bucket, now):
        found = counted(session, bucket, now)
        time.sleep(0.05)
        return found

    throttle._lock = lambda session, buckets: None
    throttle._wait = slow
    return try_passwords(email, count)


def enter_with(pending, code, count):
    """How many of `count` parallel tries with one code signed in."""
    return sum(
        _at_once(
            count,
            lambda: isinstance(_code(pending, code), signing_in.Entered),
        )
    )


def _code(pending, code):
    try:
        return signing_in.with_code(pending, code, asked=Asked(), now=clock.wall())
    except signing_in.Expired:
        return None


def _at_once(count, work):
    app = current_app._get_current_object()

    def one(_number):
        with app.app_context():
            return work()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))
