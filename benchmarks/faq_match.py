"""How often the FAQ index finds the right answer, beside token_sort_ratio nearest neighbour in the same run.

    python benchmarks/faq_match.py DATA_DIR

DATA_DIR holds, each as text and answer, any of: faq_en_banking77_kb_12shot.csv and _kb_full.csv with
_queries.csv, faq_en_clinc_kb.csv with _queries_with_oos.csv (answer `oos`: about something else),
faq_zh_atec_kb.csv with _queries.csv; and pairs_zh_atec.csv (a, b, same). Chinese runs on six draws each of
100 and 200 answers with the one phrasing they have.

Prints top-1 and top-3 of the questions that have an answer, what share of all is answered at 95 and 90 %
precision when cut at the best confidence (`right90`: of those with an answer, the share answered rightly at
90 %), how well confidence tells right from wrong (AUROC) and the score questions with an answer from those
without (`oos`), and median milliseconds a question, reasons included, both asked by turns.
"""

import csv
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from statistics import fmean, median

from rapidfuzz import fuzz, process
from scipy.stats import rankdata

sys.path.insert(0, str(Path(__file__).parents[1]))

from scoring.match import CONFIDENT, OFFER, Entry, FaqIndex
from scoring.text import Language, normalise

Pair = tuple[str, str]  # (text, answer)
Ranked = Sequence[tuple[str, float, float]]  # (answer, confidence, score), the likeliest first
Ranker = Callable[[str], Ranked]
OUT_OF_SCOPE = "oos"
DRAWS = 6
SETS = (
    ("banking77, 12 phrasings an answer", "faq_en_banking77_kb_12shot.csv", "faq_en_banking77_queries.csv"),
    ("banking77, all phrasings", "faq_en_banking77_kb_full.csv", "faq_en_banking77_queries.csv"),
    ("CLINC150, with out of scope", "faq_en_clinc_kb.csv", "faq_en_clinc_queries_with_oos.csv"),
)
HEADS = ("top-1", "top-3", "cov95", "cov90", "right90", "AUROC", "oos", "ms")


@dataclass(frozen=True, slots=True)
class Figures:
    """One row of the table; None where a set has nothing out of scope."""

    top1: float
    top3: float
    cov95: float
    cov90: float
    right90: float
    auroc: float
    oos: float | None
    ms: float


def read(path: Path) -> list[list[str]]:
    """Read the rows below the header."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def pairs(path: Path) -> list[Pair]:
    """Read (text, answer) rows."""
    return [(row[0], row[1]) for row in read(path)]


def index_of(kb: Sequence[Pair], lang: Language) -> tuple[FaqIndex, list[str]]:
    """Build the product's index; article n is answer n."""
    answers = sorted({answer for _, answer in kb})
    number = {answer: nth for nth, answer in enumerate(answers)}
    return FaqIndex.build([Entry(number[answer], lang, text) for text, answer in kb]), answers


def ours(index: FaqIndex, answers: Sequence[str]) -> Ranker:
    """Rank with the product's index, keeping silent never."""
    return lambda text: [
        (answers[m.article_id], m.confidence, m.score) for m in index.query(text, 3, least=0.0)
    ]


def token_sort(kb: Sequence[Pair], lang: Language) -> Ranker:
    """Rank by the nearest phrasing under token_sort_ratio, over single characters in Chinese."""

    def folded(text: str) -> str:
        plain = normalise(text)
        return " ".join(plain.replace(" ", "")) if lang == "zh" else plain

    texts = [folded(text) for text, _ in kb]

    def rank(text: str) -> Ranked:
        near = process.extract(folded(text), texts, scorer=fuzz.token_sort_ratio, processor=None, limit=60)
        best: dict[str, float] = {}
        for _, ratio, at in near:
            best.setdefault(kb[at][1], ratio / 100)
        return [(answer, ratio, ratio) for answer, ratio in best.items()][:3]

    return rank


def auroc(scores: Sequence[float], good: Sequence[bool]) -> float:
    """Return how likely a good one has the higher score; 1/2 when all are good or none is."""
    positive = sum(good)
    negative = len(good) - positive
    if not positive or not negative:
        return 0.5
    ranks = rankdata(scores)
    held = sum(rank for rank, is_good in zip(ranks, good, strict=True) if is_good)
    return float((held - positive * (positive + 1) / 2) / (positive * negative))


def answered_at(results: Sequence[tuple[bool, float]], precision: float) -> tuple[int, int]:
    """Return (right, answered) at the lowest cut on confidence that keeps this precision."""
    best, right = (0, 0), 0
    for nth, (correct, _) in enumerate(sorted(results, key=lambda result: -result[1]), start=1):
        right += correct
        if right >= precision * nth:
            best = right, nth
    return best


def ask(rankers: Sequence[Ranker], queries: Sequence[Pair]) -> list[tuple[list[Ranked], float]]:
    """Ask every ranker every question, by turns; return what each found and its median milliseconds."""
    found: list[list[Ranked]] = [[] for _ in rankers]
    took: list[list[float]] = [[] for _ in rankers]
    for text, _ in queries:
        for ranker, ranked, times in zip(rankers, found, took, strict=True):
            started = time.perf_counter()
            ranked.append(ranker(text))
            times.append((time.perf_counter() - started) * 1000)
    return [(ranked, median(times)) for ranked, times in zip(found, took, strict=True)]


def measure(
    rankers: Sequence[Ranker], queries: Sequence[Pair]
) -> list[tuple[Figures, list[tuple[bool, float]]]]:
    """Return for every ranker its row, and (right, confidence) for every question."""
    return [judge(found, took, queries) for found, took in ask(rankers, queries)]


def judge(
    found: Sequence[Ranked], took: float, queries: Sequence[Pair]
) -> tuple[Figures, list[tuple[bool, float]]]:
    """Return the row of one ranker, and (right, confidence) for every question."""
    results = [
        (bool(ranked) and ranked[0][0] == answer, ranked[0][1] if ranked else 0.0)
        for ranked, (_, answer) in zip(found, queries, strict=True)
    ]
    inside = [answer != OUT_OF_SCOPE for _, answer in queries]
    third = [
        answer in [said for said, _, _ in ranked] for ranked, (_, answer) in zip(found, queries, strict=True)
    ]
    score = [ranked[0][2] if ranked else 0.0 for ranked in found]
    right, sure = [correct for correct, _ in results], [confidence for _, confidence in results]
    row = Figures(
        top1=sum(right) / sum(inside),
        top3=sum(third) / sum(inside),
        cov95=answered_at(results, 0.95)[1] / len(queries),
        cov90=answered_at(results, 0.9)[1] / len(queries),
        right90=answered_at(results, 0.9)[0] / sum(inside),
        auroc=auroc(sure, right),
        oos=None if all(inside) else auroc(score, inside),
        ms=took,
    )
    return row, results


def show(name: str, rows: Sequence[Figures]) -> None:
    """Print the mean of rows."""
    columns = zip(*(astuple(row) for row in rows), strict=True)
    means = [None if None in values else fmean(values) for values in columns]
    print(
        f"  {name:<12}" + "".join("      - " if mean is None else f"{mean:8.3f}" for mean in means),
        flush=True,
    )


def cuts(results: Sequence[tuple[bool, float]]) -> None:
    """Print how often the index is right at once, when it offers, and where it keeps silent."""
    for name, low, high in (
        ("answered", CONFIDENT, 2.0),
        ("offered", OFFER, CONFIDENT),
        ("silent", -1.0, OFFER),
    ):
        inside = [right for right, sure in results if low <= sure < high]
        right = f"{fmean(inside):.2f} right" if inside else ""
        print(f"    {name:<9} {len(inside) / len(results):5.2f} of all  {right}")


def compare(title: str, kb: Sequence[Pair], queries: Sequence[Pair]) -> None:
    """Print the rows of one English set."""
    print(f"\n{title}: {len(kb)} phrasings, {len({a for _, a in kb})} answers, {len(queries)} questions")
    print(" " * 14 + "".join(f"{head:>8}" for head in HEADS))
    started = time.perf_counter()
    index, answers = index_of(kb, "en")
    took = time.perf_counter() - started
    (theirs, _), (own, results) = measure([token_sort(kb, "en"), ours(index, answers)], queries)
    show("token_sort", [theirs])
    show("FaqIndex", [own])
    cuts(results)
    cut = index.calibrate(0.9)
    told = f"{cut.confidence:.2f}, {cut.answered} of {cut.asked} answered" if cut else "none"
    print(f"    built in {took:.1f} s; cut at 90 % by its own left-out phrasings: {told}")


def compare_draws(kb: Sequence[Pair], queries: Sequence[Pair]) -> None:
    """Print the mean of six draws of 100 and of 200 Chinese answers."""
    asked, draw = sorted({answer for _, answer in queries}), random.Random(7)
    for size in (100, 200):
        theirs, own, results = [], [], []
        for _ in range(DRAWS):
            chosen = set(draw.sample(asked, min(size, len(asked))))
            known = [pair for pair in kb if pair[1] in chosen]
            questions = [pair for pair in queries if pair[1] in chosen]
            plain, (row, told) = measure([token_sort(known, "zh"), ours(*index_of(known, "zh"))], questions)
            theirs.append(plain[0])
            own.append(row)
            results += told
        print(f"\nATEC, {size} answers of one phrasing, mean of {DRAWS} draws")
        print(" " * 14 + "".join(f"{head:>8}" for head in HEADS))
        show("token_sort", theirs)
        show("FaqIndex", own)
        cuts(results)


def compare_pairs(rows: Sequence[Sequence[str]]) -> None:
    """Print how well likeness tells Chinese paraphrases from other pairs."""
    same = [row[2] == "1" for row in rows]
    index = FaqIndex.build([Entry(nth, "zh", row[1]) for nth, row in enumerate(rows)])
    likeness = [index.likeness(row[0], nth) for nth, row in enumerate(rows)]
    plain = [token_sort([(row[1], "")], "zh")(row[0])[0][2] for row in rows]
    print(f"\nATEC, {len(rows)} pairs, same question or not")
    print(f"  token_sort   AUROC {auroc(plain, same):.3f}\n  FaqIndex     AUROC {auroc(likeness, same):.3f}")


def report(folder: Path) -> None:
    """Run all sets of a folder."""
    for title, kb, queries in SETS:
        if (folder / kb).exists() and (folder / queries).exists():
            compare(title, pairs(folder / kb), pairs(folder / queries))
    kb, queries = folder / "faq_zh_atec_kb.csv", folder / "faq_zh_atec_queries.csv"
    if kb.exists() and queries.exists():
        compare_draws(pairs(kb), pairs(queries))
    if (folder / "pairs_zh_atec.csv").exists():
        compare_pairs(read(folder / "pairs_zh_atec.csv"))


if __name__ == "__main__":
    report(Path(sys.argv[1]))
