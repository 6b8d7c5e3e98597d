"""The charts of a valuation as SVG text: how the simulated values are spread, and the way from operations to equity."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape

_WIDTH, _HEIGHT = 560.0, 230.0
_LEFT, _TOP, _FLOOR = 8.0, 34.0, 24.0
_BAR, _UNDER, _MARK, _VALUE, _AXIS = "#9db8d2", "#4a7c59", "#a33a3a", "#1f4e79", "#57606a"
_ROW = 30.0
_LABELS = 150.0


def histogram(spread: Mapping[str, list[float]], price: float, value: float) -> str:
    """Return how often the scenarios gave each value (``edges``, ``counts``), with the price and the base case."""
    edges, counts = spread["edges"], spread["counts"]
    low, high = min(edges[0], price, value), max(edges[-1], price, value)
    across = (_WIDTH - 2 * _LEFT) / (high - low) if high > low else 0.0
    up = (_HEIGHT - _TOP - _FLOOR) / (max(counts) or 1)

    def at(money: float) -> float:
        return _LEFT + (money - low) * across

    bars = [
        _box(at(start), _HEIGHT - _FLOOR - count * up, at(end) - at(start) - 1, count * up, _BAR)
        for start, end, count in zip(edges[:-1], edges[1:], counts, strict=True)
    ]
    marks = [
        *_mark(at(value), f"value {value:,.2f}", _VALUE, 26.0),
        *_mark(at(price), f"price {price:,.2f}", _MARK, 12.0),
    ]
    axis = [_words(at(edge), _HEIGHT - 8, f"{edge:,.0f}", _AXIS, _side(at(edge))) for edge in (edges[0], edges[-1])]
    return _drawing("Simulated values a share", _HEIGHT, [*bars, *marks, *axis])


def waterfall(parts: Sequence[tuple[str, float]], whole: float) -> str:
    """Return the ``parts``, each added to those before it, and the ``whole`` that they come to, all money."""
    levels, before = [], 0.0
    for label, amount in parts:
        levels.append((label, before, before + amount, amount))
        before += amount
    levels.append(("equity", 0.0, whole, whole))
    low = min(0.0, *(min(start, end) for _, start, end, _ in levels))
    high = max(max(start, end) for _, start, end, _ in levels)
    across = (_WIDTH - _LABELS - 110) / (high - low) if high > low else 0.0
    rows: list[str] = []
    for row, (label, start, end, amount) in enumerate(levels):
        top, left = _TOP + row * _ROW, _LABELS + (min(start, end) - low) * across
        wide = abs(end - start) * across
        colour = _VALUE if row in (0, len(levels) - 1) else _UNDER if amount >= 0 else _MARK
        rows += [
            _words(_LABELS - 8, top + 13, label, _AXIS, "end"),
            _box(left, top, max(wide, 1.0), _ROW - 12, colour),
            _words(left + max(wide, 1.0) + 5, top + 13, f"{amount / 1e9:,.1f}", _AXIS, "start"),
        ]
    return _drawing("From operations to equity, in thousand million", _TOP + _ROW * len(levels), rows)


def _mark(at: float, text: str, colour: str, height: float) -> Iterable[str]:
    yield f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{height + 3:.1f}" y2="{_HEIGHT - _FLOOR:.1f}" stroke="{colour}"/>'
    yield _words(at, height, text, colour, _side(at))


def _side(at: float) -> str:
    return "end" if at > _WIDTH / 2 else "start"


def _box(left: float, top: float, width: float, height: float, colour: str) -> str:
    return f'<rect x="{left:.1f}" y="{top:.1f}" width="{max(width, 0.5):.1f}" height="{height:.1f}" fill="{colour}"/>'


def _words(left: float, baseline: float, text: str, colour: str, anchor: str) -> str:
    place = f'x="{left:.1f}" y="{baseline:.1f}" fill="{colour}" text-anchor="{anchor}"'
    return f'<text {place} font-size="12">{escape(text)}</text>'


def _drawing(title: str, height: float, parts: Iterable[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:.0f} {height:.0f}" role="img">'
    return f"{head}<title>{escape(title)}</title>{''.join(parts)}</svg>"
