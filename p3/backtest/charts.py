"""Small charts as SVG text, for reports: the same input gives the same bytes."""

import io
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

_WIDTH, _HEIGHT = 7.5, 3.0
_COLOURS = ("#1f4e79", "#b0651d", "#4a7c59", "#7a4b8c")


def lines(dates: Sequence[date], series: Mapping[str, Sequence[float]], title: str, label: str) -> str:
    """Return a line chart of the named ``series`` over ``dates``; ``label`` names the vertical axis."""

    def draw(axes: Any) -> None:
        for (name, values), colour in zip(series.items(), _colours(len(series)), strict=True):
            axes.plot(dates, values, label=name, color=colour, linewidth=1.2)
        axes.legend(frameon=False, fontsize=8)

    return _svg(title, label, draw)


def equity_svg(dates: Sequence[date], values: Sequence[float], benchmark: Sequence[float], name: str) -> str:
    """Return the value of the account beside the benchmark called ``name``, both money."""
    return lines(dates, {"strategy": values, name: benchmark}, "Value of the account", "value")


def drawdown_svg(dates: Sequence[date], drawdowns: Sequence[float]) -> str:
    """Return the loss from the last high, a fraction of 0 or less, as an area."""

    def draw(axes: Any) -> None:
        percent = [100 * value for value in drawdowns]
        axes.fill_between(dates, percent, 0.0, color=_COLOURS[1], alpha=0.5, linewidth=0)

    return _svg("Loss from the last high", "%", draw)


def bars_svg(labels: Sequence[str], values: Sequence[float], title: str, label: str) -> str:
    """Return horizontal bars, the first on top; ``label`` names the axis of ``values``."""

    def draw(axes: Any) -> None:
        axes.barh(range(len(labels)), values, color=_COLOURS[0])
        axes.set_yticks(range(len(labels)), labels)
        axes.invert_yaxis()
        axes.set_xlabel(label, fontsize=8)

    return _svg(title, "", draw)


def _svg(title: str, label: str, draw: Callable[[Any], None]) -> str:
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with mpl.rc_context({"svg.hashsalt": "p3", "svg.fonttype": "none"}):
        figure = Figure(figsize=(_WIDTH, _HEIGHT), layout="constrained")
        FigureCanvasSVG(figure)
        axes = figure.add_subplot()
        axes.set_title(title, fontsize=10, loc="left")
        axes.set_ylabel(label, fontsize=8)
        axes.tick_params(labelsize=8)
        axes.spines[["top", "right"]].set_visible(False)
        draw(axes)
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None, "Title": title})
    drawing = text.getvalue()
    return drawing[drawing.index("<svg") :]


def _colours(count: int) -> list[str]:
    return [_COLOURS[index % len(_COLOURS)] for index in range(count)]
