"""What every picture is drawn on: its size, colours and one font; here and beside, alone with matplotlib.

Import these modules on first use: matplotlib costs 40 MB and a second. Drawing takes a few hundred
milliseconds behind one lock, so it belongs in a worker thread. Every letter comes from one font file, the
Noto Sans SC of a locked package unless told otherwise: Chinese is never boxed, whatever the machine has.
"""

from collections.abc import Callable, Sequence
from io import BytesIO
from threading import Lock

import pylopdf_fonts_zh_cn
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, get_font
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke
from matplotlib.text import Text

FEW = 10  # below this many ratings a point is drawn grey: its share says little
INK, QUIET, GRID = "#0f172a", "#64748b", "#e2e8f0"
LINE, BAND, GREY, BAR = "#2563eb", "#dbe6fd", "#9aa7b8", "#c7d2e3"
SIZE, DPI = (8.0, 5.0), 160  # inches, and pixels an inch: 1280 x 800

_LOCK = Lock()  # matplotlib shares font and layout caches between figures


def png(lay_out: Callable[[], Figure]) -> bytes:
    """Lay out a figure and draw it as PNG, one at a time."""
    with _LOCK:
        figure = lay_out()
        picture = BytesIO()
        FigureCanvasAgg(figure)  # Agg, without pyplot and its global state
        figure.savefig(picture, format="png", dpi=DPI)
        return picture.getvalue()


def can_write(words: str, *, font: str | None = None) -> bool:
    """Tell whether the font has a shape for every letter of these words; raises OSError without a font."""
    shapes = get_font(font or str(pylopdf_fonts_zh_cn.sans_path())).get_charmap()
    return all(ord(letter) in shapes for letter in words if not letter.isspace())


def writable(words: str, *, font: str | None = None) -> str:
    """Return words without the letters the font has no shape for, as emoji in a name."""
    return "".join(letter for letter in words if can_write(letter, font=font)).strip() or "–"


def annotate(axes: Axes, text: str, point: tuple[float, float], *, size: float, color: str) -> None:
    """Write a number above a point."""
    axes.annotate(
        text,
        point,
        (0, size - 4),
        textcoords="offset points",
        ha="center",
        fontsize=size,
        color=color,
        zorder=5,
    )


def head(figure: Figure, title: str, subtitle: str) -> None:
    """Write the title and what it comes to."""
    heading = figure.text(0.03, 0.945, title, fontsize=17, color=INK, va="center")
    heading.set_path_effects([withStroke(linewidth=0.7, foreground=INK)])  # the font has no bold
    figure.text(0.03, 0.883, subtitle, fontsize=11, color=QUIET, va="center")


def legend(figure: Figure, handles: Sequence[Patch | Line2D]) -> None:
    """Explain, at the upper right, what the picture shows."""
    figure.legend(
        handles=handles,
        loc="upper right",
        bbox_to_anchor=(0.965, 0.852),
        ncols=len(handles),
        frameon=False,
        fontsize=9.5,
        labelcolor=QUIET,
        handletextpad=0.5,
        handlelength=1.5,
        columnspacing=1.6,
    )


def dot(color: str, face: str, label: str) -> Line2D:
    """Return a point as the legend shows it."""
    return Line2D(
        [], [], color=color, markerfacecolor=face, label=label, marker="o", markersize=6.5, linestyle="none"
    )


def set_font(figure: Figure, path: str | None = None) -> None:
    """Set every text of a figure in one font file, at the size it has, and read no markup in it."""
    path = path or str(pylopdf_fonts_zh_cn.sans_path())
    for text in figure.findobj(Text):
        size = text.get_fontsize()
        text.set_fontproperties(FontProperties(fname=path))
        text.set_fontsize(size)
        text.set_parse_math(False)
