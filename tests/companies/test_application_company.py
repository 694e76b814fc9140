"""A company's administrators apply for the other registry, see where each application stands, and
take one back; nobody of another company sees that it is there (A4).
"""

import io

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.companies.models import Application
from portal.companies.rules import ApplicationState
from portal.registry.models import Agreement, Partner, Registry
from portal.store.db import atomic, db
from portal.store.events import Event
from portal.store.files import File
from tests.companies.applicants import (
    COMPANY,
    applications,
    company,
    mails,
    plain,
    state,
    terms,
)
from tests.people import CHANNEL, CHANNEL_L3, NORTE, NORTE_ADMIN, SUR_ADMIN, Browser
from tests.registry.world import CTL, L3

SUR = "Conexiones Sur"
FORM = {"registry": L3, "program": "alliance", "note": "Vendemos CANARIO-SUR a puertos."}
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def apply(demo: Flask, **changed: str) -> Browser:
    """Sur has an agreement with one registry and applies to the other."""
    browser = Browser(demo).as_(SUR_ADMIN)
    browser.post("/es/company/applications/new", {**FORM, **changed})
    return browser


def path(slug: str = L3, name: str = SUR) -> str:
    return f"/es/company/applications/{applications(name)[slug].id}"


@pytest.mark.parametrize("lang", ["es", "en"])
def test_an_administrator_applies_where_the_company_has_no_agreement(
    demo: Flask, lang: str
) -> None:
    browser = Browser(demo).as_(SUR_ADMIN, lang)
    page = browser.get(f"/{lang}/company/applications/new")
    assert f'value="{L3}"' in page and f'value="{CTL}"' not in page and "CTL-A-" in page
    browser.post(f"/{lang}/company/applications/new", FORM)
    seen = browser.follow()
    assert "Level 3" in seen and state(SUR, L3) is ApplicationState.SENT
    assert "CANARIO-SUR" in browser.get(path().replace("/es", f"/{lang}"))
    event = db.session.scalars(select(Event).where(Event.verb == "application.sent")).one()
    row = applications(SUR)[L3]
    assert (event.partner_id, event.registry_id) == (row.partner_id, row.registry_id)
    assert event.payload == {"application_id": row.id, "registry_id": row.registry_id}


def test_who_has_both_agreements_is_told_so(demo: Flask) -> None:
    browser = Browser(demo).as_(NORTE_ADMIN)
    page = browser.get("/es/company/applications/new")
    assert "CTL-A-1042" in page and "L3-A-2077" in page and 'name="note"' not in page
    said = browser.post("/es/company/applications/new", FORM, status=409, at="/es/on")
    assert "L3-A-2077" in said and not applications("Integradora Norte")


def test_a_second_application_waits_for_the_first(demo: Flask) -> None:
    apply(demo)
    browser = Browser(demo).as_(SUR_ADMIN)
    browser.post("/es/company/applications/new", FORM, status=409, at="/es/on")
    assert db.session.scalar(select(func.count()).select_from(Application)) == 1


def test_the_database_holds_one_open_application_too(demo: Flask) -> None:
    apply(demo)
    row = applications(SUR)[L3]
    kept = {c.name: getattr(row, c.name) for c in Application.__table__.columns}
    with pytest.raises(Exception, match=r"(?i)unique"), atomic() as session:
        session.add(Application(**{**kept, "id": None, "ref": "OTHER"}))


@pytest.mark.parametrize("lang", ["es", "en"])
@pytest.mark.parametrize(
    "wrong",
    [
        {"registry": ""},
        {"registry": "nowhere"},
        {"registry": "centurylink'"},
        {"program": "gold"},
        {"note": "   "},
        {"note": "x" * 2001},
    ],
)
def test_bad_input_keeps_what_was_typed(demo: Flask, wrong: dict[str, str], lang: str) -> None:
    browser = Browser(demo).as_(SUR_ADMIN, lang)
    said = browser.post(f"/{lang}/company/applications/new", {**FORM, **wrong}, status=422)
    assert 'class="field__error"' in said
    assert "note" in wrong or "CANARIO-SUR" in said
    assert not applications(SUR)


def test_an_open_application_is_taken_back_and_can_be_made_anew(demo: Flask) -> None:
    browser = apply(demo)
    browser.post(f"{path()}/withdraw", {}, at="/es/on")
    assert state(SUR, L3) is ApplicationState.WITHDRAWN
    assert "/withdraw" not in browser.follow()
    said = browser.post(f"{path()}/withdraw", {}, at="/es/on", status=409)
    assert 'role="alert"' in said
    verbs = db.session.scalars(select(Event.verb).where(Event.verb.startswith("application.")))
    assert sorted(verbs) == ["application.sent", "application.withdrawn"]
    db.session.rollback()
    apply(demo)
    assert state(SUR, L3) is ApplicationState.SENT


def test_another_companys_application_is_as_if_there_were_none(demo: Flask) -> None:
    """A4, A5: pages and acts, byte for byte."""
    apply(demo)
    theirs, rival = path(), Browser(demo).as_(NORTE_ADMIN)
    none = "/es/company/applications/2147483647"
    for act in ("", "/documents", "/withdraw"):
        seen = []
        for at in (theirs, none):
            send = rival.get if not act else rival.post
            more = {} if not act else {"form": {}, "at": "/es/on"}
            said = send(f"{at}{act}", status=404, **more)  # type: ignore[operator]
            seen.append(plain(said))
        assert seen[0] == seen[1], act
        assert "CANARIO" not in seen[0] and SUR not in seen[0]
    assert state(SUR, L3) is ApplicationState.SENT
    assert "CANARIO" not in rival.get("/es/company/applications/")


def test_only_the_companys_administrators_apply(demo: Flask) -> None:
    apply(demo)
    for email in (NORTE, CHANNEL, CHANNEL_L3):
        browser = Browser(demo).as_(email)
        for at in ("/es/company/applications/", "/es/company/applications/new", path()):
            browser.get(at, status=403)
        browser.post("/es/company/applications/new", FORM, status=403, at="/es/on")
        browser.post(f"{path()}/withdraw", {}, status=403, at="/es/on")


def test_a_new_company_applies_and_sees_both_courses(demo: Flask) -> None:
    browser = company(demo)
    page = browser.get("/es/company/applications/")
    assert "CenturyLink" in page and "Level 3" in page
    assert page.count('aria-current="step"') == 2
    browser.get("/es/company/applications/new")
    assert COMPANY in browser.get("/es/")


def send_document(
    browser: Browser, at: str, name: str = "CANARIO-carta.pdf", status: int = 302
) -> str:
    form = {"files": (io.BytesIO(PDF), name)}
    return browser.post(f"{at}/documents", form, at=at, status=status)


def fetch(browser: Browser, at: str) -> tuple[int, bytes]:
    """What a download answers; the file is closed again."""
    with browser.app.app_context(), browser.client.get(at) as answer:
        return answer.status_code, answer.data[:4]


def file_path() -> str:
    found = db.session.scalars(select(File).order_by(File.id.desc())).first()
    db.session.rollback()
    assert found is not None
    return f"/es/files/{found.id}"


def test_documents_reach_the_company_and_that_registrys_channel_people_alone(demo: Flask) -> None:
    """A6: by their page and by their own id."""
    browser = apply(demo)
    send_document(browser, path())
    assert "CANARIO-carta.pdf" in browser.get(path())
    assert fetch(browser, file_path()) == (200, b"%PDF")
    manager = Browser(demo).as_(CHANNEL_L3)
    assert "CANARIO-carta.pdf" in manager.get(path().replace("/company", ""))
    assert fetch(manager, file_path()) == (200, b"%PDF")
    for email in (CHANNEL, NORTE_ADMIN):
        assert fetch(Browser(demo).as_(email), file_path())[0] == 404
    row = applications(SUR)[L3]
    brought = select(File).where(File.partner_id == row.partner_id)
    file = db.session.scalars(brought.where(File.subject.like("application:%"))).one()
    assert file.registry_id == row.registry_id


def test_what_is_no_document_is_refused_with_the_reason(demo: Flask) -> None:
    browser = apply(demo)
    count = select(func.count()).select_from(File)
    before = db.session.scalar(count)
    db.session.rollback()
    said = send_document(browser, path(), "malo.exe", 422)
    assert "malo.exe" in said and 'class="field__error"' in said
    assert db.session.scalar(count) == before


def test_documents_of_a_decided_application_stay_as_they_are(demo: Flask) -> None:
    browser = apply(demo)
    at = path()
    send_document(browser, at)
    browser.post(f"{at}/withdraw", {}, at="/es/on")
    kept = file_path().rpartition("/")[2]
    browser.post(f"{at}/documents", {"remove": kept}, at="/es/on", status=409)
    assert db.session.scalar(select(File.removed_at)) is None
    assert "CANARIO-carta.pdf" in browser.get(at)


def test_an_agreement_that_is_over_leaves_room_for_another_application(demo: Flask) -> None:
    with atomic() as session:
        agreement = session.scalars(
            select(Agreement)
            .join(Partner, Partner.id == Agreement.partner_id)
            .join(Registry, Registry.id == Agreement.registry_id)
            .where(Partner.name == SUR, Registry.slug == CTL)
        ).one()
        agreement.status = "terminated"
    apply(demo, registry=CTL)
    assert state(SUR, CTL) is ApplicationState.SENT


def test_withdrawing_tells_nobody_by_mail_but_the_queue_shows_it(demo: Flask) -> None:
    browser = apply(demo)
    before = len(mails())
    browser.post(f"{path()}/withdraw", {}, at="/es/on")
    assert len(mails()) == before
    manager = Browser(demo).as_(CHANNEL_L3)
    assert SUR not in manager.get("/es/applications/")
    assert SUR in manager.get("/es/applications/?state=withdrawn")


def test_the_directory_opens_with_the_first_agreement(demo: Flask) -> None:
    """Whoever has a mailbox may apply; whom to reach at a registry is told to its partners."""
    browser = company(demo)
    assert "/es/directory/" not in browser.get("/es/")
    browser.get("/es/directory/", status=403)
    manager = Browser(demo).as_(CHANNEL)
    page = f"/es/applications/{applications()[CTL].id}"
    manager.post(f"{page}/approve", terms())
    assert "/es/directory/" in browser.get("/es/")
    browser.get("/es/directory/")
