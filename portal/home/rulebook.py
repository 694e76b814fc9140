"""The rulebook: rules in plain words, the reasons they give, each on a case of the sample world.

Also what the signed-out home needs of it. Everything is decided by the rule that places orders.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup

from portal.councils import labels as council_labels
from portal.councils import rules as council_rules
from portal.faq.shelf import shelf
from portal.home.sample import SampleWorld, basket
from portal.kernel.decision import Code, CodeSpec
from portal.library import labels as library_labels
from portal.library import rules as library_rules
from portal.mdf import labels as mdf_labels
from portal.mdf import rules as mdf_rules
from portal.notices import labels as notice_labels
from portal.notices import rules as notice_rules
from portal.orders import labels
from portal.orders.basket import Action, Basket, BasketLine
from portal.orders.naming import Names, RegistryName, TeamCard
from portal.orders.receipt import receipt as draw
from portal.orders.rules import CODES, route_basket
from portal.store.pack import Program
from portal.web.explain import Answer, answers
from portal.web.pages import program
from portal.web.site import language, url

# Every slice's table of reasons, with their words; a slice with rules of its own joins here.
TABLES: tuple[tuple[Mapping[Code, CodeSpec], Mapping[Any, Any]], ...] = (
    (CODES, labels.TITLES),
    (notice_rules.CODES, notice_labels.SENTENCES),
    (library_rules.CODES, library_labels.TITLES),
    (council_rules.CODES, council_labels.REASONS),
    (mdf_rules.CODES, mdf_labels.TITLES),
)


@answers
def question_behind(rule: str, lang: str) -> Answer | None:
    """The first question whose answer stands on `rule`, or that states it, for receipts to link to."""
    library = shelf()
    said = library.rule.get(rule)
    found = library.get(said.questions[0] if said and said.questions else rule)
    if found is None:
        return None
    return {
        "url": url("site.faq.question", slug=found.slug.pick(lang)),
        "label": found.question.pick(lang),
    }


def receipt(world: SampleWorld, asked: Basket) -> dict[str, Any]:
    """What becomes of a basket of the sample world."""
    facts = world.facts_for(asked.partner)
    made = route_basket(asked, facts)
    return draw(
        asked,
        facts,
        made,
        _names(world, program()),
        at=_("A made-up case, decided just now."),
    )


def new_product(world: SampleWorld, code: str, today: date) -> dict[str, Any] | None:
    """Where a product would go for a sample customer of its registry; None for an unknown one."""
    registry = next((slug for slug, product in world.products if product == code), None)
    customer = world.customer_of_new(registry, today) if registry else None
    if customer is None:
        return None
    line = BasketLine("1", Action.NEW, product=code)
    return receipt(world, Basket(world.partner, today, (line,), customer))


def product_choices(world: SampleWorld) -> list[dict[str, Any]]:
    """The sample portfolios, by registry."""
    return [
        {
            "registry": registry.name,
            "products": [
                (code, name.pick(language()))
                for (slug, code), name in world.products.items()
                if slug == registry.slug
            ],
        }
        for registry in program().registries
    ]


def chapters(world: SampleWorld, today: date) -> list[dict[str, Any]]:
    """One chapter a rule: its words, the questions it stands behind, its reasons with examples."""
    library, lang = shelf(), language()
    shown = _examples(world, today)
    return [
        {
            "id": rule.id,
            "title": rule.title.pick(lang),
            "html": Markup(rule.html.pick(lang)),
            "questions": [
                {
                    "url": url("site.faq.question", slug=question.slug.pick(lang)),
                    "label": question.question.pick(lang),
                }
                for identifier in rule.questions
                if (question := library.get(identifier))
            ],
            "codes": [
                {
                    "code": str(code),
                    "text": _said(words[code], spec),
                    "blocks": spec.blocks,
                    "examples": shown.get(str(code), []),
                }
                for table, words in TABLES
                for code, spec in table.items()
                if spec.rule == rule.id
            ],
        }
        for rule in library.rules
    ]


def _said(words: Any, spec: CodeSpec) -> str:
    """What a reason says, with a gap for each fact of a case."""
    return str(words) % dict.fromkeys(spec.facts, "…") if spec.facts else str(words)


def _examples(world: SampleWorld, today: date) -> dict[str, list[dict[str, Any]]]:
    """The sample world's receipts by the codes they show."""
    found: dict[str, list[dict[str, Any]]] = {}
    for example in world.examples:
        drawn = receipt(world, basket(example, today))
        entry = {"id": example.id, "title": example.title.pick(language()), "receipt": drawn}
        for code in _codes(drawn["reasons"]):
            found.setdefault(code, []).append(entry)
    return found


def _codes(reasons: Iterable[dict[str, Any]]) -> set[str]:
    return {reason["code"] for reason in reasons}


def _names(world: SampleWorld, served: Program) -> Names:
    return Names(
        registries={each.slug: RegistryName(each.name, each.thread) for each in served.registries},
        customers=world.customers,
        products=world.products,
        teams={
            key: TeamCard(row["name"], row["phone"], row["email"], world.hours.get(key))
            for key, row in world.teams.items()
        },
    )
