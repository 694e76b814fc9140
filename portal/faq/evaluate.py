"""How well the search finds: run queries with known answers over a corpus and count.

Reads files, knows no Flask and no database. The same index serves the pages and this.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from portal.web.search import Entry, Index


def evaluate(
    corpus: Path | str,
    queries: Path | str,
    lang: str = "es",
    synonyms: Sequence[Sequence[str]] = (),
    limit: int = 10,
) -> dict[str, Any]:
    """Run the queries of one language over a corpus and say where each right answer came.

    `corpus` is JSON lines with `id`, `question_<lang>` and `answer_<lang>` (or `question` and
    `answer`), optionally `keywords_<lang>` (a list); `queries` is a tab-separated file with the
    header `query`, and optionally `lang`, `kind`, `gold_id`, or JSON lines with these names. Rows
    of another language are passed over. Returns `{"lang", "entries", "queries", "hit@1", "hit@3", "hit@5", "results"}`: the hits
    are shares of the queries that have a gold id (None when none has), each of `results` is
    `{"query", "kind", "gold_id", "ranked"}` with up to `limit` ids, best first.

    Raises ValueError, naming file and line, for a line that cannot be read; OSError for no file.
    """
    index = Index(read_corpus(Path(corpus), lang), lang, synonyms)
    return {"lang": lang, **measure(index, read_queries(Path(queries), lang), limit)}


def measure(index: Index, queries: Sequence[dict[str, str]], limit: int = 10) -> dict[str, Any]:
    """Run queries over an index; `evaluate` says what is returned."""
    results: list[dict[str, Any]] = []
    ranks: list[int] = []
    for row in queries:
        gold = row.get("gold_id") or None
        ranked = [hit.id for hit in index.search(row["query"], limit).hits]
        results.append(
            {"query": row["query"], "kind": row.get("kind"), "gold_id": gold, "ranked": ranked}
        )
        if gold:
            ranks.append(ranked.index(gold) if gold in ranked else limit)
    hits = {
        f"hit@{n}": sum(rank < n for rank in ranks) / len(ranks) if ranks else None
        for n in (1, 3, 5)
    }
    return {"entries": len(index), "queries": len(results), **hits, "results": results}


def read_corpus(path: Path, lang: str) -> list[Entry]:
    """Read a corpus of one language; `evaluate` says the format and the errors."""
    entries = []
    with path.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                try:
                    entries.append(_entry(json.loads(line), lang))
                except (ValueError, KeyError, TypeError) as error:
                    raise ValueError(f"{path}, line {number}: not an entry: {error!r}") from error
    return entries


def _entry(row: dict[str, Any], lang: str) -> Entry:
    question, answer = (
        row[key] if key in row else row[name]
        for name, key in (("question", f"question_{lang}"), ("answer", f"answer_{lang}"))
    )
    keywords = tuple(str(word) for word in row.get(f"keywords_{lang}", ()))
    return Entry(str(row["id"]), str(question), str(answer), keywords)


def read_queries(path: Path, lang: str) -> list[dict[str, str]]:
    """Read the queries of one language; `evaluate` says the format and the errors."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        if lines.read(1) == "{":
            lines.seek(0)
            rows = [*_json_queries(path, lines)]
        else:
            lines.seek(0)
            reader = csv.DictReader(lines, delimiter="\t")
            if "query" not in (reader.fieldnames or ()):
                raise ValueError(f"{path}, line 1: no column named query")
            rows = [*reader]
    return [row for row in rows if row["query"] and (row.get("lang") or lang) == lang]


def _json_queries(path: Path, lines: Iterable[str]) -> Iterator[dict[str, str]]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                row = json.loads(line)
                yield {**row, "query": str(row["query"])}
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"{path}, line {number}: not a query: {error!r}") from error
