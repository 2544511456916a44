"""The picture of a trend: the share of satisfied customers by week, how sure it is, and how many answered."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, pairwise

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MultipleLocator

from handlers.charts import paper
from handlers.charts.paper import BAND, BAR, DPI, FEW, GREY, GRID, LINE, QUIET, SIZE, annotate, dot
from scoring.trends import Bucket

TICKS_AT_MOST, NUMBERS_AT_MOST = 9, 30


@dataclass(frozen=True, slots=True)
class TrendLabels:
    """Every word on the picture of a trend, in the reader's language."""

    title: str
    subtitle: str
    share: str
    answers: str
    interval: str
    few: str
    unfinished: str
    empty: str
    day: Callable[[datetime], str]  # names a bucket by its start


def satisfaction_trend(series: Sequence[Bucket], *, labels: TrendLabels, font: str | None = None) -> bytes:
    """Draw the share of satisfied customers a bucket with its interval, and how many answered, as PNG.

    Buckets with fewer than 10 ratings are grey, an unfinished one is hollow, and empty ones are gaps. `font`
    is the path of a font file to use instead of Noto Sans SC.
    """
    return paper.png(lambda: trend_figure(series, labels=labels, font=font))


def trend_figure(series: Sequence[Bucket], *, labels: TrendLabels, font: str | None = None) -> Figure:
    """Lay out the trend; `satisfaction_trend` draws it."""
    figure = Figure(figsize=SIZE, dpi=DPI, facecolor="white")
    shares, answers = figure.subplots(2, 1, sharex=True, height_ratios=[3.4, 1], gridspec_kw={"hspace": 0.2})
    figure.subplots_adjust(left=0.075, right=0.958, top=0.77, bottom=0.085)
    _draw_shares(shares, series)
    _draw_answers(answers, series)
    _label_axes(shares, answers, series, labels)
    paper.head(figure, labels.title, labels.subtitle)
    if any(bucket.n for bucket in series):
        _legend(figure, series, labels)
    else:
        figure.text(0.5, 0.54, labels.empty, ha="center", color=QUIET, fontsize=13, backgroundcolor="white")
    paper.set_font(figure, font)
    return figure


def _draw_shares(axes: Axes, series: Sequence[Bucket]) -> None:
    """Draw the line, its interval and its points."""
    for run in _runs(series):
        _draw_interval(axes, series, [at for at in run if series[at].complete])
        for at in run:
            if not series[at].complete:
                axes.vlines(at, *_ends(series[at]), color=BAND, linewidth=9, zorder=1)
        for left, right in pairwise(run):
            pair = (series[left], series[right])
            sure = all(bucket.n >= FEW for bucket in pair)
            axes.plot(
                (left, right),
                [bucket.rate.value or 0.0 for bucket in pair],
                color=LINE if sure else GREY,
                linestyle="-" if all(bucket.complete for bucket in pair) else (0, (2, 2)),
                linewidth=2.2 if sure else 1.6,
                zorder=3,
            )
        for at in run:
            _draw_point(axes, at, series[at], size=6.5 if len(series) <= NUMBERS_AT_MOST else 4.0)
    _name_latest(axes, series)
    floor = min((bucket.rate.low for bucket in series if bucket.rate.low is not None), default=0.0)
    axes.set_ylim(int(floor * 5) / 5, 1.02)
    axes.set_xlim(-0.6, max(len(series) - 0.4, 0.6))


def _draw_interval(axes: Axes, series: Sequence[Bucket], run: Sequence[int]) -> None:
    """Draw the interval of neighbouring complete buckets as a band, of a lone one as a bar."""
    if len(run) == 1:
        axes.vlines(run[0], *_ends(series[run[0]]), color=BAND, linewidth=9, zorder=1)
    elif run:
        lows, highs = zip(*(_ends(series[at]) for at in run), strict=True)
        axes.fill_between(run, lows, highs, color=BAND, linewidth=0, zorder=1)


def _draw_point(axes: Axes, at: int, bucket: Bucket, *, size: float) -> None:
    """Draw one share: grey when few answered, hollow while its bucket is not over."""
    color = LINE if bucket.n >= FEW else GREY
    face = color if bucket.complete else "white"
    axes.plot(at, bucket.rate.value or 0.0, "o", color=color, markerfacecolor=face, markersize=size, zorder=4)


def _name_latest(axes: Axes, series: Sequence[Bucket]) -> None:
    """Write the share of the last finished bucket with enough ratings beside its point."""
    told = [at for at, bucket in enumerate(series) if bucket.complete and bucket.n >= FEW]
    if told:
        value = series[told[-1]].rate.value or 0.0
        annotate(axes, f"{value:.0%}", (told[-1], value), size=12, color=LINE)


def _draw_answers(axes: Axes, series: Sequence[Bucket]) -> None:
    """Draw how many answered as bars, numbered while there is room."""
    for at, bucket in enumerate(series):
        axes.bar(
            at,
            bucket.n,
            width=0.62,
            color=BAR if bucket.n >= FEW else GRID,
            edgecolor=GREY if not bucket.complete else "none",
            linestyle="--",
            linewidth=1.0,
        )
        if len(series) <= NUMBERS_AT_MOST:
            annotate(axes, f"{bucket.n}", (at, bucket.n), size=8.5, color=QUIET)
    axes.set_ylim(0, max((bucket.n for bucket in series), default=0) * 1.35 or 1)


def _label_axes(shares: Axes, answers: Axes, series: Sequence[Bucket], labels: TrendLabels) -> None:
    """Name the axes and keep their lines quiet."""
    for axes, name in ((shares, labels.share), (answers, labels.answers)):
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.spines["bottom"].set_color(GRID)
        axes.tick_params(length=0, colors=QUIET, labelsize=10)
        axes.text(0, 1.02, name, transform=axes.transAxes, color=QUIET, fontsize=9.5, va="bottom")
    shares.yaxis.set_major_locator(MultipleLocator(0.1 if shares.get_ylim()[0] >= 0.4 else 0.2))
    shares.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0%}"))
    shares.grid(axis="y", color=GRID, linewidth=0.8)
    shares.set_axisbelow(True)
    shares.tick_params(labelbottom=False)
    answers.set_yticks([])
    step = -(-len(series) // TICKS_AT_MOST) or 1
    shown = range((len(series) - 1) % step, len(series), step)
    answers.set_xticks(list(shown), [labels.day(series[at].start) for at in shown])


def _runs(series: Sequence[Bucket]) -> Iterator[list[int]]:
    """Yield the positions of neighbouring buckets that have ratings."""
    for rated, positions in groupby(range(len(series)), key=lambda at: series[at].n > 0):
        if rated:
            yield list(positions)


def _ends(bucket: Bucket) -> tuple[float, float]:
    """Return the interval of a bucket that has ratings."""
    return bucket.rate.low or 0.0, bucket.rate.high or 0.0


def _legend(figure: Figure, series: Sequence[Bucket], labels: TrendLabels) -> None:
    """Explain only what the picture shows."""
    handles: list[Patch | Line2D] = [Patch(color=BAND, label=labels.interval)]
    if any(0 < bucket.n < FEW for bucket in series):
        handles.append(dot(GREY, GREY, labels.few))
    if any(bucket.n and not bucket.complete for bucket in series):
        handles.append(dot(LINE, "white", labels.unfinished))
    paper.legend(figure, handles)
