"""The picture of groups: a dot for each one's fair rate with its interval, grey where too few were rated."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MultipleLocator

from handlers.charts import paper
from handlers.charts.paper import BAND, DPI, FEW, GREY, GRID, INK, LINE, QUIET, SIZE, dot

MOST = 12  # groups on one picture
LONGEST = 22  # letters of a name
ROOM = 0.24  # of the width, for the names


@dataclass(frozen=True, slots=True)
class GroupPoint:
    """One group: its name, how many ratings it has, its fair rate and interval, and its share as counted."""

    name: str
    n: int
    value: float
    low: float
    high: float
    raw: float | None


@dataclass(frozen=True, slots=True)
class GroupLabels:
    """Every word on the picture of groups, in the reader's language."""

    title: str
    subtitle: str
    interval: str
    fair: str
    raw: str
    few: str
    all: str
    empty: str


def group_chart(
    points: Sequence[GroupPoint], pooled: float | None, *, labels: GroupLabels, font: str | None = None
) -> bytes:
    """Draw the groups from the top down in their order, and the rate of all as a line, as PNG."""
    return paper.png(lambda: group_figure(points, pooled, labels=labels, font=font))


def group_figure(
    points: Sequence[GroupPoint], pooled: float | None, *, labels: GroupLabels, font: str | None = None
) -> Figure:
    """Lay out the groups; `group_chart` draws them."""
    figure = Figure(figsize=SIZE, dpi=DPI, facecolor="white")
    axes = figure.subplots()
    figure.subplots_adjust(left=ROOM, right=0.93, top=0.77, bottom=0.085)
    shown = points[:MOST]
    for at, point in enumerate(shown):
        _draw(axes, at, point)
    if pooled is not None:
        axes.axvline(pooled, color=GREY, linewidth=1.2, linestyle=(0, (4, 3)), zorder=1)
    _axes(axes, shown)
    paper.head(figure, labels.title, labels.subtitle)
    if shown:
        _legend(figure, shown, labels, has_all=pooled is not None)
    else:
        figure.text(0.5, 0.45, labels.empty, ha="center", color=QUIET, fontsize=13, backgroundcolor="white")
    paper.set_font(figure, font)
    return figure


def _draw(axes: Axes, at: int, point: GroupPoint) -> None:
    color = LINE if point.n >= FEW else GREY
    axes.hlines(at, point.low, point.high, color=BAND if point.n >= FEW else GRID, linewidth=9, zorder=2)
    if point.raw is not None:
        axes.plot(point.raw, at, "|", color=color, markersize=11, markeredgewidth=1.4, zorder=3)
    axes.plot(point.value, at, "o", color=color, markersize=8, zorder=4)
    axes.annotate(
        f"n = {point.n}", (1.0, at), (8, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
        va="center", fontsize=9, color=QUIET, annotation_clip=False,
    )  # fmt: skip


def _axes(axes: Axes, shown: Sequence[GroupPoint]) -> None:
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(GRID)
    axes.tick_params(length=0, colors=QUIET, labelsize=10)
    names = [paper.writable(point.name) for point in shown]
    names = [name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…" for name in names]
    axes.set_yticks(range(len(shown)), names, color=INK)
    axes.set_ylim(max(len(shown), 4) - 0.4, -0.6)
    floor = min((min(point.low, point.raw or point.low) for point in shown), default=0.0)
    axes.set_xlim(int(floor * 5) / 5, 1.005)
    axes.xaxis.set_major_locator(MultipleLocator(0.1 if floor >= 0.4 else 0.2))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0%}"))
    axes.grid(axis="x", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)


def _legend(figure: Figure, shown: Sequence[GroupPoint], labels: GroupLabels, *, has_all: bool) -> None:
    """Explain only what the picture shows."""
    raw = Line2D([], [], color=LINE, label=labels.raw, marker="|", markersize=9, linestyle="none")
    handles: list[Patch | Line2D] = [dot(LINE, LINE, labels.fair), Patch(color=BAND, label=labels.interval)]
    if any(point.raw is not None for point in shown):
        handles.append(raw)
    if any(point.n < FEW for point in shown):
        handles.append(dot(GREY, GREY, labels.few))
    if has_all:
        handles.append(Line2D([], [], color=GREY, label=labels.all, linewidth=1.2, linestyle=(0, (4, 3))))
    paper.legend(figure, handles)
