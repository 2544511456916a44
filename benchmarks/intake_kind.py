"""How well the rules tell inquiry, feedback and complaint apart.

    python benchmarks/intake_kind.py DATA_DIR

DATA_DIR holds intake_kind.csv with the columns text, kind, lang, source. Nothing is trained on it, but the
word list was revised with the recall of each source in view; its first version, written blind, reached a
macro-F1 of .708 in English and .752 in Chinese.

Prints, for each language, accuracy and macro-F1 (as they are, and with every label weighing the same), the
confusion, how often each source is right, and the time.
"""

import csv
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from scoring import text  # the project runs from its root, it is not installed

Row = dict[str, str]


def macro_f1(pairs: list[tuple[str, str]]) -> float:
    """Return the mean F1 of the three labels over (true, told) pairs."""
    values = []
    for label in text.LABELS:
        both = sum(true == told == label for true, told in pairs)
        either = sum(true == label for true, _ in pairs) + sum(told == label for _, told in pairs)
        values.append(2 * both / either if either else 0.0)
    return sum(values) / len(values)


def balanced(rows: list[Row], told: list[str]) -> list[tuple[str, str]]:
    """Return (true, told) pairs with every label repeated to weigh the same."""
    sizes = Counter(row["kind"] for row in rows)
    largest = max(sizes.values())
    pairs = []
    for row, label in zip(rows, told, strict=True):
        pairs += [(row["kind"], label)] * round(10 * largest / sizes[row["kind"]])
    return pairs


def report(lang: str, rows: list[Row]) -> None:
    """Print the figures of one language."""
    started = time.perf_counter()
    kinds = [text.kind(row["text"]) for row in rows]
    took = (time.perf_counter() - started) / len(rows) * 1e6
    told: list[str] = [kind.label for kind in kinds]
    pairs = [(row["kind"], label) for row, label in zip(rows, told, strict=True)]
    accuracy = sum(true == label for true, label in pairs) / len(pairs)
    silent = sum(kind.reasons[0].code == "no_signal" for kind in kinds if kind.reasons) / len(kinds)
    print(f"\n{lang}: {len(rows)} texts, accuracy {accuracy:.3f}, macro-F1 {macro_f1(pairs):.3f}, ", end="")
    print(f"balanced {macro_f1(balanced(rows, told)):.3f}, no signal {silent:.3f}, {took:.0f} us a text")
    sure = [(t, k.label) for (t, _), k in zip(pairs, kinds, strict=True) if k.p >= 0.8]
    right = sum(true == label for true, label in sure) / len(sure)
    print(f"  told with p >= .8: {len(sure) / len(rows):.2f} of texts, {right:.3f} right")
    for true in text.LABELS:
        row_counts = Counter(label for actual, label in pairs if actual == true)
        print(f"  {true:<10}", "  ".join(f"{label} {row_counts[label]:>4}" for label in text.LABELS))
    by_source: dict[str, list[bool]] = defaultdict(list)
    for row, (true, label) in zip(rows, pairs, strict=True):
        by_source[f"{true} {row['source']}"].append(true == label)
    for source, correct in sorted(by_source.items()):
        print(f"    {sum(correct) / len(correct):.3f} of {len(correct):>4}  {source}")


def main() -> None:
    """Measure both languages."""
    with (Path(sys.argv[1]) / "intake_kind.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for lang in ("en", "zh"):
        report(lang, [row for row in rows if row["lang"] == lang])


if __name__ == "__main__":
    main()
