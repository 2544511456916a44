"""Make orders of a table and say, line by line, everything that was changed or left out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from scoring import _cells, _order_cells
from scoring._cells import Cell, plain
from scoring._tables import Table, TableError, TableRow
from scoring.clean import Change
from scoring.text import normalise

__all__ = ["OrderReport", "OrderRow", "orders"]

KEYS = ("telegram_id", "phone", "email", "customer_id")
NEEDED = ("number", "amount", "at")
HUNDREDTHS = 100


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order: whose it is by at least one key, what, how much in hundredths, and when (naive, local)."""

    line: int
    number: str
    telegram_id: str | None
    phone: str | None
    email: str | None
    customer_id: str | None
    product: str | None
    category: str | None
    channel: str | None
    amount: int
    currency: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class OrderReport:
    """The orders and everything that was done to get them; nothing is left out of it."""

    rows: tuple[OrderRow, ...]
    fixed: tuple[Change, ...]
    filled: tuple[Change, ...]
    rejected: tuple[Change, ...]


def orders(table: Table, *, now: datetime) -> OrderReport:
    """Clean a table of orders; now (naive, by the house's clock) tells which times lie ahead.

    Headings may be Chinese or English. A row needs an order number, an amount of at least 0, a time and a
    customer (Telegram id, phone, email or customer id), else it is rejected; another cell that cannot be used
    is left out and reported. Of two rows with one number the first stays. Raises TableError no_order_columns
    when the table lacks a needed column.
    """
    cleaning = _Cleaning(now)
    cleaning.name_columns(table.heading)
    for row in table.rows:
        cleaning.add(row)
    return cleaning.report()


class _Cleaning:
    """One table on its way to a report."""

    def __init__(self, now: datetime) -> None:
        """Start with nothing."""
        self._now = now
        self._columns: dict[int, str] = {}
        self._kept: dict[str, OrderRow] = {}
        self._fixed: list[Change] = []
        self._rejected: list[Change] = []

    def name_columns(self, heading: TableRow) -> None:
        """Find the field of each column; unknown ones and second ones are reported and left out."""
        for position, title in enumerate(heading.cells):
            known = HEADINGS.get(normalise(title.replace("_", " ")))
            if known is None or known in self._columns.values():
                reason = "column_unknown" if known is None else "column_twice"
                self._reject(heading.line, title.strip() or f"#{position + 1}", title, reason)
            else:
                self._columns[position] = known
        found = set(self._columns.values())
        missing = [field for field in NEEDED if field not in found]
        if missing or not found & set(KEYS):
            raise TableError("no_order_columns", ", ".join(title.strip() for title in heading.cells))

    def add(self, row: TableRow) -> None:
        """Clean a row and keep it, or say why not."""
        whole = ",".join(row.cells)
        if not whole.strip(", "):
            self._reject(row.line, None, whole, "row_empty")
            return
        values: dict[str, str] = {}
        refused: dict[str, str] = {}
        for position, raw in enumerate(row.cells):
            if raw.strip():
                self._clean(row.line, position, raw, into=(values, refused))
        lacking = next((field for field in NEEDED if field not in values), None)
        if lacking is not None:
            self._reject(row.line, None, whole, refused.get(lacking, f"no_{lacking}"))
        elif not set(KEYS) & set(values):
            self._reject(row.line, None, whole, "no_order_key")
        else:
            self._keep(_order(row.line, values), whole)

    def report(self) -> OrderReport:
        """Return what has become of the table."""
        return OrderReport(tuple(self._kept.values()), tuple(self._fixed), (), tuple(self._rejected))

    def _clean(
        self, line: int, position: int, raw: str, *, into: tuple[dict[str, str], dict[str, str]]
    ) -> None:
        """Clean one cell into the row's values, or note why there is none."""
        column = self._columns.get(position)
        values, refused = into
        if column is None:
            if position > max(self._columns):
                self._reject(line, f"#{position + 1}", raw, "cell_without_column")
            return
        tidy = plain(raw)
        cell = _order_cells.moment(tidy.value, self._now) if column == "at" else CLEANERS[column](tidy.value)
        if cell.value is None:
            refused[column] = cell.reason
            if column not in NEEDED:  # where one is needed, its whole row is told
                self._reject(line, column, raw, cell.reason)
            return
        values[column] = cell.value
        if cell.reason or tidy.reason:
            self._fixed.append(Change(line, column, raw, cell.value, cell.reason or tidy.reason))

    def _keep(self, order: OrderRow, whole: str) -> None:
        first = self._kept.get(order.number)
        if first is None:
            self._kept[order.number] = order
            return
        same = _facts(first) == _facts(order)
        reason = "order_twice" if same else "order_conflict"
        self._rejected.append(Change(order.line, None, whole, str(first.line), reason))

    def _reject(self, line: int, column: str | None, old: str, reason: str) -> None:
        self._rejected.append(Change(line, column, old, None, reason))


def _facts(order: OrderRow) -> tuple[object, ...]:
    """Return what makes two orders the same."""
    return (*(getattr(order, key) for key in KEYS), order.product, order.amount, order.currency, order.at)


def _order(line: int, values: Mapping[str, str]) -> OrderRow:
    """Return the finished order."""
    return OrderRow(
        line=line,
        number=values["number"],
        telegram_id=values.get("telegram_id"),
        phone=values.get("phone"),
        email=values.get("email"),
        customer_id=values.get("customer_id"),
        product=values.get("product"),
        category=values.get("category"),
        channel=values.get("channel"),
        amount=int(Decimal(values["amount"]) * HUNDREDTHS),
        currency=values.get("currency"),
        at=datetime.fromisoformat(values["at"]),
    )


CLEANERS: Mapping[str, Callable[[str], Cell]] = {
    "number": _order_cells.number,
    "amount": _order_cells.amount,
    "currency": _order_cells.currency,
    "product": _cells.words,
    "category": _cells.words,
    "channel": _cells.words,
    "phone": _cells.phone,
    "email": _cells.email,
    "telegram_id": _cells.telegram_id,
    "customer_id": _cells.words,
}
_ALIASES = {
    "number": "order number, order no, order id, orderid, order, 订单号, 订单编号, 单号, 订单, 订单id",
    "amount": """amount, total, price, order amount, paid, revenue, money,
        金额, 总价, 订单金额, 实付, 实付金额, 付款金额, 消费金额""",
    "at": """date, order date, time, order time, paid at, created, created at, ordered at,
        日期, 下单时间, 订单日期, 下单日期, 付款时间, 购买时间, 购买日期, 时间""",
    "currency": "currency, 币种, 货币",
    "product": "product, product name, item, goods, sku, title, 商品, 商品名称, 产品, 产品名称, 货品",
    "category": "category, type, kind, 类别, 品类, 商品类别, 分类",
    "channel": "channel, source, platform, 渠道, 来源, 平台",
    "phone": _cells.ALIASES["phone"],
    "email": _cells.ALIASES["email"],
    "telegram_id": _cells.ALIASES["telegram_id"],
    "customer_id": """customer id, customerid, customer no, member id, member no, external id, buyer,
        客户编号, 客户id, 会员号, 会员编号, 客户号, 买家编号""",
}
HEADINGS = {normalise(alias): field for field, aliases in _ALIASES.items() for alias in aliases.split(",")}
