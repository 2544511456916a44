"""How loyal customers are: where each stands in their life with us, who answers, and who recommends us."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median
from typing import Literal, TypeVar

from scoring.associate import Cell, Scan, scan
from scoring.satisfaction import CONFIDENCE, Rate, nps, wilson

Who = TypeVar("Who", int, str)
Stage = Literal["new", "active", "at_risk", "lapsed"]
Basis = Literal["age", "chance", "silence"]
StageCount = tuple[int, Stage, int]  # (bucket position, stage, how many customers)

STAGES: tuple[Stage, ...] = ("new", "active", "at_risk", "lapsed")


@dataclass(frozen=True, slots=True)
class Member:
    """A customer's first and last day with a purchase, how likely they buy again, and their segment."""

    first: date | None
    last: date | None
    p_active: float | None
    segment: str = ""


@dataclass(frozen=True, slots=True)
class Cuts:
    """Where one stage ends: days since the first purchase, shares of the chance, days of silence.

    A customer is at risk below at_risk times the median chance of their segment, lapsed below lapsed; where
    no chance is known, after quiet_days and gone_days without a purchase.
    """

    new_days: int = 30
    at_risk: float = 0.5
    lapsed: float = 0.05
    quiet_days: int = 90
    gone_days: int = 365


@dataclass(frozen=True, slots=True)
class Standing:
    """A customer's stage, their chance of buying again, and which of the two (or their age) it rests on."""

    stage: Stage
    p_active: float | None
    basis: Basis


@dataclass(frozen=True, slots=True)
class Stretch:
    """One bucket of a trend: from start until before end (UTC), each stage's share, whether it is over."""

    start: datetime
    end: datetime
    shares: Mapping[Stage, Rate]
    complete: bool


def lifecycle(
    members: Mapping[Who, Member], as_of: date, *, cuts: Cuts | None = None
) -> dict[Who, Standing | None]:
    """Return where each customer stands: new, active, at risk or lapsed; None for who never bought.

    New comes first, then lapsed, then at risk; p_active is the chance of value.p_active over a horizon of
    your choice, 0 to 1. A chance beyond that, a purchase after as_of or a last one before the first is a
    ValueError. The median of a segment is of all its customers whose chance is known.
    """
    cuts = cuts or Cuts()
    _check(members, as_of, cuts)
    chances: dict[str, list[float]] = {}
    for member in members.values():
        if member.first is not None and member.p_active is not None:
            chances.setdefault(member.segment, []).append(member.p_active)
    usual = {segment: median(known) for segment, known in chances.items()}
    return {
        who: _standing(member, as_of, cuts, usual.get(member.segment, 0.0)) for who, member in members.items()
    }


def distribution(
    standings: Iterable[Standing | None], *, confidence: float = CONFIDENCE
) -> dict[Stage, Rate]:
    """Return the share of each stage, with its Wilson interval, among those who ever bought."""
    counted = Counter(one.stage for one in standings if one is not None)
    return {stage: wilson(counted[stage], counted.total(), confidence=confidence) for stage in STAGES}


def trend(
    counts: Iterable[StageCount],
    limits: Sequence[datetime],
    *,
    now: datetime,
    confidence: float = CONFIDENCE,
) -> list[Stretch]:
    """Return the share of each stage in each bucket between neighbouring bounds, as trends.bounds cuts them.

    Counts are (bucket position, stage, how many) in any order; an empty bucket is present with None. A
    position outside the bounds, an unknown stage or a negative count is a ValueError.
    """
    if len(limits) < 2:
        raise ValueError("a trend needs at least two bounds")
    table = [Counter[Stage]() for _ in limits[1:]]
    for bucket, stage, many in counts:
        if not 0 <= bucket < len(table):
            raise ValueError(f"the bucket position {bucket} lies outside 0 to {len(table) - 1}")
        if stage not in STAGES or many < 0:
            raise ValueError(f"{many} customers in the stage {stage} cannot be")
        table[bucket][stage] += many
    return [
        Stretch(
            start,
            end,
            {stage: wilson(row[stage], row.total(), confidence=confidence) for stage in STAGES},
            complete=end <= now,
        )
        for start, end, row in zip(limits[:-1], limits[1:], table, strict=True)
    ]


def association(standings: Sequence[Standing | None], attributes: Mapping[str, Sequence[Cell]]) -> Scan:
    """Return what goes together with the stage: each attribute by the measure of its kind, with its q.

    Attributes are {heading: one cell a customer}, in the order of the standings; see associate.scan for what
    is refused. Columns of another length are a ValueError.
    """
    stages: list[Cell] = [None if one is None else one.stage for one in standings]
    return scan({**attributes, "stage": stages}, "stage", list(attributes))


def feedback_rate(answered: int, sent: int, *, confidence: float = CONFIDENCE) -> Rate:
    """Return the share of surveys that were answered; None when none were sent."""
    return wilson(answered, sent, confidence=confidence)


def recommendation_rate(hist: Mapping[int, int], *, confidence: float = CONFIDENCE) -> Rate:
    """Return the share who would recommend us: the 9s and 10s among answers of 0 to 10.

    A "no" is an answer and counts below the line. A score off the scale is a ValueError.
    Source: promoters of Reichheld, Harvard Business Review (2003).
    """
    score = nps(hist)
    return wilson(score.promoters, score.n, confidence=confidence)


def referral_rate(referrers: int, customers: int, *, confidence: float = CONFIDENCE) -> Rate:
    """Return the share of customers who brought another one."""
    return wilson(referrers, customers, confidence=confidence)


def _standing(member: Member, as_of: date, cuts: Cuts, usual: float) -> Standing | None:
    """Return where one customer stands beside the usual chance of their segment."""
    if member.first is None:
        return None
    if (as_of - member.first).days < cuts.new_days:
        return Standing("new", member.p_active, "age")
    if member.p_active is not None:
        risky: Stage = "at_risk" if member.p_active < cuts.at_risk * usual else "active"
        return Standing("lapsed" if member.p_active < cuts.lapsed else risky, member.p_active, "chance")
    silent = (as_of - (member.last or member.first)).days
    quiet: Stage = "at_risk" if silent >= cuts.quiet_days else "active"
    return Standing("lapsed" if silent >= cuts.gone_days else quiet, None, "silence")


def _check(members: Mapping[Who, Member], as_of: date, cuts: Cuts) -> None:
    """Refuse customers and cuts that cannot be."""
    if not (0 <= cuts.at_risk <= 1 and 0 <= cuts.lapsed <= 1 and 0 <= cuts.quiet_days <= cuts.gone_days):
        raise ValueError("cuts of a chance lie within 0 to 1, and quiet days come before gone days")
    for who, member in members.items():
        if member.p_active is not None and not 0 <= member.p_active <= 1:
            raise ValueError(f"customer {who} has the chance {member.p_active}; it must lie within 0 to 1")
        if max(member.first or as_of, member.last or as_of) > as_of:
            raise ValueError(f"customer {who} bought after {as_of}")
        if member.first is not None and member.last is not None and member.last < member.first:
            raise ValueError(f"customer {who} bought last before they first did")
