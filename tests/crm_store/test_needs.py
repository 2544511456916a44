"""What is asked for: themes read once, in order of their naming; counts by bucket, on both databases."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from crm_store import customers, needs, tags
from crm_store.models.need import NO_THEME
from crm_store.needs import About, Listed
from crm_store.opinions import Said, keep
from crm_store.rules.lifecycle import Kind, Priority
from crm_store.spans import Page
from crm_store.store import Store
from crm_store.tickets import Opening, by_number, create
from tests.crm_store.post import NOW

DAY = timedelta(days=1)
CUTS = [NOW, NOW + DAY, NOW + 2 * DAY]


def opened(session: Session, words: str, at: datetime, *, kind: Kind = Kind.INQUIRY) -> int:
    contact = customers.sender(session, 1, "101").contact
    assert contact is not None
    opening = Opening(kind=kind, priority=Priority.NORMAL, subject=words, first_due=None, resolution_due=None)
    return create(session, contact, opening, now=at)


def read(session: Session, themes: dict[str, list[str]]) -> list[str]:
    """Read what is unread, by its words, and return them."""
    found = needs.unread(session, limit=10)
    for one in found:
        needs.keep(session, one, [*themes.get(one.words, []), *one.themes])
    return [one.words for one in found]


def test_each_ticket_is_read_once_though_its_number_came_late(store: Store, ticket: int) -> None:
    def unit(session: Session) -> tuple[list[str], list[str], list[str]]:
        early, late = opened(session, "early", NOW), opened(session, "late", NOW)
        waiting = needs.unread(session, limit=10)
        for one in waiting:
            if one.ticket_id != early:  # its transaction has not ended yet
                needs.keep(session, one, [])
        assert late in [one.ticket_id for one in waiting]
        return [one.words for one in waiting], read(session, {}), read(session, {})

    assert store.write_now(unit) == (["?", "early", "late"], ["early"], [])


def test_counts_follow_the_first_theme_kind_and_tags(store: Store, ticket: int) -> None:
    def unit(session: Session) -> None:
        first = opened(session, "parcel", NOW)
        opened(session, "parcel", NOW + DAY)
        opened(session, "both", NOW + DAY, kind=Kind.COMPLAINT)
        opened(session, "none", NOW + 2 * DAY - timedelta(microseconds=1))
        opened(session, "parcel", NOW + 2 * DAY)
        merged = opened(session, "parcel", NOW)
        read(session, {"parcel": ["delivery"], "both": ["refund", "delivery"]})
        by_number(session, merged).status = "merged"
        tags.put(session, first, "vip", by="test", at=NOW)

    store.write_now(unit)
    themes = store.read_now(lambda session: needs.by_bucket(session, CUTS, "theme"))
    kinds = store.read_now(lambda session: needs.by_bucket(session, CUTS, "kind"))
    tagged = store.read_now(lambda session: needs.by_bucket(session, CUTS, "tag"))
    assert themes == {"delivery": [1, 1], "refund": [0, 1], NO_THEME: [1, 1]}  # the other is the fixture's
    assert kinds == {"inquiry": [2, 2], "complaint": [0, 1]}
    assert tagged == {"vip": [1, 0]}


def test_known_opinions_add_their_themes(store: Store, ticket: int) -> None:
    def unit(session: Session) -> list[list[str]]:
        number = opened(session, "I like it", NOW, kind=Kind.FEEDBACK)
        keep(session, number, 1, Said(Kind.FEEDBACK, 0.9, ["price", "app"]), at=NOW)
        return [list(one.themes) for one in needs.unread(session, limit=10)]

    assert store.write_now(unit) == [[], ["app", "price"]]


def test_the_list_holds_exactly_the_tickets_that_are_counted(store: Store, ticket: int) -> None:
    def unit(session: Session) -> list[int]:
        made = [opened(session, "parcel", NOW + hour * timedelta(hours=1)) for hour in range(5)]
        read(session, {"parcel": ["delivery"]})
        return made

    made = store.write_now(unit)
    about, end = About("theme", "delivery"), NOW + timedelta(hours=4)
    assert store.read_now(lambda session: needs.count(session, about, start=NOW, end=end)) == 4
    found = store.read_now(lambda session: needs.listed(session, about, start=NOW, end=end))
    assert [one.ticket_id for one in found] == made[3::-1]
    second = store.read_now(lambda session: needs.listed(session, about, start=NOW, end=end, page=Page(2, 1)))
    assert second == [Listed(made[1], "inquiry", "new", "parcel", NOW + timedelta(hours=1))]
    assert store.read_now(lambda session: needs.count(session, About(), start=NOW, end=end)) == 5


def test_themes_are_crossed_with_kind_channel_and_language(store: Store, ticket: int) -> None:
    def unit(session: Session) -> None:
        opened(session, "parcel", NOW, kind=Kind.COMPLAINT)
        read(session, {"parcel": ["delivery"]})

    store.write_now(unit)
    span = {"start": NOW, "end": NOW + DAY}
    kinds = store.read_now(lambda session: needs.crossed(session, "kind", **span))
    assert kinds == {("delivery", "complaint"): 1, (NO_THEME, "inquiry"): 1}
    channels = store.read_now(lambda session: needs.crossed(session, "channel", **span))
    assert channels == {("delivery", "telegram"): 1, (NO_THEME, "telegram"): 1}
    assert store.read_now(lambda session: needs.crossed(session, "language", **span)) == {
        ("delivery", "zh"): 1,
        (NO_THEME, "zh"): 1,
    }
    assert store.read_now(needs.first) == NOW
