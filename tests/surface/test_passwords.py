"""What a password costs to try: the tests sign in cheaply, the portal does not."""

import subprocess
import sys

from portal.accounts import passwords

# RFC 9106, section 4: the second recommended option (64 MiB, three passes).
ASKED = (65_536, 3)
TOLD = "from portal.accounts.passwords import HASHER as h; print(h.memory_cost, h.time_cost)"


def test_the_portal_makes_a_password_dear_to_try():
    """Asked of a process of its own, which the settings of the tests do not reach."""
    done = subprocess.run([sys.executable, "-c", TOLD], capture_output=True, text=True, check=True)
    found = tuple(map(int, done.stdout.split()))
    assert all(own >= asked for own, asked in zip(found, ASKED, strict=True)), found


def test_the_tests_sign_in_cheaply():
    """The control: here the same question answers otherwise."""
    assert (passwords.HASHER.memory_cost, passwords.HASHER.time_cost) < ASKED
