"""The picture of stages: any counts in both languages, without boxes; shares add up, few are pale."""

import warnings
from collections.abc import Iterator
from io import BytesIO

import pytest
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from PIL import Image

from handlers.charts.stages import PALE, StageBar, StageLabels, stage_chart, stage_figure
from handlers.texts import catalogue
from scoring.loyalty import STAGES

MANY = StageBar("Jan 2026", {"new": 10, "active": 50, "at_risk": 30, "lapsed": 10})
FEW = StageBar("2026年2月", {"active": 1, "at_risk": 1})
NOBODY = StageBar("today", {})


@pytest.fixture(autouse=True)
def warnings_are_errors() -> Iterator[None]:
    """Fail on any warning, above all "Glyph missing from font"."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def labels(language: str) -> StageLabels:
    return StageLabels(
        title=catalogue.say(language, "loyalty.chart"),
        subtitle=catalogue.say(language, "loyalty.chart.count", count=100, day="2026-03-02"),
        stages={stage: catalogue.say(language, f"profile.stage.{stage}") for stage in STAGES},
        empty=catalogue.say(language, "loyalty.none"),
    )


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
@pytest.mark.parametrize("bars", [[], [NOBODY], [FEW], [MANY, FEW, NOBODY], [MANY] * 7])
def test_any_counts_become_a_picture(bars: list[StageBar], language: str) -> None:
    assert Image.open(BytesIO(stage_chart(bars, labels=labels(language)))).size == (1280, 800)


def test_shares_fill_the_bar_and_are_written_where_there_is_room() -> None:
    figure = stage_figure([MANY], labels=labels("en"))
    heights = [bar.get_height() for bar in figure.axes[0].patches if isinstance(bar, Rectangle)]
    assert heights == pytest.approx([0.5, 0.1, 0.3, 0.1])
    assert {"50%", "10%", "30%"} <= {text.get_text() for text in figure.findobj(Text)}


def test_few_customers_are_pale_and_nobody_is_no_bar() -> None:
    figure = stage_figure([MANY, FEW, NOBODY], labels=labels("en"))
    bars = [bar for bar in figure.axes[0].patches if isinstance(bar, Rectangle)]
    assert [bar.get_alpha() for bar in bars[:8]] == [1.0] * 4 + [PALE] * 4
    assert sum(bar.get_height() for bar in bars[8:]) == 0


def test_the_legend_goes_as_the_bars_do() -> None:
    figure = stage_figure([MANY], labels=labels("en"))
    told = [text.get_text() for text in figure.legends[0].get_texts()]
    assert told == ["active", "new", "at risk", "lapsed"]
