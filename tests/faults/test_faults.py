"""Nothing is lost and no campaign message doubled, wherever the bot is killed and whatever else fails."""

import asyncio

import pytest

from tests.faults.tally import Tally, table
from tests.faults.trials import all_trials, run

TRIALS = all_trials()


@pytest.fixture(scope="module")
def tallies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Tally]:
    """Run all trials once, several at a time."""
    return asyncio.run(run(tmp_path_factory.mktemp("faults"), TRIALS))


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("name", TRIALS)
def test_nothing_is_lost_or_doubled(name: str, tallies: dict[str, Tally]) -> None:
    tally = tallies[name]
    assert tally.written > 0, "nobody wrote"
    assert tally.faults == {}, table([tally])


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_trials_broke_what_they_meant_to_break(tallies: dict[str, Tally]) -> None:
    """A trial that disturbs nothing proves nothing."""
    assert tallies["random"].kills == 50
    assert tallies["random"].in_doubt > 0, "no kill caught a message on its way"
    assert tallies["after_send"].repeated > 0, "no answer was repeated after it had gone out"
    assert tallies["after_send-campaign"].unknown_seen >= tallies["after_send-campaign"].kills
    assert tallies["before_send-campaign"].unknown >= tallies["before_send-campaign"].kills
    assert tallies["no-answer"].in_doubt > 0


@pytest.mark.slow
def test_a_polite_end_leaves_nothing_in_doubt(tallies: dict[str, Tally]) -> None:
    for name in ("sigterm", "sigterm-webhook"):
        assert (tallies[name].unknown, tallies[name].repeated) == (0, 0), table([tallies[name]])
