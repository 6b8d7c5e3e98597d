"""Which companies of the tree stand beside one, as of a moment: of its industry, near in size, known by then."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import company_frames as frames
import polars as pl
import pytest

from p3 import settings
from p3.data.store import Store
from p3.data.tables import COMPANIES, LINE_ITEMS, Table
from p3.tasks.dcf_peers import Industries
from p3.valuation import evidence
from p3.valuation.evidence import Evidence
from p3.valuation.price_history import price_history
from p3.valuation.rules import rules
from p3.workflow.session import Session

AS_OF = datetime(2024, 5, 31, 23, tzinfo=UTC)
LATER = AS_OF + timedelta(days=28)
SIZES = {"OWN": 100.0, "NEAR": 90.0, "FAR": 9000.0, "MID": 300.0, "OTHER": 100.0}
CODES = {"OTHER": "2834"}


def put(store: Store, table: Table, *rows: dict[str, object]) -> None:
    frame = pl.DataFrame(rows, schema=table.schema)
    store.tables.replace(table, frame[table.owner].unique().to_list(), frame)


def assets(cik: int, year: int, value: float) -> dict[str, object]:
    return frames.row("total_assets", year, value, instant=True) | {"cik": cik}


@pytest.fixture
def session(tmp_path: Path) -> Session:
    store, loaded = Store(tmp_path), settings.load()
    ciks = {ticker: n for n, ticker in enumerate(SIZES, start=1)}
    put(store, COMPANIES, *({"cik": cik, "ticker": t, "sic": CODES.get(t, "7372")} for t, cik in ciks.items()))
    rows = [assets(cik, 2022, SIZES[ticker]) for ticker, cik in ciks.items()]
    put(store, LINE_ITEMS, *rows, assets(ciks["FAR"], 2023, 101.0) | {"known_from": LATER - timedelta(days=1)})
    return Session(store=store, settings=loaded.settings, as_of=LATER, command="test", sources=loaded.sources)


def company(ticker: str) -> Evidence:
    """Return the made-up company under another name: the same prices and accounts."""
    quotes = frames.prices().with_columns(pl.col("ticker").replace(frames.TICKER, ticker))
    return evidence.gather(
        frames.line_items(),
        quotes,
        frames.actions().clear(),
        ticker=ticker,
        cik=frames.CIK,
        sic="7372",
        market=price_history(quotes, frames.actions(), frames.BENCHMARK),
        risk_free=evidence.rate_series(frames.rates(), "DGS10"),
    )


def names(session: Session, as_of: datetime = AS_OF, sic: str | None = "7372") -> list[str]:
    return [each.ticker for each in Industries(session, company).peers(1, sic, as_of, rules())]


def test_peers_are_of_the_industry_and_the_nearest_in_size_first(session: Session) -> None:
    assert names(session) == ["NEAR", "MID", "FAR"]


def test_a_size_counts_from_when_it_is_known(session: Session) -> None:
    assert names(session, LATER) == ["FAR", "NEAR", "MID"]


def test_companies_that_file_later_do_not_make_a_narrower_group(session: Session) -> None:
    before = names(session, sic="7371")
    late = range(101, 104)
    put(session.store, COMPANIES, *({"cik": cik, "ticker": f"LATE{cik}", "sic": "7371"} for cik in late))
    put(session.store, LINE_ITEMS, *(assets(cik, 2023, 100.0) | {"known_from": LATER} for cik in late))
    assert names(session, sic="7371") == before == ["NEAR", "MID", "FAR"]
    assert names(session, LATER, sic="7371") == ["LATE101", "LATE102", "LATE103"]


def test_without_an_industry_there_are_no_peers(session: Session) -> None:
    assert names(session, sic=None) == []
    assert names(session, sic="4911") == []


def test_peers_see_no_price_after_the_moment(session: Session) -> None:
    def poisoned(ticker: str) -> Evidence:
        late = pl.lit(AS_OF + timedelta(seconds=1), frames.MOMENT).alias("known_from")
        later = frames.prices().filter(pl.col("date") > date(2024, 1, 1)).with_columns(pl.col("close") * 1000, late)
        quotes = pl.concat([frames.prices(), later]).with_columns(pl.col("ticker").replace(frames.TICKER, ticker))
        return evidence.gather(
            frames.line_items(),
            quotes,
            frames.actions().clear(),
            ticker=ticker,
            cik=frames.CIK,
            sic="7372",
            market=price_history(quotes, frames.actions(), frames.BENCHMARK),
            risk_free=evidence.rate_series(frames.rates(), "DGS10"),
        )

    told = Industries(session, company).peers(1, "7372", AS_OF, rules())
    assert Industries(session, poisoned).peers(1, "7372", AS_OF, rules()) == told
