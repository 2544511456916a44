"""How often the FAQ index finds the right answer, beside plain rapidfuzz scorers in the same run.

    python benchmarks/faq_match.py DATA_DIR

DATA_DIR holds faq_en_banking77_kb_12shot.csv and _queries.csv, faq_en_clinc_kb.csv and
_queries_with_oos.csv, faq_zh_atec_kb.csv and _queries.csv (text, then the answer). English runs on a sample
of questions and on young FAQs drawn from it; Chinese on draws of 20, 100 and 200 answers, one phrasing each.

Prints top-1 and top-3 of the questions that have an answer (one the index keeps silent on counts as missed),
what share of all is answered at 90 % precision when cut at the best confidence, and milliseconds a question.
"""

import csv
import random
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from rapidfuzz import fuzz, process

sys.path.insert(0, str(Path(__file__).parents[1]))

from scoring.match import CONFIDENT, OFFER, Entry, FaqIndex

Pair = tuple[str, str]  # (text, answer)
Ranker = Callable[[str], Sequence[tuple[str, float]]]  # (answer, how sure), the likeliest first
OUT_OF_SCOPE = "oos"
SAMPLE = 500


def read(folder: Path, name: str) -> list[Pair]:
    """Read (text, answer) rows."""
    with (folder / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    return [(row[0], row[1]) for row in rows]


def ours(kb: Sequence[Pair], lang: str) -> Ranker:
    """Rank with the product's index."""
    answers = sorted({answer for _, answer in kb})
    number = {answer: nth for nth, answer in enumerate(answers)}
    index = FaqIndex.build([Entry(number[answer], lang, text) for text, answer in kb])
    return lambda text: [(answers[m.article_id], m.confidence) for m in index.query(text, 3)]


def plain(kb: Sequence[Pair], scorer: Callable[..., float]) -> Ranker:
    """Rank with one rapidfuzz scorer over the raw phrasings."""
    texts = [text.lower() for text, _ in kb]

    def rank(text: str) -> list[tuple[str, float]]:
        best: dict[str, float] = {}
        for _, ratio, at in process.extract(text.lower(), texts, scorer=scorer, processor=None, limit=60):
            best.setdefault(kb[at][1], ratio)
        return list(best.items())[:3]

    return rank


def answered_at(results: Sequence[tuple[bool, float]], precision: float) -> float:
    """Return the largest share answered, over cuts on confidence, with at least this precision."""
    best, right = 0, 0
    for nth, (correct, _) in enumerate(sorted(results, key=lambda result: -result[1]), start=1):
        right += correct
        if right / nth >= precision:
            best = nth
    return best / len(results)


def measure(name: str, rank: Ranker, queries: Sequence[Pair]) -> list[tuple[bool, float]]:
    """Print one row; return (right, confidence) for every question."""
    started = time.perf_counter()
    found = [rank(text) for text, _ in queries]
    took = (time.perf_counter() - started) / len(queries) * 1000
    scoped = [
        (ranked, answer) for ranked, (_, answer) in zip(found, queries, strict=True) if answer != OUT_OF_SCOPE
    ]
    top1 = sum(bool(ranked) and ranked[0][0] == answer for ranked, answer in scoped) / len(scoped)
    top3 = sum(answer in [said for said, _ in ranked] for ranked, answer in scoped) / len(scoped)
    results = [
        (bool(ranked) and ranked[0][0] == answer, ranked[0][1] if ranked else 0.0)
        for ranked, (_, answer) in zip(found, queries, strict=True)
    ]
    print(f"  {name:<18} top-1 {top1:.3f}  top-3 {top3:.3f}  ", end="")
    print(f"cov90 {answered_at(results, 0.9):.2f}  {took:6.2f} ms")
    return results


def cuts(results: Sequence[tuple[bool, float]]) -> None:
    """Print how often the index is right above each of its cut-offs."""
    for name, low, high in (
        ("CONFIDENT", CONFIDENT, 2.0),
        ("OFFER", OFFER, CONFIDENT),
        ("below", -1.0, OFFER),
    ):
        inside = [right for right, sure in results if low <= sure < high]
        share = len(inside) / len(results)
        right = sum(inside) / len(inside) if inside else 0.0
        print(f"    {name:<10} {share:.2f} of questions, {right:.2f} right")
    bins = [[right for right, sure in results if nth / 10 <= sure < (nth + 1) / 10] for nth in range(10)]
    print("    right by confidence:", " ".join(f"{sum(b) / len(b):.2f}" if b else "-" for b in bins))


def compare(title: str, kb: Sequence[Pair], queries: Sequence[Pair], lang: str) -> None:
    """Print all rows of one set."""
    print(f"\n{title}: {len(kb)} phrasings, {len({a for _, a in kb})} answers, {len(queries)} questions")
    for name, scorer in (
        ("ratio", fuzz.ratio),
        ("token_sort_ratio", fuzz.token_sort_ratio),
        ("WRatio", fuzz.WRatio),
    ):
        measure(name, plain(kb, scorer), queries)
    cuts(measure("FaqIndex", ours(kb, lang), queries))


def small(
    draw: random.Random, kb: Sequence[Pair], queries: Sequence[Pair], size: tuple[int, int]
) -> tuple[list[Pair], list[Pair]]:
    """Draw a young FAQ of (answers, phrasings each), with one question in four about something else."""
    chosen = draw.sample(sorted({answer for _, answer in kb}), size[0])
    young = [pair for answer in chosen for pair in draw.sample([p for p in kb if p[1] == answer], size[1])]
    inside = [pair for pair in queries if pair[1] in chosen]
    outside = [(text, OUT_OF_SCOPE) for text, answer in queries if answer not in chosen]
    return young, draw.sample(inside, min(300, len(inside))) + draw.sample(outside, 100)


def main() -> None:
    """Run all sets."""
    folder, draw = Path(sys.argv[1]), random.Random(7)
    kb = read(folder, "faq_en_banking77_kb_12shot.csv")
    compare(
        "banking77, 12 an answer", kb, draw.sample(read(folder, "faq_en_banking77_queries.csv"), SAMPLE), "en"
    )
    kb = read(folder, "faq_en_clinc_kb.csv")
    compare(
        "CLINC, with out of scope",
        kb,
        draw.sample(read(folder, "faq_en_clinc_queries_with_oos.csv"), SAMPLE),
        "en",
    )
    for name, size in (
        ("clinc", (15, 3)),
        ("clinc", (12, 1)),
        ("banking77", (20, 4)),
        ("banking77", (12, 1)),
    ):
        kb_name, asked_name = ("kb", "queries_with_oos") if name == "clinc" else ("kb_12shot", "queries")
        files = read(folder, f"faq_en_{name}_{kb_name}.csv"), read(folder, f"faq_en_{name}_{asked_name}.csv")
        compare(f"a young FAQ from {name}, a quarter out of scope", *small(draw, *files, size), "en")
    kb, queries = read(folder, "faq_zh_atec_kb.csv"), read(folder, "faq_zh_atec_queries.csv")
    asked = sorted({answer for _, answer in queries})
    for size in (20, 100, 200):
        chosen = set(draw.sample(asked, size))
        known = [pair for pair in kb if pair[1] in chosen]
        inside = [pair for pair in queries if pair[1] in chosen]
        outside = [(text, OUT_OF_SCOPE) for text, answer in queries if answer not in chosen]
        questions = inside + draw.sample(outside, size // 4)
        compare(f"ATEC, {size} answers, a fifth out of scope", known, questions, "zh")


if __name__ == "__main__":
    main()
