"""How well and how fast the search finds, beside plain BM25 over the same engine, in one run.

    python -m bench.search

Quality over the shared Spanish FAQ, with accents as written and without any. The yardstick is the
engine alone: its own tokenizer, no stemming, no folding, no boost, every query word optional.
Exit status 1 when the data is absent or a bar is missed.
"""

import sys
import time
import unicodedata
from collections.abc import Callable, Sequence
from typing import NamedTuple

import tantivy

from bench.shared import shared_data
from portal.faq.evaluate import read_corpus, read_queries
from portal.web.search import Entry, Index

BARS = {1: 0.85, 5: 0.98}
Find = Callable[[str], list[str]]


class Measured(NamedTuple):
    """Shares of right answers among the first 1 and 5, and CPU milliseconds a query."""

    hit1: float
    hit5: float
    milliseconds: float


def without_accents(text: str) -> str:
    """Return the text as a hurried reader types it: no accent, no tilde."""
    apart = unicodedata.normalize("NFD", text)
    return "".join(c for c in apart if not unicodedata.combining(c))


def portal_search(entries: Sequence[Entry]) -> Find:
    """The search of the pages: ranking, snippets and suggestions included."""
    index = Index.build(entries, "es")
    return lambda q: [hit.id for hit in index.search(q, 5).hits]


def plain_bm25(entries: Sequence[Entry]) -> Find:
    """The engine alone: what the portal's search must beat."""
    builder = tantivy.SchemaBuilder().add_text_field("id", stored=True, tokenizer_name="raw")
    schema = builder.add_text_field("text").build()
    index = tantivy.Index(schema)
    with index.writer(15_000_000, 1) as writer:
        for entry in entries:
            text = f"{entry.question}\n{entry.answer}"
            writer.add_document(tantivy.Document(id=entry.id, text=text))
    index.reload()
    searcher = index.searcher()
    words = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    analyser = words.filter(tantivy.Filter.lowercase()).build()

    def find(q: str) -> list[str]:
        terms = [tantivy.Query.term_query(schema, "text", t) for t in analyser.analyze(q)]
        query = tantivy.Query.boolean_query([(tantivy.Occur.Should, t) for t in terms])
        hits = searcher.search(query, 5, count=False).hits
        return [searcher.doc(address)["id"][0] for _, address in hits]

    return find


def measure(find: Find, queries: Sequence[tuple[str, str]], rounds: int = 5) -> Measured:
    """Run every query; the CPU time is the best of the rounds."""
    found = [find(q) for q, _ in queries]
    spent = []
    for _ in range(rounds):
        started = time.process_time()
        for q, _ in queries:
            find(q)
        spent.append(time.process_time() - started)
    golds = [gold for _, gold in queries]
    hit1, hit5 = (
        sum(g in ids[:n] for g, ids in zip(golds, found, strict=True)) / len(golds) for n in BARS
    )
    return Measured(hit1, hit5, min(spent) / len(golds) * 1000)


def main() -> int:
    """Print the comparison; say so where the data is absent or a bar is missed."""
    paths = shared_data("spanish_faq.jsonl", "spanish_faq_queries.tsv")
    if not paths:
        print("NOT MEASURED: no shared data (set PORTAL_SHARED to its folder)", file=sys.stderr)
        return 1
    entries = read_corpus(paths[0], "es")
    rows = [(row["query"], row["gold_id"]) for row in read_queries(paths[1], "es")]
    bare = [(without_accents(q), gold) for q, gold in rows]
    print(f"{len(entries)} entries, {len(rows)} Spanish queries; CPU time, best of 5 rounds\n")
    print(f"{'':22}{'hit@1':>7}{'hit@5':>7}   no accents:{'hit@1':>7}{'hit@5':>7}"
          f"{'ms/query':>10}{'build ms':>10}")  # fmt: skip
    table: dict[str, tuple[Measured, Measured, float]] = {}
    for name, build in (("portal", portal_search), ("plain BM25 (limit)", plain_bm25)):
        started = time.process_time()
        find = build(entries)
        built = (time.process_time() - started) * 1000
        with_, without = measure(find, rows), measure(find, bare)
        table[name] = with_, without, built
        print(f"{name:22}{with_.hit1:7.3f}{with_.hit5:7.3f}{'':14}{without.hit1:7.3f}"
              f"{without.hit5:7.3f}{with_.milliseconds:10.2f}{built:10.0f}")  # fmt: skip
    ours, limit = table.values()
    print(f"\nportal / plain BM25: CPU a query x{ours[0].milliseconds / limit[0].milliseconds:.1f}, "
          f"build x{ours[2] / limit[2]:.1f}")  # fmt: skip
    met = all(m.hit1 >= BARS[1] and m.hit5 >= BARS[5] for m in ours[:2])
    print(f"bars hit@1 {BARS[1]}, hit@5 {BARS[5]}: {'met' if met else 'MISSED'}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
