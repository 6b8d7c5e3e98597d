"""Statements read from annual reports in HTML against figures taken from the same filings by eye."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from shared_data import shared

from p3.answer.tables.items import Filing, read_periods
from p3.facts.periods import fiscal_year
from p3.facts.view import Period
from p3.sec.cover import cover
from p3.sec.documents import placed

pytestmark = pytest.mark.slow


def reports() -> Iterator[tuple[int, Period]]:
    """Yield the fiscal years that each annual report of the mirror prints, with the company's CIK."""
    for path in sorted(shared("edgar-mirror", "www.sec.gov", "Archives", "edgar", "data").glob("*/*/*.htm")):
        document = placed.to_text(path.read_bytes(), path.name)
        told = cover(document)
        if told.form == "10-K" and told.period_end is not None:
            year = fiscal_year(told.period_end)
            filing = Filing(path.parent.name, path.name, year, told.period_end, datetime(2026, 1, 1, tzinfo=UTC))
            for period in read_periods(document.text, document.pages, filing):
                yield int(path.parents[1].name), period


def test_no_figure_is_misread_and_few_are_missed():
    lines = shared("gold", "line_items.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    gold = {(row["cik"], row["fiscal_year_end"], row["item"]): row for row in rows if row["value"] is not None}
    verdicts: Counter[str] = Counter()
    wrong = []
    for cik, period in reports():
        for (owner, end, name), row in gold.items():
            if (owner, end) != (cik, period.end.isoformat()):
                continue
            item = period.items.get(name)
            if item is None:
                verdicts["missed"] += 1
            elif item.value == pytest.approx(row["value"], rel=1e-3):
                verdicts["right"] += 1
            else:
                wrong.append((cik, end, name, item.value, row["value"]))
    assert wrong == []
    assert verdicts["right"] >= 9 * verdicts["missed"]
