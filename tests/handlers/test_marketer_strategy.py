"""The strategy table: beside each target what was measured, how sure it is, and whether it is met."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.sla import TicketClock
from crm_store.models.ticket import Ticket
from handlers.ports import Message, Place
from handlers.texts import catalogue
from tests.crm_store import crowd
from tests.crm_store.test_campaign_figures import rate, write
from tests.factories import CAST, House
from tests.handlers.marketing import ZHAO, confirm, open_house
from tests.handlers.test_marketer_reports import send_all

LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])


def answered(at: House, minutes: int, score: int) -> None:
    """Let a ticket be answered and resolved after so many minutes, and rated."""
    [customer] = crowd.crowd(at.store, 1)
    number = crowd.complain(at.store, customer, status="resolved")
    done = at.now + timedelta(minutes=minutes)

    def place(session: Session) -> None:
        session.execute(
            sa.update(Ticket)
            .where(Ticket.id == number)
            .values(opened=at.now, first_replied=done, resolved=done)
        )
        session.add(TicketClock(ticket_id=number, started=at.now, used=minutes * 60_000_000))
        rate(session, number, score, done)

    at.store.write_now(place)


@LANGUAGES
def test_nothing_measured_is_said_so(tmp_path: Path, language: str) -> None:
    at = open_house(tmp_path, language=language)
    at.hears("zhao", "/strategy load")
    told = "\n".join(at.hears("zhao", "/strategy"))
    assert told.count(catalogue.say(language, "measured.nothing")) == 6
    assert catalogue.say(language, "measured.head", days=90) in told


@LANGUAGES
def test_each_target_has_its_measured_value_below_it(tmp_path: Path, language: str) -> None:
    at = open_house(tmp_path, language=language)
    at.hears("zhao", "/strategy load")
    crowd.crowd(at.store, 396)
    confirm(at)
    send_all(at)
    at.store.write_now(lambda session: [write(session, one, at.now) for one in range(1, 41)])
    for turn in range(40):
        answered(at, 30 if turn < 20 else 90, 5 if turn < 10 else 2)
    at.passes(hours=3)
    blocks = "\n\n".join(at.hears("zhao", "/strategy")).split("\n\n")
    told = next(block for block in blocks if block.startswith("✈️ Telegram"))
    lines = [line for line in told.splitlines() if line.startswith("▸")]
    expected = {
        "en": [
            "▸ Delivered 400 of 400, 100% (99.0%–100%): meets it",
            "▸ Answered within 24 hours 40 of 400, 10% (7.4%–13%)",
            "▸ Opted out within 72 hours 0 of 400, 0% (0%–1.0%): cannot tell",
            "▸ Effect: cannot tell without a hold-out; the preview of a campaign offers one",
            "▸ First answer in time 20 of 40, 50% (35%–65%): misses it",
        ],
        "zh": [
            "▸ 送达 400/400，100%（99.0%–100%）：达标",
            "▸ 24 小时内回复 40/400，10%（7.4%–13%）",
            "▸ 72 小时内退订 0/400，0%（0%–1.0%）：无法判断",
            "▸ 营销效果：没有对照组，无法判断；可在活动预览里留出对照",
            "▸ 按时首次回复 20/40，50%（35%–65%）：未达标",
        ],
    }
    assert lines[:5] == expected[language]
    satisfied = {
        "en": "▸ Satisfied 10 of 40, 25% (14%–40%): misses it",
        "zh": "▸ 满意 10/40，25%（14%–40%）：未达标",
    }
    assert lines[7] == satisfied[language]
    assert {"en": "nine of ten within 1 h 3", "zh": "九成不超过 1 小时 3"}[language] in lines[5]
    assert len(lines) == 8


def test_below_ten_it_is_too_few_to_say(tmp_path: Path) -> None:
    at = open_house(tmp_path, language="en")
    at.hears("zhao", "/strategy load")
    for _ in range(9):
        answered(at, 5, 5)
    at.passes(hours=1)
    told = "\n".join(at.hears("chen", "/strategy"))
    assert "▸ First answer in time 9 of 9, too few to say" in told
    assert "▸ First answer in open hours: 9, too few to say" in told
    assert "▸ Satisfied 9 of 9, too few to say" in told
    assert "meets it" not in told


def test_what_is_older_than_the_period_is_left_out(tmp_path: Path) -> None:
    at = open_house(tmp_path, language="en")
    at.hears("zhao", "/strategy load")
    confirm(at)
    send_all(at)
    at.passes(days=91)
    told = "\n".join(at.hears("zhao", "/strategy"))
    assert told.count("▸ Nothing measured yet") == 6


@pytest.mark.parametrize(
    ("text", "only_reads"),
    [("/strategy", True), ("/strategy LOAD", False), ("/strategy 加载", False), ("/strategy x load", True)],
)
def test_only_loading_writes(tmp_path: Path, text: str, only_reads: bool) -> None:
    at = open_house(tmp_path)
    event = Message(Place(at.inbox_id, "telegram", ZHAO), CAST["zhao"], "1", at.now, text)
    assert at.routes.only_reads(event) is only_reads
