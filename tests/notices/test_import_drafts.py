"""What an import may not change becomes a draft notice, once (N1)."""

import csv
import io
import json
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.access import SYSTEM
from portal.notices.models import Notice, NoticeChange, NoticeVersion
from portal.registry.commands import import_file
from portal.store.db import db
from tests.notices.world import agreement_id, team_id, value


def exported(demo: Flask) -> list[list[str]]:
    """The demo's agreements, as cells."""
    done = demo.test_cli_runner().invoke(args=["registry", "export", "agreements"])
    return list(csv.reader(io.StringIO(done.output)))


def give(demo: Flask, tmp_path: Path, rows: list[list[str]], *options: str) -> dict[str, object]:
    """Import rows of agreements."""
    path = tmp_path / "agreements.csv"
    with path.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows(rows)
    args = ["registry", "import", "agreements", str(path), "--json", *options]
    done = demo.test_cli_runner().invoke(args=args)
    assert done.exit_code == 0, done.output
    found: dict[str, object] = json.loads(done.output)
    return found


def test_a_held_change_is_drafted_once_by_registry_and_topic(demo: Flask, tmp_path: Path) -> None:
    rows = exported(demo)
    head, first = rows[0], next(row for row in rows if "CTL-A-1042" in row)
    terms = next(i for i, name in enumerate(head) if "compensation" in name)
    schedule = next(i for i, name in enumerate(head) if "schedule" in name)
    first[terms], first[schedule] = "9 %", "cada lunes"
    assert "drafted" not in give(demo, tmp_path, rows, "--dry-run")
    done = give(demo, tmp_path, rows)
    assert len(done["drafted"]) == 2 and len(done["held"]) == 2
    again = give(demo, tmp_path, rows)
    assert "drafted" not in again and len(again["held"]) == 2
    with demo.app_context():
        agreement = agreement_id("CTL-A-1042")
        assert value("agreement.compensation_terms", agreement, "2031-01-01") != "9 %"
        mine = select(Notice.id).where(Notice.ref.in_(done["drafted"]))
        versions = db.session.scalars(
            select(NoticeVersion).where(NoticeVersion.notice_id.in_(mine))
        ).all()
        for version in versions:
            assert version.title.missing(("es", "en")) == version.body.missing(("es", "en")) == ()
            assert (version.effective_on, version.published_at) == (None, None)
        ids = [version.id for version in versions]
        rows_ = db.session.scalars(select(NoticeChange).where(NoticeChange.version_id.in_(ids)))
        assert {row.fact: row.value["value"] for row in rows_} == {
            "agreement.compensation_terms": "9 %",
            "agreement.payment_schedule": "cada lunes",
        }
    first[terms] = "8 %"
    assert len(give(demo, tmp_path, rows)["drafted"]) == 1


def test_a_new_number_for_an_agreement_changes_nothing(demo: Flask, tmp_path: Path) -> None:
    """N1: one that ends and one that follows it in the same file go on with team, terms and schedule;
    what the file says otherwise is drafted."""
    head = "registry,agreement_number,partner_id,program,status,starts_on,ends_on"
    rows = (
        f"{head},compensation_terms,payment_schedule,channel_team",
        "centurylink,CTL-A-1042,norte,indirect,active,2012-01-01,2017-11-30,,,",
        "centurylink,CTL-A-9999,norte,indirect,active,2017-12-01,,Otra · 5 %,Anual,CTL-CANAL-2",
        "centurylink,CTL-A-9998,sur,indirect,active,2017-12-01,,Nueva · 5 %,Anual,CTL-CANAL-2",
    )
    path = tmp_path / "agreements.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    done = import_file("agreements", path, actor=SYSTEM, now=clock.wall())
    assert not done.errors and len(done.held) == 3 and len(done.drafted) == 3
    key = agreement_id("CTL-A-9999")
    assert {each.subject_id for each in done.held} == {key}
    assert value("agreement.compensation_terms", key, "2017-12-05") == "Indirect 2012-B · 12 % MRC"
    assert value("agreement.channel_team", key, "2017-12-05") == team_id("CTL-CANAL-1")
    fresh = agreement_id("CTL-A-9998")
    assert value("agreement.compensation_terms", fresh, "2017-12-05") == "Nueva · 5 %"
