"""Small charts as SVG text, for reports: the same input gives the same bytes."""

import io
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

_WIDTH, _HEIGHT = 5.6, 2.7  # inches: small, so that the text stays legible on a phone
_ROW = 0.34  # inches a bar
_TEXT = 9
_COLOURS = ("#1f4e79", "#b0651d", "#4a7c59", "#7a4b8c")
_LOSS = "#a33a3a"
_GRID = "#e3e7eb"


def lines(dates: Sequence[date], series: Mapping[str, Sequence[float]], title: str) -> str:
    """Return a line chart of the named ``series`` of money over ``dates``."""

    def draw(axes: Any) -> None:
        for (name, values), colour in zip(series.items(), _colours(len(series)), strict=True):
            axes.plot(dates, values, label=name, color=colour, linewidth=1.3)
        axes.legend(frameon=False, fontsize=_TEXT, loc="upper left")
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        _over_time(axes)

    return _svg(title, _HEIGHT, draw)


def equity_svg(dates: Sequence[date], values: Sequence[float], benchmark: Sequence[float], name: str) -> str:
    """Return the value of the account beside the benchmark called ``name``, both money."""
    return lines(dates, {"strategy": values, name: benchmark}, "Value of the account")


def drawdown_svg(dates: Sequence[date], drawdowns: Sequence[float]) -> str:
    """Return the loss from the last high, a fraction of 0 or less, as an area."""

    def draw(axes: Any) -> None:
        axes.fill_between(dates, drawdowns, 0.0, color=_LOSS, alpha=0.45, linewidth=0)
        axes.yaxis.set_major_formatter(_percent)
        axes.set_ylim(top=0.0)
        _over_time(axes)

    return _svg("Loss from the last high", _HEIGHT, draw)


def bars_svg(labels: Sequence[str], values: Sequence[float], title: str) -> str:
    """Return horizontal bars of fractions, the first on top, each with its percentage."""

    def draw(axes: Any) -> None:
        colours = [_COLOURS[0] if value >= 0 else _LOSS for value in values]
        bars = axes.barh(range(len(labels)), values, color=colours, height=0.62)
        axes.bar_label(bars, [f"{value:+.0%}" for value in values], padding=3, fontsize=_TEXT)
        axes.set_yticks(range(len(labels)), labels)
        axes.tick_params(axis="y", length=0)
        axes.margins(x=0.16)
        axes.axvline(0.0, color="#57606a", linewidth=0.8)
        axes.invert_yaxis()
        axes.xaxis.set_major_formatter(_percent)
        axes.grid(axis="x", color=_GRID, linewidth=0.7)

    return _svg(title, 0.9 + _ROW * len(labels), draw)


def _over_time(axes: Any) -> None:
    from matplotlib import dates

    untyped: Any = dates
    locator = untyped.AutoDateLocator(minticks=3, maxticks=7)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(untyped.ConciseDateFormatter(locator))
    axes.grid(axis="y", color=_GRID, linewidth=0.7)
    axes.margins(x=0.01)


def _percent(value: float, _: int) -> str:
    return f"{value:.0%}" if round(100 * value, 6) == round(100 * value) else f"{value:.1%}"


def _svg(title: str, height: float, draw: Callable[[Any], None]) -> str:
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with mpl.rc_context({"svg.hashsalt": "p3", "svg.fonttype": "none"}):
        figure = Figure(figsize=(_WIDTH, height), layout="constrained")
        FigureCanvasSVG(figure)
        axes = figure.add_subplot()
        axes.set_title(title, fontsize=_TEXT + 1, loc="left", weight="bold")
        axes.tick_params(labelsize=_TEXT, color=_GRID)
        axes.set_axisbelow(True)
        axes.spines[["top", "right", "left"]].set_visible(False)
        draw(axes)
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None, "Title": title})
    drawing = text.getvalue()
    return drawing[drawing.index("<svg") :]


def _colours(count: int) -> list[str]:
    return [_COLOURS[index % len(_COLOURS)] for index in range(count)]
