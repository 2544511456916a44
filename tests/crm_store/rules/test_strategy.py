from datetime import timedelta

import pytest

from crm_store.rules.frequency import PRESETS
from crm_store.rules.strategy import ANSWER_WITHIN, CSAT_AT_LEAST, MESSAGES, STRATEGY, Level, Speed, Strategy

ROWS = """
email    weekly  newsletter high   | high   fast online survey  | email_marketing
phone    monthly promotion  medium | high   slow phone  call    | telephone_marketing
wechat   daily   coupon     high   | medium fast online message | wechat_marketing
weibo    weekly  event      low    | low    slow online comment | weibo_marketing
telegram weekly  news       high   | high   fast online message | telegram_marketing
webchat  weekly  news       high   | high   fast online message | webchat_marketing
"""


def told(row: Strategy) -> str:
    out, service = row.communication, row.service
    return (
        f"{row.channel} {out.cadence} {out.content} {out.quality} | "
        f"{service.quality} {service.speed} {service.channel} {service.feedback} | {row.marketing.method}"
    )


def test_the_rows() -> None:
    assert [told(row) for row in STRATEGY.values()] == [
        " ".join(line.split()) for line in ROWS.strip().splitlines()
    ]
    assert {(row.marketing.goal, row.marketing.effect) for row in STRATEGY.values()} == {
        ("increase_sales", "increase_sales")
    }


@pytest.mark.parametrize("channel", STRATEGY)
def test_the_caps_of_a_channel_fit_its_cadence_and_content(channel: str) -> None:
    out, policy = STRATEGY[channel].communication, PRESETS[channel]

    assert [(cap.limit, cap.window) for cap in policy.caps] == [(1, out.cadence.period)]
    assert policy.topic in (None, out.content)


def test_better_words_ask_for_more() -> None:
    assert CSAT_AT_LEAST[Level.HIGH] > CSAT_AT_LEAST[Level.MEDIUM] > CSAT_AT_LEAST[Level.LOW]
    assert MESSAGES[Level.HIGH].delivered > MESSAGES[Level.MEDIUM].delivered > MESSAGES[Level.LOW].delivered
    assert MESSAGES[Level.HIGH].opted_out < MESSAGES[Level.MEDIUM].opted_out < MESSAGES[Level.LOW].opted_out
    assert {Speed.FAST: timedelta(hours=1), Speed.SLOW: timedelta(hours=8)} == ANSWER_WITHIN
