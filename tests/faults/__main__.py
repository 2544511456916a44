"""Break the bot in every way there is a trial for, and print what was lost or doubled."""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.tally import table
from tests.faults.trials import LANES, all_trials, run

NOTE = """
kept twice: a message stored twice · repeated: answers a customer got again after a doubt, for they are
sent at least once · in doubt: attempts that may have gone out unnoticed · unknown: campaign messages of
which no one can tell whether they arrived; they are listed and never repeated, and the sandbox knows which
it was sent · unlisted: campaign messages whose state does not say what the sandbox was sent"""


def main() -> int:
    """Run the trials asked for; the exit code is 1 when something was lost, doubled or not listed."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("names", nargs="*", help="the trials to run; all without a name")
    parser.add_argument("--kills", type=int, default=50, help="how often the random trial kills")
    parser.add_argument("--seed", type=int, default=7, help="what the random moments grow from")
    parser.add_argument("--lanes", type=int, default=LANES, help="how many trials run at a time")
    asked = parser.parse_args()
    known = all_trials(kills=asked.kills, seed=asked.seed)
    wrong = [name for name in asked.names if name not in known]
    if wrong:
        parser.error(f"no trial is called {', '.join(wrong)}; there are {', '.join(known)}")
    chosen = {name: known[name] for name in asked.names or known}
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        tallies = asyncio.run(
            run(
                Path(folder), chosen, lanes=asked.lanes,
                told=lambda tally: print(f"done: {tally.trial}", file=sys.stderr, flush=True),
            )
        )  # fmt: skip
    print(table([tallies[name] for name in chosen]))
    print(NOTE)
    broken = {tally.trial: tally.faults for tally in tallies.values() if tally.faults}
    for trial, faults in broken.items():
        print(f"NOT AS IT MUST BE: {trial}: {faults}")
    print(f"{len(tallies)} trials in {time.monotonic() - start:.0f} s, {len(broken)} not as they must be")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
