"""How well the lexicon tells pleased from displeased texts, judged as it is: nothing is trained.

    python benchmarks/sentiment.py DATA_DIR

DATA_DIR holds sentiment_en.csv, sentiment_zh.csv or both, with the columns text, label (1 pleased, 0 not) and
source. Prints accuracy (nothing told counts as pleased), AUROC,
the share where nothing tells, and each source.
"""

import csv
import sys
import time
from collections import defaultdict
from pathlib import Path
from statistics import fmean

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.faq_match import auroc
from scoring.text import sentiment


def report(folder: Path) -> None:
    """Print the figures of each language of a folder."""
    for lang in ("en", "zh"):
        path = folder / f"sentiment_{lang}.csv"
        if not path.exists():
            continue
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        started = time.perf_counter()
        told = [sentiment(row["text"]).p for row in rows]
        took = (time.perf_counter() - started) / len(rows) * 1e6
        pleased = [row["label"] == "1" for row in rows]
        right = [(p >= 0.5) == is_pleased for p, is_pleased in zip(told, pleased, strict=True)]
        print(f"\nsentiment {lang}: {len(rows)} texts, accuracy {fmean(right):.3f}, ", end="")
        print(f"AUROC {auroc(told, pleased):.3f}, ", end="")
        print(f"nothing told {fmean(p == 0.5 for p in told):.3f}, {took:.0f} us a text")
        by_source: dict[str, list[bool]] = defaultdict(list)
        for row, correct in zip(rows, right, strict=True):
            by_source[row["source"]].append(correct)
        for source, correct_ones in sorted(by_source.items()):
            print(f"    {fmean(correct_ones):.3f} of {len(correct_ones):>4}  {source}")


if __name__ == "__main__":
    report(Path(sys.argv[1]))
