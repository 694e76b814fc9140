"""The judge of the catalogues, each fault seen found. `./dev check` holds it over the real ones."""

from babel.messages.catalog import Catalog

from devtools.catalogues import problems

COUNT = ("%(num)d order", "%(num)d orders")


def asked() -> Catalog:
    messages = Catalog()
    messages.add("Hello, %(name)s")
    messages.add(COUNT)
    return messages


def said(hello: str = "Hola, %(name)s", **more: bool) -> Catalog:
    translated = Catalog(locale="es")
    translated.add("Hello, %(name)s", hello, flags=["fuzzy"] if more.get("fuzzy") else [])
    translated.add(COUNT, ("un pedido", "%(num)d pedidos"))
    return translated


def test_a_whole_catalogue_has_no_problems_and_one_may_be_said_in_words() -> None:
    assert problems(asked(), said()) == []


def test_a_message_without_words_is_found() -> None:
    assert problems(asked(), said("")) == ["'Hello, %(name)s' has no translation"]
    assert len(problems(asked(), Catalog(locale="es"))) == 2


def test_a_guess_is_found() -> None:
    assert problems(asked(), said(fuzzy=True)) == ["'Hello, %(name)s' is marked fuzzy"]


def test_a_placeholder_dropped_renamed_or_added_is_found() -> None:
    for wrong in ("Hola", "Hola, %(nombre)s", "Hola, %(name)s %(other)s", "Hola, %(name)d"):
        assert problems(asked(), said(wrong)) == [
            f"'Hello, %(name)s' has other placeholders than {wrong!r}"
        ]


def test_words_that_nothing_asks_for_are_found() -> None:
    translated = said()
    translated.add("Goodbye", "Adiós")
    assert problems(asked(), translated) == ["'Goodbye' is asked by nothing any more"]


def test_a_packs_overlay_may_be_partial_but_not_beside_the_point() -> None:
    overlay = Catalog(locale="es")
    assert problems(asked(), overlay, overlay=True) == []
    overlay.add("Goodbye", "Chau")
    assert problems(asked(), overlay, overlay=True) == ["'Goodbye' is asked by nothing any more"]
