"""Whatever order things happen in, nobody is asked twice, too soon, against their wish or about nothing.

`pytest tests/handlers/test_survey_interleavings.py --stories 10000` plays as many as one has time for.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import customers, events, ratings, surveys, tickets
from crm_store.models.outbox import OutboxRow
from crm_store.models.survey import SCALES, Rating, Survey, SurveyKind
from crm_store.models.ticket import RecoveryTask, Ticket
from crm_store.rules.asking import GAP, NPS_GAP
from crm_store.rules.lifecycle import Kind, Priority, Status
from crm_store.tickets import Opening
from handlers import asking
from handlers.context import TickContext
from tests.factories import House
from tests.handlers.customers import open_house

STEPS = 16


@dataclass
class Story:
    """One customer whose tickets are resolved, reopened, merged, rated and asked about at random."""

    ctx: TickContext
    dice: random.Random
    customer: int
    tickets: list[int]
    staff: int
    opted_out: list[tuple[object, object]] = field(default_factory=list)

    def ticket(self) -> Ticket:
        return self.ctx.session.get_one(Ticket, self.dice.choice(self.tickets))

    def note(self, ticket: Ticket, kind: str, by: str, **detail: object) -> None:
        events.record(self.ctx.session, ticket.id, kind=kind, by=by, at=self.ctx.now, **detail)

    def pass_time(self) -> None:
        self.ctx.now += self.dice.choice(
            [timedelta(minutes=1), timedelta(hours=1), GAP, timedelta(days=2), timedelta(days=8), NPS_GAP]
        )

    def answer(self) -> None:
        ticket = self.ticket()
        if not ticket.is_resolved:
            ticket.answer(self.ctx.now)
            self.note(ticket, "replied", f"staff:{self.staff}")

    def resolve(self) -> None:
        ticket = self.ticket()
        if ticket.is_resolved:
            return
        ticket.resolve(self.ctx.now)
        reason = self.dice.choice([{}, {}, {}, {"reason": "stale"}])
        self.note(ticket, "resolved", f"staff:{self.staff}", **reason)
        asking.after_resolve(self.ctx, ticket)

    def serve(self) -> None:
        """Answer every ticket and resolve one."""
        for _ in self.tickets:
            self.answer()
        self.resolve()

    def reopen(self) -> None:
        ticket = self.ticket()
        if ticket.status == Status.RESOLVED:
            ticket.reopen()
            asking.cancel(self.ctx, ticket.id, reason="reopened")
            self.note(ticket, "reopened", f"customer:{self.customer}")

    def merge(self) -> None:
        ticket = self.ticket()
        if ticket.status != Status.MERGED and ticket.status != Status.CLOSED:
            ticket.status = Status.MERGED
            asking.cancel(self.ctx, ticket.id, reason="merged")

    def tick(self) -> None:
        for survey in surveys.due(self.ctx.session, self.ctx.inbox_id, now=self.ctx.now):
            asking.ask(self.ctx, survey)

    def press(self) -> None:
        asked = [one for number in self.tickets for one in surveys.of_ticket(self.ctx.session, number)]
        if not asked:
            return
        survey = self.dice.choice(asked)
        score = self.dice.choice(SCALES[SurveyKind(survey.kind)])
        for _ in range(self.dice.choice([1, 2])):  # a double tap, or the same press delivered again
            outcome = ratings.record(
                self.ctx.session, survey, score, now=self.ctx.now, window=self.ctx.desk.rating_window
            )
            rating = ratings.by_survey(self.ctx.session, survey.id)
            if outcome is not ratings.Outcome.CLOSED and rating is not None:
                ratings.recover(self.ctx.session, rating, now=self.ctx.now)

    def opt_out(self) -> None:
        surveys.opt_out(self.ctx.session, self.customer, source="survey", now=self.ctx.now)
        self.opted_out.append((self.ctx.now, None))

    def opt_in(self) -> None:
        surveys.opt_in(self.ctx.session, self.customer, now=self.ctx.now)
        self.opted_out = [(since, until or self.ctx.now) for since, until in self.opted_out]

    def step(self) -> None:
        acts: list[Callable[[], None]] = [
            self.pass_time, self.answer, self.resolve, self.serve, self.reopen, self.tick, self.press,
            self.merge, self.opt_out, self.opt_in,
        ]  # fmt: skip
        self.dice.choices(acts, weights=[6, 3, 4, 6, 6, 8, 4, 1, 1, 1])[0]()
        self.check_now()

    def check_now(self) -> None:
        """Check what must hold at any moment: no question waits for work that goes on."""
        self.ctx.session.flush()
        for number in self.tickets:
            ticket = self.ctx.session.get_one(Ticket, number)
            waiting = [one for one in surveys.of_ticket(self.ctx.session, number) if one.state == "planned"]
            assert not waiting or ticket.status == Status.RESOLVED
            assert all(one.episode == ticket.episode for one in waiting)


def check(story: Story, session: Session) -> None:
    """Check the whole story: what was asked, when, how often, and what became of low scores."""
    found = session.scalars(sa.select(Survey).where(Survey.customer_id == story.customer)).all()
    asked = sorted((one.asked, one.kind) for one in found if one.asked is not None)
    sent = session.scalars(
        sa.select(OutboxRow.dedupe_key).where(OutboxRow.customer_id == story.customer)
    ).all()
    assert len(sent) == len(set(sent)) == len(asked)
    assert len({(one.ticket_id, one.episode, one.kind) for one in found}) == len(found)
    assert all(later[0] - sooner[0] >= GAP for sooner, later in pairwise(asked))
    nps = [at for at, kind in asked if kind == SurveyKind.NPS]
    assert all(later - sooner >= NPS_GAP for sooner, later in pairwise(nps))
    for since, until in story.opted_out:
        assert not any(at > since and (until is None or at < until) for at, _ in asked)  # type: ignore[operator]  # datetimes
    given = session.scalars(sa.select(Rating).where(Rating.customer_id == story.customer)).all()
    assert len({one.survey_id for one in given}) == len(given)
    tasks = session.scalars(
        sa.select(RecoveryTask.rating_id).where(RecoveryTask.customer_id == story.customer)
    ).all()
    assert len(tasks) == len(set(tasks))
    assert {one.id for one in given if one.kind == "csat" and one.score <= 2} <= set(tasks)


def play(home: House, seed: int) -> int:
    """Play one story to its end in a transaction, and return how many questions were asked."""

    def unit(session: Session) -> int:
        dice = random.Random(seed)
        delay = dice.choice([timedelta(0), timedelta(minutes=30)])
        desk = replace(home.desk, survey_delay=delay, quiet=None)
        mei = customers.create(
            session, home.inbox_id, f"9{seed}", name=f"Mei {seed}", language="zh", now=home.now
        )
        numbers = [tickets.create(session, mei, opening(dice), now=home.now) for _ in range(2)]
        ctx = TickContext(session, home.now, desk, home.inbox_id)
        story = Story(ctx, dice, mei.customer_id, numbers, home.staff_ids["wang"])
        for _ in range(STEPS):
            story.step()
        check(story, session)
        waiting = sa.update(Survey).where(Survey.state == "planned").values(state="cancelled")
        session.execute(waiting)  # the next story is about another customer
        return len([one for one in session.scalars(sa.select(Survey.asked).where(
            Survey.customer_id == mei.customer_id)) if one is not None])  # fmt: skip

    return home.store.write_now(unit)


def opening(dice: random.Random) -> Opening:
    kind = dice.choice([Kind.INQUIRY, Kind.INQUIRY, Kind.COMPLAINT, Kind.FEEDBACK])
    return Opening(kind=kind, priority=Priority.NORMAL, subject="?", first_due=None, resolution_due=None)


def test_nobody_is_asked_twice_in_a_few_stories(tmp_path: Path) -> None:
    tell(tmp_path, 40)


@pytest.mark.slow
def test_nobody_is_asked_twice_whatever_the_order(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    tell(tmp_path, int(request.config.getoption("--stories")))


def tell(folder: Path, count: int) -> None:
    """Play so many stories in one store; each checks itself."""
    home = open_house(folder)
    asked = [play(home, seed) for seed in range(count)]
    assert sum(asked) > count / 3  # the stories do ask
    home.store.close()
