"""How well the rules tell inquiry, feedback and complaint apart.

    python benchmarks/intake_kind.py DATA_DIR

DATA_DIR holds intake_kind.csv with the columns text, kind, lang, source. The rules and their words are judged
as they are, nothing is trained for them. Beside them stands what a team could learn from texts of its own
(`scoring/learn.py`), trained and judged in five folds here and thrown away.

Prints, for each language, accuracy and macro-F1 (as they are, and with every label weighing the same), the
confusion, how often each source is right, and the time.
"""

import csv
import random
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from scoring import learn, text  # the project runs from its root, it is not installed

Row = dict[str, str]
FOLDS = 5


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


def judge_rules(lang: str, rows: list[Row]) -> None:
    """Print the figures of the shipped rules in one language."""
    started = time.perf_counter()
    kinds = [text.kind(row["text"]) for row in rows]
    took = (time.perf_counter() - started) / len(rows) * 1e6
    told: list[str] = [kind.label for kind in kinds]
    pairs = [(row["kind"], label) for row, label in zip(rows, told, strict=True)]
    accuracy = sum(true == label for true, label in pairs) / len(pairs)
    silent = sum(kind.reasons[0].code == "no_signal" for kind in kinds if kind.reasons) / len(kinds)
    print(f"\nkind {lang}, shipped rules: {len(rows)} texts, accuracy {accuracy:.3f}, ", end="")
    print(f"macro-F1 {macro_f1(pairs):.3f}, ", end="")
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


def judge_learnt(lang: str, rows: list[Row]) -> None:
    """Print macro-F1 of models learnt from four fifths and asked about the last, five times."""
    shuffled = random.Random(7).sample(rows, len(rows))
    started = time.perf_counter()
    pairs = []
    for fold in range(FOLDS):
        known = [row for nth, row in enumerate(shuffled) if nth % FOLDS != fold]
        asked = [row for nth, row in enumerate(shuffled) if nth % FOLDS == fold]
        model = learn.kinds([(row["text"], row["kind"]) for row in known])
        told = model.kinds([row["text"] for row in asked])
        pairs += [(row["kind"], kind.label) for row, kind in zip(asked, told, strict=True)]
    accuracy = sum(true == label for true, label in pairs) / len(pairs)
    took = time.perf_counter() - started
    print(f"kind {lang}, learnt in {FOLDS} folds: accuracy {accuracy:.3f}, ", end="")
    print(f"macro-F1 {macro_f1(pairs):.3f}, {took:.0f} s", flush=True)


def report(folder: Path) -> None:
    """Measure both languages of a folder."""
    path = folder / "intake_kind.csv"
    if not path.exists():
        return
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for lang in ("en", "zh"):
        of_lang = [row for row in rows if row["lang"] == lang]
        if of_lang:
            judge_rules(lang, of_lang)
            judge_learnt(lang, of_lang)


if __name__ == "__main__":
    report(Path(sys.argv[1]))
