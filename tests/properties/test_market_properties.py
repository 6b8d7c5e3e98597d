from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from p3.market import basis, folder

START = date(2020, 1, 6)
RATIOS = st.sampled_from([0.1, 0.5, 1.046, 1.5, 2.0, 2.002, 10.0, 20.0])


@settings(max_examples=40, deadline=None)
@given(
    closes=st.lists(st.floats(0.5, 500), min_size=2, max_size=12),
    ratios=st.dictionaries(st.integers(0, 14), RATIOS, max_size=3),
)
def test_adjusting_what_was_un_adjusted_gives_the_file_back(
    closes: list[float], ratios: dict[int, float], tmp_path_factory: object
) -> None:
    root: Path = tmp_path_factory.mktemp("market")  # type: ignore[attr-defined]
    for name in ("prices", "actions"):
        (root / name).mkdir()
    last = len(closes) - 1
    rows = [f"{START + timedelta(days=n)},{close!r}" for n, close in enumerate(closes)]
    events = [f"{START + timedelta(days=n)},,{ratio}" for n, ratio in sorted(ratios.items()) if n <= last]
    (root / "prices" / "ACME.csv").write_text("\n".join(["date,close", *rows]))
    (root / "actions" / "ACME.csv").write_text("\n".join(["date,dividend,split_ratio", *events]))
    data = folder.read(root, ["ACME"])
    assert not data.problems
    adjusted = basis.adjusted_close(data.prices, data.actions, datetime(2021, 1, 1, tzinfo=UTC))
    ratio = adjusted["adjusted_close"] / pl.Series(closes)
    assert ((ratio - 1).abs() < 1e-12).all()
