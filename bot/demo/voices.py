"""What the demo's customers let feel: the tone of their words, and what they say when asked."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy.orm import Session

from bot.demo.history import Case, History
from bot.demo.keeping import CHANNEL, Row, insert
from crm_store import opinions
from crm_store.models.survey import Rating, RatingChange, Survey, SurveyKind, SurveyState
from crm_store.opinions import Said
from crm_store.rules.lifecycle import Kind
from scoring import text
from scoring.tone import tone

LATER = timedelta(days=1, hours=2)
RECOMMENDS = {1: (3, 4), 2: (4, 5), 3: (6, 7), 4: (8, 9), 5: (10, 9)}
EASY = {1: (3, 4), 2: (3, 5), 3: (5, 4), 4: (6, 5), 5: (7, 6)}
"""What goes with a rating of 1 to 5, in turn; none so low that it asks for a supervisor."""
FIRST = {SurveyKind.NPS: 2_000, SurveyKind.CES: 4_000}


def file_opinions(session: Session, history: History) -> None:
    """Keep how pleased each feedback and complaint is, and what it is about."""
    for case in history.cases:
        if case.kind is not Kind.INQUIRY:
            sentiment, themes = _felt(case.text)
            said = Said(case.kind, sentiment, themes)
            opinions.keep(session, case.number, case.shopper.number, said, at=case.opened)


@cache
def _felt(words: str) -> tuple[float, tuple[str, ...]]:
    return text.sentiment(words).p, tone(words).themes


def file_answers(session: Session, history: History, *, base: datetime) -> None:
    """Ask some whether they would recommend the shop, and after complaints whether it was easy."""
    asked = [one for case in history.cases for one in _asked(case, base)]
    insert(session, Survey, [_survey(kind, case, score) for kind, case, score in asked])
    told = [(kind, case, score) for kind, case, score in asked if score is not None]
    insert(session, Rating, [_rating(kind, case, score) for kind, case, score in told])
    insert(
        session,
        RatingChange,
        [
            {"rating_id": FIRST[kind] + case.number, "score": score, "at": _answered(case)}
            for kind, case, score in told
        ],
    )


def _asked(case: Case, base: datetime) -> Iterator[tuple[SurveyKind, Case, int | None]]:
    if case.resolved is None or case.kind is Kind.FEEDBACK or _answered(case) > base:
        return
    turn = case.number // 3 % 2
    if case.number % 3 == 0:
        yield SurveyKind.NPS, case, None if case.score is None else RECOMMENDS[case.score][turn]
    if case.kind is Kind.COMPLAINT:
        yield SurveyKind.CES, case, None if case.score is None else EASY[case.score][turn]


def _answered(case: Case) -> datetime:
    assert case.resolved is not None  # noqa: S101 - only resolved cases are asked about
    return case.resolved + LATER + timedelta(minutes=case.number * 7 % 300)


def _survey(kind: SurveyKind, case: Case, score: int | None) -> Row:
    assert case.resolved is not None  # noqa: S101 - only resolved cases are asked about
    asked = case.resolved + LATER
    return {
        "id": FIRST[kind] + case.number, "kind": kind.value, "ticket_id": case.number, "episode": 1,
        "customer_id": case.shopper.number, "channel": CHANNEL, "due": asked, "asked": asked,
        "agent_id": case.agent,
        "state": (SurveyState.ASKED if score is None else SurveyState.ANSWERED).value,
    }  # fmt: skip


def _rating(kind: SurveyKind, case: Case, score: int) -> Row:
    return {
        "id": FIRST[kind] + case.number, "survey_id": FIRST[kind] + case.number, "kind": kind.value,
        "ticket_id": case.number, "customer_id": case.shopper.number, "agent_id": case.agent,
        "channel": CHANNEL, "score": score, "at": _answered(case), "comment": None,
    }  # fmt: skip
