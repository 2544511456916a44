"""Ten million ratings: the dashboard before and after they are summed, and what summing costs meanwhile.

    python benchmarks/ratings_summed.py [--ratings 10000000]

The dashboard is what `/satisfaction` asks: two periods of 30 days and twelve local weeks, by score. `counted`
asks the ratings themselves through their index, `summed` asks the days already summed. Summing runs as the
clock runs it, through the store's writer, two days a unit, while an event loop looks at the clock every 5 ms;
the lag is how late it comes to look. Memory is what the process has held at most while summing.
"""

import argparse
import asyncio
import sqlite3
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from plan_campaign import resident

YEARS = 3
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
LOOK = 0.005
FILL = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)
INSERT INTO rating (id, survey_id, kind, ticket_id, customer_id, agent_id, channel, score, at)
SELECT i, i, 'csat', i, i % 400000 + 1, (i * 7919) % 40 + 1,
       CASE (i * 31) % 3 WHEN 0 THEN 'telegram' WHEN 1 THEN 'email' ELSE 'webchat' END,
       CASE WHEN (i * 2654435761) % 100 < 8 THEN 1 WHEN (i * 2654435761) % 100 < 15 THEN 2
            WHEN (i * 2654435761) % 100 < 26 THEN 3 WHEN (i * 2654435761) % 100 < 58 THEN 4 ELSE 5 END,
       :start + CAST(:span AS REAL) * i / :count
FROM n
"""


def fill(database: Path, count: int) -> None:
    """Write ratings of three years as fast as SQLite can."""
    start, span = NOW - timedelta(days=365 * YEARS), timedelta(days=365 * YEARS)
    micro = timedelta(microseconds=1)
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("PRAGMA synchronous=OFF")
        begin = (start - datetime(1970, 1, 1, tzinfo=UTC)) // micro
        connection.execute(FILL, {"count": count, "start": begin, "span": span // micro})
        connection.execute("UPDATE rating SET at = CAST(at AS INTEGER)")
    connection.close()


def dashboard(session) -> None:  # type: ignore[no-untyped-def]  # imported late, so that memory is the product's
    """Ask what the satisfaction report asks."""
    from crm_store import rating_counts
    from crm_store.models.survey import SurveyKind
    from scoring import trends

    month = timedelta(days=30)
    for end in (NOW, NOW - month):
        rating_counts.histogram(session, kind=SurveyKind.CSAT, start=end - month, end=end)
    weeks = trends.bounds(NOW - timedelta(weeks=12), NOW, "W", ZoneInfo("Asia/Shanghai"))
    rating_counts.by_bucket(session, weeks)


def timed(store) -> str:  # type: ignore[no-untyped-def]
    """Say how long the dashboard takes: the middle of seven times."""
    took = []
    for _ in range(7):
        begin = time.perf_counter()
        store.read_now(dashboard)
        took.append(time.perf_counter() - begin)
    return f"{1000 * statistics.median(took):.0f} ms"


async def sum_all(store) -> tuple[float, list[float]]:  # type: ignore[no-untyped-def]
    """Sum every day through the writer; return the seconds it took and how late an event loop looked."""
    from crm_store import rating_counts

    lags: list[float] = []
    over = asyncio.Event()

    async def look() -> None:
        while not over.is_set():
            begin = time.perf_counter()
            await asyncio.sleep(LOOK)
            lags.append(time.perf_counter() - begin - LOOK)

    looking = asyncio.create_task(look())
    begin = time.perf_counter()
    while await store.write(lambda session: rating_counts.sum_days(session, now=NOW)):
        pass
    took = time.perf_counter() - begin
    over.set()
    await looking
    return took, sorted(lags)


def main() -> None:
    """Fill, ask, sum, ask again, forget the sums and sum once more."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--ratings", type=int, default=10_000_000)
    count = parser.parse_args().ratings
    with tempfile.TemporaryDirectory() as folder:
        from crm_store.models.rating_day import RatingDay, RatingDayStale, RatingSummed
        from crm_store.store import Store

        database = Path(folder) / "ratings.db"
        store = Store(f"sqlite:///{database}")
        store.create_tables()
        fill(database, count)
        print(f"{count:,} ratings of {YEARS} years, {database.stat().st_size / 1e6:,.0f} MB")
        print(f"dashboard, counted        {timed(store)}")
        for what in ("first", "all again"):
            took, lags = asyncio.run(sum_all(store))
            late = 1000 * lags[int(0.99 * (len(lags) - 1))]
            lag = f"loop lag p99 {late:.1f} ms, at most {1000 * lags[-1]:.0f} ms"
            print(f"summed, {what:<9}         {took:.1f} s, {lag}, peak memory {resident():.0f} MB")
            print(f"dashboard, summed         {timed(store)}")

            def forget(session) -> None:  # type: ignore[no-untyped-def]
                for table in (RatingDay, RatingDayStale, RatingSummed):
                    session.query(table).delete()

            store.write_now(forget)
        store.close()


if __name__ == "__main__":
    main()
