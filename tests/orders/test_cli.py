"""`flask orders route` and `replay`: JSON lines in, an answer for each, never a traceback."""

import json

import pytest

from portal.kernel import clock
from portal.orders.commands import place
from portal.orders.models import Order
from portal.store.decisions import StoredDecision
from tests.orders.rows import count, person, store
from tests.orders.world import L3, WAVE, WORLD, add, basket

ASKED = {
    "ref": "a",
    "partner": "P1",
    "customer": "C1",
    "on": "2017-12-01",
    "lines": [{"line": "1", "action": "add", "service": WAVE, "product": "WAVE", "contract": "K9"}],
}


def line(**changes):
    return json.dumps({key: value for key, value in {**ASKED, **changes}.items() if value != ...})


def one(**changes):
    """A basket of one line, that line changed; `...` leaves a key out."""
    asked = {**ASKED["lines"][0], **changes}
    return line(lines=[{key: value for key, value in asked.items() if value != ...}])


@pytest.fixture
def run(app):
    store(WORLD)

    def run(text, *options, code=0):
        data = text.encode() if isinstance(text, str) else text
        result = app.test_cli_runner().invoke(args=["orders", "route", *options], input=data)
        assert result.exit_code == code, result.output
        assert not result.exception or isinstance(result.exception, SystemExit)
        return result.stdout

    return run


@pytest.fixture
def ask(run):
    def ask(*lines, code=0):
        return [json.loads(one) for one in run("\n".join(lines), "--json", code=code).splitlines()]

    return ask


def test_an_accepted_basket_says_its_orders_and_what_it_followed(ask):
    assert ask(line()) == [
        {
            "ref": "a",
            "outcome": "accepted",
            "orders": [
                {"registry": L3, "contract": "K2", "account_team": "L3-EAST", "lines": ["1"]}
            ],
            "reasons": [
                {
                    "rule": "R3",
                    "code": "contract.follows_service",
                    "line": "1",
                    "facts": {
                        "named": "K9",
                        "contract": "K2",
                        "registry": L3,
                        "service": WAVE,
                        "original": "K1",
                    },
                }
            ],
        }
    ]


def test_a_refused_basket_says_its_faults_and_no_orders(ask):
    (said,) = ask(one(service="S-P2"))
    assert (said["outcome"], said["orders"]) == ("refused", [])
    assert said["reasons"] == [
        {"rule": "R3", "code": "service.unknown", "line": "1", "facts": {"service": "S-P2"}}
    ]


def test_the_customer_may_be_left_out_when_every_line_names_a_service(ask):
    (said,) = ask(line(customer=...))
    assert said["outcome"] == "accepted"


def test_the_date_is_the_business_date_unless_given(ask):
    teams = [said["orders"][0]["account_team"] for said in ask(line(on=...), line(on="2017-11-30"))]
    assert teams == ["L3-EAST", "L3-WEST"]


def test_a_basket_without_ref_is_called_by_its_line_and_blank_lines_are_skipped(ask):
    said = ask("", line(ref=...), "  ", line(ref="x"), "{", code=2)
    assert [(one["ref"], one["outcome"]) for one in said] == [
        ("2", "accepted"),
        ("x", "accepted"),
        ("5", "error"),
    ]


MALFORMED = {
    "no JSON": "{",
    "no object": "[]",
    "a number": "7",
    "null": "null",
    "two objects": line() + line(),
    "no lines": line(lines=[]),
    "lines missing": line(lines=...),
    "lines no list": line(lines={"1": 2}),
    "no partner": line(partner=...),
    "blank partner": line(partner=" "),
    "partner a number": line(partner=1),
    "partner null": line(partner=None),
    "ref a number": line(ref=1),
    "unknown key": line(comment="x"),
    "unknown key in a line": one(comment="x"),
    "unknown action": one(action="move"),
    "action missing": one(action=...),
    "line missing": one(line=...),
    "line blank": one(line=""),
    "line a number": one(line=1),
    "two lines of one name": line(lines=ASKED["lines"] * 2),
    "new without customer": line(
        customer=..., lines=[{"line": "1", "action": "new", "product": "WAVE"}]
    ),
    "new without product": one(action="new", product=...),
    "add without service": one(service=...),
    "add without product": one(product=...),
    "change without service": one(action="change", service=None),
    "no date": line(on="2017-13-01"),
    "a date in words": line(on="tomorrow"),
    "a moment": line(on="2017-12-01T00:00:00Z"),
    "a date as number": line(on=20171201),
    "NUL": one(service="S\0"),
    "half a character": line().replace("K9", "\\ud800"),
    "too long": one(service="S" * 300),
    "deep": '{"lines":' + "[" * 100_000,
    "deep in an unknown key": '{"ref":"d","x":' + "[" * 90_000 + "]" * 90_000 + "}",
    "a huge number": '{"partner":' + "9" * 10_000 + "}",
}


def test_a_malformed_line_is_answered_and_the_rest_goes_on(ask):
    """Each kind of malformed line stands between two sound ones, whose answers come all the same."""
    asked = [each for text in MALFORMED.values() for each in (text, line(ref="after"))]
    said = ask(*asked, code=2)
    assert len(said) == len(asked)
    for name, bad, good in zip(MALFORMED, said[::2], said[1::2], strict=True):
        assert set(bad) == {"ref", "outcome", "error"}, name
        assert bad["outcome"] == "error" and bad["error"] and bad["ref"], name
        assert (good["ref"], good["outcome"]) == ("after", "accepted"), name


def test_bytes_that_are_no_text_are_malformed_and_a_byte_order_mark_is_not(run):
    said = run(b"\xef\xbb\xbf" + line().encode() + b"\r\n\xff\xfe\n\x00\n", "--json", code=2)
    assert [json.loads(one)["outcome"] for one in said.splitlines()] == ["accepted"] + ["error"] * 2


def test_a_malformed_line_keeps_its_ref_where_that_can_be_read(ask):
    assert [one["ref"] for one in ask(line(lines=[]), one(action="x"), code=2)] == ["a", "a"]


def test_a_file_is_read_like_standard_input(app, run, tmp_path):
    path = tmp_path / "baskets.jsonl"
    path.write_text(line() + "\n", "utf-8")
    assert json.loads(run("", "--json", str(path)))["outcome"] == "accepted"


def test_nothing_is_stored(ask):
    ask(line(), one(service="NONE"))
    assert count(StoredDecision) == count(Order) == 0


@pytest.mark.parametrize(
    ("lang", "date", "names"),
    [("es", "1 de diciembre de 2017", "CenturyLink"), ("en", "December 1, 2017", "CenturyLink")],
)
def test_the_text_is_in_the_language_asked_and_shows_the_nearest_yes(run, lang, date, names):
    said = run(one(product="MPLS"), "--lang", lang)
    assert date in said and names in said and "product.other_registry" in said
    assert "→" in said and "N1" in said


def test_a_decision_on_record_is_decided_again(app):
    """R7."""
    store(WORLD)
    receipt = place(basket(add()), actor=person(), now=clock.business(), key="k")
    runner = app.test_cli_runner()
    said = runner.invoke(args=["orders", "replay", receipt.ref, "--json"])
    assert json.loads(said.stdout) == {
        "ref": receipt.ref,
        "same": True,
        "then": "orders/1",
        "now": "orders/1",
    }
    unknown = runner.invoke(args=["orders", "replay", "NONE"])
    assert unknown.exit_code == 2 and "NONE" in unknown.output
