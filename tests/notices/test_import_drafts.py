"""What an import may not change becomes a draft notice, once (N1)."""

import csv
import io
import json
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from portal.notices.models import Notice, NoticeChange, NoticeVersion
from portal.store.db import db
from tests.notices.world import agreement_id, value


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
