"""A priority starts at its kind and is lifted by named reasons, by two steps at most."""

import itertools

import pytest

from crm_store.rules.lifecycle import Kind, Priority
from crm_store.rules.priority import BASE, Standing, judge

NOTHING = Standing()
SIGNS = ("urgent_words:马上", "angry_words:气死")


@pytest.mark.parametrize(
    ("kind", "signs", "standing", "priority", "reasons"),
    [
        (Kind.INQUIRY, (), NOTHING, "normal", ["kind:inquiry"]),
        (Kind.FEEDBACK, (), NOTHING, "low", ["kind:feedback"]),
        (Kind.COMPLAINT, (), NOTHING, "high", ["kind:complaint"]),
        (Kind.INQUIRY, SIGNS[:1], NOTHING, "high", ["kind:inquiry", "urgent_words:马上"]),
        (Kind.COMPLAINT, SIGNS[1:], NOTHING, "high", ["kind:complaint"]),
        (Kind.COMPLAINT, SIGNS, NOTHING, "urgent", ["kind:complaint", "urgent_words:马上"]),
        (Kind.INQUIRY, (), Standing(is_vip=True), "high", ["kind:inquiry", "vip"]),
        (
            Kind.FEEDBACK, SIGNS, Standing(True, True, True), "high",
            ["kind:feedback", *SIGNS, "came_lately", "was_let_down", "vip"],
        ),
    ],
)  # fmt: skip
def test_reasons_lift(
    kind: Kind, signs: tuple[str, ...], standing: Standing, priority: str, reasons: list[str]
) -> None:
    assert judge(kind, signs, standing) == (Priority(priority), reasons)


def test_more_reasons_never_lower_and_a_complaint_is_high_at_least() -> None:
    flags = list(itertools.product((False, True), repeat=3))
    for kind, held in itertools.product(Kind, flags):
        less = judge(kind, (), NOTHING)[0].rank
        more = judge(kind, SIGNS, Standing(*held))[0].rank
        assert BASE[kind].rank <= less <= more <= Priority.URGENT.rank
        assert kind is not Kind.COMPLAINT or more >= Priority.HIGH.rank
