"""The demo's people and history as rows of the store, in a few units of bulk inserts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.demo import buying
from bot.demo.articles import ARTICLES
from bot.demo.cast import CHEN, STAFF, WANG, Shopper
from bot.demo.history import Case, History
from crm_store import events, journal, knowledge, policies, staff
from crm_store.clock_lines import Entry
from crm_store.consents import TOPICS
from crm_store.models.base import Base
from crm_store.models.consent import Consent, Suppression
from crm_store.models.conversation import Conversation, Direction, Message
from crm_store.models.customer import Customer, CustomerTag, Identity, Order
from crm_store.models.survey import Rating, RatingChange, Survey, SurveyKind, SurveyState
from crm_store.models.ticket import RecoveryTask, Ticket
from crm_store.ratings import LOW
from crm_store.rules.lifecycle import Kind, Priority, Status
from crm_store.rules.sla import PRESET, Target
from crm_store.staff import Newcomer
from handlers.texts import catalogue
from scoring import text

BY = "demo"
CHANNEL = "telegram"
Row = dict[str, object]
PRIORITY = {Kind.INQUIRY: Priority.NORMAL, Kind.FEEDBACK: Priority.LOW, Kind.COMPLAINT: Priority.HIGH}
DIRECTION = {"customer": Direction.INBOUND, "bot": Direction.OUTBOUND, "staff": Direction.OUTBOUND}


@dataclass(frozen=True, slots=True)
class House:
    """The inbox and the ids of the staff, by Telegram id."""

    inbox_id: int
    staff_ids: Mapping[int, int]


def furnish(session: Session, account: str, *, now: datetime) -> House:
    """Keep the inbox, the staff with their roles, the articles and the frequency policy."""
    inbox_id = journal.inbox(session, CHANNEL, account).id
    ids: dict[int, int] = {}
    for one in STAFF:
        newcomer = Newcomer(inbox_id, str(one.address), one.name, one.language)
        ids[one.address] = staff.get_or_create(session, newcomer, now=now).id
        staff.grant(session, ids[one.address], one.role, by=BY, now=now)
    for draft in ARTICLES:
        knowledge.keep(session, draft)
    policies.load(session, by=BY, now=now)
    return House(inbox_id, ids)


def insert(session: Session, model: type[Base], rows: Sequence[Row]) -> None:
    """Keep many rows of one kind."""
    if rows:
        session.execute(sa.insert(model), rows)


def settle_people(session: Session, house: House, people: Sequence[Shopper], *, base: datetime) -> None:
    """Keep the customers with address, conversation, tags, orders and what they said to offers."""
    rows: dict[type[Base], list[Row]] = {Customer: [], Identity: [], Conversation: [], CustomerTag: []}
    rows |= {Order: [], Consent: [], Suppression: []}
    for one in people:
        at = one.since(base)
        rows[Customer].append(
            {
                "id": one.number, "name": one.name, "language": one.language, "language_chosen": False,
                "zone": one.zone, "region": one.city, "email": one.email,
                "attributes": _asked(one, at), "created": at,
            }
        )  # fmt: skip
        gone = base - timedelta(days=3) if one.has_blocked else None
        rows[Identity].append(
            {
                "id": one.number, "inbox_id": house.inbox_id, "address": str(one.address),
                "customer_id": one.number, "created": at, "unreachable_since": gone,
                "unreachable_reason": gone and "blocked",
            }
        )  # fmt: skip
        rows[Conversation].append(
            {
                "id": one.number, "inbox_id": house.inbox_id, "chat": str(one.address),
                "customer_id": one.number, "identity_id": one.number, "started": at,
            }
        )  # fmt: skip
        rows[CustomerTag] += [{"customer_id": one.number, "tag": tag, "at": at, "by": BY} for tag in one.tags]
        rows[Order] += buying.orders(one, base)
        _add_permission(rows, one, at)
    for model, values in rows.items():
        insert(session, model, values)


def _asked(one: Shopper, at: datetime) -> Row:
    return {} if one.is_pinned and not one.says_yes else {f"asked:{CHANNEL}:{TOPICS[0]}": at.isoformat()}


def _add_permission(rows: dict[type[Base], list[Row]], one: Shopper, at: datetime) -> None:
    if one.says_no:
        rows[Suppression].append(
            {"customer_id": one.number, "channel": CHANNEL, "at": at, "reason": "declined"}
        )
    if one.says_yes:
        wording = catalogue.say(one.language, "consent.question")
        rows[Consent].append(
            {
                "customer_id": one.number, "channel": CHANNEL, "topic": TOPICS[0], "granted": at,
                "source": "question", "wording": wording,
            }
        )  # fmt: skip


def file_cases(session: Session, history: History) -> None:
    """Keep the tickets, what was said, and the log of each."""
    insert(session, Ticket, [_ticket(case) for case in history.cases])
    messages: list[Row] = [
        {
            "conversation_id": number, "ticket_id": line.ticket, "direction": DIRECTION[line.speaker].value,
            "at": line.at, "body": line.text, "staff_id": line.staff,
            "provider_id": str(line.provider_id) if line.speaker == "customer" else None,
        }
        for number, lines in history.lines.items() for line in lines if line.ticket is not None
    ]  # fmt: skip
    insert(session, Message, sorted(messages, key=lambda row: str(row["at"])))
    log = [entry for case in history.cases for entry in _log(case)]
    for number, entry in sorted(log, key=lambda each: each[1].at):
        events.record(session, number, kind=entry.kind, by=entry.by, at=entry.at, **entry.detail)


def _ticket(case: Case) -> Row:
    targets = {what: case.opened + span for what, span in PRESET.targets.get(case.kind, {}).items()}
    is_over = case.status is Status.RESOLVED
    return {
        "id": case.number, "customer_id": case.shopper.number, "conversation_id": case.shopper.number,
        "kind": case.kind.value, "status": case.status.value, "priority": PRIORITY[case.kind].value,
        "subject": case.text[:80], "opened": case.opened, "assignee_id": case.agent,
        "first_due": targets.get(Target.FIRST_RESPONSE), "resolution_due": targets.get(Target.RESOLUTION),
        "sla_version": PRESET.version, "calendar_version": 0,
        "first_replied": case.replied, "resolved": case.resolved, "bot_quiet": case.replied is not None,
        "root_cause": case.story.cause or None if is_over else None,
        "remedy": case.story.remedy or None if is_over else None, "episode": 1,
    }  # fmt: skip


def _log(case: Case) -> Iterator[tuple[int, Entry]]:
    customer, agent = f"customer:{case.shopper.number}", f"staff:{case.agent}"
    opened = {
        "ticket_kind": case.kind,
        **_taken(case.text, case.kind),
        "priority": PRIORITY[case.kind],
        "priority_reasons": [f"kind:{case.kind}"],
        "policy": PRESET.version,
    }
    yield _event(case, "opened", case.opened, customer, opened)
    if case.agent is not None:
        at = (case.replied or case.resolved or case.opened + timedelta(minutes=20)) - timedelta(minutes=1)
        yield _event(case, "assigned", at, agent, {"reason": "took", "to": case.agent})
    if case.replied is not None:
        yield _event(case, "replied", case.replied, agent, {})
    if case.status in {Status.PENDING, Status.ON_HOLD} and case.replied is not None:
        kind = "waiting" if case.status is Status.PENDING else "held"
        yield _event(case, kind, case.replied + timedelta(minutes=1), agent, {})
    if case.resolved is not None:
        why = {"cause": case.story.cause, "remedy": case.story.remedy} if case.story.cause else {}
        yield _event(case, "resolved", case.resolved, agent, why)
    if case.rated is not None:
        yield _event(case, "rated", case.rated, customer, {"score": case.score, "survey": case.number})


def _taken(words: str, kind: Kind) -> Row:
    """Tell by what a case was taken for what it is: its words, or else what its customer chose."""
    found = text.kind(words)
    if found.label != kind:
        return {"confidence": 1.0, "reasons": ["chosen_by_customer"]}
    return {"confidence": found.p, "reasons": [f"{one.code}:{' '.join(one.words)}" for one in found.reasons]}


def _event(case: Case, kind: str, at: datetime, by: str, detail: Mapping[str, object]) -> tuple[int, Entry]:
    return case.number, Entry(kind, by, at, detail)


def file_ratings(session: Session, house: House, history: History, *, base: datetime) -> None:
    """Keep the surveys, their answers, and the recovery task of each low one."""
    asked = [case for case in history.cases if case.asked is not None]
    rated = [case for case in asked if case.rated is not None]
    insert(session, Survey, [_survey(case) for case in asked])
    insert(session, Rating, [_rating(case) for case in rated])
    insert(
        session,
        RatingChange,
        [{"rating_id": case.number, "score": case.score, "at": case.rated} for case in rated],
    )
    chen = house.staff_ids[CHEN.address]
    insert(session, RecoveryTask, [_recovery(case, chen, base) for case in rated if (case.score or 5) <= LOW])


def _kind(case: Case) -> SurveyKind:
    return SurveyKind.FEEDBACK if case.kind is Kind.FEEDBACK else SurveyKind.CSAT


def _survey(case: Case) -> Row:
    return {
        "id": case.number, "kind": _kind(case).value, "ticket_id": case.number, "episode": 1,
        "customer_id": case.shopper.number, "channel": CHANNEL, "due": case.asked, "asked": case.asked,
        "agent_id": None if case.kind is Kind.FEEDBACK else case.agent,
        "state": (SurveyState.ASKED if case.rated is None else SurveyState.ANSWERED).value,
    }  # fmt: skip


def _rating(case: Case) -> Row:
    return {
        "id": case.number, "survey_id": case.number, "kind": _kind(case).value, "ticket_id": case.number,
        "customer_id": case.shopper.number, "agent_id": None if case.kind is Kind.FEEDBACK else case.agent,
        "channel": CHANNEL, "score": case.score, "at": case.rated, "comment": case.comment,
    }  # fmt: skip


def _recovery(case: Case, chen: int, base: datetime) -> Row:
    assert case.rated is not None  # noqa: S101 - only rated cases come here
    done = case.rated + timedelta(hours=20)
    is_done = done < base and (case.number % 2 > 0 or base - done > timedelta(days=30))
    return {
        "rating_id": case.number, "customer_id": case.shopper.number, "ticket_id": case.number,
        "opened": case.rated, "done": done if is_done else None, "done_by": chen if is_done else None,
    }  # fmt: skip


def agents(house: House) -> tuple[int, int]:
    """Return the ids of Wang and Chen."""
    return house.staff_ids[WANG.address], house.staff_ids[CHEN.address]
