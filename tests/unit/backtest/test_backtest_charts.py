from datetime import date, timedelta

from lxml import etree

from p3.backtest import charts

DATES = [date(2024, 1, 1) + timedelta(days=i) for i in range(5)]


def test_charts_are_svg_that_names_what_it_shows():
    drawing = charts.equity_svg(DATES, [1.0, 2, 3, 2, 4], [1.0, 1, 1, 2, 2], "SPY <&>")
    root = etree.fromstring(drawing.encode())
    texts = "".join(root.itertext())
    assert root.tag.endswith("svg")
    assert "SPY <&>" in texts
    assert "Value of the account" in texts


def test_the_same_input_gives_the_same_bytes():
    assert charts.drawdown_svg(DATES, [0.0, -0.1, -0.2, 0.0, 0.0]) == charts.drawdown_svg(
        DATES, [0.0, -0.1, -0.2, 0.0, 0.0]
    )


def test_bars_carry_their_labels():
    drawing = charts.bars_svg(["MSFT", "NVDA"], [0.4, -0.1], "Upside")
    assert drawing.index("MSFT") and drawing.index("NVDA")
