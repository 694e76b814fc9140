"""Files as people export them: encodings, delimiters, spreadsheets; and what is refused."""

import io
from pathlib import Path

import pytest
from xlsxwriter import Workbook

from tests.registry.world import CTL, L3, Desk, codes

# A file is read before any database is asked; the imports are tried on both.
pytestmark = pytest.mark.parametrize("house", ["sqlite"], indirect=True)
TEXT = "customer_id;name\r\nK9;Peñón & Cía\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_any_usual_encoding_and_delimiter_is_read(
    desk: Desk, encoding: str, delimiter: str
) -> None:
    content = TEXT.replace(";", delimiter).encode(encoding)
    assert desk.run("customers", desk.file("k.csv", content))["created"] == 1
    assert desk.export("customers").decode() == "customer_id,name\nK9,Peñón & Cía\n"


def test_utf_16_of_the_other_byte_order_is_read(desk: Desk) -> None:
    content = b"\xfe\xff" + TEXT.encode("utf-16-be")
    assert desk.run("customers", desk.file("k.csv", content))["created"] == 1


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_that_lost_its_mark_is_read_too(desk: Desk, encoding: str) -> None:
    content = TEXT.encode(encoding)
    assert desk.run("customers", desk.file("k.csv", content))["created"] == 1
    assert desk.export("customers").decode() == "customer_id,name\nK9,Peñón & Cía\n"


def test_an_old_workbook_is_named_and_not_read_as_text(desk: Desk) -> None:
    done = desk.run(
        "customers", desk.file("k.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 999)
    )
    assert [error["code"] for error in done["errors"]] == ["file.unreadable"]


def test_a_header_that_is_no_header_is_shown_cut(desk: Desk) -> None:
    done = desk.run("customers", desk.file("k.csv", "customer_id,name," + "x" * 9999 + "\n"))
    assert [len(error["column"]) for error in done["errors"]] == [120]


def test_a_delimiter_inside_quotes_does_not_mislead(desk: Desk) -> None:
    content = 'customer_id;name\nK1;"a, b, c, d, e; f"\n'
    assert desk.run("customers", desk.file("k.csv", content))["created"] == 1
    assert b'"a, b, c, d, e; f"' in desk.export("customers")


def test_lines_are_those_of_the_file_over_quoted_newlines_and_blank_lines(desk: Desk) -> None:
    content = 'customer_id,name\nK1,"two\nlines"\n\nK2,\nK3,fine\n,x\n'
    done = desk.run("customers", desk.file("k.csv", content))
    assert [(e["line"], e["column"], e["code"]) for e in done["errors"]] == [
        (5, "name", "cell.required"),
        (7, "customer_id", "cell.required"),
    ]
    assert done["rows"] == 4


def book(*rows: list[object]) -> bytes:
    """A workbook of one sheet, in which dates are dates and numbers numbers."""
    out = io.BytesIO()
    with Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as made:
        sheet = made.add_worksheet()
        for line, row in enumerate(rows):
            sheet.write_row(line, 0, row)
    return out.getvalue()


def test_a_spreadsheet_is_read_with_dates_and_whole_numbers(house_desk: Desk) -> None:
    from datetime import date

    header = ["contract_number", "customer_id", "partner_id", "status", "starts_on", "ends_on"]
    rows = book(
        header,
        [101.0, "K1", "P1", "active", date(2015, 2, 1), "2018-01-31"],
        ["007", "K1", "P1", "active", date(2015, 2, 1), None],
    )
    done = house_desk.run("contracts", house_desk.file("c.xlsx", rows), "--registry", CTL)
    assert (done["created"], done["errors"]) == (2, [])
    said = house_desk.export("contracts").decode().splitlines()[1:]
    assert said == [
        "centurylink,007,K1,P1,,active,2015-02-01,,expire,",
        "centurylink,101,K1,P1,,active,2015-02-01,2018-01-31,expire,",
    ]


def test_a_spreadsheets_errors_carry_its_row_numbers(desk: Desk) -> None:
    rows = book(["customer_id", "name"], ["K1", "fine"], [None, None], ["K2", None])
    done = desk.run("customers", desk.file("k.xlsx", rows))
    assert codes(done) == [(4, "cell.required")]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file.empty"),
        (b"\n\n", "file.empty"),
        (b"customer_id,name\nK1,a\x00b\n", "cell.control"),
        (b"customer_id,name\nK1,a\x1bb\n", "cell.control"),
        (b"customer_id,name\nK1,a\xed\xa0\x80b\n", "cell.surrogate"),
        ("customer_id,name\nK1,".encode("utf-16") + b"\x00\xd8" + b"x\x00", "cell.surrogate"),
        (b"customer_id,name\nK1," + b"x" * 2001 + b"\n", "cell.too_long"),
        (b"customer_id,name\n" + b"K" * 101 + b",x\n", "cell.too_long"),
        ("customer_id,name\nK1,ñandú señor ñ".encode() + b"\xff\n", "file.encoding"),
        (b"customer_id,name\nK1,\x81\n", "file.encoding"),
        (b'customer_id,name\nK1,"open\n', "file.malformed"),
        (b"PK\x03\x04 not a workbook", "file.unreadable"),
        (b"customer_id,name\nK1,a,b\n", "row.cells"),
        (b"customer_id,name\nK1\n", "row.cells"),
        (b"customer_id,name,colour\nK1,a,red\n", "column.unknown"),
        (b"customer_id\nK1\n", "column.missing"),
        (b"customer_id,name,name\nK1,a,b\n", "column.duplicate"),
        (b"customer_id,name,\nK1,a,b\n", "row.cells"),
        (b"customer_id,,name\nK1,a,b\n", "file.malformed"),
        (b"customer_id,name\n--,a\n", "cell.key"),
        (b"customer_id,name\na;b,a\n", "cell.key"),
    ],
)
def test_what_cannot_be_read_with_certainty_is_refused(
    desk: Desk, content: bytes, code: str
) -> None:
    done = desk.run("customers", desk.file("k.csv", content))
    assert {error["code"] for error in done["errors"]} == {code}
    assert all(error["reason"] for error in done["errors"])
    assert desk.export("customers") == b"customer_id,name\n"


def test_headers_alone_are_a_file_of_no_rows(desk: Desk) -> None:
    done = desk.run("customers", desk.file("k.csv", "customer_id,name\n"))
    assert (done["rows"], done["created"], done["errors"]) == (0, 0, [])


def test_trailing_blank_cells_of_a_spreadsheet_do_no_harm(desk: Desk) -> None:
    done = desk.run("customers", desk.file("k.csv", "customer_id,name,,\nK1,a,,\n"))
    assert done["created"] == 1


def test_a_given_registry_fills_the_column_and_no_cell_may_contradict_it(desk: Desk) -> None:
    product = desk.file("p.csv", "product_code,name_es,name_en\nX,Enlace,Link\n")
    assert desk.run("products", product, "--registry", L3)["created"] == 1
    content = f"registry,product_code,name_es,name_en\n{CTL},Y,a,b\n{L3},Z,a,b\n,Q,a,b\n"
    done = desk.run("products", desk.file("p.csv", content), "--registry", L3)
    assert codes(done) == [(2, "registry.contradicts")]
    unknown = desk.run("products", product, "--registry", "third")
    assert codes(unknown) == [(None, "registry.unknown")]


def test_every_fault_of_every_row_is_told_at_once(house_desk: Desk) -> None:
    content = (
        "registry,contract_number,customer_id,partner_id,account_team,status,starts_on,ends_on\n"
        f"{CTL},A,KX,PX,L1,activo,2010-13-01,\n"
        f"nowhere,B,K1,P1,C1,active,2010-01-01,\n"
        f"{CTL},C,K1,P1,CX,active,2010-01-01,2009-01-01\n"
        f"{CTL},D,K1,P1,C9,active,20100101,\n"
    )
    done = house_desk.run("contracts", house_desk.file("c.csv", content))
    found = [(e["line"], e["column"], e["value"], e["code"]) for e in done["errors"]]
    assert sorted(found) == [
        (2, "account_team", "L1", "reference.other_registry"),
        (2, "customer_id", "KX", "reference.unknown"),
        (2, "partner_id", "PX", "reference.unknown"),
        (2, "starts_on", "2010-13-01", "cell.date"),
        (2, "status", "activo", "cell.choice"),
        (3, "registry", "nowhere", "registry.unknown"),
        (4, "account_team", "CX", "team.wrong_kind"),
        (4, "ends_on", "2009-01-01", "dates.order"),
        (5, "account_team", "C9", "reference.unknown"),
        (5, "starts_on", "20100101", "cell.date"),
    ]
    assert (done["created"], done["rows"]) == (0, 4)


def test_a_missing_file_ends_in_a_line_of_usage(desk: Desk, tmp_path: Path) -> None:
    runner = desk.app.test_cli_runner()
    result = runner.invoke(args=["registry", "import", "customers", str(tmp_path / "none.csv")])
    assert result.exit_code == 2


def test_the_text_answer_names_line_column_and_code(desk: Desk) -> None:
    path = desk.file("k.csv", "customer_id,name\nK1,\n")
    result = desk.app.test_cli_runner().invoke(args=["registry", "import", "customers", str(path)])
    assert result.exit_code == 1
    assert "line 2, name: This cell may not be blank. [cell.required]" in result.output
