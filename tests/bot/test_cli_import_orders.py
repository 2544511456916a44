"""`import orders` from real files: whose they are, what is told of bad ones, and that nothing doubles."""

from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.bot.console import Console

PEOPLE = (
    "Name,Phone,Email,Customer ID\n"
    "Mei 梅,13800138000,mei@example.org,C-1\n"
    "Li 李,13900139000,li@example.org,C-2\n"
)
HEAD = "Order number,Phone,Email,Product,Category,Amount,Currency,Date\n"
GOOD = (
    "N-1,13800138000,,Longjing tea,tea,128.50,CNY,2026-02-01 21:30\n"
    "N-2,,LI@example.org,Cup,cups,30,CNY,2026-02-03\n"
)


@pytest.fixture
def console(tmp_path: Path) -> Console:
    made = Console(tmp_path)
    assert made.run("import", "customers", made.file("people.csv", PEOPLE)).code == 0
    return made


def orders(console: Console) -> list[tuple[object, ...]]:
    query = (
        "SELECT p.number, c.email, p.product, p.category, p.amount, p.currency FROM purchase p"
        " JOIN customer c ON c.id = p.customer_id ORDER BY p.number"
    )
    return list(console.ask(query))


def test_orders_find_their_customers_and_never_double(console: Console) -> None:
    file = console.file("orders.csv", HEAD + GOOD)
    first = console.run("import", "orders", file)
    assert (first.code, "2 new, 0 updated, 0 as they were" in first.out) == (0, True)
    known = [
        ("N-1", "mei@example.org", "Longjing tea", "tea", 12850, "CNY"),
        ("N-2", "li@example.org", "Cup", "cups", 3000, "CNY"),
    ]
    assert orders(console) == known
    again = console.run("import", "orders", file)
    assert "0 new, 0 updated, 2 as they were" in again.out
    changed = console.run("import", "orders", console.file("more.csv", HEAD + GOOD.replace("128.50", "99")))
    assert "0 new, 1 updated, 1 as they were" in changed.out
    assert [row[4] for row in orders(console)] == [9900, 3000]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("N-9,13800138000,,Tea,tea,-5,CNY,2026-02-01", "cannot be negative"),
        ("N-9,13800138000,,Tea,tea,free,CNY,2026-02-01", "not an amount"),
        ("N-9,13800138000,,Tea,tea,=1+1,CNY,2026-02-01", "a formula"),
        ("N-9,13800138000,,Tea,tea,nan,CNY,2026-02-01", "not an amount"),
        ("N-9,13800138000,,Tea,tea,5,CNY,2999-02-01", "cannot lie in the future"),
        ("N-9,13800138000,,Tea,tea,5,CNY,1880-02-01", "too long ago"),
        ("N-9,13800138000,,Tea,tea,5,CNY,yesterday", "not a date"),
        ("N-9,13800138000,,Tea,tea,5,CNY,2026-02-30", "not a date"),
        ("N-9,,,Tea,tea,5,CNY,2026-02-01", "whose order"),
        ("N-9,13700137000,,Tea,tea,5,CNY,2026-02-01", "import the customers first"),
        ("N-9,13800138000,li@example.org,Tea,tea,5,CNY,2026-02-01", "two different customers"),
        (",13800138000,,Tea,tea,5,CNY,2026-02-01", "no order number"),
        ("N-9,13800138000,,Tea,tea,,CNY,2026-02-01", "no amount"),
        ("N-1,13900139000,,Tea,tea,5,CNY,2026-02-01", "that one is used"),
        ("N-1,13800138000,,Longjing tea,tea,128.5,CNY,2026-02-01 21:30", "the same order as on line 2"),
    ],
)
def test_a_bad_row_is_told_by_its_line_and_left_out(console: Console, row: str, said: str) -> None:
    told = console.run("import", "orders", console.file("orders.csv", HEAD + GOOD + row + "\n"))
    assert told.code == 0
    assert any("line 4" in line and said in line for line in told.out.splitlines())
    assert [found[0] for found in orders(console)] == ["N-1", "N-2"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cells", "kept"),
    [
        ('N-9,13800138000,,"=HYPERLINK(""x"")",tea,5,CNY,2026-02-01', ("", "tea", 500, "CNY")),
        ('N-9,13800138000,,Tea,tea,"¥1,234.5",人民币,2026/2/1', ("Tea", "tea", 123_450, "CNY")),
        ("N-9,13800138000,,Tea,tea,5,money,20260201", ("Tea", "tea", 500, "USD")),
    ],
)
def test_a_bad_cell_is_told_and_its_row_kept(console: Console, cells: str, kept: tuple[object, ...]) -> None:
    told = console.run("import", "orders", console.file("orders.csv", HEAD + cells + "\n"))
    assert "line 2" in told.out
    assert [row[2:] for row in orders(console)] == [kept]


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-16"])
def test_chinese_files_of_any_encoding(console: Console, encoding: str) -> None:
    text = "订单号,客户编号,商品,金额,下单时间\n甲1,C-1,龙井,88元,2026年2月1日 08:05\n"
    path = console.folder / "订单.csv"
    path.write_bytes(text.encode(encoding))
    assert console.run("import", "orders", str(path)).code == 0
    assert orders(console) == [("甲1", "mei@example.org", "龙井", None, 8800, "USD")]


def test_sheets(console: Console) -> None:
    book = Workbook()
    for row in (["订单编号", "邮箱", "实付金额", "日期"], [10001.0, "mei@example.org", 12.5, "2026-02-01"]):
        book.worksheets[0].append(row)
    written = BytesIO()
    book.save(written)
    path = console.folder / "orders.xlsx"
    path.write_bytes(written.getvalue())
    assert console.run("import", "orders", str(path)).code == 0
    assert orders(console) == [("10001", "mei@example.org", "", None, 1250, "USD")]


def test_a_file_that_cannot_be_orders_is_refused_in_a_sentence(console: Console) -> None:
    told = console.run("import", "orders", console.file("orders.csv", "Order number,Product\nN-1,Tea\n"))
    assert (told.code, told.out) == (2, "")
    assert "needs columns for the order number, the amount, the date and the customer" in told.err


def test_a_dry_run_writes_nothing(console: Console) -> None:
    told = console.run("import", "orders", console.file("orders.csv", HEAD + GOOD), "--dry-run")
    assert "2 order(s) in 2 line(s)" in told.out
    assert orders(console) == []


def test_another_customers_number_is_left_theirs(console: Console) -> None:
    console.run("import", "orders", console.file("orders.csv", HEAD + GOOD))
    taken = console.file("taken.csv", HEAD + "N-1,13900139000,,Tea,tea,1,CNY,2026-02-01\n")
    assert (
        "line 2: this order number belongs to another customer" in console.run("import", "orders", taken).out
    )
    assert orders(console)[0][1] == "mei@example.org"
