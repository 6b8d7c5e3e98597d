"""A company's facts as filed, grouped for resolution: by filing, period and concept, in the order of publication."""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

import polars as pl

from p3.clock import NEW_YORK
from p3.facts import periods
from p3.facts.periods import ANNUAL, INSTANT
from p3.facts.rules import Rules
from p3.provenance import FactSource

PeriodKey = tuple[str, date]
"""(kind of span, end). Filers shift a start by a day; the end names the period."""

_CURRENCY = r"^[A-Z]{3}$"
_COVER = "dei:EntityCommonStockSharesOutstanding"
_PER_SHARE_SLACK = 100.0
_EDGAR_OPENS = time(6, 0)


@dataclass
class Filing:
    """One filing's facts, by period and concept; known from ``published`` on.

    ``scale`` is its statements' unit: 1e6 for millions.
    """

    accession: str
    form: str
    published: datetime
    end: date
    currency: str | None
    scale: float = 0.0
    periods: dict[PeriodKey, dict[str, FactSource]] = field(default_factory=lambda: defaultdict(dict))

    def at_its_end(self) -> list[dict[str, FactSource]]:
        """Return the facts of each kind of period that ends when the filing's own period ends."""
        return [facts for (_, end), facts in self.periods.items() if end == self.end]


def filings(facts: pl.DataFrame, rules: Rules, concepts: Collection[str]) -> list[Filing]:
    """Return a company's filings in the order of publication, with those of their facts that name one of ``concepts``.

    ``facts`` has the columns of the facts table. Left out are facts in another currency than the filing's own, of
    spans that no fiscal calendar has, and share counts a hundredfold off the filing's own earnings per share.
    """
    base_form = pl.col("form").str.replace(r"/A$", "")
    known = facts.filter(base_form.is_in(list(rules.forms))).with_columns(form=base_form)
    found = _headers(known)
    wanted = known.with_columns(name=_qualified_name()).filter(pl.col("name").is_in(list(concepts)))
    for row in wanted.iter_rows(named=True):
        filing = found.get(row["accession"])
        if filing is not None:
            _add(filing, row)
    ordered = sorted(found.values(), key=lambda filing: (filing.published, filing.accession))
    for filing in ordered:
        filing.scale = _scale(filing)
        for group in filing.periods.values():
            _drop_unscaled_shares(group)
    return ordered


def _qualified_name() -> pl.Expr:
    return (
        pl.when(pl.col("taxonomy") == "us-gaap")
        .then(pl.col("concept"))
        .otherwise(pl.col("taxonomy") + ":" + pl.col("concept"))
    )


def _headers(facts: pl.DataFrame) -> dict[str, Filing]:
    currency = (
        facts.filter(pl.col("unit").str.contains(_CURRENCY))
        .group_by("accession", "unit")
        .len()
        .sort("len", "unit")
        .group_by("accession")
        .agg(currency=pl.col("unit").last())
    )
    headers = (
        facts.group_by("accession")
        .agg(pl.col("form").first(), _published())
        .join(_report_ends(facts), on="accession")
        .join(currency, on="accession", how="left")
    )
    return {row["accession"]: Filing(**row) for row in headers.iter_rows(named=True)}


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


def _add(filing: Filing, row: dict[str, Any]) -> None:
    key = _period(filing, row)
    if key is None or not _unit_fits(row["unit"], filing.currency):
        return
    fact = FactSource(
        row["taxonomy"],
        row["concept"],
        row["unit"],
        row["start"],
        row["end"],
        row["value"],
        row["accession"],
        row["accepted"],
    )
    group = filing.periods[key]
    other = group.get(row["name"])
    if other is None or _more_precise(fact, other):
        group[row["name"]] = fact


def _period(filing: Filing, row: dict[str, Any]) -> PeriodKey | None:
    if row["name"] == _COVER:
        return INSTANT, filing.end
    span = periods.span(row["start"], row["end"])
    return None if span is None else (span, row["end"])


def _unit_fits(unit: str, currency: str | None) -> bool:
    return unit == "shares" or unit in {currency, f"{currency}/shares"}


def grain(value: float) -> float:
    """Return the greatest power of ten that divides a whole value; 0 for a value with a fraction and for 0 itself."""
    if value == 0 or value != int(value):
        return 0.0
    digits = str(abs(int(value)))
    return float(10 ** (len(digits) - len(digits.rstrip("0"))))


def is_rounding_of(coarse: float, fine: float) -> bool:
    """Return whether ``coarse`` only repeats ``fine`` in a coarser unit, such as tenths of billions for millions."""
    step = grain(coarse)
    return step >= 100 * max(grain(fine), 0.01) and abs(coarse - fine) <= min(step / 2, abs(fine) * 0.005)


def _scale(filing: Filing) -> float:
    money = (fact.value for group in filing.periods.values() for fact in group.values() if fact.unit == filing.currency)
    grains = Counter(grain(value) for value in money if value)
    return grains.most_common(1)[0][0] if grains else 0.0


def _more_precise(fact: FactSource, other: FactSource) -> bool:
    return grain(fact.value) < grain(other.value)


def _drop_unscaled_shares(group: dict[str, FactSource]) -> None:
    """Drop weighted share counts that the filing's own earnings per share disprove: thousands filed unscaled."""
    income = group.get("NetIncomeLoss")
    for shares_name, eps_name in (
        ("WeightedAverageNumberOfSharesOutstandingBasic", "EarningsPerShareBasic"),
        ("WeightedAverageNumberOfDilutedSharesOutstanding", "EarningsPerShareDiluted"),
    ):
        shares, eps = group.get(shares_name), group.get(eps_name)
        if income is None or shares is None or eps is None or not income.value or not eps.value:
            continue
        ratio = abs(income.value) / abs(eps.value * shares.value) if shares.value else 0.0
        if not 1 / _PER_SHARE_SLACK < ratio < _PER_SHARE_SLACK:
            del group[shares_name]


def fiscal_year_ends(found: list[Filing], rules: Rules) -> dict[date, datetime]:
    """Return each day on which a fiscal year ended, with the moment from which that is known.

    A span of twelve months is a fiscal year where an annual form reports on it or shows it as a comparative; the
    trailing twelve months that some filers put into quarterly reports are not.
    """
    ends: dict[date, datetime] = {}
    for filing in found:
        if filing.form not in rules.annual_forms:
            continue
        for kind, end in filing.periods:
            if kind == ANNUAL and end <= filing.end and periods.whole_years_apart(end, filing.end):
                ends.setdefault(end, filing.published)
    return ends
