"""The team of the day answers; a question changes hands with the line, or by hand with a reason (Q18)."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event, select

from portal.concerns import asking, commands
from portal.concerns.models import Concern
from portal.concerns.records import Unseen
from portal.concerns.rules import About, Ask, ConcernState
from portal.kernel import clock
from portal.store.db import db
from tests.companies.cast import actor
from tests.concerns.desk import CONTRACT, SERVED_BY, about_contract, asked, kept, moves, team, told
from tests.people import (
    ACCOUNT,
    CHANNEL,
    CHANNEL_L3,
    LEAD,
    NORTE,
    NORTE_ADMIN,
    Browser,
)

ANSWER = {"text": "CANARIO-RESPUESTA <i>clara</i>"}


@pytest.mark.parametrize(("lang", "words"), [("es", "Contestada"), ("en", "Answered")])
def test_the_team_answers_and_who_asked_is_told(demo: Flask, lang: str, words: str) -> None:
    path = about_contract(demo)
    row = kept()
    Browser(demo).as_(ACCOUNT).post(f"{path}/messages", ANSWER, at=path)
    assert told("concern_answered", row.id) == {NORTE}
    page = Browser(demo).as_(NORTE_ADMIN, lang).get(f"/{lang}/ask/{row.id}")
    for said in (words, "Óscar Villalba", "CANARIO-RESPUESTA &lt;i&gt;clara"):
        assert said in page
    assert kept().waiting_since is None


def test_channel_people_read_a_contracts_question_and_do_not_answer_it(demo: Flask) -> None:
    path = about_contract(demo)
    lead = Browser(demo).as_(LEAD)
    assert f'action="{path}/messages"' not in lead.get(path)
    page = lead.post(f"{path}/messages", ANSWER, at=path, status=409)
    assert "Cuentas Corporativas" in page and kept().state is ConcernState.OPEN
    with pytest.raises(Unseen):
        commands.answer(kept().id, "x", actor=actor(NORTE), now=clock.business())


def test_it_is_handed_over_with_a_reason_and_given_back(demo: Flask) -> None:
    path = about_contract(demo)
    row, channel = kept(), Browser(demo).as_(CHANNEL)
    channel.post(f"{path}/team", {"team": "", "reason": ""}, at=path, status=422)
    other = {"team": str(team("L3-CANAL-1")), "reason": "x"}
    channel.post(f"{path}/team", other, at=path, status=422)
    mine = {"team": str(team("CTL-CANAL-1")), "reason": "CANARIO-MOTIVO"}
    channel.post(f"{path}/team", mine, at=path)
    assert told("concern_handed", row.id) == {NORTE}
    Browser(demo).as_(ACCOUNT).get(path, status=404)
    assert "CANARIO-MOTIVO" in Browser(demo).as_(NORTE).get(f"/es/ask/{row.id}")
    moves(CONTRACT, "CTL-CUENTA-2")
    channel.post(f"{path}/messages", ANSWER, at=path)
    moves(CONTRACT, SERVED_BY)
    back = commands.hand(
        row.id, team(SERVED_BY), "CANARIO", actor=actor(LEAD), now=clock.business()
    )
    assert not back.refused and kept().team_id is None, "it follows the line again"
    Browser(demo).as_(ACCOUNT).get(path)


def test_an_open_question_follows_the_team_of_the_day(demo: Flask) -> None:
    path = about_contract(demo)
    account = Browser(demo).as_(ACCOUNT)
    account.get(path)
    moves(CONTRACT, "CTL-CUENTA-2")
    account.get(path, status=404)
    page = Browser(demo).as_(NORTE).get(f"/es/ask/{kept().id}")
    assert "Cuentas Regionales" in page and "Desde entonces cambió el equipo" in page


def test_a_team_without_accounts_is_no_reason_for_silence(demo: Flask) -> None:
    about_contract(demo, "CTL-2016-0205")
    assert told("concern_asked", kept().id) == {CHANNEL, LEAD}


def test_the_company_closes_it_and_opens_it_by_writing(demo: Flask) -> None:
    norte = Browser(demo).as_(NORTE)
    path = asked(norte)
    number = kept().id
    norte.post(f"{path}/closing", {}, at=path)
    norte.post(f"{path}/closing", {}, at="/es/ask/new")
    assert kept().state is ConcernState.CLOSED
    decision = commands.answer(number, "x", actor=actor(CHANNEL), now=clock.business())
    assert [reason.code for reason in decision.reasons] == ["concern.is_closed"]
    norte.post(f"{path}/messages", {"text": ""}, at=path, status=422)
    norte.post(f"{path}/messages", {"text": "Todavía falta algo"}, at=path)
    assert kept().state is ConcernState.OPEN
    assert "Todavía falta algo" in Browser(demo).as_(CHANNEL).get(f"/es/answers/{number}")


@pytest.mark.parametrize("lang", ["es", "en"])
def test_an_answer_worth_sharing_becomes_a_draft_without_whose_it_was(
    demo: Flask, lang: str
) -> None:
    """Q18: an editor takes out by hand what tells whose it is, and the other half is still to write."""
    path = asked(Browser(demo).as_(NORTE), subject="CANARIO-ASUNTO").replace("/es/ask", "/answers")
    row, channel = kept(), Browser(demo).as_(CHANNEL, lang)
    here = f"/{lang}{path}"
    channel.get(f"{here}/entry", status=404)
    channel.post(f"{here}/messages", ANSWER, at=here)
    page = channel.get(f"{here}/entry")
    assert "CANARIO-ASUNTO" in page and "CANARIO-RESPUESTA" in page and "CANARIO-TEXTO" in page
    typed = {"lang": lang, "question": "ENTRADA-CANARIO", "answer": "Para todos."}
    assert "ENTRADA-CANARIO" in channel.post(f"{here}/entry", typed, status=422), "not confirmed"
    channel.post(f"{here}/entry", {**typed, "anonymous": "y"}, at=f"{here}/entry")
    desk = channel.follow()
    assert "ENTRADA-CANARIO" in desk and "CANARIO-RESPUESTA" not in desk
    assert "/faq/desk/" in channel.get(here)
    norte = Browser(demo).as_(NORTE).get(f"/es/ask/{row.id}")
    assert "faq/desk" not in norte and "ENTRADA-CANARIO" not in norte
    assert "ENTRADA-CANARIO" not in channel.get(f"/{lang}/faq")
    Browser(demo).as_(ACCOUNT).get(f"/es{path}/entry", status=403)


def test_the_queue_has_the_longest_waiting_first_and_costs_the_same_for_many(demo: Flask) -> None:
    now = clock.business()

    def more(first: int, last: int) -> None:
        for number in range(first, last):
            letter = asking.Letter(f"Cola {number:02}", "texto")
            at, who = now - timedelta(hours=number), actor(NORTE)
            wish = Ask(About.RELATIONSHIP, "centurylink")
            assert asking.ask(wish, letter, actor=who, now=at, key=f"cola-{number}").concern_id

    def seen(address: str) -> tuple[list[str], str, int]:
        statements: list[str] = []
        note = lambda *args: statements.append(args[2])  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", note)
        page = channel.get(address)
        event.remove(db.engine, "before_cursor_execute", note)
        return re.findall(r"Cola \d\d", page), page, len(statements)

    channel = Browser(demo).as_(CHANNEL)
    more(0, 2)
    cheap = seen("/es/answers/")[2]
    more(2, 34)
    first, page, cost = seen("/es/answers/")
    assert cost == cheap
    (on,) = re.findall(r'href="(/es/answers/[^"]+after=[^"]+)"', page)
    rest = seen(on.replace("&amp;", "&"))[0]
    assert [*first, *rest] == [f"Cola {number:02}" for number in reversed(range(34))]
    team_id = db.session.scalar(select(Concern.registry_id).limit(1))
    assert team_id and not seen(f"/es/answers/?team={team('CTL-CANAL-2')}")[0]
    assert not re.findall(r"Cola \d\d", Browser(demo).as_(CHANNEL_L3).get("/es/answers/?state=all"))
