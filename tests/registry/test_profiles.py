"""Profiles: one source's headers, values and dates as rows of the portal's kinds."""

from pathlib import Path

import pytest

from tests.registry.world import Desk, codes

SOURCE = """Libro;Nº cliente;Ciudad;Alta;Estado
Uno ;  ;Bogotá;01/02/2015;vigente
UNO;7;Bogotá D.C.;01/02/2015;Vigente
uno;7;Bogotá D.C.;01/02/2015;vigente
Dos;8;Lima;2016;vigente
Dos;9;Quito;2016-03-01;anulado
Dos;10;;2016-03-01;vigente
"""
PROFILE = """
about = "A source that writes in Spanish."
[kinds.contracts]
columns = { starts_on = "Alta", status = "Estado", registry = "Libro" }
compose = { contract_number = "{Nº cliente}-{Ciudad|slug}", customer_id = "K{Nº cliente|digits}" }
constants = { partner_id = "P1" }
dates = ["%d/%m/%Y"]
skip_if_blank = ["Nº cliente"]
skip_if_partial_date = ["Alta"]
skip_if = { Estado = ["ANULADO"] }
[kinds.contracts.values]
registry = { "uno" = "centurylink", "dos" = "level3" }
status = { "vigente" = "active" }
"""


def profile(desk: Desk, text: str) -> str:
    """The path of a profile of that text."""
    return str(desk.file("source.toml", text))


def test_a_profile_maps_composes_fills_skips_and_collapses(house_desk: Desk) -> None:
    house_desk.give("customers", [("K7", "Seven")])
    rows = SOURCE.rpartition("Dos;10")[0]
    done = house_desk.run(
        *("contracts", house_desk.file("s.csv", rows.encode("cp1252"))),
        *("--profile", profile(house_desk, PROFILE)),
    )
    assert (done["errors"], done["rows"], done["created"], done["repeated"]) == ([], 5, 1, 1)
    assert [(each["line"], each["column"], each["code"]) for each in done["skipped"]] == [
        (2, "Nº cliente", "skip.blank"),
        (5, "Alta", "skip.partial_date"),
        (6, "Estado", "skip.equals"),
    ]
    said = house_desk.export("contracts").decode().splitlines()[1]
    assert said == "centurylink,7-bogota-d-c,K7,P1,,active,2015-02-01,,expire,"


def test_errors_name_the_columns_of_the_file_and_a_blank_part_leaves_the_whole_blank(
    house_desk: Desk,
) -> None:
    text = PROFILE.replace('skip_if_partial_date = ["Alta"]', "")
    done = house_desk.run(
        "contracts", house_desk.file("s.csv", SOURCE), "--profile", profile(house_desk, text)
    )
    found = {(each["line"], each["column"], each["code"]) for each in done["errors"]}
    assert {(5, "Alta", "cell.date"), (7, "contract_number", "cell.required")} <= found


def test_rows_that_share_a_key_and_differ_are_an_error_that_names_both(house_desk: Desk) -> None:
    rows = "name,code\nOne,K5\nOther,K5\nOne,K5\n"
    text = '[kinds.customers]\ncolumns = { customer_id = "code" }\n'
    done = house_desk.run(
        "customers", house_desk.file("s.csv", rows), "--profile", profile(house_desk, text)
    )
    assert codes(done) == [(3, "row.conflict")]
    assert "line 2" in done["errors"][0]["reason"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[kinds.contracts", "Expected"),
        ("", "[kinds."),
        ("[kinds.contracts]\nfoo = 1", "unknown setting 'foo'"),
        ("[kinds.contract]\n", "unknown kind 'contract'"),
        ("[kinds.teams]\n", "makes teams, not contracts"),
        ('[kinds.contracts.columns]\nnumber = "x"', "no column 'number'"),
        ("[kinds.contracts.columns]\nstatus = 1", "texts are expected"),
        ('[kinds.contracts.compose]\nstatus = "{a|shout}"', "no filter 'shout'"),
        ('[kinds.contracts.compose]\nstatus = "{a"', "not made of"),
        (
            '[kinds.contracts]\ncolumns={status="a"}\nconstants={status="b"}',
            "'status' is given twice",
        ),
    ],
)
def test_a_wrong_profile_is_refused_with_what_is_wrong(desk: Desk, text: str, said: str) -> None:
    path = desk.file("s.csv", "a,b\n1,2\n")
    done = desk.run("contracts", path, "--profile", profile(desk, text))
    assert {each["code"] for each in done["errors"]} == {"profile.invalid"}
    assert any(said in each["reason"] for each in done["errors"]), done["errors"]


def test_a_profile_that_is_not_there_and_a_file_without_its_columns(desk: Desk) -> None:
    path = desk.file("s.csv", "a,b\n1,2\n")
    assert codes(desk.run("customers", path, "--profile", "none")) == [(None, "profile.invalid")]
    text = '[kinds.customers]\ncolumns = { customer_id = "zz", name = "a" }'
    done = desk.run("customers", path, "--profile", profile(desk, text))
    assert [(each["column"], each["code"]) for each in done["errors"]] == [("zz", "column.missing")]


def test_every_profile_the_program_ships_is_valid(desk: Desk) -> None:
    import tomllib

    from portal.registry.kinds import KINDS
    from portal.registry.profiles import load
    from portal.store.pack import PROGRAMS

    found = sorted(Path(PROGRAMS).glob("*/profiles/*.toml"))
    assert found
    for path in found:
        for kind in tomllib.loads(path.read_text("utf-8"))["kinds"]:
            load(path, KINDS[kind])
