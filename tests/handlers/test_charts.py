"""The pictures: Chinese without boxes, one font, every odd series, and drawing from several threads."""

import subprocess
import sys
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pylopdf_fonts_zh_cn
import pytest
from matplotlib.text import Text
from PIL import Image

from handlers.charts.groups import GroupLabels, GroupPoint, group_chart, group_figure
from handlers.charts.needs import NeedBar, NeedLabels, need_chart, need_figure
from handlers.charts.paper import FEW, GREY, LINE
from handlers.charts.trend import TrendLabels, satisfaction_trend, trend_figure
from scoring.trends import Bucket, Count, bounds, series

NOW = datetime(2026, 11, 20, tzinfo=UTC)
TZ = ZoneInfo("Asia/Shanghai")
EN = TrendLabels(
    title="Customer satisfaction",
    subtitle="Last 6 weeks: 80% satisfied, and $5 is no formula: $x_1$",
    share="Rated 4 or 5",
    answers="Ratings",
    interval="95% interval",
    few="fewer than 10 ratings",
    unfinished="week not over",
    empty="No ratings yet",
    day=lambda start: f"{start.astimezone(TZ):%d %b}",
)
ZH = TrendLabels(
    title="客户满意度",
    subtitle="近 6 周：80%（95% 区间 71–87%，n = 89），「看不出变化」",
    share="满意（4–5 分）占比",
    answers="每周评价数",
    interval="95% 区间",
    few="少于 10 条评价",
    unfinished="本周未结束",
    empty="还没有评价",
    day=lambda start: f"{start.astimezone(TZ).month}月{start.astimezone(TZ).day}日",
)
MIXED = [(0, 5, 30), (0, 2, 9), (1, 4, 3), (1, 1, 1), (3, 5, 20), (5, 5, 12), (5, 1, 2)]


@pytest.fixture(autouse=True)
def warnings_are_errors() -> Iterator[None]:
    """Fail on any warning, above all "Glyph missing from font"."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def weeks(counts: list[Count], *, number: int = 5) -> list[Bucket]:
    """Return the buckets of some weeks up to now; the last is not over."""
    return series(counts, bounds(NOW - timedelta(weeks=number), NOW, "W", TZ), now=NOW)


@pytest.mark.parametrize("labels", [EN, ZH], ids=["en", "zh"])
@pytest.mark.parametrize(
    "counts",
    [[], [(5, 5, 1)], [(0, 1, 40)], MIXED, [(week, 5, 50) for week in range(6)]],
    ids=["empty", "one rating", "all bad", "mixed", "all good"],
)
def test_any_series_becomes_a_picture(counts: list[Count], labels: TrendLabels) -> None:
    picture = Image.open(BytesIO(satisfaction_trend(weeks(counts), labels=labels)))
    assert (picture.format, picture.size) == ("PNG", (1280, 800))
    shades = picture.convert("L").getcolors(maxcolors=256)
    assert shades is not None and len(shades) > 20


def test_a_year_of_weeks_fits() -> None:
    figure = trend_figure(weeks([(week, 4, week) for week in range(53)], number=52), labels=ZH)
    assert 4 <= len(figure.axes[1].get_xticklabels()) <= 9


def test_a_glyph_the_font_lacks_is_noticed() -> None:
    with pytest.raises(UserWarning, match="Glyph"):
        satisfaction_trend(weeks(MIXED), labels=replace(ZH, title="\U0001f600"))


def test_every_letter_comes_from_the_named_font() -> None:
    serif = str(pylopdf_fonts_zh_cn.serif_path())
    for font, expected in ((None, str(pylopdf_fonts_zh_cn.sans_path())), (serif, serif)):
        texts = trend_figure(weeks(MIXED), labels=ZH, font=font).findobj(Text)
        written = [text for text in texts if isinstance(text, Text) and text.get_text()]
        assert {str(text.get_fontproperties().get_file()) for text in written} == {expected}
        assert {"客户满意度", "每周评价数", "少于 10 条评价"} <= {text.get_text() for text in written}


def test_few_ratings_are_grey_and_an_unfinished_week_is_hollow() -> None:
    points = [
        line
        for line in trend_figure(weeks(MIXED), labels=EN).axes[0].get_lines()
        if line.get_marker() == "o" and len(line.get_xydata()) == 1
    ]
    assert [(point.get_color(), point.get_markerfacecolor()) for point in points] == [
        (LINE, LINE),
        (GREY, GREY),
        (LINE, LINE),
        (LINE, "white"),
    ]
    assert FEW == 10


def test_an_empty_week_is_a_gap_and_not_a_zero() -> None:
    axes = trend_figure(weeks(MIXED), labels=EN).axes[0]
    drawn = {float(x) for line in axes.get_lines() for x, _ in line.get_xydata()}
    assert drawn == {0.0, 1.0, 3.0, 5.0}


def test_two_threads_draw_the_same_picture() -> None:
    with ThreadPoolExecutor(2) as pool:
        pictures = list(pool.map(lambda _: satisfaction_trend(weeks(MIXED), labels=ZH), range(4)))
    assert len(set(pictures)) == 1


def test_drawing_needs_neither_pyplot_nor_a_display() -> None:
    script = "import sys, handlers.charts.trend; print('matplotlib.pyplot' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"


GROUPS_ZH = GroupLabels(
    title="满意度：按客服",
    subtitle="全体：79%，95% 区间 71–85%，n = 140",
    interval="95% 区间",
    fair="修正后的满意率",
    raw="原始满意率",
    few="少于 10 条评价",
    all="全体",
    empty="还没有评价",
)
NEEDS_ZH = NeedLabels(
    title="客户需求",
    subtitle="近 30 天：356 张工单",
    interval="95% 区间",
    up="在增多",
    down="在减少",
    new="新出现",
    empty="还没有工单",
)
POINTS = [
    GroupPoint("Wang 王", 84, 0.88, 0.80, 0.93, 0.90),
    GroupPoint("😀", 9, 0.78, 0.60, 0.90, 0.0),
    GroupPoint("A name that is much longer than there is room for", 12, 1.0, 0.55, 1.0, 1.0),
]
BARS = [
    NeedBar("配送", 40, 0.31, 0.24, 0.39, "growing"),
    NeedBar("📦 包装", 8, 0.06, 0.03, 0.11, "new"),
    NeedBar("价格", 0, 0.0, 0.0, 0.02, "shrinking"),
    NeedBar("其他", 31, 1.0, 0.9, 1.0, "cannot_tell"),
]


@pytest.mark.parametrize(
    "points", [[], POINTS[:1], POINTS, POINTS * 10], ids=["none", "one", "three", "many"]
)
def test_any_groups_become_a_picture(points: list[GroupPoint]) -> None:
    pooled = 0.83 if points else None
    picture = Image.open(BytesIO(group_chart(points, pooled, labels=GROUPS_ZH)))
    assert (picture.format, picture.size) == ("PNG", (1280, 800))


def test_a_group_with_few_ratings_is_grey_and_its_name_has_only_letters_of_the_font() -> None:
    axes = group_figure(POINTS, 0.83, labels=GROUPS_ZH).axes[0]
    dots = [line.get_color() for line in axes.get_lines() if line.get_marker() == "o"]
    assert dots == [LINE, GREY, LINE]
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        "Wang 王",
        "–",
        "A name that is much l…",
    ]


@pytest.mark.parametrize("bars", [[], BARS[:1], BARS, BARS * 5], ids=["none", "one", "four", "many"])
def test_any_needs_become_a_picture(bars: list[NeedBar]) -> None:
    picture = Image.open(BytesIO(need_chart(bars, labels=NEEDS_ZH)))
    assert (picture.format, picture.size) == ("PNG", (1280, 800))


def test_an_arrow_stands_where_a_need_is_surely_going() -> None:
    axes = need_figure(BARS, labels=NEEDS_ZH).axes[0]
    marks = [(line.get_marker(), line.get_ydata()[0]) for line in axes.get_lines()]
    assert marks == [("^", 0), ("o", 1), ("v", 2)]
