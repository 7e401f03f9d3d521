"""Lines, records and values, without a warehouse."""

import io
import random
from datetime import date
from decimal import Decimal as Number

import pytest
from cloister_etl import Boolean, Date, Decimal, Form, Integer, RowSchema, Text, Timestamp
from cloister_etl.errors import Rejected
from cloister_etl.rows.check import Checker
from cloister_etl.rows.columns import BadValue, Column
from cloister_etl.rows.decode import LONGEST, lines, text_of
from cloister_etl.rows.header import places
from cloister_etl.rows.records import Record, Records


def records(body: bytes, form: Form | None = None) -> list[Record]:
    form = form or Form()
    return list(Records(lines(text_of(io.BytesIO(body), form.encoding)), form))


@pytest.mark.parametrize(
    ("column", "text", "means"),
    [
        (Text(name="a"), " 007 ", "007"),
        (Text(name="a", strip=False), " x ", " x "),
        (Text(name="a", nulls=("", "NULL")), "NULL", None),
        (Text(name="a", max_bytes=2), "é", "é"),
        (Integer(name="a"), "-007", "-7"),
        (Integer(name="a"), "+9223372036854775807", "9223372036854775807"),
        (Decimal(name="a", precision=5, scale=2), "999.990", "999.990"),
        (Decimal(name="a"), "0000000000000000000001.", "0000000000000000000001."),
        (Decimal(name="a", accounting=True), "$1,234,567.5", "1234567.5"),
        (Decimal(name="a", accounting=True), "($ 3)", "-3"),
        (Decimal(name="a", accounting=True), "-$3", "-3"),
        (Boolean(name="a"), "Yes", "true"),
        (Boolean(name="a"), "0", "false"),
        (Date(name="a", formats=("%m/%d/%Y",)), "2/29/2024", "2024-02-29"),
        (Timestamp(name="a"), "2026-01-02T03:04:05", "2026-01-02 03:04:05"),
    ],
)
def test_a_value_is_read(column: Column, text: str, means: str | None) -> None:
    assert column.read(text) == means


@pytest.mark.parametrize(
    ("column", "text", "code"),
    [
        (Text(name="a", required=True), "  ", "missing_required"),
        (Text(name="a", max_bytes=2), "éx", "too_long"),
        (Text(name="a", allowed=("x",)), "y", "not_allowed"),
        (Text(name="a", pattern="[0-9]+"), "1\n", "not_of_the_pattern"),
        (Text(name="a"), "\\N", "reserved_value"),
        (Integer(name="a"), "1.0", "not_an_integer"),
        (Integer(name="a"), "\u0661", "not_an_integer"),
        (Integer(name="a"), "9223372036854775808", "out_of_range"),
        (Decimal(name="a"), "1e3", "not_a_number"),
        (Decimal(name="a"), "NaN", "not_a_number"),
        (Decimal(name="a"), "1,000", "not_a_number"),
        (Decimal(name="a", accounting=True), "1,00", "not_a_number"),
        (Decimal(name="a", accounting=True), "(-3)", "not_a_number"),
        (Decimal(name="a", precision=5, scale=2), "1000", "out_of_range"),
        (Decimal(name="a", scale=2), "1.005", "too_many_decimals"),
        (Decimal(name="a", minimum=Number(0)), "-1", "out_of_range"),
        (Boolean(name="a"), "maybe", "not_a_boolean"),
        (Date(name="a"), "2026-02-29", "not_a_date"),
        (Date(name="a"), "02/03/2026", "not_a_date"),
        (Date(name="a", earliest=date(1900, 1, 1)), "1026-01-01", "out_of_range"),
        (Timestamp(name="a"), "2026-01-02", "not_a_time"),
    ],
)
def test_a_value_that_does_not_hold_has_a_code(column: Column, text: str, code: str) -> None:
    strict = column if "\n" not in text else Text(name="a", pattern="[0-9]+", strip=False)
    with pytest.raises(BadValue) as caught:
        strict.read(text)
    assert caught.value.code == code


def test_records_have_their_line_whatever_ends_it() -> None:
    found = records(b'a,b\r\n"x\r\ny",1\r\n\r\nz,2\rlast,3')
    assert [(each.line, each.cells) for each in found] == [
        (1, ["a", "b"]), (2, ["x\r\ny", "1"]), (4, []), (5, ["z", "2"]), (6, ["last", "3"])
    ]  # fmt: skip


def test_an_unclosed_quote_takes_its_own_line_only() -> None:
    body = b'1,a\n2,"b\n' + b"3,c\n" * 2000 + b'4,"d"\n'
    found = records(body)
    assert len(found) == 2003
    assert [(each.line, each.code) for each in found if each.cells is None] == [(2, "malformed_quotes")]
    assert found[-1].cells == ["4", "d"]


def test_a_line_that_is_too_long_is_set_aside_in_bounded_memory() -> None:
    found = records(b"1,a\n" + b"x" * (3 * LONGEST) + b"\n2,b\n")
    assert [(each.line, each.code) for each in found] == [(1, ""), (2, "line_too_long"), (3, "")]
    assert len(found[1].raw) == LONGEST and found[2].cells == ["2", "b"]


def test_what_is_read_is_what_was_there() -> None:
    """Whatever the bytes are, the records' texts together are the file."""
    chance = random.Random(5)
    for _ in range(300):
        body = bytes(chance.choice(b'a,"\n\r\xe9\x81\x00 ') for _ in range(chance.randrange(60)))
        for encoding, name in (("utf-8", "utf-8"), ("windows-1252", "cp1252")):
            raw = "".join(each.raw for each in records(body, Form(encoding=encoding)))
            assert raw.encode(name, "surrogateescape") == body


@pytest.mark.parametrize(
    ("body", "encoding", "says"),
    [
        (b"\xff\xfea\0", "utf-8", "UTF-16"),
        (b"\xef\xbb\xbfa", "windows-1252", "windows-1252 is declared"),
    ],
)
def test_another_encoding_than_is_declared_is_rejected(body: bytes, encoding: str, says: str) -> None:
    with pytest.raises(Rejected, match=says):
        records(body, Form(encoding=encoding))


SCHEMA = RowSchema(
    columns=(Text(name="id", required=True), Integer(name="n"), Text(name="t", header="The Text")), key=("id",)
)


def test_the_header_says_where_a_column_is() -> None:
    assert places(Record(1, "", [" the text", "ID"]), SCHEMA, Form()) == [1, None, 0]


@pytest.mark.parametrize(
    ("header", "says"),
    [
        (["n"], "lacks the required columns id"),
        (["id", "secret", "n"], "has 1 columns that are not declared"),
        (["id", "n", "N"], "has the columns n more than once"),
        (["x", "x"], "lacks the required columns id, and has 2 columns that are not declared"),
    ],
)
def test_a_header_that_does_not_hold_is_told_without_its_words(header: list[str], says: str) -> None:
    with pytest.raises(Rejected) as caught:
        places(Record(1, "", header), SCHEMA, Form())
    assert str(caught.value) == f"the header of a file {says}"


@pytest.mark.parametrize(
    ("cells", "form", "codes"),
    [
        (["a", "1", "x"], Form(), []),
        (["a"], Form(), []),
        (["a"], Form(short_rows=False), ["too_few_fields"]),
        (["a", "1", "x", "", " "], Form(), []),
        (["a", "1", "x", "y"], Form(), ["too_many_fields"]),
        (["", "z", "x"], Form(), ["missing_required", "not_an_integer"]),
    ],
)
def test_a_row_is_checked_as_a_whole(cells: list[str], form: Form, codes: list[str]) -> None:
    _, problems = Checker(SCHEMA, form, range(3), 3).check(Record(1, "", cells))
    assert [problem.code for problem in problems] == codes


def test_all_that_is_wrong_with_a_schema_is_told_at_once() -> None:
    columns = (Text(name="A"), Text(name="b", max_bytes=0), Decimal(name="c", precision=2, scale=3))
    with pytest.raises(ValueError, match=r"key|order|name") as caught:
        RowSchema(columns=columns, key=("b", "x"), order="c")
    told = str(caught.value)
    for part in (
        "A: a name is in lower case",
        "b: max_bytes",
        "c: precision",
        "b: must be required",
        "x: is no column",
    ):
        assert part in told
