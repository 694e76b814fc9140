"""Text in every language of the program, as one immutable value."""

from collections.abc import Iterable, Iterator, Mapping


class Localized(Mapping[str, str]):
    """One text per language code; two with the same texts are equal and hash alike.

    >>> Localized(es="Sí", en="Yes").pick("en")
    'Yes'
    """

    __slots__ = ("_texts",)

    def __init__(self, texts: Mapping[str, str] | None = None, /, **more: str) -> None:
        self._texts: dict[str, str] = {**(texts or {}), **more}

    def __getitem__(self, language: str) -> str:
        return self._texts[language]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def __hash__(self) -> int:
        return hash(tuple(sorted(self._texts.items())))

    def __repr__(self) -> str:
        return f"Localized({self._texts!r})"

    def missing(self, languages: Iterable[str]) -> tuple[str, ...]:
        """Those of `languages` in which nothing is said yet (N3 gates publishing on it)."""
        return tuple(
            language for language in languages if not self._texts.get(language, "").strip()
        )

    def spoken(self, language: str) -> str:
        """The language `pick` answers in: the one asked for, else the first there is."""
        if not self.missing([language]):
            return language
        return next((code for code, text in self._texts.items() if text.strip()), language)

    def pick(self, language: str) -> str:
        """The text in `language`, else in the first language that has one, else nothing."""
        return self._texts.get(self.spoken(language), "")
