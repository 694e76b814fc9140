"""The words of a corpus: how they are cut, folded and stemmed, and which of them was meant.

One analyser serves the index and the query, so that a missing accent, a capital or an ending costs
nothing. Knows no Flask and no database. Offsets count characters of the cleaned text.
"""

import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import NamedTuple

import tantivy

LONGEST_WORD = 30
STEMMERS = {"es": "spanish", "en": "english"}

# Words that carry no subject, folded. They rank hits that something else has found, never find one.
_ES = (
    "a al algo algun alguna algunas alguno algunos ante aqui asi aun aunque cada como con cual "
    "cuales cuando cuanto de del desde donde dos e el ella ellas ellos en entre era es esa ese "
    "eso esta estan estar estas este esto estos estoy fue ha han has hasta hay he ir la las le "
    "les lo los mas me mi mis mismo mucho muy nada ni no nos nuestra nuestro nuestros o os otra "
    "otro para pero por porque puede pueden puedo que quien quienes se sea ser si sin sobre son "
    "soy su sus tal tambien tan te tener tengo tiene tienen tu tus un una unas uno unos usted "
    "ustedes va van voy y ya yo"
)
_EN = (
    "a about am an and any are as at be been being both but by can could did do does for from "
    "get go had has have having he her here his how i if in into is it its just let like may me "
    "might more most much must my no not of on or our ours out please s shall she should so some "
    "such t than that the their them then there these they this those to too us very was we "
    "were what when where which who whom why will with would you your"
)
STOP = {"es": frozenset(_ES.split()), "en": frozenset(_EN.split())}


class Token(NamedTuple):
    """A word of a text: its stem, its folded form, and where it stands (characters, end excluded)."""

    stem: str
    folded: str
    start: int
    end: int


def clean(text: str) -> str:
    """Return the text as it can be indexed and shown: composed, without NUL or lone surrogates."""
    sound = text.encode("utf-8", "replace").decode("utf-8")
    return unicodedata.normalize("NFC", sound).replace("\0", " ")


class Analyser:
    """Cuts a text of one language into tokens. Letters and digits part: "level3" reads "level 3"."""

    def __init__(self, lang: str):
        self.stop = STOP[lang]
        cut = tantivy.Tokenizer.regex(r"[\p{L}\p{M}]+|\p{N}+")
        self._cut = tantivy.TextAnalyzerBuilder(cut).build()
        self._fold = _folding(cut).build()
        self.stemmer = _folding(cut).filter(tantivy.Filter.stemmer(STEMMERS[lang])).build()

    def tokens(self, text: str) -> list[Token]:
        """Return the words of a cleaned text, in order."""
        stems = self.stemmer.pre_tokenize(text).tokens
        folded = self._fold.analyze(text)
        return [
            Token(stem.text, word, stem.char_offset_from, stem.char_offset_to or 0)
            for stem, word in zip(stems, folded, strict=True)
        ]

    def spellings(self, text: str) -> Iterator[tuple[str, str, str]]:
        """Yield each word of a cleaned text as written, folded, and stemmed."""
        analysed = (a.analyze(text) for a in (self._cut, self._fold, self.stemmer))
        return zip(*analysed, strict=True)

    def stems(self, phrase: str) -> tuple[str, ...]:
        """Return the stems of a phrase without its stop words, or all of them if it has no other."""
        tokens = self.tokens(clean(phrase))
        return tuple(t.stem for t in tokens if t.folded not in self.stop) or tuple(
            t.stem for t in tokens
        )


def _folding(cut: tantivy.Tokenizer) -> tantivy.TextAnalyzerBuilder:
    lowered = tantivy.TextAnalyzerBuilder(cut).filter(tantivy.Filter.lowercase())
    return lowered.filter(tantivy.Filter.ascii_fold())


class Vocabulary:
    """Every word the corpus writes, to complete one being typed and to correct one mistyped.

    Stop words are known but never proposed.
    """

    def __init__(self, texts: Iterable[str], analyser: Analyser):
        written = Counter(spelling for text in texts for spelling in analyser.spellings(text))
        surfaces: dict[str, Counter[str]] = {}
        for (surface, folded, _), count in written.items():
            surfaces.setdefault(folded, Counter())[surface] = count
        self._stem = {folded: stem for _, folded, stem in written}
        self._count = {word: forms.total() for word, forms in surfaces.items()}
        self._surface = {word: _usual(forms) for word, forms in surfaces.items()}
        self._sorted = sorted(word for word in surfaces if word not in analyser.stop)
        self.stems = frozenset(self._stem.values())
        self._schema = (
            tantivy.SchemaBuilder().add_text_field("word", True, tokenizer_name="raw").build()
        )
        index = tantivy.Index(self._schema)
        with index.writer(15_000_000, 1) as writer:
            for word in self._sorted:
                writer.add_document(tantivy.Document(word=word))
        index.reload()
        self._searcher = index.searcher()

    def stem(self, word: str) -> str:
        """Return the stem of a folded word of the corpus."""
        return self._stem[word]

    def surface(self, word: str) -> str:
        """Return a folded word of the corpus as it is mostly written, accents and all."""
        return self._surface[word]

    def starting_with(self, prefix: str, limit: int = 8) -> list[str]:
        """Return up to `limit` folded words that begin with a folded prefix, the usual ones first."""
        first = bisect_left(self._sorted, prefix)
        found = takewhile(lambda word: word.startswith(prefix), self._sorted[first:])
        return sorted(found, key=lambda word: (-self._count[word], word))[:limit]

    def near(self, word: str, typing: bool = False, limit: int = 3) -> list[tuple[str, int]]:
        """Return up to `limit` folded words one or two slips away from a folded one, best first.

        A slip is a letter too many, missing, wrong, or two swapped. Words under four letters and
        numbers are never corrected, nor is what no language writes as one word; two slips are
        forgiven from eight letters on. While it is being typed, the beginning of a word counts.
        """
        if not 4 <= len(word) <= LONGEST_WORD or not word.isalpha():
            return []
        allowed = 1 if len(word) < 8 else 2
        begun = typing and len(word) > 4
        fuzzy = tantivy.Query.fuzzy_term_query(self._schema, "word", word, allowed, prefix=begun)
        found = self._searcher.search(fuzzy, 50, count=False).hits
        names = [str(self._searcher.doc(address)["word"][0]) for _, address in found]
        ranked = sorted(
            (_distance(word, name, begun), name[0] != word[0], -self._count[name], name)
            for name in names
        )
        return [(name, distance) for distance, _, _, name in ranked[:limit]]


def _distance(word: str, name: str, begun: bool) -> int:
    size = len(word)
    starts = {name[:end] for end in range(size - 1, size + 2)} if begun else {name}
    return max(1, min(slips(word, start) for start in starts))


def _usual(forms: Counter[str]) -> str:
    """The form written most; in lower case unless the corpus never writes it so."""
    lowered: Counter[str] = Counter()
    for form, count in forms.items():
        lowered[form.lower()] += count
    usual = min(lowered, key=lambda form: (-lowered[form], form))
    if usual in forms:
        return usual
    return min((f for f in forms if f.lower() == usual), key=lambda form: (-forms[form], form))


def slips(one: str, other: str) -> int:
    """Count the slips between two words (optimal string alignment distance)."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            best = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        before, last = last, row
    return last[-1]
