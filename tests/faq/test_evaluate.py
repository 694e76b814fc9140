"""The judge of the search: its file formats, its counting, its errors."""

from pathlib import Path

import pytest

from portal.faq.evaluate import evaluate


def write(folder: Path, corpus: str, queries: str) -> tuple[Path, Path]:
    paths = folder / "corpus.jsonl", folder / "queries.tsv"
    for path, text in zip(paths, (corpus, queries), strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


def test_hits_are_counted_over_the_queries_that_have_an_answer(tmp_path: Path) -> None:
    paths = write(
        tmp_path,
        '{"id":"a","question_es":"El pago","answer_es":"Sí"}\n\n{"id":2,"question":"El logo","answer":"No"}\n',
        "query\tlang\tkind\tgold_id\npagos\tes\tx\ta\nlogo\tes\tx\ta\nlogo\tes\t\t\nlogo\ten\tx\t2\n",
    )
    found = evaluate(*paths)
    assert {k: found[k] for k in ("lang", "entries", "queries", "hit@1", "hit@5")} == {
        "lang": "es", "entries": 2, "queries": 3, "hit@1": 0.5, "hit@5": 0.5,
    }  # fmt: skip
    assert [r["ranked"] for r in found["results"]] == [["a"], ["2"], ["2"]]
    assert found["results"][2]["gold_id"] is None


def test_queries_without_gold_are_run_and_not_judged(tmp_path: Path) -> None:
    paths = write(tmp_path, '{"id":"a","question":"El pago","answer":"Sí"}', "query\npago\n")
    found = evaluate(*paths)
    assert (found["hit@1"], found["results"][0]["ranked"]) == (None, ["a"])


@pytest.mark.parametrize("line", ["{", "[]", '{"id":"a"}', "7"])
def test_a_line_that_is_no_entry_is_named_by_file_and_number(tmp_path: Path, line: str) -> None:
    good = '{"id":"a","question":"El pago","answer":"Sí"}\n'
    with pytest.raises(ValueError, match=r"corpus\.jsonl, line 2"):
        evaluate(*write(tmp_path, good + line, "query\npago\n"))


def test_a_file_without_queries_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"queries\.tsv, line 1: no column named query"):
        evaluate(*write(tmp_path, "", "pregunta\npago\n"))


def test_queries_may_be_json_lines_too(tmp_path: Path) -> None:
    entry = '{"id":"a","question":"El pago","answer":"Sí"}'
    lines = '{"query":"pagos","lang":"es","gold_id":"a"}\n\n{"query":"pay","lang":"en"}\n'
    found = evaluate(*write(tmp_path, entry, lines))
    assert (found["queries"], found["hit@1"]) == (1, 1.0)
    with pytest.raises(ValueError, match=r"queries\.tsv, line 2: not a query"):
        evaluate(*write(tmp_path, entry, '{"query":"pagos"}\n{"q":"pagos"}\n'))
