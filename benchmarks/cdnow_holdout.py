"""How far expected purchases are off on weeks the model has not seen, beside the naive rate.

    python benchmarks/cdnow_holdout.py

Fits BG/NBD on CDNOW purchases (tests/truth/cdnow_transactions.csv) up to 30 September 1997, then looks at the
next 90 days and at all 39 weeks. The naive rate goes on as before: x purchases in age weeks make x * t / age.
A high AUC means that who came back was ranked above who did not; .5 is chance.
"""

import csv
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from statistics import fmean

from scipy.stats import mannwhitneyu, spearmanr

sys.path.insert(0, str(Path(__file__).parents[1]))

from scoring.value import Buying, bgnbd_fit, expected_purchases, histories, p_active, p_alive

TRUTH = Path(__file__).parents[1] / "tests/truth"
UNTIL = date(1997, 9, 30)
HORIZONS = (90, 39 * 7)

Order = tuple[str, date, float]
Columns = tuple[list[int], list[float], list[float]]


def read() -> list[Order]:
    """Read (customer, day, amount) rows."""
    with (TRUTH / "cdnow_transactions.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [(row["customer_id"], date.fromisoformat(row["date"]), float(row["amount"])) for row in rows]


def came_back(orders: Sequence[Order], people: Sequence[str], days: int) -> list[int]:
    """Count each customer's days with purchases after the cut."""
    end = UNTIL + timedelta(days=days)
    after: dict[str, set[date]] = {who: set() for who in people}
    for who, day, _ in orders:
        if who in after and UNTIL < day <= end:
            after[who].add(day)
    return [len(after[who]) for who in people]


def auc(scores: Sequence[float], back: Sequence[bool]) -> float:
    """Return how often who came back was ranked above who did not."""
    yes = [score for score, came in zip(scores, back, strict=True) if came]
    no = [score for score, came in zip(scores, back, strict=True) if not came]
    return float(mannwhitneyu(yes, no).statistic) / (len(yes) * len(no))


def quintiles(chance: Sequence[float], back: Sequence[bool]) -> str:
    """Return expected and observed shares of a fifth of the customers each, the least likely first."""
    ranked = sorted(zip(chance, back, strict=True))
    fifths = [ranked[len(ranked) * nth // 5 : len(ranked) * (nth + 1) // 5] for nth in range(5)]
    return "  ".join(f"{fmean(p for p, _ in part):.3f}/{fmean(b for _, b in part):.3f}" for part in fifths)


def compare(model: Buying, columns: Columns, actual: Sequence[int], days: int) -> None:
    """Print the figures of one horizon."""
    weeks, back = days / 7, [count > 0 for count in actual]
    ours = expected_purchases(model, *columns, weeks)
    naive = [x * weeks / age for x, age in zip(columns[0], columns[2], strict=True)]
    active, alive = p_active(model, *columns, weeks), p_alive(model, *columns)
    print(f"\n{days} days after {UNTIL}: {sum(actual):,} purchases, {sum(back):,} of {len(back):,} came back")
    for name, guess in (("BG/NBD", ours), ("naive rate", naive)):
        error = fmean(abs(one - came) for one, came in zip(guess, actual, strict=True))
        rank = spearmanr(guess, actual).statistic
        print(f"  {name:<12} total {sum(guess):7,.0f}   MAE {error:.4f}   Spearman {rank:.3f}")
    for name, chance in (("p_active", active), ("p_alive", alive)):
        brier = fmean((one - came) ** 2 for one, came in zip(chance, back, strict=True))
        print(f"  {name:<12} AUC {auc(chance, back):.3f}   Brier {brier:.3f}")
    print(f"  p_active expected/observed by fifths: {quintiles(active, back)}")


def main() -> None:
    """Fit once and compare both horizons."""
    orders = read()
    known = histories(orders, UNTIL)
    every = known.values()
    columns: Columns = ([one.x for one in every], [one.tx for one in every], [one.age for one in every])
    model = bgnbd_fit(*columns)
    assert model is not None
    print(f"BG/NBD of {model.n:,} customers: ", end="")
    print(f"r {model.r:.5f}  alpha {model.alpha:.5f}  a {model.a:.5f}  b {model.b:.5f}", end="")
    print(f"  log likelihood {model.log_likelihood:,.4f}")
    for days in HORIZONS:
        compare(model, columns, came_back(orders, list(known), days), days)


if __name__ == "__main__":
    main()
