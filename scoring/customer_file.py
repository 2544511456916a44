"""Read a file about customers as analysts keep it: who they are, what they spend, need and think."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from scoring import _cells, _order_cells
from scoring._cells import Cell, plain
from scoring._tables import Table, TableError, TableRow
from scoring.clean import Change
from scoring.text import normalise

__all__ = ["Line", "Sheet", "needs_columns", "sheet"]

SCORES = range(1, 6)
LIKELY = range(11)
NO = {"no", "n", "false", "0", "none", "否", "无", "没有", "不", "未", "未回答", "不推荐"}
AS_MEANT = {"", "amount_formatted", "date_formatted", "gender_coded"}  # nothing an analyst must know
YES = {"yes", "y", "true", "1", "是", "有", "会", "推荐", "愿意"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file: its cleaned texts by column; what was empty or not usable is missing."""

    line: int
    values: Mapping[str, str]

    def number(self, column: str) -> float | None:
        """Return a cell as a number, None where it is missing."""
        return float(self.values[column]) if column in self.values else None

    def day(self, column: str = "date") -> date | None:
        """Return a cell as a day, None where it is missing."""
        return date.fromisoformat(self.values[column][:10]) if column in self.values else None


@dataclass(frozen=True, slots=True)
class Sheet:
    """The lines of a file, the columns it has, and everything that was changed or left out, by line."""

    columns: frozenset[str]
    rows: tuple[Line, ...]
    fixed: tuple[Change, ...]
    filled: tuple[Change, ...]
    rejected: tuple[Change, ...]


def sheet(table: Table, *, today: date) -> Sheet:
    """Clean a table about customers; today tells which dates lie ahead.

    Columns, in English or Chinese: customer id, age, gender, city, annual income, annual revenue, marketing
    expense, new customer, order, order date, feedback, recommendation, need, satisfaction (1 to 5), loyalty.
    A cell that cannot be used is left out and reported, its line kept; an empty line is left out, and so is
    one that repeats another of the same customer word by word. Raises TableError no_known_column.
    """
    columns, rejected = _columns(table.heading)
    rows: list[Line] = []
    fixed: list[Change] = []
    seen: dict[tuple[tuple[str, str], ...], int] = {}
    for row in table.rows:
        whole = ",".join(row.cells)
        if not whole.strip(", "):
            rejected.append(Change(row.line, None, whole, None, "row_empty"))
            continue
        values, changed, refused = _cleaned(row, columns, today)
        fixed += changed
        rejected += refused
        key = tuple(sorted(values.items()))
        if "customer_id" in values and key in seen:
            rejected.append(Change(row.line, None, whole, str(seen[key]), "row_twice"))
            continue
        seen.setdefault(key, row.line)
        rows.append(Line(row.line, values))
    return Sheet(frozenset(columns.values()), tuple(rows), tuple(fixed), (), tuple(rejected))


def needs_columns(found: Sheet, columns: Iterable[str]) -> None:
    """Raise TableError no_score_columns with the columns a score needs and the file lacks."""
    missing = [ALIASES[column].split(",")[0].strip() for column in columns if column not in found.columns]
    if missing:
        raise TableError("no_score_columns", ", ".join(missing))


def _columns(heading: TableRow) -> tuple[dict[int, str], list[Change]]:
    """Find what each column holds; unknown ones and second ones are left out."""
    columns: dict[int, str] = {}
    rejected = []
    for position, title in enumerate(heading.cells):
        known = HEADINGS.get(normalise(title.replace("_", " ")))
        if known is None or known in columns.values():
            reason = "column_unknown" if known is None else "column_twice"
            name = title.strip() or f"#{position + 1}"
            rejected.append(Change(heading.line, name, title, None, reason))
        else:
            columns[position] = known
    if not columns:
        raise TableError("no_known_column", ", ".join(title.strip() for title in heading.cells))
    return columns, rejected


def _cleaned(
    row: TableRow, columns: Mapping[int, str], today: date
) -> tuple[dict[str, str], list[Change], list[Change]]:
    """Return the usable cells of a line, what was changed and what was refused."""
    values: dict[str, str] = {}
    changed, refused = [], []
    now = datetime.combine(today, time.max)
    for position, raw in enumerate(row.cells):
        column = columns.get(position)
        if column is None or not raw.strip():
            continue
        tidy = plain(raw)
        cell = _order_cells.moment(tidy.value, now) if column == "date" else CLEANERS[column](tidy.value)
        if cell.value is None:
            refused.append(Change(row.line, column, raw, None, cell.reason))
            continue
        values[column] = cell.value
        if cell.reason not in AS_MEANT or tidy.reason:
            changed.append(Change(row.line, column, raw, cell.value, cell.reason or tidy.reason))
    return values, changed, refused


def _count(raw: str) -> Cell:
    """Return a whole number of at least 0."""
    bare = raw.removesuffix(".0").replace(",", "")
    if raw.startswith("="):
        return Cell(None, "formula")
    return Cell(bare) if bare.isascii() and bare.isdigit() else Cell(None, "count_invalid")


def _on(scale: range) -> Callable[[str], Cell]:
    """Return what cleans a score of a scale."""

    def score(raw: str) -> Cell:
        bare = raw.removesuffix(".0").removesuffix("分").strip()
        fits = bare.isascii() and bare.isdigit() and int(bare) in scale
        return Cell(str(int(bare))) if fits else Cell(None, "formula" if raw[0] == "=" else "score_invalid")

    return score


def _said(raw: str) -> Cell:
    """Return yes where something was said, no where it is said that nothing was."""
    if raw.startswith("="):
        return Cell(None, "formula")
    return Cell("no" if normalise(raw) in NO else "yes")


def _recommended(raw: str) -> Cell:
    """Return yes or no, or the answer on the scale of 0 to 10 (2 and more; 0 and 1 are no and yes)."""
    word = normalise(raw).removesuffix(" 0")
    if word in NO or word in YES:
        return Cell("no" if word in NO else "yes")
    return _on(LIKELY)(raw)


CLEANERS: Mapping[str, Callable[[str], Cell]] = {
    "customer_id": _order_cells.number,
    "age": _cells.age,
    "gender": _cells.gender,
    "city": _cells.words,
    "income": _order_cells.amount,
    "revenue": _order_cells.amount,
    "expense": _order_cells.amount,
    "new": _count,
    "orders": _cells.words,
    "feedback": _said,
    "recommendation": _recommended,
    "need": _cells.words,
    "satisfaction": _on(SCORES),
    "loyalty": _on(SCORES),
}
ALIASES: Mapping[str, str] = {
    "customer_id": "Customer ID, id, customer, customer no, member id, 客户ID, 客户编号, 客户号, 编号",
    "age": "Age, 年龄",
    "gender": "Gender, sex, 性别",
    "city": "City, region, 城市, 所在城市, 地区",
    "income": "Annual Income, income, 年收入, 收入",
    "revenue": "Annual Revenue, revenue, amount, spend, 年消费额, 年收益, 消费额, 消费金额, 金额",
    "expense": "Marketing Expense, marketing cost, 营销费用, 市场费用, 推广费用",
    "new": "New Customer, new customers, 新客户, 新客户数, 新增客户",
    "orders": "Order, order id, order number, 订单, 订单号, 订单编号",
    "date": "Order Date, date, time, month, 订单日期, 下单日期, 日期, 时间",
    "feedback": "Feedback, 反馈, 客户反馈",
    "recommendation": "Recommendation, recommend, nps, 推荐, 是否推荐, 推荐意愿",
    "need": "need, needs, demand, topic, 需求, 客户需求",
    "satisfaction": "satisfaction, rating, score, 满意度, 评分, 评价",
    "loyalty": "loyalty, 忠诚度",
}
HEADINGS = {normalise(alias): field for field, aliases in ALIASES.items() for alias in aliases.split(",")}
