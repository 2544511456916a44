"""`score`: files with the columns analysts keep, and the store; right where the usual formulas are not."""

import csv
import json
from pathlib import Path

import pytest

from tests.bot.console import Console

CUSTOMERS = (
    "Customer ID,Annual Income,Age,City,Annual Revenue,Marketing Expense,New Customer,Order Date,Feedback,"
    "Order,Recommendation\n"
    "1,1200000,28,Shanghai,5000,1000,10,2024-03-01,good,O-1,yes\n"
    "1,1200000,28,Shanghai,6000,1000,10,2025-04-01,,O-2,no\n"
    "2,600000,45,Guangzhou,800,1000,10,2025-05-05,,O-3,\n"
    "7,90000,33,Beijing,300,900,0,2026-10-10,no,O-4,9\n"
)
PEOPLE = "需求,年龄,性别,满意度,忠诚度,日期\n" + "".join(
    f"{'退发'[nth % 2]}货,{20 + nth},{'男女'[nth % 2]},{5 - 4 * (nth % 2)},"
    f"{1 + nth % 5},2026-0{1 + nth % 2}-15\n"
    for nth in range(40)
)


@pytest.fixture
def console(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Console:
    monkeypatch.chdir(tmp_path)
    return Console(tmp_path)


def rows(console: Console, what: str, text: str) -> list[dict[str, object]]:
    told = console.run("score", what, "--file", console.file("customer.csv", text), "--json")
    assert told.code == 0
    assert "NaN" not in told.out
    return [dict(row) for row in json.loads(told.out)]


def test_value_counts_each_customers_own_years_and_cost(console: Console) -> None:
    first, second, last = rows(console, "ltv", CUSTOMERS)
    assert first["Years"] == 3
    assert first["LTV"] == pytest.approx(5000 / 1.05 + 6000 / 1.05**2 - 100)
    assert second["LTV"] == pytest.approx(800 / 1.05 - 100)
    assert (last["Acquisition Cost"], last["LTV"]) == (None, pytest.approx(300 / 1.05))


def test_a_no_is_an_answer_and_no_recommendation(console: Console) -> None:
    first, second, last = rows(console, "loyalty", CUSTOMERS)
    assert (first["Feedback Rate"], first["Recommendation Rate"], first["Answers"]) == (0.5, 0.5, 2)
    assert (second["Recommendation Rate"], second["Answers"]) == (None, 0)
    assert (last["Feedback Rate"], last["Recommendation Rate"]) == (0.0, 1.0)
    assert [one["Order Date"] for one in (first, second, last)] == ["2024-03-01", "2025-05-05", "2026-10-10"]


def test_classes_go_by_revenue_and_regions_by_the_city(console: Console) -> None:
    found = rows(console, "segmentation", CUSTOMERS)
    assert [one["Purchase Power"] for one in found] == ["A", "B", "C"]
    assert [one["Regional Features"] for one in found] == ["east", "south", "north"]


def test_without_revenue_classes_go_by_bands_of_income(console: Console) -> None:
    text = "客户编号,年收入,城市\n1,1200000,上海\n2,600000,广州\n3,1000,火星\n4,,北京\n"
    found = rows(console, "segmentation", text)
    assert [one["Purchase Power"] for one in found] == ["A", "B", "C", None]
    assert found[2]["Regional Features"] == "unknown"


@pytest.mark.slow
@pytest.mark.parametrize("what", ["segmentation", "ltv", "loyalty"])
def test_the_three_outputs_are_written_where_they_are_expected(console: Console, what: str) -> None:
    file = console.file("customer.csv", CUSTOMERS)
    assert console.run("score", what, "--csv", "--file", file).code == 0
    with (console.folder / f"customer_{what}.csv").open(encoding="utf-8-sig") as written:
        assert [row["Customer ID"] for row in csv.DictReader(written)] == ["1", "2", "7"]
    assert console.run("score", what, "--csv", "own.csv", "--file", file).code == 0
    assert (console.folder / "own.csv").exists()


def test_statistics_are_those_of_a_sample(console: Console) -> None:
    [age, *_] = rows(console, "describe", "id,age\n1,1\n2,2\n3,3\n4,10\n5,\n")
    assert (age["n"], age["missing"], age["mean"], age["median"]) == (4, 1, 4.0, 2.5)
    assert age["variance"] == pytest.approx(50 / 3)


def test_scores_come_with_intervals_months_and_what_goes_with_them(console: Console) -> None:
    found = rows(console, "satisfaction", PEOPLE)
    whole = found[0]
    assert (whole["part"], whole["k"], whole["n"], whole["value"]) == ("top_two", 20, 40, 0.5)
    months = {row["name"]: row["value"] for row in found if row["part"] == "month"}
    assert months == {"2026-01": 1.0, "2026-02": 0.0}
    tie = next(row for row in found if row["part"] == "association" and row["name"] == "need")
    assert tie["strength"] == pytest.approx(1.0)
    worst = rows(console, "drivers", PEOPLE)[0]
    assert (worst["name"], worst["k"], worst["n"]) == ("发货", 20, 20)
    shares = [row for row in rows(console, "needs", PEOPLE) if row["part"] == "share"]
    assert [(row["k"], row["n"]) for row in shares] == [(20, 40), (20, 40)]
    assert rows(console, "loyalty", PEOPLE)[0]["n"] == 40


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("9,-3,100,2026-01-01", "age cannot be negative"),
        ("9,old,100,2026-01-01", "not an age"),
        ("9,30,-5,2026-01-01", "cannot be negative"),
        ("9,30,=SUM(A1),2026-01-01", "a formula"),
        ("9,30,much,2026-01-01", "not an amount"),
        ("9,30,100,2999-01-01", "cannot lie in the future"),
        ("9,30,100,soon", "not a date"),
        ("1,30,100,2026-01-01", "the same line as line 2"),
        (",,,", "an empty line"),
    ],
)
def test_what_cannot_be_used_is_told_by_its_line(console: Console, cell: str, said: str) -> None:
    text = f"customer_id,age,revenue,order_date\n1,30,100,2026-01-01\n{cell}\n"
    told = console.run("score", "ltv", "--file", console.file("customer.csv", text), "--json")
    assert told.code == 0
    assert "NaN" not in told.out
    assert any("line 3" in line and said in line for line in told.err.splitlines()), told.err


def test_a_lacking_column_is_named(console: Console) -> None:
    told = console.run("score", "ltv", "--file", console.file("x.csv", "age\n3\n"))
    assert (told.code, told.out) == (2, "")
    assert "lacks what this score needs: Customer ID, Annual Revenue" in told.err
    told = console.run("score", "ltv", "--file", console.file("y.csv", "apples\n3\n"))
    assert "has no column that a score knows" in told.err


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig"])
def test_chinese_headings_in_any_encoding(console: Console, encoding: str) -> None:
    path = console.folder / "客户.csv"
    path.write_bytes("客户编号,年消费额,城市\n甲,100,上海\n".encode(encoding))
    told = console.run("score", "segmentation", "--file", path, "--json")
    assert json.loads(told.out)[0]["Customer ID"] == "甲"


@pytest.mark.slow
@pytest.mark.parametrize(
    "what", ["satisfaction", "needs", "loyalty", "segmentation", "ltv", "drivers", "describe"]
)
def test_an_empty_store_scores_nothing_and_never_nan(console: Console, what: str) -> None:
    assert console.run("import", "customers", console.file("p.csv", "email\nmei@example.org\n")).code == 0
    told = console.run("score", what, "--json")
    assert told.code == 0
    assert "NaN" not in told.out
    assert console.run("score", what).code == 0


@pytest.mark.slow
def test_the_stores_orders_are_scored(console: Console) -> None:
    people = "email,customer id,city\n" + "".join(f"c{nth}@example.org,C-{nth},上海\n" for nth in range(3))
    orders = "order number,customer id,amount,currency,date\n" + "".join(
        f"N-{nth},C-{nth % 3},{100 * (1 + nth % 3)},CNY,2026-0{1 + nth % 5}-10\n" for nth in range(9)
    )
    assert console.run("import", "customers", console.file("p.csv", people)).code == 0
    assert console.run("import", "orders", console.file("o.csv", orders)).code == 0
    found = json.loads(console.run("score", "segmentation", "--json").out)
    assert [row["Purchase Power"] for row in found] == ["B", "A", "A"]
    assert {row["Regional Features"] for row in found} == {"east"}
    value = json.loads(console.run("score", "ltv", "--json").out)
    assert [row["Annual Revenue"] for row in value] == [300.0, 600.0, 900.0]
    assert len(json.loads(console.run("score", "loyalty", "--json").out)) == 3
