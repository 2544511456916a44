"""How long a search takes among 200,000 messages, beside LIKE and SQLite's trigram index.

    python benchmarks/search.py [MESSAGES]

Writes the messages of a repeatable corpus (Chinese, one in four English) into a SQLite store, indexes them as
the bot does, and asks 300 times for words of two characters, some in many texts, some in few, one in none. A
search is the first page: the eight tickets with the newest answers. LIKE and trigram look for the newest
eight messages with the word. Prints milliseconds and what each of the three found.
"""

import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

sys.path.insert(0, str(Path(__file__).parents[1]))

from crm_store import customers, journal, search, tickets
from crm_store.models.conversation import Message
from crm_store.rules import tokens
from crm_store.rules.lifecycle import Kind, Priority
from crm_store.search import Question
from crm_store.store import Store
from crm_store.tickets import Opening

START = datetime(2026, 1, 1, tzinfo=UTC)
TICKETS = 20_000
PAGE = 8
ROUNDS = 300
COMMON = (
    "的了是我在有不这个们来到时大地为子中你说生国年着就那和要她出也得里后自以会家"
    "可下而过天去能对小多然于心学么之都好看起发当没成只如事把还用第样道想作种开"
)
WORDS = ("退款", "物流", "快递", "发票", "换货", "优惠", "茶壶", "杯子", "破损", "漏发")
RARE = ("裂纹", "错色", "赠品", "缺件")
ENGLISH = (
    "order",
    "parcel",
    "refund",
    "invoice",
    "broken",
    "late",
    "where",
    "please",
    "again",
    "thanks",
    "cup",
    "tea",
)


def sentence(chance: random.Random) -> str:
    """Write a message as customers do: a few common characters around what it is about."""
    if chance.random() < 0.25:
        return " ".join(chance.choices(ENGLISH, k=chance.randrange(4, 12)))
    about = chance.choice(WORDS) if chance.random() < 0.6 else ""
    rare = chance.choice(RARE) if chance.random() < 0.0005 else ""
    filler = "".join(chance.choices(COMMON, k=chance.randrange(6, 30)))
    cut = chance.randrange(len(filler))
    return f"{filler[:cut]}{about}{rare}{filler[cut:]}。"


def fill(store: Store, count: int) -> None:
    """Write tickets and messages, and let the index follow."""
    chance = random.Random(3)

    def desk(session: Session) -> None:
        inbox = journal.inbox(session, "telegram", "1").id
        person = customers.create(session, inbox, "1", name="Mei 梅", language="zh", now=START)
        opening = Opening(
            kind=Kind.INQUIRY, priority=Priority.NORMAL, subject="?", first_due=None, resolution_due=None
        )
        for _ in range(TICKETS):
            tickets.create(session, person, opening, now=START)

    store.write_now(desk)
    for start in range(0, count, 5_000):
        rows = [
            {"conversation_id": 1, "ticket_id": chance.randrange(1, TICKETS + 1), "direction": "inbound",
             "at": START + timedelta(seconds=start + nth), "body": sentence(chance)}
            for nth in range(min(5_000, count - start))
        ]  # fmt: skip
        store.write_now(lambda session, rows=rows: session.execute(sa.insert(Message), rows) and None)


def timed(ask: Callable[[str], int]) -> tuple[list[float], dict[str, int]]:
    """Ask for every word again and again; return the milliseconds and how much each word found."""
    chance, took = random.Random(5), []
    found: dict[str, int] = {}
    listed = [*WORDS, *RARE, "龙猫"]
    for _ in range(ROUNDS):
        word = chance.choice(listed)
        began = time.perf_counter()
        found[word] = ask(word)
        took.append(1000 * (time.perf_counter() - began))
    return sorted(took), found


def row(name: str, took: Sequence[float], found: dict[str, int]) -> str:
    """Write one line of the table."""
    p50, p99 = took[len(took) // 2], took[int(0.99 * len(took))]
    answered = sum(1 for count in found.values() if count)
    return f"{name:<12}{p50:>9.2f}{p99:>9.2f}{took[-1]:>9.2f}   {answered} of {len(found)} words found"


def main(count: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{folder}/search.db")
        store.create_tables()
        fill(store, count)
        longest, began = 0.0, time.perf_counter()
        more = True
        while more:
            unit = time.perf_counter()
            more = store.write_now(lambda session: search.index(session, now=START + timedelta(days=999)))
            longest = max(longest, time.perf_counter() - unit)
        spent = time.perf_counter() - began
        print(f"{count} messages indexed in {spent:.0f} s, the longest unit {1000 * longest:.0f} ms")
        with sa.create_engine(store.url).begin() as connection:
            connection.exec_driver_sql("CREATE VIRTUAL TABLE grams USING fts5(body, tokenize='trigram')")
            connection.exec_driver_sql("INSERT INTO grams(rowid, body) SELECT id, body FROM message")

        def ours(word: str) -> int:
            question = Question(terms=tokens.terms(word))
            return store.read_now(lambda session: len(list(islice(search.find(session, question), PAGE))))

        def sql(text: str, value: str) -> int:
            return store.read_now(lambda session: len(session.execute(sa.text(text), {"word": value}).all()))

        like = "SELECT id, body FROM message WHERE body LIKE :word ORDER BY id DESC LIMIT 8"
        gram = "SELECT rowid, body FROM grams WHERE grams MATCH :word ORDER BY rowid DESC LIMIT 8"
        print(f"{'milliseconds':<12}{'p50':>9}{'p99':>9}{'most':>9}")
        print(row("search", *timed(ours)))
        print(row("LIKE '%…%'", *timed(lambda word: sql(like, f"%{word}%"))))
        print(row("trigram", *timed(lambda word: sql(gram, f'"{word}"'))))
        store.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
