"""A company's facts as filed, grouped for resolution: by filing, period and concept, in the order of publication."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import time
from functools import cached_property
from typing import NamedTuple

import polars as pl

from p3.clock import NEW_YORK
from p3.facts import days, periods
from p3.facts.days import Day, Moment
from p3.facts.periods import ANNUAL, INSTANT
from p3.facts.rounding import grain
from p3.facts.rules import Rules

PeriodKey = tuple[str, Day]
"""(kind of span, end). Filers shift a start by a day; the end names the period."""

_CURRENCY = r"^[A-Z]{3}$"
_GENERAL = "us-gaap"
_COVER = "dei:EntityCommonStockSharesOutstanding"
_AMENDED = "/A"
_PER_SHARE_SLACK = 100.0
_EDGAR_OPENS = time(6, 0)


class Fact(NamedTuple):
    """What a filing said of one concept and period; ``row`` is its place in the facts."""

    row: int
    unit: str
    start: Day | None
    value: float


Group = dict[str, Fact]
"""A filing's facts of one period, by concept."""


@dataclass
class Filing:
    """One filing's facts, by period and concept; known from ``published`` on. ``form`` is without the "/A"."""

    form: str
    published: Moment
    end: Day
    currency: str | None
    periods: dict[PeriodKey, Group] = field(default_factory=lambda: defaultdict(dict))

    @cached_property
    def scale(self) -> float:
        """The unit of the filing's statements: 1e6 for millions; 0 where it states no money."""
        facts = (fact for group in self.periods.values() for fact in group.values())
        money = Counter(fact.value for fact in facts if fact.unit == self.currency and fact.value)
        grains: Counter[float] = Counter()
        for value, count in money.items():
            grains[grain(value)] += count
        return grains.most_common(1)[0][0] if grains else 0.0


def filings(facts: pl.DataFrame, rules: Rules, concepts: Collection[str]) -> list[Filing]:
    """Return a company's filings in the order of publication, with those of their facts that name one of ``concepts``.

    ``facts`` has the columns of the facts table. Left out are facts in another currency than the filing's own, of
    spans that no fiscal calendar has, and share counts a hundredfold off the filing's own earnings per share.
    """
    forms = [*rules.forms, *(form + _AMENDED for form in rules.forms)]
    counting = facts.with_row_index("row").filter(pl.col("form").is_in(forms))
    headers = _headers(counting)
    found = [Filing(*header) for header in headers.select("form", "published", "end", "currency").rows()]
    _fill(found, counting.filter(_named(concepts)), headers)
    for filing in found:
        for group in filing.periods.values():
            _drop_unscaled_shares(group)
    return found


def _headers(facts: pl.DataFrame) -> pl.DataFrame:
    """Return (accession, form, published, end, currency) of each filing, in the order of publication."""
    return (
        facts.group_by("accession")
        .agg(pl.col("form").first().str.strip_suffix(_AMENDED), _published())
        .join(_report_ends(facts), on="accession")
        .join(_currencies(facts), on="accession", how="left")
        .sort("published", "accession")
        .with_columns(pl.col("published", "end").to_physical())
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


def _named(concepts: Collection[str]) -> pl.Expr:
    """Return whether a fact is of one of ``concepts``, which carry their taxonomy but for the general one."""
    by_taxonomy: dict[str, list[str]] = defaultdict(list)
    for name in concepts:
        taxonomy, _, concept = name.rpartition(":")
        by_taxonomy[taxonomy or _GENERAL].append(concept)
    return pl.any_horizontal(
        (pl.col("taxonomy") == taxonomy) & pl.col("concept").is_in(names) for taxonomy, names in by_taxonomy.items()
    )


def _fill(found: list[Filing], facts: pl.DataFrame, headers: pl.DataFrame) -> None:
    """Give each filing its facts: those in its own currency, per share of it, or counts of shares."""
    own = pl.col("currency")
    placed = facts.join(
        headers.select("accession", "currency").with_row_index("filing"), on="accession", maintain_order="left"
    ).filter((pl.col("unit") == "shares") | (pl.col("unit") == own) | (pl.col("unit") == own + "/shares"))
    name = pl.when(pl.col("taxonomy") == _GENERAL).then("concept").otherwise(pl.format("{}:{}", "taxonomy", "concept"))
    numbers, names, ends, *told = placed.select(
        "filing", name.alias("name"), pl.col("end").to_physical(), "row", "unit", pl.col("start").to_physical(), "value"
    )
    stated = map(Fact, *told)
    for number, concept, end, fact in zip(numbers.to_list(), names.to_list(), ends.to_list(), stated, strict=True):
        _add(found[number], concept, end, fact)


def _add(filing: Filing, name: str, end: Day, fact: Fact) -> None:
    kind, end = (INSTANT, filing.end) if name == _COVER else (days.span(fact.start, end), end)
    if kind is None:
        return
    group = filing.periods[kind, end]
    other = group.get(name)
    if other is None or grain(fact.value) < grain(other.value):
        group[name] = fact


def _drop_unscaled_shares(group: Group) -> None:
    """Drop weighted share counts that the filing's own earnings per share disprove: thousands filed unscaled."""
    income = group.get("NetIncomeLoss")
    if income is None or not income.value:
        return
    for shares_name, eps_name in (
        ("WeightedAverageNumberOfSharesOutstandingBasic", "EarningsPerShareBasic"),
        ("WeightedAverageNumberOfDilutedSharesOutstanding", "EarningsPerShareDiluted"),
    ):
        shares, eps = group.get(shares_name), group.get(eps_name)
        if shares is None or eps is None or not eps.value:
            continue
        earned, told = abs(eps.value * shares.value), abs(income.value)
        if not (earned < _PER_SHARE_SLACK * told and told < _PER_SHARE_SLACK * earned):
            del group[shares_name]


def fiscal_year_ends(found: Iterable[Filing], rules: Rules) -> Mapping[Day, Moment]:
    """Return each day on which a fiscal year ended, with the moment from which that is known.

    A span of twelve months is a fiscal year where an annual form reports on it or shows it as a comparative; the
    trailing twelve months that some filers put into quarterly reports are not.
    """
    ends: dict[Day, Moment] = {}
    for filing in found:
        if filing.form not in rules.annual_forms:
            continue
        for kind, end in filing.periods:
            if kind == ANNUAL and end <= filing.end and periods.whole_years_apart(days.day(end), days.day(filing.end)):
                ends.setdefault(end, filing.published)
    return ends
