"""What customers are worth, computed from the store: on a session that only reads, beside the writer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from crm_store import purchase_sums, scores, traits
from crm_store.models.score import ScoreRun
from crm_store.purchase_sums import Counts, PurchaseSum, Span
from crm_store.rules.zones import instant_of
from scoring import segment, worth
from scoring.loyalty import STAGES, Standing
from scoring.worth import Grouping, Models, Summary, Worth

MONTHS = 6  # month's ends that a trend shows beside today
LEAST_HABIT = 3  # orders that make one
SAMPLED = 50_000  # customers looked at for what goes with being at risk


@dataclass(frozen=True, slots=True)
class Study:
    """Everything computed over all customers up to the end of a day."""

    span: Span
    last_order: int
    sums: Mapping[int, PurchaseSum]
    told: Mapping[int, Worth]
    models: Models
    grouping: Grouping
    factors: Sequence[worth.Factor]
    months: Mapping[str, Mapping[str, int]]


def study(session: Session, *, now: datetime, zone: str) -> Study | None:
    """Compute what every customer is worth today; None while nobody has bought anything."""
    currency = purchase_sums.main_currency(session)
    if currency is None:
        return None
    today = now.astimezone(ZoneInfo(zone)).date()
    span = Span(until=now, as_of=today, zone=zone, currency=currency)
    sums = {one.customer_id: one for one in purchase_sums.summed(session, span)}
    known = {who: summary(one) for who, one in sums.items()}
    models = worth.fit([one.history(today) for one in known.values()])
    told, grouping = worth.score(known, today, models)
    return Study(
        span=span,
        last_order=purchase_sums.newest(session),
        sums=sums,
        told=told,
        models=models,
        grouping=grouping,
        factors=_factors(session, sums, told),
        months=dict(_months(session, span, models)),
    )


def summary(one: PurchaseSum) -> Summary:
    """Return a customer's purchases as scores take them."""
    return Summary(
        one.first, one.last, one.days, one.orders, one.revenue, one.first_day, one.last_year, one.by_year
    )


def run_of(found: Study, *, now: datetime) -> ScoreRun:
    """Return what is kept of a study at large: its models and what it found."""
    buying, spending = found.models.buying, found.models.spending
    return ScoreRun(
        as_of=found.span.as_of.isoformat(),
        started=now,
        finished=None,
        last_order=found.last_order,
        currency=found.span.currency,
        models={
            "buying": None if buying is None else asdict(buying),
            "spending": None if spending is None else asdict(spending),
        },
        findings={
            "customers": len(found.told),
            "clusters": [asdict(profile) for profile in found.grouping.profiles],
            "silhouette": found.grouping.silhouette,
            "factors": [asdict(factor) for factor in found.factors],
        },
    )


def rows(found: Study) -> Iterator[Mapping[str, object]]:
    """Yield what is kept of each customer."""
    for who, one in found.told.items():
        bought = found.sums[who]
        yield {
            "customer_id": who,
            "first_day": bought.first.isoformat(),
            "last_day": bought.last.isoformat(),
            "days": bought.days,
            "orders": bought.orders,
            "revenue": bought.revenue,
            "last_year": bought.last_year,
            "ltv": round(one.ltv),
            "clv": None if one.clv is None else round(one.clv),
            "potential": None if one.potential is None else round(one.potential),
            "corner": one.corner,
            "stage": one.stage,
            "basis": one.basis,
            "p_active": one.p_active,
            "usual": one.usual,
            "abc": one.abc,
            "recency": one.rfm.r,
            "frequency": one.rfm.f,
            "monetary": one.rfm.m,
            "segment": one.name,
            "cluster": one.cluster,
            "region": segment.region(bought.region),
            "habits": {name: list(led) for name, led in leading(bought).items()},
        }


def leading(one: PurchaseSum) -> dict[str, tuple[str | int, int, int]]:
    """Return the hour, channel and category that lead among a customer's orders, with k and n of each."""
    mixes = {"hour": one.hours, "channel": one.channels, "category": one.categories}
    led = {name: _leading(counts) for name, counts in mixes.items()}
    return {name: found for name, found in led.items() if found is not None}


def _leading(counts: Counts) -> tuple[str | int, int, int] | None:
    """Return what leads alone among enough orders, with how many of how many."""
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], str(pair[0])))
    n = sum(counts.values())
    if n < LEAST_HABIT or (len(ranked) > 1 and ranked[0][1] == ranked[1][1]):
        return None
    return (*ranked[0], n)


def _factors(
    session: Session, sums: Mapping[int, PurchaseSum], told: Mapping[int, Worth]
) -> Sequence[worth.Factor]:
    """Find what goes together with being at risk, among customers taken evenly."""
    step = -(-len(told) // SAMPLED) or 1
    people = list(islice(told, 0, None, step))
    if not people:
        return ()
    known = traits.of(session, people)
    columns: dict[str, list[str | None]] = {
        "language": [known.language.get(who) for who in people],
        "region": [_known_region(sums[who].region) for who in people],
        "category": [_most(sums[who].categories) for who in people],
        "complained": ["yes" if who in known.complained else "no" for who in people],
        "low_rating": ["yes" if who in known.displeased else "no" for who in people],
    }
    standings = [Standing(told[who].stage, told[who].p_active, told[who].basis) for who in people]
    return worth.factors(standings, columns)


def _known_region(city: str | None) -> str | None:
    found = segment.region(city)
    return None if found == segment.UNKNOWN else found


def _most(counts: Counts) -> str | None:
    return str(max(sorted(counts, key=str), key=lambda kind: counts[kind])) if counts else None


def _months(session: Session, span: Span, models: Models) -> Iterator[tuple[str, Mapping[str, int]]]:
    """Count the stages at the last month's ends, as far as they are not known yet."""
    first = purchase_sums.first_order(session)
    known = scores.months(session)
    for end in month_ends(span.as_of, MONTHS):
        until = instant_of(datetime.combine(end + timedelta(days=1), time(0)), span.zone)
        if end.isoformat() in known or first is None or first >= until:
            continue
        past = Span(until=until, as_of=end, zone=span.zone, currency=span.currency)
        sums = purchase_sums.summed(session, past, with_habits=False)
        found = worth.stages({one.customer_id: summary(one) for one in sums}, end, models)
        counted = [state.stage for state, _ in found.values()]
        yield end.isoformat(), {stage: counted.count(stage) for stage in STAGES}


def month_ends(today: date, number: int) -> list[date]:
    """List the last days of the months before this one, oldest first."""
    ends = []
    day = today.replace(day=1)
    for _ in range(number):
        ends.append(day - timedelta(days=1))
        day = ends[-1].replace(day=1)
    return ends[::-1]
