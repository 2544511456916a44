"""Scores of a file about customers, each as rows of plain cells: what analysts compute, computed right."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

from scoring import associate, segment, trends, value
from scoring import describe as statistics
from scoring import drivers as driving
from scoring import loyalty as loyal
from scoring import needs as needing
from scoring import satisfaction as satisfied
from scoring.customer_file import Line, Sheet, needs_columns
from scoring.satisfaction import Rate

Cell = str | int | float | bool | None
Row = Mapping[str, Cell]

RATE = 0.05
A_YEAR = 365.25
PROMOTERS = (9, 10)
BANDS = (500_000, 1_000_000)  # yearly income from which a customer is B, and A
NUMBERS = ("age", "income", "revenue", "expense", "satisfaction", "loyalty")
TRAITS = ("age", "gender", "city", "need", "income")


def satisfaction(found: Sheet) -> list[Row]:
    """Return the share of satisfied customers (4 and 5), in all and by month, and what goes with it."""
    needs_columns(found, ["satisfaction"])
    return _scores(found, "satisfaction")


def needs(found: Sheet) -> list[Row]:
    """Return each need's share with its interval, where it is going by month, and what goes with needs."""
    needs_columns(found, ["need"])
    months: list[str | None] = [*_months(found)] or [None]
    told = [one for one in found.rows if "need" in one.values]
    kinds = sorted({one.values["need"] for one in told})
    counts = {
        kind: [
            sum(one.values["need"] == kind and month in {None, _month(one)} for one in told)
            for month in months
        ]
        for kind in kinds
    }
    rows: list[Row] = [
        {"part": "share", "name": one.topic, **_rate(one.share), "trend": one.trend}
        for one in needing.mix(counts).needs
    ]
    return [*rows, *_goes_with(found, "need")]


def loyalty_scores(found: Sheet) -> list[Row]:
    """Return the distribution of a loyalty score, by month too, and what goes with it."""
    needs_columns(found, ["loyalty"])
    return _scores(found, "loyalty")


def drivers(found: Sheet) -> list[Row]:
    """Return the needs whose mending would spare most bad ratings (1 and 2), the most first."""
    needs_columns(found, ["need", "satisfaction"])
    counts: dict[str, list[int]] = {}
    for one in found.rows:
        score = one.number("satisfaction")
        if "need" in one.values and score is not None:
            own = counts.setdefault(one.values["need"], [0, 0])
            own[0] += score <= driving.LOW
            own[1] += 1
    judged = driving.dissatisfaction({need: (bad, n) for need, (bad, n) in counts.items()})
    return [
        {"name": one.topic, **_rate(one.rate), "excess_bad": one.excess_bad, "p": one.p, "q": one.q}
        for one in judged
    ]


def describe(found: Sheet) -> list[Row]:
    """Return mean, median, sample variance and deviation of each column of numbers, and how pairs move."""
    rows: list[Row] = []
    for column in NUMBERS:
        if column in found.columns:
            one = statistics.summary([n for line in found.rows if (n := line.number(column)) is not None])
            rows.append(
                {
                    "part": "summary", "name": column, "n": one.n, "missing": len(found.rows) - one.n,
                    "mean": one.mean, "median": one.median, "variance": one.variance, "sd": one.sd,
                    "least": one.least, "most": one.most,
                }
            )  # fmt: skip
    for left, right in combinations([column for column in NUMBERS if column in found.columns], 2):
        pairs = [(a, b) for one in found.rows for a, b in [(one.number(left), one.number(right))]]
        both = [(a, b) for a, b in pairs if a is not None and b is not None]
        x, y = [a for a, _ in both], [b for _, b in both]
        together = {"covariance": statistics.covariance(x, y), "correlation": statistics.correlation(x, y)}
        rows.append({"part": "together", "name": f"{left}, {right}", "n": len(both), **together})
    return rows


def segmentation(found: Sheet, *, as_of: date, income_bands: Sequence[float] = BANDS) -> list[Row]:
    """Return each customer's class, habits and region.

    A, B and C by cumulative revenue (80 %, 95 %); without revenue by bands of yearly income. Habits are the
    name of recency, frequency and money, which need dates; the region is the city's, or unknown.
    """
    needs_columns(found, ["customer_id"])
    if not found.columns & {"revenue", "income"}:
        needs_columns(found, ["revenue"])
    own = _by_customer(found)
    classes = _classes(own, found, income_bands)
    names = _habits(own, as_of)
    return [
        {
            "Customer ID": who,
            "Purchase Power": classes[who],
            "Consumption Habits": names.get(who),
            "Regional Features": segment.region(_last(lines, "city")),
        }
        for who, lines in own.items()
    ]


def ltv(found: Sheet, *, as_of: date, rate: float = RATE) -> list[Row]:
    """Return each customer's lifetime value: each year's revenue discounted, less what winning them cost.

    Years count from the customer's first dated order; without dates each line is a year, in the order of the
    file. The cost is marketing expense / new customers of the customer's first line; nobody new gives none.
    """
    needs_columns(found, ["customer_id", "revenue"])
    rows: list[Row] = []
    for who, lines in _by_customer(found).items():
        years = _years(lines, as_of)
        spend, new = lines[0].number("expense"), lines[0].number("new")
        cost = None if spend is None or new is None else value.acquisition_cost(spend, int(new))
        rows.append(
            {
                "Customer ID": who, "Annual Revenue": sum(years) / len(years), "Years": len(years),
                "Acquisition Cost": cost, "LTV": value.ltv(years, rate, cost or 0.0),
            }
        )  # fmt: skip
    return rows


def loyalty(found: Sheet, *, as_of: date) -> list[Row]:
    """Return each customer's life with us, how many of their orders got feedback, and whether they recommend.

    Feedback is answers among orders; a recommendation a yes, or a 9 or 10 of 10, among answers. A "no" is an
    answer and no recommendation; nothing asked gives none.
    """
    needs_columns(found, ["customer_id", "date"])
    rows: list[Row] = []
    own = _by_customer(found)
    stages = _stages(own, as_of)
    for who, lines in own.items():
        days = sorted(day for one in lines if (day := one.day()) is not None)
        said = [one.values.get("feedback") == "yes" for one in lines] if "feedback" in found.columns else []
        answers = [one.values["recommendation"] for one in lines if "recommendation" in one.values]
        feedback = loyal.feedback_rate(sum(said), len(said))
        recommended = satisfied.wilson(sum(map(_promotes, answers)), len(answers))
        rows.append(
            {
                "Customer ID": who,
                "Order Date": days[0].isoformat() if days else None,
                "Lifecycle": (as_of - days[0]).days / A_YEAR if days else None,
                "Last Order": days[-1].isoformat() if days else None,
                "Stage": stages.get(who),
                "Feedback Rate": feedback.value, "Orders": feedback.n,
                "Recommendation Rate": recommended.value, "Answers": recommended.n,
            }
        )  # fmt: skip
    return rows


def _promotes(answer: str) -> bool:
    return answer == "yes" or (answer.isdigit() and int(answer) in PROMOTERS)


def _scores(found: Sheet, column: str) -> list[Row]:
    """Return a score of 1 to 5: its two best, each value, each month, and what goes with it."""
    scores = [int(n) for one in found.rows if (n := one.number(column)) is not None]
    hist = Counter(scores)
    rows: list[Row] = [
        {"part": "top_two", **_rate(satisfied.csat(hist)), "mean": statistics.summary(scores).mean}
    ]
    rows += [
        {"part": "score", "name": str(score), **_rate(satisfied.wilson(hist[score], len(scores)))}
        for score in satisfied.CSAT_SCALE
    ]
    for month in _months(found):
        own = Counter(
            int(n) for one in found.rows if _month(one) == month and (n := one.number(column)) is not None
        )
        rows.append({"part": "month", "name": month, **_rate(satisfied.csat(own))})
    return [*rows, *_goes_with(found, column)]


def _goes_with(found: Sheet, target: str) -> Iterable[Row]:
    """Yield what goes together with a column, each by the measure of its kind, and what was refused."""
    columns = [column for column in TRAITS if column in found.columns and column != target]
    cells: dict[str, list[Cell]] = {
        column: [one.number(column) if column in NUMBERS else one.values.get(column) for one in found.rows]
        for column in [*columns, target]
    }
    scanned = associate.scan(cells, target, columns)
    for one in scanned.findings:
        yield {
            "part": "association", "name": one.column, "n": one.n, "method": one.method,
            "strength": one.strength, "p": one.p, "q": one.q,
        }  # fmt: skip
    for column, reason in scanned.refused:
        yield {"part": "association", "name": column, "refused": reason}


def _rate(rate: Rate) -> dict[str, Cell]:
    return {"k": rate.k, "n": rate.n, "value": rate.value, "low": rate.low, "high": rate.high}


def _month(one: Line) -> str | None:
    day = one.day()
    return None if day is None else f"{day:%Y-%m}"


def _months(found: Sheet) -> list[str]:
    """Return every month from the first to the last that is named, empty ones too."""
    days = sorted(day for one in found.rows if (day := one.day()) is not None)
    if not days:
        return []
    start, last = (datetime(day.year, day.month, day.day, tzinfo=UTC) for day in (days[0], days[-1]))
    limits = trends.bounds(start, last + timedelta(days=1), "M", ZoneInfo("UTC"))
    return [f"{begun:%Y-%m}" for begun in limits[:-1]]


def _by_customer(found: Sheet) -> dict[str, list[Line]]:
    own: dict[str, list[Line]] = {}
    for one in found.rows:
        if "customer_id" in one.values:
            own.setdefault(one.values["customer_id"], []).append(one)
    return own


def _last(lines: Sequence[Line], column: str) -> str | None:
    """Return what is known last of a customer."""
    return next((one.values[column] for one in reversed(lines) if column in one.values), None)


def _total(lines: Sequence[Line]) -> float:
    return sum(n for one in lines if (n := one.number("revenue")) is not None)


def _classes(
    own: Mapping[str, Sequence[Line]], found: Sheet, cuts: Sequence[float]
) -> Mapping[str, str | None]:
    if "revenue" in found.columns:
        return dict(segment.abc({who: _total(lines) for who, lines in own.items()}))
    known = {who: _last(lines, "income") for who, lines in own.items()}
    bands = segment.bands({who: None if one is None else float(one) for who, one in known.items()}, cuts)
    return {who: None if band is None else "CBA"[band] for who, band in bands.items()}


def _habits(own: Mapping[str, Sequence[Line]], as_of: date) -> Mapping[str, str]:
    buyers = {}
    for who, lines in own.items():
        days = {day for one in lines if (day := one.day()) is not None and day <= as_of}
        if days:
            buyers[who] = segment.Buyer(max(days), len(days), _total(lines))
    return dict(segment.rfm_names(segment.rfm(buyers, as_of))) if buyers else {}


def _stages(own: Mapping[str, Sequence[Line]], as_of: date) -> Mapping[str, str]:
    members = {}
    for who, lines in own.items():
        days = [day for one in lines if (day := one.day()) is not None and day <= as_of]
        members[who] = loyal.Member(min(days, default=None), max(days, default=None), None)
    return {who: one.stage for who, one in loyal.lifecycle(members, as_of).items() if one is not None}


def _years(lines: Sequence[Line], as_of: date) -> tuple[float, ...]:
    """Return a customer's revenue of each year since they came."""
    dated = [
        ("", day, n)
        for one in lines
        if (day := one.day()) is not None and (n := one.number("revenue")) is not None
    ]
    if dated:
        return value.revenue_by_year(dated, as_of)[""]
    return tuple(one.number("revenue") or 0.0 for one in lines)
