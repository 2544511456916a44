"""The scores of what the store holds, as rows of plain cells; the same words as those of a file."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from crm_store import needs as needed
from crm_store import rating_counts, rating_groups, ratings
from crm_store.models.survey import SurveyKind
from handlers import worth
from scoring import describe as statistics
from scoring import drivers as driving
from scoring import needs as mixes
from scoring import satisfaction as satisfied
from scoring import segment, trends
from scoring.satisfaction import Rate

Cell = str | int | float | bool | None
Row = Mapping[str, Cell]
PERIOD = timedelta(days=90)
HUNDREDTHS = 100
A_YEAR = 365.25


def satisfaction(session: Session, *, now: datetime, zone: str) -> list[Row]:
    """Return CSAT, NPS and CES of the last 90 days, and how many answered."""
    hists = {
        kind: rating_counts.histogram(session, kind=kind, start=now - PERIOD, end=now)
        for kind in (SurveyKind.CSAT, SurveyKind.NPS, SurveyKind.CES)
    }
    nps, ces = satisfied.nps(hists[SurveyKind.NPS]), satisfied.ces(hists[SurveyKind.CES])
    asked = ratings.response(session, now - PERIOD, now)
    return [
        {"part": "csat", **_rate(satisfied.csat(hists[SurveyKind.CSAT]))},
        {"part": "nps", "n": nps.n, "value": nps.value, "low": nps.low, "high": nps.high},
        {"part": "ces", "n": ces.agree.n, "value": ces.mean, "agree": ces.agree.value},
        {"part": "response", **_rate(satisfied.wilson(asked.answered, asked.asked))},
    ]


def needs(session: Session, *, now: datetime, zone: str) -> list[Row]:
    """Return each theme's share of the tickets of the last 90 days, and where it is going by weeks."""
    limits = trends.bounds(now - PERIOD, now, "W", ZoneInfo(zone))
    complete = [end <= now for _, end in pairwise(limits)]
    found = mixes.mix(needed.by_bucket(session, limits, "theme"), complete=complete)
    return [
        {"name": need.topic, **_rate(need.share), "trend": need.trend, "q": need.q} for need in found.needs
    ]


def drivers(session: Session, *, now: datetime, zone: str) -> list[Row]:
    """Return the themes whose mending would spare most bad ratings of the last 90 days."""
    hists = rating_groups.by(session, "theme", start=now - PERIOD, end=now)
    found = driving.dissatisfaction({theme: driving.bad(hist) for theme, hist in hists.items()})
    return [
        {"name": one.topic, **_rate(one.rate), "excess_bad": one.excess_bad, "p": one.p, "q": one.q}
        for one in found
    ]


def describe(session: Session, *, now: datetime, zone: str) -> list[Row]:
    """Return mean, median, variance and deviation of what customers bought, and how pairs move together."""
    found = worth.study(session, now=now, zone=zone)
    if found is None:
        return []
    sums = list(found.sums.values())
    columns: dict[str, list[float]] = {
        "revenue": [one.revenue / HUNDREDTHS for one in sums],
        "orders": [one.orders for one in sums],
        "days": [one.days for one in sums],
        "silence": [(found.span.as_of - one.last).days for one in sums],
    }
    rows: list[Row] = []
    for name, values in columns.items():
        one = statistics.summary(values)
        rows.append(
            {
                "part": "summary", "name": name, "n": one.n, "mean": one.mean, "median": one.median,
                "variance": one.variance, "sd": one.sd, "least": one.least, "most": one.most,
            }
        )  # fmt: skip
    for name in ("orders", "days", "silence"):
        x, y = columns["revenue"], columns[name]
        together = {"covariance": statistics.covariance(x, y), "correlation": statistics.correlation(x, y)}
        rows.append({"part": "together", "name": f"revenue, {name}", "n": len(x), **together})
    return rows


def segmentation(session: Session, *, now: datetime, zone: str) -> list[Row]:
    """Return each customer's class, habits, region, scores and cluster."""
    found = worth.study(session, now=now, zone=zone)
    if found is None:
        return []
    return [
        {
            "Customer ID": who, "Purchase Power": one.abc, "Consumption Habits": one.name,
            "Regional Features": segment.region(found.sums[who].region), "R": one.rfm.r, "F": one.rfm.f,
            "M": one.rfm.m, "Cluster": None if one.cluster is None else one.cluster + 1,
            **{
                name.capitalize(): str(led[0]) for name, led in worth.leading(found.sums[who]).items()
            },
        }
        for who, one in found.told.items()
    ]  # fmt: skip


def ltv(session: Session, *, now: datetime, zone: str) -> list[Row]:
    """Return each customer's lifetime value so far, the revenue to expect in a year, and the potential."""
    found = worth.study(session, now=now, zone=zone)
    if found is None:
        return []
    return [
        {
            "Customer ID": who, "Annual Revenue": found.sums[who].last_year / HUNDREDTHS,
            "Years": len(found.sums[who].by_year), "LTV": one.ltv / HUNDREDTHS, "CLV": _money(one.clv),
            "Potential": _money(one.potential), "Corner": one.corner, "Currency": found.span.currency,
        }
        for who, one in found.told.items()
    ]  # fmt: skip


def loyalty(session: Session, *, now: datetime, zone: str) -> list[Row]:
    """Return each customer's stage and the chance that they buy within 90 days."""
    found = worth.study(session, now=now, zone=zone)
    if found is None:
        return []
    return [
        {
            "Customer ID": who, "Order Date": found.sums[who].first.isoformat(),
            "Lifecycle": (found.span.as_of - found.sums[who].first).days / A_YEAR,
            "Last Order": found.sums[who].last.isoformat(), "Stage": one.stage,
            "Chance": one.p_active, "Usual": one.usual, "Basis": one.basis,
        }
        for who, one in found.told.items()
    ]  # fmt: skip


def _money(hundredths: float | None) -> float | None:
    return None if hundredths is None else round(hundredths) / HUNDREDTHS


def _rate(rate: Rate) -> dict[str, Cell]:
    return {"k": rate.k, "n": rate.n, "value": rate.value, "low": rate.low, "high": rate.high}


Score = Callable[..., Sequence[Row]]  # of a session, and by name: now and zone
SCORES: Mapping[str, Score] = {
    "satisfaction": satisfaction,
    "needs": needs,
    "loyalty": loyalty,
    "segmentation": segmentation,
    "ltv": ltv,
    "drivers": drivers,
    "describe": describe,
}
