"""Counting after a trial: what people wrote, what the database holds and what the sandbox was sent."""

import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tests.faults.site import Site

WAITING = """SELECT (SELECT count(*) FROM journal WHERE state = 'new')
  + (SELECT count(*) FROM outbox WHERE chat NOT LIKE '-%' AND state IN ('ready', 'claimed', 'sending'))
  + (SELECT count(*) FROM occurrence WHERE state IN ('due', 'planning'))
  + (SELECT count(*) FROM recipient WHERE state IN ('planned', 'queued'))"""
KEPT = """SELECT message.body, count(*), count(ticket.id) FROM message
  LEFT JOIN ticket ON ticket.id = message.ticket_id
  WHERE message.direction = 'inbound' GROUP BY message.body"""
ORDER = """SELECT conversation.chat, message.body FROM message
  JOIN conversation ON conversation.id = message.conversation_id
  WHERE message.direction = 'inbound' ORDER BY message.id"""
ANSWERS = "chat NOT LIKE '-%' AND priority <> 'campaign'"
MARKED = f"SELECT chat FROM outbox WHERE may_repeat AND {ANSWERS}"  # noqa: S608 - our own words
# A crash counts an attempt of every row it found in flight but writes no delivery of it.
IN_DOUBT = f"""SELECT coalesce(sum(attempts), 0) FROM outbox WHERE {ANSWERS}"""  # noqa: S608 - our own words
SETTLED = f"""SELECT count(*) FROM delivery JOIN outbox ON outbox.id = delivery.outbox_id
  WHERE {ANSWERS} AND outcome NOT IN ('limited', 'retry')"""  # noqa: S608 - our own words
PEOPLE = """SELECT identity.address, recipient.state FROM recipient
  JOIN identity ON identity.customer_id = recipient.customer_id"""


@dataclass(slots=True)
class Tally:
    """What became of everything, in numbers."""

    trial: str = ""
    kills: int = 0
    written: int = 0
    lost: int = 0
    kept_twice: int = 0
    without_ticket: int = 0
    out_of_order: int = 0
    unfinished: int = 0
    dead_letters: int = 0
    unacknowledged: int = 0
    repeated: int = 0
    in_doubt: int = 0
    unmarked: int = 0
    unexplained: int = 0
    recipients: int = 0
    sent: int = 0
    doubled: int = 0
    unknown: int = 0
    unknown_seen: int = 0
    unlisted: int = 0

    @property
    def faults(self) -> dict[str, int]:
        """Return what must be 0 and is not."""
        must = (
            "lost", "kept_twice", "without_ticket", "out_of_order", "unfinished", "dead_letters",
            "unacknowledged", "unmarked", "unexplained", "doubled", "unlisted",
        )  # fmt: skip
        return {name: getattr(self, name) for name in must if getattr(self, name)}


def query(site: Site, sql: str, *given: object) -> list[tuple[object, ...]]:
    """Ask the bot's database beside the bot."""
    with sqlite3.connect(f"file:{site.database}?mode=ro", uri=True, timeout=5) as connection:
        return connection.execute(sql, given).fetchall()


def is_drained(site: Site) -> bool:
    """Tell whether nothing waits any more, neither there nor here."""
    return not site.world.bot.updates.waiting and query(site, WAITING)[0][0] == 0


def count(site: Site, trial: str, *, campaign: str = "") -> Tally:
    """Count what became of everything that people wrote and of a campaign with these words."""
    tally = Tally(trial, kills=site.kills, written=len(site.written))
    _count_messages(site, tally)
    _count_answers(site, tally)
    _count_campaign(site, tally, campaign)
    return tally


def _number(site: Site, sql: str) -> int:
    return int(str(query(site, sql)[0][0]))


def _count_messages(site: Site, tally: Tally) -> None:
    kept = {str(body): (int(str(times)), int(str(tickets))) for body, times, tickets in query(site, KEPT)}
    tally.lost = sum(text not in kept for text in site.written)
    tally.kept_twice = sum(times - 1 for times, _ in kept.values())
    tally.without_ticket = sum(times - tickets for times, tickets in kept.values())
    tally.unfinished = _number(site, WAITING)
    tally.dead_letters = _number(site, "SELECT count(*) FROM journal WHERE state = 'failed'")
    seen: dict[str, list[str]] = {}
    for chat, body in query(site, ORDER):
        seen.setdefault(str(chat), []).append(str(body))
    tally.out_of_order = sum(bodies != sorted(bodies) for bodies in seen.values())


def _count_answers(site: Site, tally: Tally) -> None:
    marked = {str(chat) for (chat,) in query(site, MARKED)}
    tally.in_doubt = _number(site, IN_DOUBT) - _number(site, SETTLED)
    for chat in set(site.written.values()):
        said = Counter(site.said(chat))
        tally.unacknowledged += not said
        repeats = sum(times - 1 for times in said.values())
        tally.repeated += repeats
        tally.unmarked += bool(repeats) and str(chat) not in marked
    tally.unexplained = max(0, tally.repeated - tally.in_doubt)


def _count_campaign(site: Site, tally: Tally, campaign: str) -> None:
    if not campaign:
        return
    for address, state in query(site, PEOPLE):
        seen = site.said(int(str(address))).count(campaign)
        tally.recipients += 1
        tally.sent += state == "sent"
        tally.doubled += max(0, seen - 1)
        tally.unknown += state == "unknown"
        tally.unknown_seen += state == "unknown" and seen > 0
        tally.unlisted += state != "unknown" and (state == "sent") != (seen > 0)


COLUMNS = (
    ("trial", "trial"), ("kills", "kills"), ("written", "written"), ("lost", "lost"),
    ("kept_twice", "kept twice"), ("without_ticket", "no ticket"), ("out_of_order", "disorder"),
    ("dead_letters", "dead"), ("unacknowledged", "no answer"), ("repeated", "repeated"),
    ("in_doubt", "in doubt"), ("unmarked", "unmarked"), ("recipients", "campaign"), ("sent", "sent"),
    ("doubled", "doubled"), ("unknown", "unknown"), ("unknown_seen", "of which seen"),
    ("unlisted", "unlisted"), ("unfinished", "left over"),
)  # fmt: skip


def table(tallies: Sequence[Tally]) -> str:
    """Lay tallies out as a table."""
    rows = [[head for _, head in COLUMNS]]
    rows += [[str(getattr(tally, name)) for name, _ in COLUMNS] for tally in tallies]
    widths = [max(len(row[at]) for row in rows) for at in range(len(COLUMNS))]
    return "\n".join(
        "  ".join(
            [
                row[0].ljust(widths[0]),
                *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)),
            ]
        )
        for row in rows
    )
