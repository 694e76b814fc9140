"""`GET /api/v1/faq`, as the programs that read it need it."""

from datetime import datetime

import pytest

ADDRESS = "/api/v1/faq"


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.mark.parametrize("lang", ["es", "en"])
def test_without_a_search_all_questions_come_in_their_order(client, lang):
    body = client.get(f"{ADDRESS}?lang={lang}").json
    assert body["lang"] == lang
    assert body["q"] is None
    assert [item["id"] for item in body["items"]] == [f"Q{number}" for number in range(1, 19)]
    for item in body["items"]:
        assert set(item) == {"id", "question", "answer_html", "updated_at", "url", "score"}
        assert item["score"] is None
        assert item["answer_html"].startswith("<p>")
        assert item["url"].startswith(f"https://portal.test/{lang}/faq/")
        assert datetime.fromisoformat(item["updated_at"]).tzinfo is not None


def test_yes_or_no_questions_begin_with_the_verdict(client):
    items = {item["id"]: item for item in client.get(f"{ADDRESS}?lang=es").json["items"]}
    assert items["Q5"]["answer_html"].startswith("<p><strong>No")
    assert items["Q10"]["answer_html"].startswith("<p><strong>Sí")


def test_a_search_gives_the_best_first_with_scores(client):
    body = client.get(ADDRESS, query_string={"lang": "es", "q": "comisión"}).json
    assert body["q"] == "comisión"
    assert body["items"][0]["id"] == "Q7"
    scores = [item["score"] for item in body["items"]]
    assert scores == sorted(scores, reverse=True)


def test_an_address_in_the_answer_leads_to_its_page(client):
    item = client.get(f"{ADDRESS}?lang=en&q=Q5").json["items"][0]
    assert item["id"] == "Q5"
    # The page itself is tested elsewhere; here only that the address is one.
    assert item["url"] == "https://portal.test/en/faq/sell-level-3-on-centurylink-contracts"


@pytest.mark.parametrize(
    ("accepts", "lang"), [("en-GB,en;q=0.9", "en"), ("es-MX", "es"), ("fr", "es"), ("", "es")]
)
def test_left_out_the_language_is_the_readers_else_spanish(client, accepts, lang):
    response = client.get(ADDRESS, headers={"Accept-Language": accepts})
    assert response.json["lang"] == lang
    assert "Accept-Language" in response.headers["Vary"]


def test_an_unknown_language_is_refused_in_json(client):
    response = client.get(f"{ADDRESS}?lang=fr")
    assert response.status_code == 400
    assert "es, en" in response.json["error"]


@pytest.mark.parametrize("q", ["", "   ", "%20"])
def test_a_blank_search_is_no_search(client, q):
    assert len(client.get(f"{ADDRESS}?lang=es&q={q}").json["items"]) == 18


@pytest.mark.parametrize("q", ["a" * 50_000, '"AND ( OR', "👩‍🚀", "\u202e", "%", "' OR 1=1"])
def test_whatever_is_searched_for_gets_an_answer(client, q):
    response = client.get(ADDRESS, query_string={"lang": "es", "q": q})
    assert response.status_code == 200
    assert len(response.json["q"] or "") <= 400


def test_the_same_answer_again_is_not_sent_twice(client):
    first = client.get(f"{ADDRESS}?lang=es")
    assert first.headers["Cache-Control"] == "public, max-age=60"
    again = client.get(f"{ADDRESS}?lang=es", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""


def test_head_says_the_same_without_the_body(client):
    head = client.head(f"{ADDRESS}?lang=es")
    assert head.status_code == 200
    assert head.data == b""
    assert head.headers["ETag"] == client.get(f"{ADDRESS}?lang=es").headers["ETag"]


def test_reading_is_not_throttled(client):
    assert {client.get(f"{ADDRESS}?lang=es&q=pago").status_code for _ in range(60)} == {200}
