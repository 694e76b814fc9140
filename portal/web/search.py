"""Full-text search over questions and answers of one language, in memory, the same on any database.

Queries are built from words, never parsed, so nothing a reader types is an operator or an error.
A word finds its inflected forms with or without accents, a word being typed finds its completions,
a mistyped one its neighbours, and a synonym of the pack its equals. Knows no Flask.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import tantivy
from tantivy import Occur, Query

from portal.web.words import Analyser, Token, Vocabulary, clean

FIELDS = {"question": 5.0, "keywords": 2.5, "answer": 1.0}
SYNONYM, TYPO, PREFIX, STOP_WORD = 0.8, 0.6, 0.6, 0.5
LONGEST_QUERY, MOST_WORDS, SNIPPET = 400, 32, 220

Fragments = tuple[tuple[str, bool], ...]
"""A text in pieces, each with whether it is a match: the page marks those that are."""


@dataclass(frozen=True)
class Entry:
    """What is searched: plain text in one language. Keywords are other words for the subject."""

    id: str
    question: str
    answer: str
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hit:
    """An entry found. The question is whole; the answer is the part of it that matches best."""

    id: str
    score: float
    question: Fragments
    answer: Fragments


@dataclass(frozen=True)
class Results:
    """Hits, best first (equal scores in the order of the entries), and the query probably meant."""

    hits: tuple[Hit, ...] = ()
    did_you_mean: str | None = None


@dataclass
class _Word:
    """A word of the query and the stems it may stand for, each with its weight."""

    token: Token
    stems: dict[str, float] = field(default_factory=dict)
    equals: dict[tuple[str, ...], float] = field(default_factory=dict)
    meant: str | None = None


class Index:
    """A searchable set of entries. Immutable: build another when the content changes.

    Safe to share between threads. `lang` is "es" or "en".
    """

    def __init__(self, entries: Iterable[Entry], lang: str, synonyms: Sequence[Sequence[str]] = ()):
        self.lang = lang
        self._entries = tuple(entries)
        self._analyser = Analyser(lang)
        self._texts: list[dict[str, str]] = []
        self._tokens: dict[tuple[int, str], list[Token]] = {}
        builder = tantivy.SchemaBuilder().add_integer_field("position", fast=True)
        for name in FIELDS:
            builder = builder.add_text_field(name, tokenizer_name=lang)
        self._schema = builder.build()
        index = tantivy.Index(self._schema)
        index.register_tokenizer(lang, self._analyser.stemmer)
        with index.writer(15_000_000, 1) as writer:
            for position, entry in enumerate(self._entries):
                texts = {
                    "question": clean(entry.question),
                    "answer": clean(entry.answer),
                    "keywords": clean(", ".join(entry.keywords)),
                }
                writer.add_document(tantivy.Document(position=position, **texts))
                self._texts.append(texts)
        index.reload()
        self._searcher = index.searcher()
        self._synonyms = [
            tuple(stems for phrase in group if (stems := self._analyser.stems(phrase)))
            for group in synonyms
        ]
        written = [text for texts in self._texts for text in texts.values()]
        written += [clean(phrase) for group in synonyms for phrase in group]
        self._words = Vocabulary(written, self._analyser)

    @classmethod
    def build(
        cls, entries: Iterable[Entry], lang: str, synonyms: Sequence[Sequence[str]] = ()
    ) -> "Index":
        """Index the entries. Each group of `synonyms` holds words or phrases of one meaning."""
        return cls(entries, lang, synonyms)

    def __len__(self) -> int:
        return len(self._entries)

    def search(self, q: str, limit: int = 10) -> Results:
        """Find the entries that answer `q`. Never raises, whatever `q` holds.

        Only the first 400 characters and 32 words of `q` are read. A query without a single word
        finds nothing, and so does one whose every telling word is unknown.
        """
        text = clean(q[:LONGEST_QUERY])
        tokens = self._analyser.tokens(text)[:MOST_WORDS]
        if not tokens or not self._entries or limit < 1:
            return Results()
        words = self._read(tokens, typing=bool(text) and text[-1].isalnum())
        most = min(limit, len(self._entries))
        found = self._searcher.search(self._query(words, tokens), most, count=False).hits
        places = self._searcher.fast_field_values("position", [address for _, address in found])
        ranked = sorted(
            (-score, int(at or 0)) for (score, _), at in zip(found, places, strict=True)
        )
        wanted = frozenset(stem for w in words for way in (w.stems, *w.equals) for stem in way)
        return Results(
            tuple(self._hit(position, -score, wanted) for score, position in ranked),
            self._meant(text, words),
        )

    def _read(self, tokens: list[Token], typing: bool) -> list[_Word]:
        telling = [t for t in tokens if t.folded not in self._analyser.stop] or tokens
        words = [_Word(token) for token in telling]
        for word in words:
            self._interpret(word, typing=typing and word.token is tokens[-1])
        for first, second in pairwise(words):
            joined = self._analyser.stems(first.token.folded + second.token.folded)
            if joined[0] in self._words.stems:
                first.stems.setdefault(joined[0], 1.0)
                first.meant = second.meant = None
        self._add_synonyms(words)
        return words

    def _interpret(self, word: _Word, typing: bool) -> None:
        folded, stem = word.token.folded, word.token.stem
        if stem in self._words.stems:
            word.stems[stem] = 1.0
            return
        if typing and len(folded) > 1:
            for name in self._words.starting_with(folded):
                word.stems.setdefault(self._words.stem(name), PREFIX)
        if not word.stems:
            near = self._words.near(folded, typing) or self._words.near(stem)
            for name, distance in near:
                word.stems.setdefault(self._words.stem(name), TYPO / distance)
                word.meant = word.meant or self._words.surface(name)
        if not word.stems:
            for cut in range(3, len(folded) - 2):
                parts = self._analyser.stems(f"{folded[:cut]} {folded[cut:]}")
                if len(parts) == 2 and self._words.stems.issuperset(parts):
                    word.equals[parts] = TYPO

    def _add_synonyms(self, words: list[_Word]) -> None:
        """Give every phrase of the query that has synonyms those synonyms, on its first word."""
        for group in self._synonyms:
            for phrase in group:
                for start in range(len(words) - len(phrase) + 1):
                    span = words[start : start + len(phrase)]
                    weights = [w.stems.get(s, 0.0) for w, s in zip(span, phrase, strict=True)]
                    if min(weights) > 0.0:
                        for other in group:
                            if other != phrase:
                                span[0].equals[other] = SYNONYM * min(weights)

    def _query(self, words: list[_Word], tokens: list[Token]) -> Query:
        """Any telling word must be found; the small words around it only tell hits apart."""
        clauses = []
        for word in words:
            ways = [self._phrase((stem,), weight) for stem, weight in word.stems.items()]
            ways += [self._phrase(stems, weight) for stems, weight in word.equals.items()]
            if ways:
                clauses.append((Occur.Should, Query.disjunction_max_query(ways, 0.1)))
        if not clauses:
            return Query.empty_query()
        told = {word.token for word in words}
        small = [
            (Occur.Should, self._phrase((token.stem,), STOP_WORD))
            for token in tokens
            if token not in told
        ]
        return Query.boolean_query([(Occur.Must, Query.boolean_query(clauses)), *small])

    def _phrase(self, stems: tuple[str, ...], weight: float) -> Query:
        """All the stems in one field, worth as much as one word, in whichever field it stands."""
        ways = []
        for name, boost in FIELDS.items():
            terms = [(Occur.Must, Query.term_query(self._schema, name, s)) for s in stems]
            both = Query.boolean_query(terms)
            ways.append((Occur.Should, Query.boost_query(both, boost * weight / len(stems))))
        return Query.boolean_query(ways)

    def _hit(self, position: int, score: float, wanted: frozenset[str]) -> Hit:
        question, answer = (
            marked(self._texts[position][name], self._cut(position, name), wanted)
            for marked, name in ((_fragments, "question"), (_snippet, "answer"))
        )
        return Hit(self._entries[position].id, score, question, answer)

    def _cut(self, position: int, name: str) -> list[Token]:
        """The words of a text with their places: cut when first shown, then kept."""
        if (position, name) not in self._tokens:
            self._tokens[position, name] = self._analyser.tokens(self._texts[position][name])
        return self._tokens[position, name]

    def _meant(self, text: str, words: list[_Word]) -> str | None:
        changed = text
        for word in reversed(words):
            if word.meant:
                changed = changed[: word.token.start] + word.meant + changed[word.token.end :]
        return None if changed == text else " ".join(changed.split())


def _fragments(text: str, tokens: Sequence[Token], wanted: frozenset[str]) -> Fragments:
    pieces: list[tuple[str, bool]] = []
    done = 0
    for token in tokens:
        if token.stem in wanted:
            pieces += [(text[done : token.start], False), (text[token.start : token.end], True)]
            done = token.end
    pieces.append((text[done:], False))
    return tuple(piece for piece in pieces if piece[0])


def _snippet(text: str, tokens: Sequence[Token], wanted: frozenset[str]) -> Fragments:
    """The stretch of the text that holds most of the wanted stems, cut between words."""
    if len(text) <= SNIPPET or not tokens:
        return _fragments(text[:SNIPPET], tokens, wanted)
    marks = [t for t in tokens if t.stem in wanted] or [tokens[0]]

    def found_from(mark: Token) -> int:
        return len({t.stem for t in marks if 0 <= t.start - mark.start < SNIPPET})

    best = max(marks, key=lambda mark: (found_from(mark), -mark.start))
    opening = min(t.start for t in tokens if t.start >= best.start - SNIPPET // 4)
    opening = 0 if opening == tokens[0].start else opening
    inside = [t for t in tokens if t.start >= opening and t.end <= opening + SNIPPET]
    closing = max((t.end for t in inside), default=opening + SNIPPET)
    closing = len(text) if closing == tokens[-1].end else closing
    moved = [t._replace(start=t.start - opening, end=t.end - opening) for t in inside]
    before = (("… ", False),) if opening else ()
    after = ((" …", False),) if closing < len(text) else ()
    return (*before, *_fragments(text[opening:closing], moved, wanted), *after)
