"""The parts of the face as templates: what each promises whoever uses it, and the page checks.

The parts are rendered by Jinja alone, strictly, with the few globals they may use; the application
is not needed to see that a receipt says its verdict in words (facts.md R7) or that an error is tied
to its field. The design page, in which all of them stand, is checked whole in both languages.
"""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import escape
from wtforms import BooleanField, Form, PasswordField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from tests.page import check_page, parse

TEMPLATES = Path(__file__).parents[2] / "templates"


def say(text: str, **facts: object) -> str:
    return text % facts if facts else text


def environment(lang: str = "en") -> Environment:
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    env.filters["unbroken"] = escape
    env.globals.update(
        _=say,
        ngettext=lambda one, many, num: (one if num == 1 else many) % {"num": num},
        csrf_token=lambda: "token",
        url=lambda endpoint, **_: f"/{lang}/{endpoint}",
        static_url=lambda name: f"/static/{name}",
        get_flashed_messages=lambda **_: [("yes", "Saved <b>")],
        program=SimpleNamespace(name="Program", tagline="Partners"),
        t=lambda text: text,
        lang=lang,
        other_lang_url="/other",
        actor=None,
        nav=[{"label": "Questions", "url": "/questions", "current": True}],
    )
    return env


def render(source: str, **context: Any) -> str:
    return environment().from_string(source).render(**context)


def receipt(**changes: Any) -> str:
    decision: dict[str, Any] = {
        "verdict": "yes",
        "title": "It goes to contract B-1",
        "cards": [
            {
                "thread": 2,
                "registry": "Registry B",
                "heading": "",
                "facts": [],
                "struck": [],
                "lines": [],
            }
        ],
        "reasons": [],
        "address": "/d/7QK2",
        "at": "10:42",
        "actions": "",
    }
    return render(
        '{% from "components/receipt.html" import receipt %}{{ receipt(decision) }}',
        decision=decision | changes,
    )


def reason(**changes: Any) -> dict[str, Any]:
    plain = {
        "rule": "R3",
        "code": "contract.follows_service",
        "text": "It follows.",
        "blocks": False,
    }
    return plain | {"faq": None, "nearest": None} | changes


@pytest.mark.parametrize("verdict, word", [("yes", "Yes."), ("no", "No."), ("split", "Yes.")])
def test_a_receipt_says_its_verdict_in_words_before_anything_else(verdict: str, word: str) -> None:
    title = parse(receipt(verdict=verdict)).all("h2")[0]
    assert title.name().split() == [word, "It", "goes", "to", "contract", "B-1"]


def test_a_thread_never_stands_without_the_name_of_its_registry() -> None:
    page = parse(receipt())
    threads = [node for node in page.walk() if "data-thread" in node.attrs]
    assert threads
    assert all("Registry B" in node.name() for node in threads)


def test_two_orders_stand_side_by_side_each_at_its_own_thread() -> None:
    cards = [
        {
            "thread": n,
            "registry": f"Registry {n}",
            "heading": f"K{n}",
            "facts": [],
            "struck": [],
            "lines": [],
        }
        for n in (1, 2)
    ]
    page = parse(receipt(verdict="split", cards=cards))
    drawn = [n for n in page.walk() if n.attrs.get("class") == "receipt__card"]
    assert [n.attrs["data-thread"] for n in drawn] == ["1", "2"]
    assert "data-thread" not in page.all("article")[0].attrs


def test_what_was_asked_for_and_not_done_is_struck_out() -> None:
    card = {
        "thread": 1,
        "registry": "A",
        "heading": "",
        "facts": [("Customer", "Banco", "text")],
        "struck": [("You had named", "A-42")],
        "lines": [],
    }
    page = parse(receipt(cards=[card]))
    assert [node.name() for node in page.all("del")] == ["A-42"]
    assert [node.name() for node in page.all("dt")] == ["Customer", "You had named"]


def test_a_refusal_shows_the_nearest_yes_where_the_button_would_be() -> None:
    nearest = {"text": "On B-1 it may.", "url": "/orders/new", "label": "Use B-1"}
    page = parse(receipt(verdict="no", reasons=[reason(rule="R4", blocks=True, nearest=nearest)]))
    links = {node.attrs["href"]: node.name() for node in page.all("a")}
    assert links["/orders/new"] == "Use B-1"
    assert "R4" in page.name()


def test_a_receipt_escapes_what_people_typed() -> None:
    assert "<script>" not in receipt(title="<script>alert(1)</script>")


def test_a_receipt_needs_neither_address_nor_moment_nor_cards() -> None:
    assert "receipt__foot" not in receipt(cards=[], address=None, at="")


class Sample(Form):
    name = StringField("Name", [InputRequired("Write a name")], description="As on the contract")
    secret = PasswordField("Password", [InputRequired("Write the password")])
    action = RadioField(
        "Action",
        choices=[SelectChoice("a", "Add"), SelectChoice("c", "Change")],
        validate_choice=False,
    )
    note = TextAreaField("Note")
    copy = BooleanField("Copy me")


FORM = """{% from "components/form.html" import error_summary, field, form_open, form_close, submit %}
{{ error_summary(form) }}{{ form_open("/place") }}{% for f in form %}{{ field(f) }}{% endfor %}
{{ submit("Place") }}{{ form_close() }}"""


def whole(body: str, lang: str = "en") -> str:
    return (
        f'<!doctype html><html lang="{lang}"><head><title>T</title></head>'
        f"<body><h1>T</h1>{body}</body></html>"
    )


def test_a_refused_form_ties_each_error_to_its_field_and_sums_them_up() -> None:
    form = Sample()
    form.validate()
    html = render(FORM, form=form)
    page = parse(html)
    fields = {
        node.attrs["id"]: node for node in page.all("input", "textarea") if "id" in node.attrs
    }
    assert fields["name"].attrs["aria-describedby"] == "name-hint name-error"
    assert fields["name"].attrs["aria-invalid"] == "true"
    summary = next(node for node in page.walk() if node.attrs.get("role") == "alert")
    assert [a.attrs["href"] for a in summary.all("a")] == ["#name", "#secret"]
    assert check_page(whole(html), lang="en") == []


def test_what_may_be_left_out_says_so_and_what_is_due_does_not() -> None:
    labels = [node.name() for node in parse(render(FORM, form=Sample())).all("label", "legend")]
    assert labels[:2] == ["Name", "Password"]
    assert "Note (optional)" in [" ".join(label.split()) for label in labels]


def test_a_fresh_form_has_no_error_summary() -> None:
    assert "errors" not in render(FORM, form=Sample())


@pytest.mark.parametrize("lang", ["es", "en"])
def test_the_design_page_passes_the_page_checks(lang: str) -> None:
    assert check_page(environment(lang).get_template("design/index.html").render(), lang=lang) == []


def test_every_component_stands_on_the_design_page() -> None:
    source = (TEMPLATES / "design/index.html").read_text() + (TEMPLATES / "base.html").read_text()
    absent = [
        p.name
        for p in (TEMPLATES / "components").glob("*.html")
        if f"components/{p.name}" not in source
    ]
    assert absent == []


def test_the_error_page_passes_the_page_checks() -> None:
    page = environment("es").get_template("error.html")
    html = page.render(status=404, title="Nada aquí", advice="Vuelva.", request_id="7F")
    assert check_page(html, lang="es") == []


def test_the_frame_shows_who_is_signed_in_and_offers_to_leave() -> None:
    who = SimpleNamespace(name="Ana Ruiz", known=True, partner_name="Integradora")
    page = parse(
        environment()
        .from_string('{% extends "base.html" %}{% block main %}<h1>x</h1>{% endblock %}')
        .render(actor=who)
    )
    forms = page.all("form")
    assert [form.attrs["action"] for form in forms] == ["/en/site.accounts.sign_out"]
    assert "Ana Ruiz" in page.name() and "Sign in" not in page.name()


def test_a_flashed_message_is_escaped_and_spoken() -> None:
    html = environment().from_string('{% extends "base.html" %}').render()
    assert "Saved &lt;b&gt;" in html
    assert 'role="status"' in html


def test_no_sheet_script_or_component_names_a_program() -> None:
    roots = [TEMPLATES, TEMPLATES.parent / "static"]
    for path in (p for root in roots for p in root.rglob("*") if p.is_file()):
        text = path.read_text().lower()
        assert not [w for w in ("centurylink", "level3", "level 3", "saleslayer") if w in text], (
            path
        )
