"""The picture of needs: a bar for each topic's share with its interval, and an arrow where it is going."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from handlers.charts import paper
from handlers.charts.paper import BAR, DPI, GRID, INK, LINE, QUIET, SIZE
from scoring.needs import Trend

MOST = 12  # topics on one picture
LONGEST = 18  # letters of a name
ROOM = 0.2  # of the width, for the names
UP, DOWN = "#dc2626", "#0f766e"


@dataclass(frozen=True, slots=True)
class NeedBar:
    """One topic: its name, how many asked for it, its share and interval, and where it is going."""

    name: str
    k: int
    value: float
    low: float
    high: float
    trend: Trend


@dataclass(frozen=True, slots=True)
class NeedLabels:
    """Every word on the picture of needs, in the reader's language."""

    title: str
    subtitle: str
    interval: str
    up: str
    down: str
    new: str
    empty: str


def need_chart(bars: Sequence[NeedBar], *, labels: NeedLabels, font: str | None = None) -> bytes:
    """Draw the topics from the top down in their order, as PNG."""
    return paper.png(lambda: need_figure(bars, labels=labels, font=font))


def need_figure(bars: Sequence[NeedBar], *, labels: NeedLabels, font: str | None = None) -> Figure:
    """Lay out the topics; `need_chart` draws them."""
    figure = Figure(figsize=SIZE, dpi=DPI, facecolor="white")
    axes = figure.subplots()
    figure.subplots_adjust(left=ROOM, right=0.95, top=0.77, bottom=0.085)
    shown = bars[:MOST]
    _axes(axes, shown)
    for at, bar in enumerate(shown):
        _draw(axes, at, bar)
    paper.head(figure, labels.title, labels.subtitle)
    if shown:
        _legend(figure, shown, labels)
    else:
        figure.text(0.5, 0.45, labels.empty, ha="center", color=QUIET, fontsize=13, backgroundcolor="white")
    paper.set_font(figure, font)
    return figure


def _draw(axes: Axes, at: int, bar: NeedBar) -> None:
    axes.barh(at, bar.value, height=0.58, color=BAR, zorder=2)
    axes.hlines(at, bar.low, bar.high, color=LINE, linewidth=1.6, zorder=3)
    axes.vlines((bar.low, bar.high), at - 0.12, at + 0.12, color=LINE, linewidth=1.6, zorder=3)
    told = f"{bar.value:.0%} ({bar.k})"
    axes.annotate(
        told, (bar.high, at), (9, 0), textcoords="offset points", va="center", fontsize=10, color=INK
    )
    if bar.trend in _MARKERS:
        mark, color = _MARKERS[bar.trend], _COLORS[bar.trend]
        right = 1 - 0.03  # in the margin, so that arrows stand below each other
        axes.plot(right, at, mark, transform=axes.get_yaxis_transform(), color=color, markersize=9, zorder=4)


def _axes(axes: Axes, shown: Sequence[NeedBar]) -> None:
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(GRID)
    axes.tick_params(length=0, colors=QUIET, labelsize=10)
    axes.set_yticks(range(len(shown)), [paper.writable(bar.name)[:LONGEST] for bar in shown], color=INK)
    axes.set_ylim(max(len(shown), 4) - 0.4, -0.6)
    axes.set_xlim(0, max((bar.high for bar in shown), default=0.8) * 1.28)
    axes.xaxis.set_major_locator(MaxNLocator(6))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0%}"))
    axes.grid(axis="x", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)


def _legend(figure: Figure, shown: Sequence[NeedBar], labels: NeedLabels) -> None:
    """Explain only what the picture shows."""
    handles: list[Patch | Line2D] = [Line2D([], [], color=LINE, linewidth=1.6, label=labels.interval)]
    words: dict[Trend, str] = {"growing": labels.up, "shrinking": labels.down, "new": labels.new}
    for trend, word in words.items():
        if any(bar.trend == trend for bar in shown):
            color = _COLORS[trend]
            handles.append(
                Line2D(
                    [], [], color=color, marker=_MARKERS[trend], linestyle="none", markersize=7, label=word
                )
            )
    paper.legend(figure, handles)


_MARKERS: dict[Trend, str] = {"growing": "^", "shrinking": "v", "new": "o"}
_COLORS: dict[Trend, str] = {"growing": UP, "shrinking": DOWN, "new": UP}
