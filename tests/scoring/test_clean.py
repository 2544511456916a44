"""Customers from a table: what is read, what is changed, and that nothing happens in silence."""

from datetime import date
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from scoring.clean import CleanReport, Table, TableError, TableRow, customers, read

TODAY = date(2026, 11, 22)
CAST = "姓名,手机,邮箱,语言,城市\n梅,13800138000,mei@example.com,zh,上海\n李,,li@example.com,en,杭州\n"


def cleaned(text: str) -> CleanReport:
    """Clean a CSV text."""
    return customers(read(BytesIO(text.encode()), "customers.csv"), today=TODAY)


def cell(column: str, value: str) -> tuple[object, list[str]]:
    """Return what becomes of one cell beside a good email, and the reason codes."""
    rows = (TableRow(2, ("mei@example.com", value)),)
    report = customers(Table(TableRow(1, ("email", column)), rows, "utf-8"), today=TODAY)
    reasons = [change.reason for change in (*report.fixed, *report.filled, *report.rejected)]
    return getattr(report.rows[0], column), reasons


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_of_any_usual_encoding_is_read(encoding: str) -> None:
    report = customers(read(BytesIO(CAST.encode(encoding)), "客户.CSV"), today=TODAY)
    assert [(row.line, row.name, row.city) for row in report.rows] == [(2, "梅", "上海"), (3, "李", "杭州")]
    assert [change.reason for change in report.fixed] == ["phone_formatted"]
    assert report.filled == report.rejected == ()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    report = cleaned(CAST.replace(",", delimiter))
    assert [row.email for row in report.rows] == ["mei@example.com", "li@example.com"]


def test_a_cell_with_line_breaks_keeps_line_numbers_right() -> None:
    table = read(BytesIO(b'email,name\na@example.com,"M\ne\ni"\n\nb@example.com,Li\n'), "a.csv")
    assert [(row.line, row.cells[:1]) for row in table.rows] == [
        (2, ("a@example.com",)),
        (5, ()),
        (6, ("b@example.com",)),
    ]


def test_a_sheet_is_read_as_a_person_sees_it() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["姓名", "电话", "生日", "年龄", "Telegram ID", "城市"],
        ["梅", 13800138000, date(1997, 3, 2), 29.0, 1001, "=1+1"],
        [None, None, None, None, None, None],
        ["李", None, None, None, 1002, None],
    ):
        sheet.append(row)
    stored = BytesIO()
    book.save(stored)
    stored.seek(0)
    report = customers(read(stored, "customers.xlsx"), today=TODAY)
    mei, li = report.rows
    assert (mei.phone, mei.birthday, mei.age, mei.telegram_id) == (
        "+8613800138000",
        date(1997, 3, 2),
        29,
        1001,
    )
    assert (li.line, li.name, li.telegram_id) == (4, "李", 1002)
    assert [(change.line, change.reason) for change in report.rejected] == [(2, "formula"), (3, "row_empty")]


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.csv", "empty_file"),
        (b" \n\n", "a.csv", "empty_file"),
        (b",,\n,,\n", "a.csv", "empty_file"),
        (b"email\na@example.com", "a.pdf", "unknown_type"),
        (b"email\na@example.com", "noending", "unknown_type"),
        (b"not a zip", "a.xlsx", "unreadable"),
        (b"PK\x03\x04 broken", "a.xlsx", "unreadable"),
        (b'email,name\na@example.com,"open', "a.csv", "unreadable"),
        (b"e\0m\0a\0i\0l\0", "a.csv", "unreadable"),
        (b"email\n\xff\xff\xff", "a.csv", "undecodable"),
        (b"x" * 20_000_001, "a.csv", "too_large"),
        (b"email\n" + b"a\n" * 100_001, "a.csv", "too_many_rows"),
    ],
    ids=lambda value: value[:12].decode("latin-1") if isinstance(value, bytes) else value,
)
def test_a_file_that_cannot_be_used_says_why(content: bytes, name: str, code: str) -> None:
    with pytest.raises(TableError) as caught:
        read(BytesIO(content), name)
    assert caught.value.code == code


def test_a_table_without_a_key_column_says_which_it_has() -> None:
    with pytest.raises(TableError) as caught:
        cleaned("姓名,城市\n梅,上海\n")
    assert (caught.value.code, caught.value.detail) == ("no_key_column", "姓名, 城市")


@pytest.mark.parametrize(
    ("column", "written", "value", "reasons"),
    [
        ("name", " 梅\u3000\u200b子 ", "梅 子", ["tidied"]),
        ("name", "=HYPERLINK(A1)", None, ["formula"]),
        ("name", "@梅", "梅", ["formula_sign_removed"]),
        ("name", "---", None, ["formula"]),
        ("name", "x" * 300, "x" * 200, ["shortened"]),
        ("phone", "138 0013-8000", "+8613800138000", ["phone_formatted"]),
        ("phone", "0086 138 0013 8000", "+8613800138000", ["phone_formatted"]),
        ("phone", "+8613800138000", "+8613800138000", []),
        ("phone", "010-12345678", "+861012345678", ["phone_formatted"]),
        ("phone", "+1 (212) 555-0100", "+12125550100", ["phone_formatted"]),
        ("phone", "１３８００１３８０００", "+8613800138000", ["phone_formatted"]),
        ("phone", "1.38E+10", None, ["phone_digits_lost"]),
        ("phone", "12345", None, ["phone_invalid"]),
        ("phone", "+cmd|' /C calc'!A0", None, ["phone_invalid"]),
        ("language", "中文", "zh", ["language_coded"]),
        ("language", "en-US", "en", ["language_coded"]),
        ("language", "zh", "zh", []),
        ("language", "法语", None, ["language_unknown"]),
        ("tags", "vip；老客户,vip", ("vip", "老客户"), ["tags_separated"]),
        ("tags", "vip,old", ("vip", "old"), []),
        ("tags", "=A1", (), ["formula"]),
        ("age", "29", 29, []),
        ("age", "29岁", 29, ["age_formatted"]),
        ("age", "-5", None, ["age_negative"]),
        ("age", "300", None, ["age_impossible"]),
        ("age", "young", None, ["age_invalid"]),
        ("birthday", "1997年3月2日", date(1997, 3, 2), ["date_formatted", "age_from_birthday"]),
        ("birthday", "19970302", date(1997, 3, 2), ["date_formatted", "age_from_birthday"]),
        ("birthday", "2026-11-23", None, ["date_in_future"]),
        ("birthday", "1850-01-01", None, ["date_too_long_ago"]),
        ("birthday", "2001-02-29", None, ["date_invalid"]),
        ("birthday", "3/2/97", None, ["date_invalid"]),
        ("gender", "女", "female", ["gender_coded"]),
        ("gender", "?", None, ["gender_unknown"]),
        ("telegram_id", "1001.0", 1001, ["telegram_id_formatted"]),
        ("telegram_id", "-1001", None, ["telegram_id_invalid"]),
        ("telegram_id", "@mei", None, ["telegram_id_invalid"]),
        ("customer_id", "C-17", "C-17", []),
    ],
)
def test_a_cell_is_cleaned_and_says_so(column: str, written: str, value: object, reasons: list[str]) -> None:
    assert cell(column, written) == (value, reasons)


@pytest.mark.parametrize(
    ("written", "address"),
    [
        *(("MEI@Example.com", "mei@example.com"), ("mailto:mei@example.com", "mei@example.com")),
        *(("m.e-i+x@mail.example.co", "m.e-i+x@mail.example.co"), ("mei@bad", None), ("mei", None)),
        *(("a@b@example.com", None), ("mei..x@example.com", None), ("=mei@example.com", None)),
    ],
)
def test_an_email_is_plausible_or_refused(written: str, address: str | None) -> None:
    report = cleaned(f"email,tg\n{written},1001\n")
    assert report.rows[0].email == address
    assert [change.reason for change in report.rejected] == ([] if address else ["email_invalid"])


def test_rows_of_one_customer_become_one() -> None:
    report = cleaned(
        "姓名,手机,邮箱,城市\n"
        "梅,13800138000,,上海\n"
        "梅梅,138 0013 8000,mei@example.com,北京\n"
        "M,,MEI@example.com,\n"
    )
    assert [(row.name, row.email, row.city) for row in report.rows] == [("梅", "mei@example.com", "上海")]
    filled = report.filled[0]
    assert (filled.line, filled.column, filled.new, filled.reason) == (
        2,
        "email",
        "mei@example.com",
        "from_duplicate",
    )
    assert [(change.line, change.new, change.reason) for change in report.rejected] == [
        (3, "2", "duplicate"),
        (4, "2", "duplicate"),
    ]


def test_every_address_of_a_duplicate_leads_to_its_customer() -> None:
    report = cleaned("phone,email\n13800138000,a@example.com\n13800138000,b@example.com\n,b@example.com\n")
    assert [row.email for row in report.rows] == ["a@example.com"]
    assert [change.new for change in report.rejected] == ["2", "2"]


def test_a_shared_phone_does_not_merge_two_telegram_accounts() -> None:
    report = cleaned("tg,phone\n1001,13800138000\n1002,13800138000\n")
    assert [row.telegram_id for row in report.rows] == [1001]
    assert [(change.line, change.reason) for change in report.rejected] == [(3, "key_conflict")]


def test_a_row_that_joins_two_customers_is_rejected() -> None:
    report = cleaned("email,phone\na@example.com,\n,13800138000\na@example.com,13800138000\n")
    assert len(report.rows) == 2
    assert [(change.line, change.reason) for change in report.rejected] == [(4, "key_conflict")]


def test_a_row_without_a_key_is_rejected_with_its_text() -> None:
    rejected = cleaned("姓名,手机,tg\n梅,,\n李,,1002\n").rejected
    assert [(change.line, change.old, change.reason) for change in rejected] == [(2, "梅,,", "no_key")]


def test_unknown_and_second_columns_are_named() -> None:
    report = cleaned("手机,电话,备注,\n13800138000,13900139000,x,y,z\n")
    assert [(change.column, change.reason) for change in report.rejected] == [
        ("电话", "column_twice"),
        ("备注", "column_unknown"),
        ("#4", "column_unknown"),
        ("#5", "cell_without_column"),
    ]


def test_a_birthday_corrects_the_age() -> None:
    report = cleaned("tg,birthday,age\n1,1996-11-22,99\n2,1996-11-23,\n3,1996-11-22,30\n")
    assert [row.age for row in report.rows] == [30, 29, 30]
    assert [(change.line, change.old) for change in report.fixed] == [(2, "99")]
    assert [(change.line, change.new) for change in report.filled] == [(3, "29")]


CELLS = st.sampled_from(["", " ", "13800138000", "13900139000", "a@example.com", "=1", "bad", "１", "1001"])
ROWS = st.lists(st.lists(CELLS | st.text(max_size=8), max_size=6), max_size=12)


@given(ROWS)
def test_nothing_happens_in_silence(rows: list[list[str]]) -> None:
    heading = TableRow(1, ("name", "phone", "email", "tg"))
    table = Table(heading, tuple(TableRow(at, tuple(cells)) for at, cells in enumerate(rows, 2)), "utf-8")
    report = customers(table, today=TODAY)
    left_out = [change.line for change in report.rejected if change.column is None]
    assert sorted([row.line for row in report.rows] + left_out) == [row.line for row in table.rows]
    told = {(change.line, change.column) for change in (*report.fixed, *report.filled, *report.rejected)}
    for customer in report.rows:
        written = dict(zip(("name", "phone", "email", "telegram_id"), rows[customer.line - 2], strict=False))
        for column in ("name", "phone", "email", "telegram_id"):
            value = getattr(customer, column)
            if ("" if value is None else str(value)) != written.get(column, ""):
                assert (customer.line, column) in told or not written.get(column, "").strip()


@given(ROWS)
def test_no_two_customers_share_a_key(rows: list[list[str]]) -> None:
    heading = TableRow(1, ("name", "phone", "email", "tg"))
    table = Table(heading, tuple(TableRow(at, tuple(cells)) for at, cells in enumerate(rows, 2)), "utf-8")
    found = customers(table, today=TODAY).rows
    for key in ("phone", "email", "telegram_id"):
        values = [getattr(row, key) for row in found if getattr(row, key) is not None]
        assert len(values) == len(set(values))
