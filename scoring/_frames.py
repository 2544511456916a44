"""Trends as pandas frames; imported on first use, because pandas costs 40 MB and half a second."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import numpy as np
import pandas as pd

from scoring.satisfaction import CSAT_SCALE, TOP_TWO, Rate, wilson

Count = tuple[int, int, int]


def count(rows: Iterable[tuple[datetime, int]], limits: Sequence[datetime]) -> list[Count]:
    """Count (instant, score) rows by bucket position and score, leaving out rows beyond the bounds."""
    frame = pd.DataFrame(list(rows), columns=["at", "score"])
    if frame.empty:
        return []
    frame["at"] = pd.to_datetime(frame["at"], utc=True)
    edges = pd.DatetimeIndex(pd.to_datetime(list(limits), utc=True))
    frame["bucket"] = edges.searchsorted(frame["at"], side="right") - 1
    inside = frame[(frame["bucket"] >= 0) & (frame["bucket"] < len(limits) - 1)]
    sizes = inside.groupby(["bucket", "score"], sort=True).size().reset_index(name="n")
    table: list[list[int]] = sizes.to_numpy(dtype=np.int64).tolist()
    return [(bucket, score, n) for bucket, score, n in table]


def series(counts: Iterable[Count], buckets: int, *, confidence: float) -> list[tuple[Rate, float | None]]:
    """Return the CSAT and the mean score of each bucket, empty ones included.

    The frame is (buckets x 5 scores): one row a bucket, one column a score, how many in each cell.
    """
    frame = pd.DataFrame(list(counts), columns=["bucket", "score", "n"]).astype(np.int64)
    _check(frame, buckets)
    table = frame.pivot_table(index="bucket", columns="score", values="n", aggfunc="sum", fill_value=0)
    table = table.reindex(index=range(buckets), columns=list(CSAT_SCALE), fill_value=0)
    scores = np.array(CSAT_SCALE)
    n = table.sum(axis=1).to_numpy()
    satisfied = table.loc[:, scores >= TOP_TWO].sum(axis=1).to_numpy()
    totals = table.to_numpy() @ scores
    return [
        (wilson(int(k), int(size), confidence=confidence), float(total / size) if size else None)
        for k, size, total in zip(satisfied, n, totals, strict=True)
    ]


def _check(frame: pd.DataFrame, buckets: int) -> None:
    """Refuse a bucket position, score or count that cannot be."""
    if buckets < 1:
        raise ValueError("a series needs at least two bounds")
    if not frame["bucket"].between(0, buckets - 1).all():
        raise ValueError(f"a bucket position lies outside 0 to {buckets - 1}")
    if not frame["score"].isin(list(CSAT_SCALE)).all():
        raise ValueError("a score lies outside 1 to 5")
    if (frame["n"] < 0).any():
        raise ValueError("a count is negative")
