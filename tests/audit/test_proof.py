"""`flask audit verify`: what was changed, removed, put into the past or left out is told (B23)."""

from datetime import timedelta

import pytest
from flask import Flask

from portal.audit import proof
from portal.audit.proof import Fault
from portal.store import seals
from portal.store.db import db
from portal.store.events import Event
from portal.store.seals import Seal, SealedEvent, canonical, digest, seal, seal_hash
from tests.audit.tampering import NOW, ago, happen, key, postgres, run, tamper


@pytest.fixture
def three(app: Flask) -> list[str]:
    """Three events in two seals; their ids."""
    ids = [happen(ago(minutes=9)), happen(ago(minutes=8))]
    seal(NOW - timedelta(minutes=5))
    ids.append(happen(ago(minutes=4)))
    seal(NOW)
    return ids


def faults(**asked: str) -> list[str]:
    """The kinds of what is wrong, in order."""
    db.session.rollback()
    said: list[str] = []
    proof.verify(db.session(), now=NOW, tell=lambda found: said.append(found.fault), **asked)
    return said


def test_what_nobody_touched_is_in_order(three: list[str], app: Flask) -> None:
    count = proof.verify(db.session(), now=NOW, tell=lambda found: pytest.fail(found.said))
    assert (count.events, count.seals, count.findings) == (3, 2, 0)
    assert faults(expect=count.head) == [] and proof.problems(db.session(), now=NOW) == []
    code, said = run(app, "verify", "--expect", count.head)
    assert code == 0 and "In order: 3 events, 2 seals. Wrong: 0." in said
    assert run(app, "head") == (0, f"{count.head} seal 2 at 2026-03-01T12:00:00+00:00\n")


@pytest.mark.parametrize(
    "change",
    ["verb = 'x'", "actor = 'person:9'", "person_id = NULL", "origin = ''", "role = 'finance'",
     "partner_id = 7", "registry_id = 7", "payload = '{\"x\": 1}'", "version = 99",
     "at = '2026-03-01 11:51:00.000001'"],
)  # fmt: skip
def test_a_changed_event_is_found_and_named(three: list[str], app: Flask, change: str) -> None:
    tamper(f"UPDATE event SET {change} WHERE id = '{three[0]}'")
    assert faults() == [Fault.CHANGED]
    code, said = run(app, "verify")
    assert code == 1 and three[0].replace("-", "") in said.replace("-", "")
    assert said.count("\n") == (2 if postgres() else 5)  # SQLite lost its triggers: three lines


def test_a_removed_event_is_found(three: list[str], app: Flask) -> None:
    tamper(f"DELETE FROM event WHERE id = '{three[1]}'")
    assert faults() == [Fault.MISSING]
    assert run(app, "verify")[0] == 1


def test_an_event_removed_with_its_place_in_the_list_is_found(three: list[str]) -> None:
    tamper(
        f"DELETE FROM sealed_event WHERE event_id = '{three[1]}'",
        f"DELETE FROM event WHERE id = '{three[1]}'",
    )
    assert faults() == [Fault.SEAL]


def test_a_changed_digest_or_seal_is_found(three: list[str]) -> None:
    new = "'\\x00'" if postgres() else "x'00'"
    tamper(f"UPDATE sealed_event SET digest = {new} WHERE event_id = '{three[0]}'")
    assert faults() == [Fault.SEAL, Fault.CHANGED]


def test_a_seal_that_says_another_time_or_is_gone_is_found(three: list[str]) -> None:
    tamper("UPDATE seal SET at = '2026-03-01 11:00:00.000000' WHERE id = 1")
    assert faults() == [Fault.SEAL]
    tamper("DELETE FROM sealed_event WHERE seal_id = 1", "DELETE FROM seal WHERE id = 1")
    assert Fault.SEAL in faults()


def test_an_event_put_into_the_past_is_found_before_it_is_sealed_and_after(app: Flask) -> None:
    happen(ago(minutes=9))
    seal(NOW)
    happen(ago(days=2))
    assert faults() == [Fault.ADDED]
    assert seal(NOW, window=False) is not None
    assert faults() == [Fault.ADDED]


def test_events_that_nobody_seals_are_told_of_after_an_hour(app: Flask) -> None:
    happen(ago(minutes=59))
    assert faults() == []
    happen(ago(minutes=61))
    assert faults() == [Fault.UNSEALED]
    seal(NOW)
    assert faults() == []


def test_a_worker_that_stood_still_for_days_puts_nothing_into_the_past(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does a heap sealed in several batches at once."""
    monkeypatch.setattr(seals, "BATCH", 2)
    happen(ago(days=9))
    seal(ago(days=8))
    for hours in range(90, 1, -10):
        happen(ago(hours=hours))
    while seal(NOW):
        pass
    assert faults() == []


def remade(db_events: list[Event], *, keep: int) -> list[str]:
    """The statements of somebody who makes the whole chain anew over what they changed."""
    said, before = ["DELETE FROM sealed_event", "DELETE FROM seal"], seals.GENESIS
    for number, event in enumerate(db_events[:keep], 1):
        made = Seal(id=number, count=1, first_event_id=event.id, last_event_id=event.id,
                    until=event.at, at=event.at, previous=before)  # fmt: skip
        before = seal_hash(made, [digest(event)])
        at = event.at.strftime("%Y-%m-%d %H:%M:%S.%f") + ("+00" if postgres() else "")
        raw = digest(event).hex()
        blob = f"'\\x{raw}'" if postgres() else f"x'{raw}'"
        said += [
            f"INSERT INTO seal VALUES ({number}, 1, '{key(event.id)}', '{key(event.id)}', "
            f"'{at}', '{at}', '{made.previous}', '{before}')",
            f"INSERT INTO sealed_event VALUES ({number}, 0, '{key(event.id)}', {blob})",
        ]
    return said


def test_a_chain_made_anew_is_sound_in_itself_and_found_by_a_head_kept_elsewhere(
    three: list[str], app: Flask
) -> None:
    """What a seal does not prove alone: its owner can make another. The head kept elsewhere tells."""
    head = seals.newest(db.session())
    assert head is not None
    kept = head.hash
    tamper(f"UPDATE event SET verb = 'x' WHERE id = '{three[0]}'")
    events = list(db.session.query(Event).order_by(Event.at))
    tamper(*remade(events, keep=3))
    assert faults() == []
    assert faults(expect=kept) == [Fault.HEAD]
    assert run(app, "verify", "--expect", kept)[0] == 1


def test_a_chain_cut_at_its_end_is_found_by_a_head_kept_elsewhere(three: list[str]) -> None:
    kept = seals.newest(db.session())
    assert kept is not None
    head = kept.hash
    tamper(
        "DELETE FROM sealed_event WHERE seal_id = 2",
        "DELETE FROM seal WHERE id = 2",
        f"DELETE FROM event WHERE id = '{three[2]}'",
    )
    assert faults() == []
    assert faults(expect=head) == [Fault.HEAD]


def test_the_doctor_hears_the_first_findings_and_how_many_more(three: list[str]) -> None:
    tamper("UPDATE event SET verb = 'x'")
    said = proof.problems(db.session(), now=NOW, most=2)
    assert [line for line in said if line.startswith("changed")] == [
        line for line in said if "seal 1" in line
    ]
    assert said[-1] == "and 1 more: flask audit verify"


def test_a_proof_reads_the_events_of_a_seal_at_a_time(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory stays bounded: however many seals, a fixed number of events is held at once."""
    monkeypatch.setattr(seals, "BATCH", 3)
    monkeypatch.setattr(proof, "SEALS_AT_ONCE", 2)
    monkeypatch.setattr(proof, "ROWS_AT_ONCE", 2)
    for minute in range(20, 2, -1):
        happen(ago(minutes=minute))
    while seal(NOW):
        pass
    held = [len(rows) for _, rows in proof._seals(db.session())]
    assert held == [3] * 6
    assert faults() == []


def test_canonical_is_the_same_on_both_databases(app: Flask) -> None:
    """The digest of a known event, written down: a portal moved to another database verifies."""
    happen(NOW, payload={"ñ": [1, None], "a": {"z": True, "b": "x"}}, partner_id=3)
    event = db.session.query(Event).filter_by(stream="test:1").one()
    plain = {name: getattr(event, name) for name in seals.FIELDS if name != "id"}
    assert canonical(plain).decode() == (
        '{"actor":"person:1","at":"2026-03-01T12:00:00.000000+00:00","origin":"203.0.113.9",'
        '"partner_id":3,"payload":{"a":{"b":"x","z":true},"ñ":[1,null]},"person_id":1,'
        '"registry_id":null,"role":"admin","stream":"test:1","verb":"person.signed_in","version":1}'
    )
    assert db.session.query(SealedEvent).count() == 0
