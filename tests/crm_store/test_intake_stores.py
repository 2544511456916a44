"""Floods, corrections, standing, opinions, fixes and albums say the same on both databases."""

from datetime import timedelta

from sqlalchemy.orm import Session

from crm_store import (
    albums,
    conversations,
    corrections,
    customers,
    floods,
    opinions,
    outbox,
    standing,
    surveys,
    tags,
    themes,
    tickets,
)
from crm_store.conversations import Line
from crm_store.corrections import Corrected
from crm_store.models.conversation import Direction
from crm_store.models.opinion import Fix
from crm_store.models.outbox import Action, OutboxRow
from crm_store.models.survey import SurveyKind
from crm_store.opinions import Mood, Said
from crm_store.outbox import Draft
from crm_store.rules.lifecycle import Kind
from crm_store.rules.priority import Standing
from crm_store.store import Store
from crm_store.surveys import Question
from tests.crm_store.served import NOW, agent, resolved

DAY = timedelta(days=1)


def test_a_flood_is_seen_begun_once_summed_up_and_over(store: Store, inbox_id: int, ticket: int) -> None:
    def unit(session: Session) -> list[object]:
        conversation = tickets.by_number(session, ticket).conversation_id
        seen: list[object] = []
        for nth in range(6):
            line = Line(
                conversation,
                ticket,
                Direction.INBOUND,
                f"line {nth}",
                file_kind="photo" if nth == 4 else None,
            )
            message = conversations.log(session, line, at=NOW + timedelta(seconds=nth))
            rising = floods.is_rising(session, conversation, limit=4, now=NOW + timedelta(seconds=nth))
            seen.append(rising and floods.begin(session, conversation, ticket, message_id=message, now=NOW))
        [flood] = floods.living(session, inbox_id)
        untold = floods.untold(session, flood)
        assert untold is not None
        seen.append((untold.count, untold.files, untold.last.body))
        flood.told_up_to = untold.last.id
        session.flush()
        seen.append(floods.untold(session, flood))
        calm = not floods.is_rising(session, conversation, limit=4, now=NOW + timedelta(seconds=61))
        return [*seen, calm]

    told = store.write_now(unit)
    assert told == [False, False, False, False, True, False, (2, 1, "line 5"), None, True]


def test_the_last_correction_of_a_text_counts(store: Store) -> None:
    def unit(session: Session) -> object:
        for now in (Kind.COMPLAINT, Kind.FEEDBACK):
            corrections.keep(
                session, Corrected("cups sing", "Cups sing!", Kind.INQUIRY, now), by="staff:1", at=NOW
            )
        return corrections.known(session)

    assert store.write_now(unit) == [("cups sing", Kind.FEEDBACK)]


def test_what_lifts_the_next_ticket_is_found_in_one_look(store: Store, inbox_id: int) -> None:
    def unit(session: Session) -> list[Standing]:
        mei = resolved(session, inbox_id, "101").customer_id
        seen = [standing.of_customer(session, mei, now=NOW + later) for later in (DAY, 8 * DAY)]
        customers.tag(session, mei, "VIP", by="staff:1", now=NOW)
        session.flush()
        return [*seen, standing.of_customer(session, mei, now=NOW + 8 * DAY)]

    assert store.write_now(unit) == [Standing(came_lately=True), Standing(), Standing(is_vip=True)]


def test_opinions_are_counted_and_reporters_told_once(store: Store, inbox_id: int) -> None:
    def unit(session: Session) -> list[object]:
        made = [resolved(session, inbox_id, who, kind=Kind.FEEDBACK) for who in ("101", "102", "103")]
        for one, (sentiment, named) in zip(
            made, [(0.9, ["app"]), (0.1, ["app", "app"]), (0.5, [])], strict=True
        ):
            said = Said(Kind.FEEDBACK, sentiment, named)
            opinions.keep(session, one.id, one.customer_id, said, at=NOW)
        tags.put(session, made[2].id, "app", by="staff:1", at=NOW)
        fix = themes.draft(
            session, Fix(inbox_id=inbox_id, theme="app", text="", by=agent(session, inbox_id), made=NOW)
        )
        seen: list[object] = [
            opinions.mood(session, start=NOW, end=NOW + DAY),
            opinions.themes(session, start=NOW, end=NOW + DAY),
            [ticket for _, ticket in themes.reporters(session, fix, now=NOW + DAY)]
            == [one.id for one in made],
            themes.telling(session, inbox_id),
        ]
        fix.confirmed = NOW + DAY
        session.flush()
        assert themes.telling(session, inbox_id) is fix
        first = made[0].customer_id
        seen += [themes.mark_told(session, fix.id, first, now=NOW + DAY) for _ in range(2)]
        return [*seen, len(themes.reporters(session, fix, now=NOW + DAY)), "app" in themes.names(session)]

    assert store.write_now(unit) == [
        Mood(told=2, pleased=1, silent=1), [("app", 2)], True, None, True, False, 2, True,
    ]  # fmt: skip


def test_a_picture_joins_its_album_while_it_waits(store: Store, inbox_id: int) -> None:
    def unit(session: Session) -> list[object]:
        body = {"from_chat": "101", "messages": ["5"]}
        draft = Draft(inbox_id=inbox_id, chat="201", body=body, action=Action.COPY, dedupe_key="album:1")
        row = session.get_one(OutboxRow, outbox.enqueue(session, draft, now=NOW))
        seen: list[object] = [albums.join(session, "album:2", "6", until=NOW)]
        joined = albums.join(session, "album:1", "6", until=NOW + DAY)
        seen += [joined is not None and joined.is_waiting, '"messages":["5","6"]' in row.body, row.not_before]
        row.state = "sent"
        session.flush()
        late = albums.join(session, "album:1", "7", until=NOW)
        return [*seen, late is not None and late.is_waiting]

    assert store.write_now(unit) == [None, True, True, NOW + DAY, False]


def test_questions_of_each_kind_wait_apart(store: Store, inbox_id: int) -> None:
    def unit(session: Session) -> tuple[object, ...]:
        ticket = resolved(session, inbox_id, "101")
        for kind in (SurveyKind.CSAT, SurveyKind.NPS):
            surveys.plan(session, ticket, Question(kind, "telegram", NOW + DAY))
        waiting = surveys.planned_of_ticket(session, ticket.id, SurveyKind.NPS)
        planned = surveys.is_planned(session, ticket.customer_id, SurveyKind.CES)
        cancelled = sorted(surveys.cancel(session, ticket.id, reason="merged"))
        return waiting is not None and waiting.agent_id, planned, cancelled

    assert store.write_now(unit) == (None, False, ["csat", "nps"])
