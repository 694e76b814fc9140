"""The proof of a version as a file: one line a person, safe in a spreadsheet (N5)."""

from datetime import datetime

from portal.kernel import clock
from portal.notices.models import NoticeVersion
from portal.notices.proof_pages import Company
from portal.registry.export import Table, as_csv

HEADERS = (
    *("notice", "version", "company", "why", "affected", "served_at", "served_how", "due_at"),
    *("holds_from", "decided_by", "withdrawn", "person", "language", "mail", "sent_at"),
    *("bounced_at", "opened_at", "acknowledged_at", "reminded_at"),
)


def as_file(ref: str, version: NoticeVersion, companies: list[Company]) -> bytes:
    """UTF-8 CSV; moments in the program's zone, with their offset. A company nobody acts for has one
    line too.
    """
    rows = []
    for company in companies:
        found = company.effect
        about = [
            *(ref, str(version.number), company.name, " ".join(company.why)),
            *("yes" if company.affected else "no", _at(company.served_at), company.how or ""),
            _at(found.due_at) if found else "",
            found.on.isoformat() if found else "",
            found.latest.value if found else "",
            "yes" if company.withdrawn else "no",
        ]
        for one in company.deliveries:
            rows.append(
                [
                    *(*about, one.name, one.language, one.mail.value if one.mail else ""),
                    *(_at(one.sent_at), _at(one.bounced_at), _at(one.opened_at)),
                    *(_at(one.acknowledged_at), _at(one.reminded_at)),
                ]
            )
        if not company.deliveries:
            rows.append([*about, *[""] * (len(HEADERS) - len(about))])
    return as_csv(Table("proof", HEADERS, rows))


def _at(moment: datetime | None) -> str:
    return moment.astimezone(clock.zone()).isoformat(timespec="seconds") if moment else ""
