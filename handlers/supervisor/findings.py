"""What the figures of a period come to: what is asked for, where that goes, and what lets people down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from crm_store import needs, rating_groups
from crm_store.models.need import NO_THEME
from crm_store.needs import Side
from crm_store.rating_groups import NOBODY, Dimension, Group
from handlers.supervisor.periods import Period
from scoring import associate, drivers, trends
from scoring import needs as mixes
from scoring.drivers import Driver
from scoring.needs import Slope, Trend
from scoring.satisfaction import Rate, wilson

TREND = timedelta(weeks=12)
SURE = 0.05
PAIRS_AT_LEAST = 30
RARE = 10  # themes of fewer tickets are compared as one
TELLING = 0.1  # a weaker tie is not worth a sentence
SIDES: tuple[Side, ...] = ("kind", "channel", "language")
CAUSES: tuple[Dimension, ...] = ("theme", "agent", "channel", "kind")


@dataclass(frozen=True, slots=True)
class Topic:
    """One theme: its share of the period's tickets, and where it has been going for twelve weeks."""

    theme: str
    share: Rate
    trend: Trend
    slope: Slope


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for in a period: how many tickets, of which kinds, themes and tags."""

    n: int
    kinds: Sequence[tuple[str, Rate]]
    topics: Sequence[Topic]
    tags: Sequence[tuple[str, int]]

    @property
    def unread(self) -> Rate:
        """Return the share of tickets whose words named no theme."""
        found = [topic.share for topic in self.topics if topic.theme == NO_THEME]
        return found[0] if found else wilson(0, self.n)


@dataclass(frozen=True, slots=True)
class Tie:
    """How far the themes go together with something else, 0 to 1."""

    side: Side
    strength: float
    p: float
    n: int


@dataclass(frozen=True, slots=True)
class Cause:
    """A group whose customers are dissatisfied more than the rest, and by how many ratings."""

    group: Group
    driver: Driver


def asked(session: Session, period: Period, *, zone: str, now: datetime) -> Asked:
    """Count what was asked for in a period, and tell where each theme is going."""
    span = [period.start, period.end]
    kinds = _shares(needs.by_bucket(session, span, "kind"))
    themes = _shares(needs.by_bucket(session, span, "theme"))
    going = _going(session, period, zone=zone, now=now)
    unknown = Slope(None, None, None)
    topics = [Topic(theme, share, *going.get(theme, ("cannot_tell", unknown))) for theme, share in themes]
    tags = sorted(
        ((tag, sum(counts)) for tag, counts in needs.by_bucket(session, span, "tag").items()),
        key=lambda one: (-one[1], one[0]),
    )
    return Asked(sum(rate.k for _, rate in themes), kinds, topics, tags)


def _going(
    session: Session, period: Period, *, zone: str, now: datetime
) -> Mapping[str, tuple[Trend, Slope]]:
    """Tell where each theme's share has been going, week by week, from when there were tickets."""
    began = needs.first(session)
    start = max(min(period.start, period.end - TREND), began or period.start)
    if start >= period.end:
        return {}
    limits = trends.bounds(start, period.end, "W", ZoneInfo(zone))
    complete = [end <= now for end in limits[1:]]
    found = mixes.mix(needs.by_bucket(session, limits, "theme"), complete=complete)
    return {need.topic: (need.trend, need.slope) for need in found.needs}


def _shares(counts: Mapping[str, Sequence[int]]) -> Sequence[tuple[str, Rate]]:
    """Return each topic's share of all, the most frequent first and what has no theme last."""
    sums = {topic: sum(buckets) for topic, buckets in counts.items()}
    n = sum(sums.values())
    order = sorted(sums, key=lambda topic: (topic == NO_THEME, -sums[topic], topic))
    return [(topic, wilson(sums[topic], n)) for topic in order]


def ties(session: Session, period: Period) -> Sequence[Tie]:
    """Return with what the themes of a period go together, beyond chance among all that was compared."""
    found = []
    for side in SIDES:
        table = _table(needs.crossed(session, side, start=period.start, end=period.end))
        tie = associate.cramers_v(table)
        enough = tie.n >= PAIRS_AT_LEAST and (tie.least_expected or 0.0) >= associate.EXPECTED_AT_LEAST
        if not enough or tie.corrected is None or tie.p is None:
            continue
        if tie.p <= SURE / len(SIDES) and tie.corrected >= TELLING:
            found.append(Tie(side, tie.corrected, tie.p, tie.n))
    return sorted(found, key=lambda one: -one.strength)


def _table(counts: Mapping[tuple[str, str], int]) -> Sequence[Sequence[int]]:
    """Return themes by sides as a table; rare themes share a row."""
    sizes: dict[str, int] = {}
    for (theme, _), count in counts.items():
        sizes[theme] = sizes.get(theme, 0) + count
    rows: dict[str, dict[str, int]] = {}
    for (theme, value), count in counts.items():
        row = rows.setdefault(theme if sizes[theme] >= RARE else NO_THEME, {})
        row[value] = row.get(value, 0) + count
    columns = sorted({value for _, value in counts})
    return [[rows[theme].get(value, 0) for value in columns] for theme in sorted(rows)]


def causes(session: Session, period: Period) -> Sequence[Cause]:
    """Return the groups with clearly more dissatisfied customers than the rest, most excess first."""
    found: list[Cause] = []
    for dimension in CAUSES:
        counts = rating_groups.by(session, dimension, start=period.start, end=period.end)
        bad = {value: drivers.bad(scores) for value, scores in counts.items()}
        found += [
            Cause(Group(dimension, driver.topic), driver)
            for driver in drivers.dissatisfaction(bad)
            if driver.topic not in {NO_THEME, NOBODY} and _is_sure(driver)
        ]
    return sorted(found, key=lambda cause: -(cause.driver.excess_bad or 0.0))


def _is_sure(driver: Driver) -> bool:
    """Tell whether a group lets down clearly more than the rest do, by at least one rating."""
    return (driver.excess_bad or 0.0) >= 1 and driver.q is not None and driver.q <= SURE
