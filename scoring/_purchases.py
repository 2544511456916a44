"""Orders as pandas frames; imported on first use, because pandas costs 40 MB and half a second."""

from collections.abc import Hashable, Iterable
from datetime import date
from typing import TypeVar

import numpy as np
import pandas as pd

Who = TypeVar("Who", bound=Hashable)
History = tuple[Who, int, float, float, float | None]  # (customer, x, tx, age, mean repeat value)

WEEK = 7


def histories(orders: Iterable[tuple[Who, date, float]], until: date) -> list[History[Who]]:
    """Return one row a customer of their purchases up to and with a day, customers as they first occur.

    The frame is one row an order (who, day as a number, amount), then one a customer and day.
    """
    people: dict[Who, int] = {}
    rows = [
        (people.setdefault(who, len(people)), day.toordinal(), amount)
        for who, day, amount in orders
        if day <= until
    ]
    frame = pd.DataFrame(rows, columns=["who", "day", "amount"])
    if frame.empty:
        return []
    if not np.isfinite(frame["amount"]).all() or (frame["amount"] < 0).any():
        raise ValueError("the amount of an order must be a finite number of at least 0")
    days = frame.groupby(["who", "day"], sort=True, as_index=False)["amount"].sum()
    first = ~days["who"].duplicated()
    ends = days.groupby("who")["day"].agg(["min", "max"])
    repeats = days[~first].groupby("who")["amount"].agg(["size", "mean"]).reindex(ends.index)
    return [
        (
            who,
            int(x) if x > 0 else 0,
            (last - begun) / WEEK,
            (until.toordinal() - begun) / WEEK,
            worth if x > 0 else None,
        )
        for who, begun, last, x, worth in zip(
            people,
            ends["min"].tolist(),
            ends["max"].tolist(),
            repeats["size"].tolist(),
            repeats["mean"].tolist(),
            strict=True,
        )
    ]
