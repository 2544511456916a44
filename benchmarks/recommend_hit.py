"""How often the item a customer bought last is among five suggestions, beside the most bought ones.

    python benchmarks/recommend_hit.py [PURCHASES.csv]

PURCHASES.csv has a row a purchase, oldest first: customer, item. Without it, 4,000 customers are drawn: each
has one or two of twelve tastes, and every third purchase is of what is popular instead. Each customer's last
item is left out, the rest is learnt from, and hit@5 is the share of customers whose last item comes back.
"""

import csv
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import accumulate
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from scoring.recommend import learn, next_items
from scoring.satisfaction import wilson

Baskets = dict[str, list[str]]  # a customer's items, the latest last
SUGGESTIONS = 5
CUSTOMERS, TASTES, ITEMS = 4_000, 12, 40
POPULAR = 1 / 3


def drawn(seed: int) -> Baskets:
    """Draw customers with tastes; the items of a taste, and all of them, sell as one over their rank."""
    draw = random.Random(seed)
    falling = list(accumulate(1 / rank for rank in range(1, ITEMS + 1)))
    catalogue = [[f"{taste}-{nth}" for nth in range(ITEMS)] for taste in range(TASTES)]
    everything = [item for rank in zip(*catalogue, strict=True) for item in rank]
    falling_all = list(accumulate(1 / rank for rank in range(1, len(everything) + 1)))
    baskets: Baskets = {}
    for nth in range(CUSTOMERS):
        tastes = draw.sample(range(TASTES), draw.choice((1, 1, 2)))
        basket: dict[str, None] = {}
        for _ in range(draw.randint(2, 10)):
            popular = draw.random() < POPULAR
            pool = everything if popular else catalogue[draw.choice(tastes)]
            basket[draw.choices(pool, cum_weights=falling_all if popular else falling)[0]] = None
        baskets[str(nth)] = list(basket)
    return baskets


def read(path: Path) -> Baskets:
    """Read customer, item rows; an item bought again counts where it was bought last."""
    baskets: dict[str, dict[str, None]] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for who, item, *_ in list(csv.reader(file))[1:]:
            basket = baskets.setdefault(who, {})
            basket.pop(item, None)
            basket[item] = None
    return {who: list(basket) for who, basket in baskets.items()}


def measure(name: str, suggest: Callable[[list[str]], Sequence[str]], cases: Sequence[list[str]]) -> None:
    """Print how often the last item is among the suggestions made from the others."""
    started = time.perf_counter()
    hits = sum(items[-1] in suggest(items[:-1]) for items in cases)
    took = (time.perf_counter() - started) / len(cases) * 1000
    rate = wilson(hits, len(cases))
    print(
        f"  {name:<24} hit@{SUGGESTIONS} {rate.value:.3f}  ({rate.low:.3f} to {rate.high:.3f})  {took:.2f} ms"
    )


def main() -> None:
    """Compare co-purchase with popularity."""
    baskets = read(Path(sys.argv[1])) if len(sys.argv) > 1 else drawn(7)
    cases = [items for items in baskets.values() if len(items) > 1]
    known = learn([items[:-1] for items in cases])
    sold = Counter(known.bought)

    def popular(own: list[str]) -> list[str]:
        return [item for item, _ in sold.most_common(SUGGESTIONS + len(own)) if item not in own][:SUGGESTIONS]

    def ours(own: list[str]) -> list[str]:
        return [found.item for found in next_items(known, own, limit=SUGGESTIONS)]

    print(f"{len(cases):,} customers, {len(sold):,} items")
    measure("the most bought", popular, cases)
    measure("bought together", ours, cases)


if __name__ == "__main__":
    main()
