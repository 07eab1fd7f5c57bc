"""Reading a file: every record taken whole, repaired by name, or named as damaged."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handraise.capture.imports.faults import FileFault
from handraise.capture.imports.reading import Damaged, Row, Sheet, open_sheet
from tests.capture.imports.conftest import WriteFile


def rows(sheet: Sheet) -> list[list[str]]:
    return [record.cells for record in sheet.records() if isinstance(record, Row)]


def damaged(sheet: Sheet) -> list[Damaged]:
    return [record for record in sheet.records() if isinstance(record, Damaged)]


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8-sig"), ("utf-8-sig", "utf-8-sig"), ("cp1252", "cp1252"),
        ("utf-16", "utf-16"), ("utf-16-le", "utf-16-le"), ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
    ],
)  # fmt: skip
def test_it_finds_the_encoding(file: WriteFile, encoding: str, found: str) -> None:
    path = file("Name,Town\nZoë Müller,Köln\n", encoding=encoding)

    sheet = open_sheet(path)

    assert sheet.survey.encoding == found
    assert sheet.header == ("Name", "Town")
    assert rows(sheet) == [["Zoë Müller", "Köln"]]


def test_it_takes_the_encoding_it_is_told(file: WriteFile) -> None:
    path = file("Name\nЖанна\n", encoding="cp1251")

    sheet = open_sheet(path, encoding="cp1251")

    assert rows(sheet) == [["Жанна"]]


def test_it_refuses_an_encoding_that_is_none(file: WriteFile) -> None:
    with pytest.raises(FileFault, match="'klingon' is not an encoding"):
        open_sheet(file("a\n1\n"), encoding="klingon")


def test_one_bad_byte_among_good_utf_8_marks_its_own_row(file: WriteFile) -> None:
    lines = ["Name,Town", *("Zoë,Köln" for _ in range(20))]
    path = file("\n".join(lines).encode() + b"\nJos\xe9,Bonn\n")

    sheet = open_sheet(path)

    assert sheet.survey.encoding == "utf-8-sig"
    assert rows(sheet)[-1] == ["Jos\udce9", "Bonn"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_it_finds_the_delimiter(file: WriteFile, delimiter: str) -> None:
    path = file(f'Name{delimiter}Size{delimiter}Town\nAda{delimiter}1{delimiter}"Bonn, am Rhein"\n')

    sheet = open_sheet(path)

    assert sheet.delimiter == delimiter
    assert rows(sheet) == [["Ada", "1", "Bonn, am Rhein"]]


def test_decimal_commas_do_not_pass_for_delimiters(file: WriteFile) -> None:
    sheet = open_sheet(file("a;b;c\n1,5;2,5;3\n4,5;5,5;6\n"))

    assert sheet.delimiter == ";"


def test_the_line_by_which_excel_names_the_delimiter_is_no_header(file: WriteFile) -> None:
    sheet = open_sheet(file("sep=;\nName;Note\nAda;a,b,c,d\n"))

    assert sheet.header == ("Name", "Note")
    assert [record.line for record in sheet.records()] == [3]


def test_a_cell_may_hold_quotes_and_lines(file: WriteFile) -> None:
    sheet = open_sheet(file('Name,Note\r\nAda,"said ""yes""\r\nand left"\r\nBen,x\r\n'))

    records = list(sheet.records())

    assert [(record.line, record.cells) for record in records if isinstance(record, Row)] == [
        (2, ["Ada", 'said "yes"\r\nand left']),
        (4, ["Ben", "x"]),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_any_of_the_three_ways(file: WriteFile, end: str) -> None:
    sheet = open_sheet(file(end.join(["a,b", "1,2", "", "3,4"])))

    assert [record.line for record in sheet.records()] == [2, 4]


@pytest.mark.parametrize(
    ("line", "says"),
    [("1,2", "Line 3 has 2 cells where the header has 3."),
     ("1,2,3,4", "Line 3 has 4 cells where the header has 3."),
     ("1,2,3,", "Line 3 has 4 cells where the header has 3."),
     ("1", "Line 3 has 1 cell where the header has 3.")],
)  # fmt: skip
def test_a_row_of_another_width_is_named_and_not_shifted(
    file: WriteFile, line: str, says: str
) -> None:
    sheet = open_sheet(file(f"a,b,c\n7,8,9\n{line}\n10,11,12\n"))

    assert rows(sheet) == [["7", "8", "9"], ["10", "11", "12"]]
    assert [(found.why, found.raw) for found in damaged(sheet)] == [(says, f"{line}\n")]


def test_a_row_requoted_into_one_cell_is_repaired(file: WriteFile) -> None:
    whole = '"1,""Banking, Insurance"",3"'
    sheet = open_sheet(file(f"a,b,c\n{whole}\n4,5,6\n"))

    found = list(sheet.records())

    assert found[0] == Row(2, ["1", "Banking, Insurance", "3"], is_repaired=True)
    assert found[1] == Row(3, ["4", "5", "6"])


def test_a_file_requoted_with_its_header_is_repaired(file: WriteFile) -> None:
    sheet = open_sheet(file('"a,b"\n"1,""x, y"""\n'))

    assert sheet.header == ("a", "b")
    assert rows(sheet) == [["1", "x, y"]]


def test_half_a_file_names_its_last_line(file: WriteFile) -> None:
    sheet = open_sheet(file('a,b,c\n1,2,3\n4,"half of th'))

    assert rows(sheet) == [["1", "2", "3"]]
    assert damaged(sheet)[0].why == "Line 3 opens a quote that is not closed."
    assert damaged(sheet)[0].raw == '4,"half of th'


def test_a_stray_quote_costs_its_own_line_only(file: WriteFile) -> None:
    good = [f"{n},x,y" for n in range(100)]
    text = "\n".join(["a,b,c", *good[:10], '10,"stray,y', *good[10:], ""])

    sheet = open_sheet(file(text))

    assert rows(sheet) == [line.split(",") for line in good]
    assert [(found.line, found.raw) for found in damaged(sheet)] == [(12, '10,"stray,y\n')]


def test_a_stray_quote_that_a_later_quote_closes_costs_its_own_line_only(file: WriteFile) -> None:
    lines = ["a,b,c", '1,"stray,y', *(f"{n},x,y" for n in range(2, 9)), '9,"u, v",w', "10,x,y"]

    sheet = open_sheet(file("\n".join(lines)))

    assert [row[0] for row in rows(sheet)] == [str(n) for n in range(2, 11)]
    assert [found.line for found in damaged(sheet)] == [2]


@pytest.mark.parametrize("header", ["a,b", "a,b,c"])
def test_running_text_after_a_stray_quote_is_never_taken_for_rows(
    file: WriteFile, header: str
) -> None:
    text = '1,"Dear all,\nwe met, I think, once\nand, well, danced\n'
    if header == "a,b":
        text = '1,"Dear all,\nwe met, I think\nat a fair, no\nor, well\nso,\n'
    sheet = open_sheet(file(f"{header}\n{text}"))

    assert rows(sheet) == []
    assert [(found.line, found.raw) for found in damaged(sheet)] == [(2, text)]


def test_a_cell_of_more_than_a_million_characters_is_named(file: WriteFile) -> None:
    sheet = open_sheet(file(f"a,b\n1,{'x' * (1 << 20)}y\n2,z\n"))

    assert rows(sheet) == [["2", "z"]]
    assert "more than 1,048,576 characters" in damaged(sheet)[0].why


def test_columns_named_twice_or_not_at_all_get_names(file: WriteFile) -> None:
    sheet = open_sheet(file("Name, Mail ,Mail,\n1,2,3,4\n"))

    assert sheet.header == ("Name", "Mail", "Mail (2)", "column 4")
    assert sheet.notices == ("The header names 'Mail' more than once; column 3 is 'Mail (2)'.",)


@pytest.mark.parametrize("content", [b"", b"\n\n \n", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_an_empty_file_is_refused(file: WriteFile, content: bytes) -> None:
    with pytest.raises(FileFault, match="The file is empty"):
        open_sheet(file(content))


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"PK\x03\x04rest", "Save it as CSV"), (b"\x1f\x8b\x08", "compressed"), (b"%PDF-1.7", "PDF")],
)
def test_what_is_no_table_is_refused_by_its_name(
    file: WriteFile, content: bytes, says: str
) -> None:
    with pytest.raises(FileFault, match=says):
        open_sheet(file(content))


def test_a_header_alone_has_no_rows(file: WriteFile) -> None:
    assert list(open_sheet(file("a,b\n")).records()) == []


def test_it_can_be_read_again(file: WriteFile) -> None:
    sheet = open_sheet(file("a\n1\n2\n"))

    assert list(sheet.records()) == list(sheet.records())


text = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=8)
cells = st.lists(st.lists(text, min_size=3, max_size=3), min_size=1, max_size=8)


@given(table=cells, delimiter=st.sampled_from(",;\t|"))
@settings(max_examples=150, deadline=None)
def test_whatever_csv_writes_is_read_back(
    table: list[list[str]], delimiter: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([["first", "second", "third"], *table])
    path: Path = tmp_path_factory.mktemp("csv") / "any.csv"
    path.write_bytes(out.getvalue().encode())

    found = rows(open_sheet(path, encoding="utf-8", delimiter=delimiter))

    assert found == [row for row in table if any(row)]


@given(content=st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_no_bytes_bring_it_down(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("csv") / "any.csv"
    path.write_bytes(content)

    try:
        sheet = open_sheet(path)
        found = list(sheet.records())
    except FileFault:
        return

    assert all(len(one.cells) == len(sheet.header) for one in found if isinstance(one, Row))
