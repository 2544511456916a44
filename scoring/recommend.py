"""What a customer may want next: what people who bought the same also bought."""

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from math import sqrt
from typing import Generic, Literal, TypeVar

from scoring.satisfaction import Rate, wilson

Item = TypeVar("Item", bound=Hashable)
Reason = Literal["bought_with", "popular_in_segment", "popular"]

LARGEST = 200  # items of one customer; somebody who bought more tells little about what goes together
AT_LEAST = 2  # customers who bought two items, before one suggests the other
DOUBT = 5.0  # customers by which a pair few have bought is held back


@dataclass(frozen=True, slots=True)
class Purchases(Generic[Item]):
    """How many customers bought each item, and each pair of items."""

    customers: int
    bought: Mapping[Item, int]
    together: Mapping[Item, Mapping[Item, int]]


@dataclass(frozen=True, slots=True)
class NextItem(Generic[Item]):
    """An item to suggest, why, because of which own one, and the rate of customers that says so."""

    item: Item
    reason: Reason
    because: Item | None
    rate: Rate


def learn(baskets: Iterable[Collection[Item]]) -> Purchases[Item]:
    """Count what was bought together, from one collection of items a customer; repeats count once.

    A customer of more than 200 different items counts for popularity only.
    """
    customers = 0
    bought: Counter[Item] = Counter()
    together: dict[Item, Counter[Item]] = defaultdict(Counter)
    for basket in baskets:
        items = list(dict.fromkeys(basket))
        customers += bool(items)
        bought.update(items)
        if len(items) > LARGEST:
            continue
        for one, other in combinations(items, 2):
            together[one][other] += 1
            together[other][one] += 1
    return Purchases(customers, bought, dict(together))


def next_items(
    known: Purchases[Item],
    own: Collection[Item],
    *,
    segment: Mapping[Item, int] | None = None,
    limit: int = 5,
) -> list[NextItem[Item]]:
    """Return up to limit items the customer has not bought, the likeliest first.

    An item's score is the sum over the customer's own items of both / (sqrt(one * other) + 5), counted in
    customers. What is left of the limit is filled with what the segment ({item: customers}) bought most,
    then with what everybody did. The rate is of those who bought the own item that says most; of a popular
    one, of the segment's or of all purchases. A limit below 1 or a negative count is a ValueError.
    Source: item-item collaborative filtering, Sarwar, Karypis, Konstan & Riedl (2001), WWW10, 285-295.
    """
    if limit < 1:
        raise ValueError(f"the limit must be at least 1, not {limit}")
    if any(count < 0 for count in (segment or {}).values()):
        raise ValueError("a segment's counts must not be negative")
    owned = set(own)
    found = _bought_with(known, list(dict.fromkeys(own)), limit)
    taken = owned | {one.item for one in found}
    for reason, counts in _popularity(segment or {}, known.bought):
        total = sum(counts.values())
        for item in _most(counts, taken, limit - len(found)):
            taken.add(item)
            found.append(NextItem(item, reason, None, wilson(counts[item], total)))
    return found


def _popularity(
    segment: Mapping[Item, int], everybody: Mapping[Item, int]
) -> tuple[tuple[Reason, Mapping[Item, int]], tuple[Reason, Mapping[Item, int]]]:
    """Return what to fall back on, in order."""
    return ("popular_in_segment", segment), ("popular", everybody)


def _bought_with(known: Purchases[Item], own: list[Item], limit: int) -> list[NextItem[Item]]:
    """Return the items that go with the customer's own, the highest score first."""
    scores: dict[Item, float] = defaultdict(float)
    strongest: dict[Item, tuple[float, Item]] = {}
    owned = set(own)
    for mine in own:
        for item, both in known.together.get(mine, {}).items():
            if both < AT_LEAST or item in owned:
                continue
            score = both / (sqrt(known.bought[mine] * known.bought[item]) + DOUBT)
            scores[item] += score
            if item not in strongest or score > strongest[item][0]:
                strongest[item] = score, mine
    ranked = sorted(scores, key=lambda item: (-scores[item], -known.bought[item], str(item)))
    return [
        NextItem(item, "bought_with", mine, wilson(known.together[mine][item], known.bought[mine]))
        for item in ranked[:limit]
        for _, mine in (strongest[item],)
    ]


def _most(counts: Mapping[Item, int], taken: set[Item], many: int) -> list[Item]:
    """Return the most bought items that are not taken."""
    ranked = sorted(counts, key=lambda item: (-counts[item], str(item)))
    return [item for item in ranked if item not in taken and counts[item] > 0][: max(many, 0)]
