"""What supervisors and marketers are told of customers' worth, and campaigns to segments."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import consents, purchase_sums, scores, segments
from crm_store.consents import Scope
from crm_store.models.campaign import Recipient, Reservation
from crm_store.models.conversation import Conversation, Message
from crm_store.models.customer import Customer, Identity, Order
from crm_store.models.score import CustomerScore, StageMonth
from handlers.routes import ROUTES
from tests.factories import House, house
from tests.handlers.marketing import newest, press, step, tick
from tests.handlers.shop import scored, scored_shop
from tests.handlers.staffed import speaks_english

MANY, FEW = 60, 6


@pytest.fixture
def shop(tmp_path: Path, store_url: str) -> House:
    """Open a house whose customers have bought for two years, scored."""
    return scored_shop(tmp_path, store_url, customers=MANY)


@pytest.fixture
def small(tmp_path: Path) -> House:
    """Open a house that a few have bought from, none twice."""
    at = speaks_english(house(tmp_path, ROUTES))
    buys(at, {number: [at.now - timedelta(days=50 * number)] for number in range(1, FEW + 1)})
    scored(at)
    return at


def buys(at: House, days: dict[int, list[datetime]]) -> None:
    """Let customers buy something for 10 yuan at certain times."""

    def unit(session: Session) -> None:
        for who, times in days.items():
            if session.get(Customer, who) is None:
                session.add(Customer(id=who, name=f"No. {who}", language="en", created=at.now, attributes={}))
                session.flush()
            session.add_all(
                Order(
                    number=f"{who}-{one}", customer_id=who, product="tea", amount=1000, currency="CNY", at=one
                )
                for one in times
            )

    at.store.write_now(unit)


def agree(at: House, who: int) -> None:
    """Let a customer of the shop be reachable and agree to news."""

    def unit(session: Session) -> None:
        identity = session.scalars(sa.select(Identity).where(Identity.customer_id == who)).one()
        session.add(
            Conversation(
                inbox_id=at.inbox_id, chat=identity.address, customer_id=who, identity_id=identity.id,
                started=at.now,
            )
        )  # fmt: skip
        consents.grant(session, Scope(who, "telegram", "news"), source="test", wording="?", now=at.now)

    at.store.write_now(unit)


def all_scores(at: House) -> dict[int, CustomerScore]:
    rows = at.store.read_now(lambda session: session.scalars(sa.select(CustomerScore)).all())
    return {row.customer_id: row for row in rows}


def test_loyalty_tells_stages_with_intervals_and_what_they_rest_on(shop: House) -> None:
    [told] = shop.hears("chen", "/loyalty")
    stages = [one.stage for one in all_scores(shop).values()]
    assert f"{MANY} ever bought" in told
    for stage, word in (("active", "active"), ("at_risk", "at risk"), ("lapsed", "lapsed")):
        assert f"{word}: " in told
        assert f"{stages.count(stage)} of {MANY}" in told
    assert "BG/NBD on 60 customers" in told
    assert "nobody was asked in 90 days" in told
    assert "Would recommend us: nobody answered" in told


def test_a_small_shop_goes_by_silence_and_says_it_is_too_few(small: House) -> None:
    [told] = small.hears("chen", "/loyalty")
    assert "Too few to say: 6 so far" in told
    assert "at risk after 90 days without a purchase, lapsed after 365" in told
    assert {one.basis for one in all_scores(small).values()} == {"silence"}
    assert {who: one.stage for who, one in all_scores(small).items()} == {
        1: "active", 2: "at_risk", 3: "at_risk", 4: "at_risk", 5: "at_risk", 6: "at_risk",
    }  # fmt: skip


def test_without_purchases_loyalty_says_how_they_come_in(tmp_path: Path) -> None:
    at = speaks_english(house(tmp_path, ROUTES))
    assert scored(at) == 0
    assert "python -m bot import orders" in at.hears("chen", "/loyalty")[0]
    at.store.close()


def test_who_is_at_risk_is_listed_richest_first_with_their_cards(small: House) -> None:
    buys(small, {3: [small.now - timedelta(days=149)]})
    small.passes(minutes=2)
    scored(small)
    [told] = small.presses("chen", "v1:at_risk::0")
    assert told.index("No. 3") < told.index("No. 2")
    assert ("👤 No. 3", "v1:customer:3:0") in small.buttons()
    assert "1–5 of 5" in small.presses("chen", "v1:at_risk::99")[0]


def test_orders_are_scored_anew_when_more_came_in_and_each_night(shop: House) -> None:
    assert scored(shop) == 0
    buys(shop, {1000: [shop.now]})
    assert scored(shop) == 0  # others wrote just now
    shop.passes(minutes=2)
    assert scored(shop) > 0
    assert scored(shop) == 0
    shop.passes(days=1)
    assert scored(shop) > 0
    run = shop.store.read_now(scores.newest)
    assert run is not None
    assert {one.run_id for one in all_scores(shop).values()} == {run.id}


def test_past_months_stay_as_they_were_counted_until_older_orders_come_to_light(shop: House) -> None:
    def months(session: Session) -> dict[tuple[str, str], int]:
        rows = session.scalars(sa.select(StageMonth)).all()
        return {(row.month_end, row.stage): row.number for row in rows}

    before = shop.store.read_now(months)
    assert len({end for end, _ in before}) == 6
    buys(shop, {5000: [shop.now - timedelta(days=400)]})
    shop.passes(days=1)
    scored(shop)
    assert shop.store.read_now(months) == before
    shop.store.write_now(lambda session: scores.forget_months(session, "2025-01-01"))
    shop.passes(days=1)
    scored(shop)
    after = shop.store.read_now(months)
    assert sum(after.values()) == sum(before.values()) + 6


def test_an_erased_customer_loses_their_scores(shop: House) -> None:
    def erase(session: Session) -> None:
        session.get_one(Customer, 1000).erased = shop.now

    shop.store.write_now(erase)
    shop.passes(days=1)
    scored(shop)
    assert 1000 not in all_scores(shop)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("typed", "rule"),
    [
        ("A", {"class": ["A"]}),
        ("A 类客户", {"class": ["A"]}),
        ("at risk", {"stage": ["at_risk"]}),
        ("可能流失", {"stage": ["at_risk"]}),
        ("RFM at risk", {"rfm": ["at_risk"]}),
        ("Champion", {"rfm": ["champion"]}),
        ("east china", {"region": ["east"]}),
        ("group 1", {"cluster": ["0"]}),
        ("A + B + en", {"class": ["A", "B"], "language": ["en"]}),
        ("likely", {"likely": ["yes"]}),
    ],
)
def test_a_segment_has_the_customers_its_rule_names(tmp_path: Path, typed: str, rule: segments.Rule) -> None:
    at = scored_shop(tmp_path, customers=MANY)
    size = at.store.read_now(lambda session: segments.size(session, rule))
    [told] = at.hears("zhao", f"/segment {typed}")
    assert told.splitlines()[0].endswith(f" · {size}")
    at.store.close()


def test_segments_of_one_kind_share_everybody_out(shop: House) -> None:
    def sizes(session: Session, field: str, values: list[str]) -> list[int]:
        return [segments.size(session, {field: [value]}) for value in values]

    classes = shop.store.read_now(lambda session: sizes(session, "class", ["A", "B", "C"]))
    stages = ["new", "active", "at_risk", "lapsed"]
    assert sum(classes) == sum(shop.store.read_now(lambda session: sizes(session, "stage", stages))) == MANY
    rich = [one for one in all_scores(shop).values() if one.abc == "A"]
    whole = sum(one.revenue for one in all_scores(shop).values())
    assert sum(one.revenue for one in rich) >= 0.8 * whole
    assert sum(one.revenue for one in rich) - min(one.revenue for one in rich) < 0.8 * whole


def test_a_field_nobody_knows_lets_nobody_in(shop: House) -> None:
    assert shop.store.read_now(lambda session: segments.size(session, {"shoe": ["44"]})) == 0


@pytest.mark.parametrize(
    ("typed", "said"),
    [("champoin", "Did you mean “champion”?"), ("qqqqqq", "No segment is called “qqqqqq”. /segment lists")],
)
def test_a_mistyped_name_gets_a_hint(small: House, typed: str, said: str) -> None:
    assert said in small.hears("zhao", f"/segment {typed}")[0]


def test_a_campaign_to_a_segment_reaches_its_members_who_agreed(shop: House) -> None:
    found = all_scores(shop)
    rich = sorted(who for who, one in found.items() if one.abc == "A")
    poor = next(who for who, one in found.items() if one.abc == "C")
    for who in (*rich[:2], poor):
        agree(shop, who)
    assert f"2 now, 0 later, {len(rich) - 2} not" in shop.hears("zhao", "/segment A")[0]
    press(shop, "segment_campaign", "class=A")
    shop.hears("zhao", "老客户专享")
    shop.hears("zhao", "For our best customers")
    step(shop, "now")
    step(shop, "confirm")
    tick(shop)
    campaign = newest(shop)
    assert campaign is not None
    assert campaign.audience == {"kind": "segment", "value": "A customers", "rule": {"class": ["A"]}}

    def judged(session: Session) -> dict[int, str]:
        return {row.customer_id: row.verdict for row in session.scalars(sa.select(Recipient))}

    verdicts = shop.store.read_now(judged)
    assert sorted(verdicts) == rich
    assert {who for who, verdict in verdicts.items() if verdict == "now"} == set(rich[:2])


def test_a_campaign_takes_a_segment_by_name_too(shop: House) -> None:
    for words in ("/campaign", "你好", "Hello", "segment: at risk"):
        told = shop.hears("zhao", words)
    step(shop, "now")
    told = shop.hears("zhao", "/campaign")
    assert "segment" not in told[0]
    told = step(shop, "continue")
    assert "the segment “at risk”" in told[0]


def test_a_draft_is_not_thrown_away_for_a_segment(shop: House) -> None:
    shop.hears("zhao", "/campaign")
    assert "not finished" in press(shop, "segment_campaign", "class=A")[0]


def test_win_back_is_a_segment_that_is_found_anew(small: House) -> None:
    [told] = small.presses("chen", "v1:win_back::0")
    assert "Saved the segment “win-back”: 5 now" in told
    assert small.buttons() == []  # a supervisor who is no marketer starts no campaign
    buys(small, {6: [small.now]})
    small.passes(minutes=2)
    scored(small)
    assert "win-back · 4" in small.hears("zhao", "/segment win-back")[0]


def test_a_rule_of_two_fields_can_be_saved(shop: House) -> None:
    shop.hears("zhao", "/segment A + en")
    assert (
        "Saved the segment “A customers + readers of English”"
        in press(shop, "segment_save", "class=A~language=en")[0]
    )
    assert "Saved: A customers + readers of English" in shop.hears("zhao", "/segment")[0]


@pytest.mark.parametrize("code", ["", "shoe=44", "class", "id=99", "class=~"])
def test_a_forged_button_is_refused(small: House, code: str) -> None:
    assert "segment" not in press(small, "segment_save", code)[0].casefold()


def test_the_customers_page_tells_what_to_expect_and_why(shop: House) -> None:
    rich = min((one for one in all_scores(shop).values() if one.abc == "A"), key=lambda one: one.orders)
    agree(shop, rich.customer_id)
    answered(shop, rich.customer_id)
    [told] = shop.presses("wang", f"v1:customer:{rich.customer_id}:0")
    assert "Value: class A, among the customers who bring the first 80% of revenue" in told
    assert "buys within 90 days: " in told
    assert "Expected in 12 months: " in told
    assert "May want next: " in told
    assert "Best time to write: 08–12 o'clock" in told
    assert "by 1 messages to this customer" in told


def answered(at: House, who: int) -> None:
    """Let a customer have answered a campaign's message this morning at ten."""

    def unit(session: Session) -> None:
        talk = session.scalars(sa.select(Conversation).where(Conversation.customer_id == who)).one()
        sent = at.now - timedelta(days=3)
        session.add(
            Message(conversation_id=talk.id, direction="inbound", at=sent + timedelta(hours=1), body="好")
        )
        session.execute(
            sa.insert(Reservation).values(
                occurrence_id=_run(session, at), customer_id=who, channel="telegram", topic="news", at=sent,
                state="sent",
            )
        )  # fmt: skip

    at.store.write_now(unit)


def _run(session: Session, at: House) -> int:
    from crm_store import campaigns
    from crm_store.campaigns import NewCampaign
    from crm_store.models.campaign import Occurrence

    new = NewCampaign(
        inbox_id=at.inbox_id, owner_id=at.staff_ids["zhao"], chat="203", channel="telegram", text_zh="好",
        text_en="", audience={"kind": "everyone"}, zone="UTC",
    )  # fmt: skip
    campaigns.create(session, new, now=at.now)
    return session.scalars(sa.select(Occurrence.id)).one()


def test_newest_order_is_known_without_counting(small: House) -> None:
    assert small.store.read_now(purchase_sums.newest) == FEW
