"""What goes together: a measure for each pair of kinds of columns, and a scan that guards against chance."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, isnan
from typing import Literal

from scoring._fdr import false_discovery
from scoring._strengths import CorrelationRatio, CramersV, Ordinal, Pearson

__all__ = [
    "Cell", "CorrelationRatio", "CramersV", "Finding", "Kind", "Method", "Ordinal", "Pearson",
    "Refusal", "Scan", "correlation_ratio", "cramers_v", "crosstab", "kind", "ordinal", "pearson",
    "scan"
]  # fmt: skip

Cell = str | int | float | bool | None
Kind = Literal["category", "scale", "number"]
Method = Literal["cramers_v", "correlation_ratio", "ordinal", "pearson"]
Refusal = Literal["too_few", "expected_below_1", "too_fine", "constant"]

AT_LEAST = 30  # pairs of values
EXPECTED_AT_LEAST = 1.0  # in every cell of a table
IN_A_CATEGORY = 5  # values, on average
SCALE_AT_MOST = 11  # different whole numbers: 0 to 10


@dataclass(frozen=True, slots=True)
class Finding:
    """How a column goes with the target: the strength by the named method, its p, and its q among all.

    The strength is the corrected V, eta, rho or r; beside it stands, for comparison, the V as found, nothing,
    tau-b or rho.
    """

    column: str
    method: Method
    n: int
    strength: float
    beside: float | None
    p: float
    q: float


@dataclass(frozen=True, slots=True)
class Scan:
    """The columns that were compared with a target, the surest first, and those refused, with the reason."""

    target: str
    findings: tuple[Finding, ...]
    refused: tuple[tuple[str, Refusal], ...]


@dataclass(frozen=True, slots=True)
class _Comparison:
    """A finding before its q is known."""

    column: str
    method: Method
    n: int
    strength: float
    beside: float | None
    p: float


def cramers_v(table: Sequence[Sequence[int]]) -> CramersV:
    """Return how far the rows and columns of a table of counts go together.

    Chi-square is without Yates correction; empty rows and columns are left out, and below two of either
    nothing can be told. A ragged table, or a count that is negative or not whole, is a ValueError.
    Source: Cramér (1946); correction: Bergsma (2013), J. Korean Statistical Society 42, 323-328.
    """
    if len({len(row) for row in table}) > 1:
        raise ValueError("the rows of the table differ in length")
    for one in (one for row in table for one in row):
        if one < 0 or one % 1:
            raise ValueError(f"the table holds {one}; a count is whole and not negative")
    from scoring import _association  # on first use: it brings scipy

    return _association.cramers_v(table)


def correlation_ratio(categories: Sequence[Cell], numbers: Sequence[Cell]) -> CorrelationRatio:
    """Return how far a category tells a number, with the p of the F test.

    Pairs with a missing side (None, or a number that is not one) are left out; with a single category or
    equal numbers nothing can be told. Lists of different lengths, or texts for numbers, are a ValueError.
    Source: Fisher (1925), Statistical Methods for Research Workers.
    """
    left, right = _together(categories, numbers)
    from scoring import _association  # on first use: it brings scipy

    return _association.correlation_ratio([_label(cell) for cell in left], _numbers(right))


def ordinal(a: Sequence[Cell], b: Sequence[Cell]) -> Ordinal:
    """Return how far two rankings agree: Spearman (average ranks, t test) and Kendall's tau-b.

    Pairs with a missing side are left out; where one side is constant nothing can be told, and below three
    pairs there is no p. Lists of different lengths, or texts for numbers, are a ValueError.
    Source: Spearman (1904), Am. J. Psychology 15; Kendall (1945), Biometrika 33, 239-251.
    """
    left, right = _together(a, b)
    from scoring import _association  # on first use: it brings scipy

    return _association.ordinal(_numbers(left), _numbers(right))


def pearson(a: Sequence[Cell], b: Sequence[Cell]) -> Pearson:
    """Return how far two numbers lie on a line, with the t test's p and Fisher's 95 % interval.

    Pairs with a missing side are left out; where one side is constant nothing can be told, below three pairs
    there is no p and below four no interval. Lists of different lengths, or texts for numbers, are a
    ValueError.
    Source: Fisher (1915), Biometrika 10, 507-521.
    """
    left, right = _together(a, b)
    from scoring import _association  # on first use: it brings scipy

    return _association.pearson(_numbers(left), _numbers(right))


def kind(column: Sequence[Cell]) -> Kind:
    """Tell what a column holds: categories, a scale of at most 11 whole numbers, or numbers.

    Texts and truth values are categories. Texts and numbers in one column are a ValueError.
    """
    held = [cell for cell in column if not _missing(cell)]
    texts = [isinstance(cell, str | bool) for cell in held]
    if any(texts) and not all(texts):
        raise ValueError("a column holds numbers and texts")
    if any(texts):
        return "category"
    numbers = set(_numbers(held))
    whole = all(number % 1 == 0 for number in numbers)
    return "scale" if whole and len(numbers) <= SCALE_AT_MOST else "number"


def scan(table: Mapping[str, Sequence[Cell]], target: str, columns: Collection[str] | None = None) -> Scan:
    """Compare a target column with others, each pair by the measure of its kinds, the surest first.

    The table is {heading: cells}, all of one length; columns are the headings to compare, all others unless
    given. Two categories: bias-corrected V; a category and numbers: eta; two lists of numbers: Pearson; with
    a scale: Spearman. Refused are fewer than 30 pairs, an expected count below 1, fewer than 5 numbers a
    category, and what does not vary. q is Benjamini and Hochberg's over all findings. An unknown heading, or
    columns of different lengths, are a ValueError.
    """
    chosen = [name for name in table if name != target] if columns is None else list(columns)
    unknown = [name for name in (target, *chosen) if name not in table]
    if unknown:
        raise ValueError(f"there is no column {', '.join(unknown)}")
    compared: list[_Comparison] = []
    refused: list[tuple[str, Refusal]] = []
    for name in chosen:
        outcome = _compare(name, table[name], table[target])
        if isinstance(outcome, _Comparison):
            compared.append(outcome)
        else:
            refused.append((name, outcome))
    findings = [
        Finding(one.column, one.method, one.n, one.strength, one.beside, one.p, q)
        for one, q in zip(compared, false_discovery([one.p for one in compared]), strict=True)
    ]
    findings.sort(key=lambda found: (found.q, found.p, -abs(found.strength), found.column))
    return Scan(target, tuple(findings), tuple(refused))


def _compare(name: str, column: Sequence[Cell], target: Sequence[Cell]) -> _Comparison | Refusal:
    """Compare two columns by the measure of their kinds, or tell why not."""
    left, right = _together(column, target)
    if len(left) < AT_LEAST:
        return "too_few"
    kinds = {kind(left), kind(right)}
    if kinds == {"category"}:
        return _by_table(name, left, right)
    if "category" in kinds:
        return _by_groups(name, left, right) if kind(left) == "category" else _by_groups(name, right, left)
    ranks = ordinal(left, right)
    if kinds == {"number"}:
        line = pearson(left, right)
        if line.r is None or line.p is None:
            return "constant"
        return _Comparison(name, "pearson", line.n, line.r, ranks.spearman, line.p)
    if ranks.spearman is None or ranks.spearman_p is None:
        return "constant"
    return _Comparison(name, "ordinal", ranks.n, ranks.spearman, ranks.kendall, ranks.spearman_p)


def _by_table(name: str, left: Sequence[Cell], right: Sequence[Cell]) -> _Comparison | Refusal:
    """Compare two categories."""
    found = cramers_v(crosstab(left, right))
    if found.least_expected is not None and found.least_expected < EXPECTED_AT_LEAST:
        return "expected_below_1"
    if found.corrected is None or found.p is None:
        return "constant"
    return _Comparison(name, "cramers_v", found.n, found.corrected, found.v, found.p)


def _by_groups(name: str, categories: Sequence[Cell], numbers: Sequence[Cell]) -> _Comparison | Refusal:
    """Compare a category with numbers."""
    found = correlation_ratio(categories, numbers)
    if found.groups > 1 and found.n < IN_A_CATEGORY * found.groups:
        return "too_fine"
    if found.eta is None or found.p is None:
        return "constant"
    return _Comparison(name, "correlation_ratio", found.n, found.eta, None, found.p)


def crosstab(a: Sequence[Cell], b: Sequence[Cell]) -> list[list[int]]:
    """Count how often each category of one column meets each of the other, in sorted order.

    Pairs with a missing side are left out. Lists of different lengths are a ValueError.
    """
    left, right = ([_label(cell) for cell in side] for side in _together(a, b))
    met = Counter(zip(left, right, strict=True))
    columns = sorted(set(right))
    return [[met[row, column] for column in columns] for row in sorted(set(left))]


def _together(a: Sequence[Cell], b: Sequence[Cell]) -> tuple[list[Cell], list[Cell]]:
    """Return the pairs of which no side is missing."""
    if len(a) != len(b):
        raise ValueError(f"values must come in pairs, not {len(a)} beside {len(b)}")
    pairs = [(one, other) for one, other in zip(a, b, strict=True) if not (_missing(one) or _missing(other))]
    return [one for one, _ in pairs], [other for _, other in pairs]


def _missing(cell: Cell) -> bool:
    """Tell whether a cell holds nothing: None, or a number that is not one."""
    return cell is None or (isinstance(cell, float) and isnan(cell))


def _label(cell: Cell) -> str:
    """Return what a category is called; a number and its text are one category."""
    return str(cell)


def _numbers(cells: Sequence[Cell]) -> list[float]:
    """Return cells as numbers."""
    numbers = []
    for cell in cells:
        if cell is None or isinstance(cell, str):
            raise ValueError(f"{cell!r} is not a number")
        if not isfinite(cell):
            raise ValueError(f"{cell} is not a finite number")
        numbers.append(float(cell))
    return numbers
