"""How often the 95 % intervals of NPS and CSAT hold the true score, at the sample sizes a bot sees.

    python benchmarks/nps_coverage.py

Nothing is drawn at random: every possible outcome of n answers is put through scoring.satisfaction and
weighed by its probability, which is what a simulation without end would give. Beside each figure stands
the Wald interval of the textbooks. A share k of n has only n + 1 outcomes, so for any interval the
coverage at one exact share jumps up and down with it; CSAT is therefore given at a few shares, and
averaged evenly over a range of them (400 midpoints). An audience of nearly one mind is the hardest and
stands apart.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from math import exp, lgamma, log, sqrt
from pathlib import Path
from statistics import NormalDist

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scoring.satisfaction import csat, nps

SIZES = (5, 10, 20, 50, 100)
# How many in a hundred answer 9-10 and 0-6, and what such an audience is like.
AUDIENCES: Mapping[str, tuple[float, float]] = {
    "pleased": (0.5, 0.2),
    "delighted": (0.7, 0.1),
    "lukewarm": (0.4, 0.1),
    "undecided": (0.3, 0.3),
    "split": (0.6, 0.3),
    "displeased": (0.2, 0.5),
    "angry": (0.1, 0.7),
}
OF_ONE_MIND = (0.9, 0.03)
SHARES = (0.5, 0.6, 0.7, 0.8, 0.9)
RANGES = ((0.0, 1.0), (0.5, 0.95))
MIDPOINTS = 400
Z = NormalDist().inv_cdf(0.975)
ROUNDING = 1e-9
Ends = tuple[float, float]


@cache
def promoter_ends(promoters: int, passives: int, detractors: int) -> tuple[Ends, Ends]:
    """Return our interval and the Wald interval of an NPS."""
    score = nps({10: promoters, 8: passives, 0: detractors})
    assert (
        score.value is not None and score.se is not None and score.low is not None and score.high is not None
    )
    wald = max(-100, score.value - Z * score.se), min(100, score.value + Z * score.se)
    return (score.low, score.high), wald


@cache
def satisfied_ends(k: int, n: int) -> tuple[Ends, Ends]:
    """Return our interval and the Wald interval of a CSAT."""
    rate = csat({5: k, 1: n - k})
    assert rate.value is not None and rate.low is not None and rate.high is not None
    half = Z * sqrt(rate.value * (1 - rate.value) / n)
    return (rate.low, rate.high), (rate.value - half, rate.value + half)


def chance(counts: Sequence[int], shares: Sequence[float]) -> float:
    """Return the multinomial probability of an outcome."""
    ways = lgamma(sum(counts) + 1) - sum(lgamma(count + 1) for count in counts)
    return exp(ways + sum(count * log(share) for count, share in zip(counts, shares, strict=True)))


def nps_coverage(n: int, promoters: float, detractors: float) -> Ends:
    """Return how often both intervals hold 100 (promoters - detractors)."""
    shares = promoters, 1 - promoters - detractors, detractors
    outcomes = [(up, n - up - down, down) for up in range(n + 1) for down in range(n - up + 1)]
    return held(
        ((chance(one, shares), promoter_ends(*one)) for one in outcomes), 100 * (promoters - detractors)
    )


def csat_coverage(n: int, share: float) -> Ends:
    """Return how often both intervals hold the share."""
    return held(((chance((k, n - k), (share, 1 - share)), satisfied_ends(k, n)) for k in range(n + 1)), share)


def held(outcomes: Iterator[tuple[float, tuple[Ends, Ends]]], truth: float) -> Ends:
    """Add up the probability of the outcomes whose intervals hold the truth: ours, Wald's."""
    ours = wald = 0.0
    for probability, (mine, plain) in outcomes:
        ours += probability * (mine[0] - ROUNDING <= truth <= mine[1] + ROUNDING)
        wald += probability * (plain[0] - ROUNDING <= truth <= plain[1] + ROUNDING)
    return ours, wald


def averaged(n: int, low: float, high: float) -> Ends:
    """Return the coverage of CSAT averaged over shares spread evenly between low and high."""
    step = (high - low) / MIDPOINTS
    both = [csat_coverage(n, low + step * (i + 0.5)) for i in range(MIDPOINTS)]
    return sum(ours for ours, _ in both) / MIDPOINTS, sum(wald for _, wald in both) / MIDPOINTS


def line(label: str, figures: Sequence[Ends]) -> str:
    """Word one row: for each n the coverage in percent, and that of Wald."""
    return f"{label:28}" + "".join(f"  {100 * ours:5.1f} ({100 * wald:4.1f})" for ours, wald in figures)


def span(figures: Sequence[Ends]) -> str:
    """Word the least and the most of both coverages."""
    ours, wald = [one for one, _ in figures], [other for _, other in figures]
    best, worst = (f"{100 * min(of):.1f} to {100 * max(of):.1f} %" for of in (ours, wald))
    return f"{best} (Wald {worst})"


def main() -> None:
    print("Coverage of 95 % intervals in percent; the Wald interval in brackets\n")
    print(f"{'n =':28}" + "".join(f"  {n:5}{'':7}" for n in SIZES))
    everything: list[Ends] = []
    for name, (up, down) in AUDIENCES.items():
        figures = [nps_coverage(n, up, down) for n in SIZES]
        everything += figures
        print(line(f"NPS {name} {100 * up:.0f}/{100 * down:.0f}", figures))
    print(f"NPS, all of these: {span(everything)}")
    up, down = OF_ONE_MIND
    print(
        line(f"NPS of one mind {100 * up:.0f}/{100 * down:.0f}", [nps_coverage(n, up, down) for n in SIZES])
        + "\n"
    )
    for share in SHARES:
        print(line(f"CSAT at exactly {100 * share:.0f} %", [csat_coverage(n, share) for n in SIZES]))
    means: list[Ends] = []
    for low, high in RANGES:
        figures = [averaged(n, low, high) for n in SIZES]
        means += figures
        print(line(f"CSAT over {100 * low:.0f}-{100 * high:.0f} %, averaged", figures))
    print(f"CSAT, averaged: {span(means)}")


if __name__ == "__main__":
    main()
