"""A company's facts as filed, as arrays: its filings in the order of publication, and what each states."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import time
from typing import Any

import numpy as np
import polars as pl

from p3.clock import NEW_YORK
from p3.facts import days
from p3.facts.arrays import NONE, Flags, Floats, Ints, at, begins, find
from p3.facts.days import KINDS, NO_DAY, Grid
from p3.facts.periods import ANNUAL, INSTANT
from p3.facts.rounding import zeros
from p3.facts.rules import Rules

_CURRENCY = r"^[A-Z]{3}$"
_GENERAL = "us-gaap"
_COVER = "dei:EntityCommonStockSharesOutstanding"
_AMENDED = "/A"
_QUARTERLY_FORMS = ("10-Q", "10-QT")
_INCOME = "NetIncomeLoss"
_TO_COMMON = "NetIncomeLossAvailableToCommonStockholdersBasic"
_PER_SHARE = (
    ("WeightedAverageNumberOfSharesOutstandingBasic", "EarningsPerShareBasic"),
    ("WeightedAverageNumberOfDilutedSharesOutstanding", "EarningsPerShareDiluted"),
)
_PER_SHARE_SLACK = 100.0
_EDGAR_OPENS = time(6, 0)


@dataclass(frozen=True)
class Filings:
    """A company's filings in the order of publication, one a row.

    ``moments`` are the distinct times of publication in microseconds since 1970-01-01 UTC, ``when`` the place there of
    each filing's; ``end`` is the day on which its own period ends; ``annual`` and ``quarterly`` whether its form
    reports on a year or on a quarter.
    """

    moments: Ints
    when: Ints
    end: Ints
    annual: Flags
    quarterly: Flags


@dataclass(frozen=True)
class Stated:
    """What filings state, one fact a row, in the order of filing, line (of item 0) and concept, which all differ.

    ``row`` is the fact's place in the facts table, ``concept`` and ``unit`` are places in the lists of them, ``start``
    is a day or NO_DAY, ``money`` tells amounts in the filing's own currency.
    """

    filing: Ints
    line: Ints
    concept: Ints
    row: Ints
    unit: Ints
    start: Ints
    value: Floats
    money: Flags

    def take(self, places: Ints | Flags) -> "Stated":
        """Return the facts at ``places``."""
        return Stated(*(getattr(self, each.name)[places] for each in fields(self)))


@dataclass(frozen=True)
class Filed:
    """A company's filings, what they state, the grid of periods, and the texts of the units."""

    filings: Filings
    stated: Stated
    grid: Grid
    units: pl.Series

    def scales(self) -> Floats:
        """Return the unit of each filing's statements: 1e6 for millions; 0 where it states no money."""
        of_money = np.flatnonzero(self.stated.money & (self.stated.value != 0))
        values, place = np.unique(self.stated.value[of_money], return_inverse=True)
        grain = zeros(values)[place] + 1
        kinds, count = int(grain.max(initial=0)) + 1, len(self.filings.when)
        often = np.bincount(self.stated.filing[of_money] * kinds + grain, minlength=count * kinds).reshape(-1, kinds)
        commonest = often.argmax(axis=1)
        return np.where(commonest > 0, 10.0 ** (commonest - 1), 0.0)

    def year_ends(self) -> Ints:
        """Return for each of the grid's ends since when it is known to end a fiscal year: a place in ``moments``.

        A span of twelve months is a fiscal year where an annual form reports on it or shows it as a comparative; the
        trailing twelve months that some filers put into quarterly reports are not. NONE for all other ends.
        """
        stated, filings = self.stated, self.filings
        own, end = filings.end[stated.filing], self.grid.end(stated.line)
        of_year = filings.annual[stated.filing] & (self.grid.kind(stated.line) == KINDS.index(ANNUAL))
        years = np.flatnonzero(of_year & (end <= own) & days.whole_years_apart(end, own))
        places, first = np.unique(stated.line[years] % len(self.grid.ends), return_index=True)
        known = np.full(len(self.grid.ends), NONE)
        known[places] = filings.when[stated.filing[years[first]]]
        return known


def read(facts: pl.DataFrame, rules: Rules, concepts: Sequence[str]) -> Filed:
    """Return a company's filings with those of their facts that name one of ``concepts``.

    ``facts`` has the columns of the facts table. Left out are facts in another currency than the filing's own, of
    spans that no fiscal calendar has, of twelve months in a quarterly report (trailing ones, or misdated), and what
    the filing's own income disproves: earnings per share of the other sign, share counts a hundredfold off.
    """
    forms = [*rules.forms, *(form + _AMENDED for form in rules.forms)]
    counting = facts.with_row_index("row").filter(pl.col("form").is_in(forms))
    headers = _headers(counting)
    placed = _placed(counting, headers, concepts)
    units = placed["unit"].unique().sort()
    return _filed(_filings(headers, rules), _columns(placed, units), concepts, units)


def _headers(facts: pl.DataFrame) -> pl.DataFrame:
    """Return (filing, accession, form, published, end, currency) in the order of publication."""
    return (
        facts.group_by("accession")
        .agg(pl.col("form").first().str.strip_suffix(_AMENDED), _published())
        .join(_report_ends(facts), on="accession")
        .join(_currencies(facts), on="accession", how="left")
        .sort("published", "accession")
        .with_row_index("filing")
    )


def _currencies(facts: pl.DataFrame) -> pl.DataFrame:
    """Return (accession, currency): the currency of most of the filing's amounts."""
    counts = facts.group_by("accession", "unit").len().filter(pl.col("unit").str.contains(_CURRENCY))
    return counts.sort("len", "unit").group_by("accession").agg(currency=pl.col("unit").last())


def _published() -> pl.Expr:
    """Return when a group's filing was published.

    EDGAR files what it accepts after 17:30 in New York on the next business day (Regulation S-T, rule 13(a)(2)), and
    publishes it when it opens on that day, at 06:00.
    """
    opening = pl.col("filed").max().dt.combine(_EDGAR_OPENS).dt.replace_time_zone(NEW_YORK.key)
    return pl.max_horizontal(pl.col("accepted").max(), opening.dt.convert_time_zone("UTC")).alias("published")


def _report_ends(facts: pl.DataFrame) -> pl.DataFrame:
    """Return (accession, end): the latest day on which many of the filing's periods end.

    Stray later dates (subsequent events, the cover page) have few facts each; comparative periods end earlier.
    """
    counts = facts.filter(pl.col("taxonomy") != "dei").group_by("accession", "end").len()
    often = counts.filter(pl.col("len") >= pl.col("len").max().over("accession") * 0.3)
    return often.group_by("accession").agg(pl.col("end").max())


def _placed(facts: pl.DataFrame, headers: pl.DataFrame, concepts: Sequence[str]) -> pl.DataFrame:
    """Return the facts of ``concepts``, which carry their taxonomy but for the general one, with their filing.

    They are in the filing's own currency, per share of it, or counts of shares.
    """
    bare = [name.rpartition(":")[2] for name in concepts]
    name = pl.when(pl.col("taxonomy") == _GENERAL).then("concept").otherwise(pl.format("{}:{}", "taxonomy", "concept"))
    money = (pl.col("unit") == pl.col("currency")).fill_null(False)
    fits = money | (pl.col("unit") == "shares") | (pl.col("unit") == pl.col("currency") + "/shares")
    return (
        facts.filter(pl.col("concept").is_in(bare))
        .select("accession", "unit", "start", "end", "value", "row", concept=name.cast(pl.Enum(concepts), strict=False))
        .join(headers.select("accession", "filing", "currency"), on="accession", maintain_order="left")
        .filter(fits & pl.col("concept").is_not_null())
        .with_columns(money=money)
    )


def _columns(placed: pl.DataFrame, units: pl.Series) -> dict[str, Ints]:
    numbers = placed.select(
        pl.col("filing", "row", "concept", "start", "end").to_physical().cast(pl.Int64).fill_null(NO_DAY),
        pl.col("unit").cast(pl.Enum(units)).to_physical().cast(pl.Int64),
        "value",
        "money",
    )
    return {column.name: column.to_numpy() for column in numbers}


def _filings(headers: pl.DataFrame, rules: Rules) -> Filings:
    moments, when = np.unique(headers["published"].to_physical().to_numpy(), return_inverse=True)
    end = headers["end"].to_physical().cast(pl.Int64).to_numpy()
    annual, quarterly = (headers["form"].is_in(list(forms)) for forms in (rules.annual_forms, _QUARTERLY_FORMS))
    return Filings(moments, when, end, annual.to_numpy(), quarterly.to_numpy())


def _filed(filings: Filings, columns: dict[str, Any], concepts: Sequence[str], units: pl.Series) -> Filed:
    """Put facts onto their lines. The cover page's count of shares belongs to the period that the filing reports on."""
    places = {name: place for place, name in enumerate(concepts)}
    end, cover = columns.pop("end"), columns["concept"] == places.get(_COVER, NONE)
    kind = np.where(cover, KINDS.index(INSTANT), days.kinds(columns["start"], end))
    ends, place = np.unique(np.where(cover, filings.end[columns["filing"]], end), return_inverse=True)
    grid = Grid(ends)
    misplaced = (kind == KINDS.index(ANNUAL)) & filings.quarterly[columns["filing"]]
    stated = Stated(line=grid.line(kind, place), **columns).take((kind != NONE) & ~misplaced)
    key = (stated.filing * grid.size + stated.line) * len(concepts) + stated.concept
    order = _most_precise(key, stated.value)
    stated, key = stated.take(order), key[order]
    return Filed(filings, stated.take(_sound(stated, key, places)), grid, units)


def _most_precise(key: Ints, value: Floats) -> Ints:
    """Return the places of one fact of each key, by key: the first of those with the finest grain."""
    order = np.argsort(key, kind="stable")
    repeated = np.isin(key, key[order][~begins(key[order])])
    grain = np.zeros_like(key)
    grain[repeated] = zeros(value[repeated])
    order = np.lexsort((grain, key))
    return order[begins(key[order])]


def _sound(stated: Stated, key: Ints, places: Mapping[str, int]) -> Flags:
    """Return all but what the income that the same filing tells for the same period disproves."""
    sound = np.ones(len(key), dtype=bool)
    for shares, per_share in _PER_SHARE:
        if {shares, per_share, _INCOME, _TO_COMMON} <= places.keys():
            eps = np.flatnonzero(stated.concept == places[per_share])
            to_common = _beside(stated, key, eps, places[_TO_COMMON])
            sound[eps] = stated.value[eps] * to_common >= 0
            counts = np.flatnonzero(stated.concept == places[shares])
            sound[counts] = _scaled(stated, key, counts, places, per_share)
    return sound


def _scaled(stated: Stated, key: Ints, counts: Ints, places: Mapping[str, int], per_share: str) -> Flags:
    """Return which weighted share counts earnings per share do not show to be filed without their scale.

    Earnings per share are those of common stock; net income before preferred dividends may even have another sign.
    """
    eps = _beside(stated, key, counts, places[per_share])
    to_common = _beside(stated, key, counts, places[_TO_COMMON])
    income = np.where(to_common == 0, _beside(stated, key, counts, places[_INCOME]), to_common)
    earned, told = np.abs(eps * stated.value[counts]), np.abs(income)
    fits = (earned < _PER_SHARE_SLACK * told) & (told < _PER_SHARE_SLACK * earned)
    return fits | (eps * income <= 0)


def _beside(stated: Stated, key: Ints, facts: Ints, concept: int) -> Floats:
    """Return the values of another concept in the filing and line of each fact, 0 where there is none."""
    return at(stated.value, find(key, key[facts] + concept - stated.concept[facts]), 0.0)
