"""The picture of loyalty: the share of customers in each stage at the last month's ends and today."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter

from handlers.charts import paper
from handlers.charts.paper import DPI, FEW, GRID, INK, QUIET, SIZE
from scoring.loyalty import Stage

COLORS: Mapping[Stage, str] = {
    "new": "#93c5fd",
    "active": "#2563eb",
    "at_risk": "#f59e0b",
    "lapsed": "#cbd5e1",
}
UPWARDS: Sequence[Stage] = ("active", "new", "at_risk", "lapsed")
PALE = 0.45  # of a bar that rests on few customers
WRITTEN = 0.07  # a smaller share has no room for its number


@dataclass(frozen=True, slots=True)
class StageBar:
    """How many customers stood in each stage at a time, and the name of that time."""

    name: str
    counts: Mapping[Stage, int]

    @property
    def n(self) -> int:
        """Count everybody."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class StageLabels:
    """Every word on the picture of stages, in the reader's language."""

    title: str
    subtitle: str
    stages: Mapping[Stage, str]
    empty: str


def stage_chart(bars: Sequence[StageBar], *, labels: StageLabels, font: str | None = None) -> bytes:
    """Draw a bar for each time, from left to right, as PNG; those of fewer than 10 customers are pale."""
    return paper.png(lambda: stage_figure(bars, labels=labels, font=font))


def stage_figure(bars: Sequence[StageBar], *, labels: StageLabels, font: str | None = None) -> Figure:
    """Lay out the stages; `stage_chart` draws them."""
    figure = Figure(figsize=SIZE, dpi=DPI, facecolor="white")
    axes = figure.subplots()
    figure.subplots_adjust(left=0.075, right=0.958, top=0.77, bottom=0.12)
    for at, bar in enumerate(bars):
        _draw(axes, at, bar)
    _axes(axes, bars)
    paper.head(figure, labels.title, labels.subtitle)
    if any(bar.n for bar in bars):
        paper.legend(figure, [Patch(color=COLORS[stage], label=labels.stages[stage]) for stage in UPWARDS])
    else:
        figure.text(0.5, 0.45, labels.empty, ha="center", color=QUIET, fontsize=13, backgroundcolor="white")
    paper.set_font(figure, font)
    return figure


def _draw(axes: Axes, at: int, bar: StageBar) -> None:
    """Draw one bar from the active at the bottom to the lapsed at the top."""
    bottom = 0.0
    for stage in UPWARDS:
        share = bar.counts.get(stage, 0) / bar.n if bar.n else 0.0
        alpha = 1.0 if bar.n >= FEW else PALE
        axes.bar(at, share, bottom=bottom, width=0.62, color=COLORS[stage], alpha=alpha, zorder=2)
        if share >= WRITTEN:
            ink = "white" if stage == "active" and bar.n >= FEW else INK
            axes.text(
                at, bottom + share / 2, f"{share:.0%}", ha="center", va="center", fontsize=10, color=ink
            )
        bottom += share


def _axes(axes: Axes, bars: Sequence[StageBar]) -> None:
    """Name the times with how many customers each rests on, and keep the lines quiet."""
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(GRID)
    axes.tick_params(length=0, colors=QUIET, labelsize=10)
    axes.set_xticks(range(len(bars)), [f"{bar.name}\nn = {bar.n}" for bar in bars])
    axes.set_xlim(-0.6, max(len(bars) - 0.4, 0.6))
    axes.set_ylim(0, 1.0)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0%}"))
    axes.grid(axis="y", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
