"""Time and memory to plan a campaign, beside rows without a judgement and beside one object a person.

    python benchmarks/plan_campaign.py [--customers 100000]

`plan` is what the bot does: consent, caps, quiet hours and complaints judged in SQL, a row with verdict and
reason for everyone and the room under the caps reserved, in chunks. `rows` inserts rows of the same width
and asks nothing. `objects` loads everyone as an object and judges by nothing but a consent. Each runs in a
process of its own on the same database; the memory is what the process grew by.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from crowd import fill

MODES = ("rows", "objects", "plan")


def resident() -> float:
    """Return the most memory this process has held, in MB."""
    words = Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()
    return int(words[0]) / 1024


def work(mode: str, database: Path) -> None:
    """Plan in one way and print time, memory and the longest unit."""
    import sqlalchemy as sa

    from crm_store import runs
    from crm_store.models.campaign import Occurrence, Recipient
    from crm_store.models.consent import Consent
    from crm_store.models.customer import Customer
    from crm_store.store import Store

    store = Store(f"sqlite:///{database}")
    now, longest, turns = datetime.now(UTC), 0.0, 0
    before, start = resident(), time.perf_counter()
    if mode == "plan":
        more = True
        while more:
            began = time.perf_counter()
            more = store.write_now(lambda session: runs.plan(session, 1, now=now))
            longest, turns = max(longest, time.perf_counter() - began), turns + 1
    elif mode == "rows":
        store.write_now(
            lambda session: session.execute(
                sa.insert(Recipient).from_select(
                    ["occurrence_id", "customer_id", "verdict", "reason", "not_before", "state"],
                    sa.select(
                        sa.select(Occurrence.id).scalar_subquery(), Customer.id, sa.literal("now"),
                        sa.literal("ok"), sa.literal(now, Recipient.not_before.type), sa.literal("planned"),
                    ),
                )
            )
        )  # fmt: skip
    else:

        def plan(session: "sa.orm.Session") -> None:
            run = session.scalars(sa.select(Occurrence)).one()
            said_yes = set(session.scalars(sa.select(Consent.customer_id)))
            for person in session.scalars(sa.select(Customer)):
                verdict, reason = ("now", "ok") if person.id in said_yes else ("never", "no_consent")
                session.add(
                    Recipient(occurrence_id=run.id, customer_id=person.id, verdict=verdict, reason=reason,
                              not_before=now)
                )  # fmt: skip

        store.write_now(plan)
    took, grew = time.perf_counter() - start, resident() - before
    made = store.read_now(lambda session: session.scalar(sa.select(sa.func.count()).select_from(Recipient)))
    told = f"  {turns} units, the longest {longest * 1000:.0f} ms" if turns else ""
    print(f"{mode:8} {took:6.2f} s  +{grew:5.1f} MB  {made} recipients{told}", flush=True)
    store.close()


def main() -> None:
    """Fill a database once and plan on copies of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--mode", choices=MODES)
    parser.add_argument("--database", type=Path)
    asked = parser.parse_args()
    if asked.mode:
        work(asked.mode, asked.database)
        return
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder, "whole.db")
        fill(whole, asked.customers, account="1")
        for mode in MODES:
            copy = Path(folder, f"{mode}.db")
            shutil.copy(whole, copy)
            subprocess.run([sys.executable, __file__, "--mode", mode, "--database", str(copy)], check=True)


if __name__ == "__main__":
    main()
