"""When EDGAR accepted a filing, from what its filing lists print.

``acceptanceDateTime`` always ends in Z, yet some companies' lists print New York time under that Z and others print
UTC; a list can change in between. Read wrongly, a filing of 16:30 in New York would be known at 12:30, before the close
that it moves. The printed times are therefore held against two rules of EDGAR: it is open from 06:00 to 22:00 in New
York on business days (Regulation S-T, rule 12(c)), and what comes after 17:30 gets the next business day as its filing
date (rule 13(a)(2)), but for the forms that may be filed until 22:00 (rule 13(a)(4)). Where a row breaks the rules in
one reading alone, the other holds; the other rows follow the majority of the list; without a majority New York holds,
because it is the later of the two.
"""

from datetime import time

import polars as pl

from p3 import clock

_NEW_YORK = "America/New_York"
_OPENS, _CUT_OFF, _CLOSES = time(6, 0), time(17, 30, 59), time(22, 0, 59)
_EVENING_FORM = r"^(?:[345]|144|SC 13[DG]|SCHEDULE 13[DG]|S-[38]\w*|SC TO-\w+|F-6\w*)(?:/A)?$"
# Written by the Commission itself, at hours of its own; such rows say nothing about the clock of the list.
_COMMISSION_FORMS = ("EFFECT", "NO ACT", "UPLOAD", "LETTER", "SEC STAFF ACTION")
# What lists print for a day without a time: midnight, in UTC or in New York, and one second before midnight.
_NO_TIME = (time(0, 0), time(23, 59, 59))


def accepted(rows: pl.DataFrame) -> pl.DataFrame:
    """Return ``rows`` with ``accepted`` (UTC) and ``accepted_exact`` added.

    ``rows`` is one company's filings with ``form``, ``filed`` (date) and ``printed`` (naive datetime, null where the
    list gives none). A row without a time is taken as accepted at the end of its filing day in New York,
    ``accepted_exact`` False.
    """
    utc = pl.col("printed").dt.replace_time_zone("UTC")
    new_york = pl.col("printed").dt.replace_time_zone(
        _NEW_YORK, ambiguous="latest", non_existent="null"
    )  # the hour that a spring Sunday skips cannot have been an acceptance
    read = rows.with_columns(
        utc=utc, new_york=new_york.dt.convert_time_zone("UTC"), no_time=_without_time(utc)
    ).with_columns(
        utc_breaks=_breaks_rules(utc.dt.convert_time_zone(_NEW_YORK)), new_york_breaks=_breaks_rules(new_york)
    )
    timed = read.filter(~pl.col("no_time"))
    utc_majority = timed["new_york_breaks"].sum() > timed["utc_breaks"].sum()
    is_utc = (
        pl.when(pl.col("utc_breaks") == pl.col("new_york_breaks"))
        .then(pl.lit(utc_majority))
        .otherwise(pl.col("new_york_breaks"))
    )
    moment = pl.when(is_utc).then(pl.col("utc")).otherwise(pl.col("new_york"))
    return read.with_columns(
        accepted_exact=~pl.col("no_time") & moment.is_not_null(),
        accepted=pl.when(pl.col("no_time")).then(None).otherwise(moment).fill_null(end_of_day(pl.col("filed"))),
    ).drop("utc", "new_york", "no_time", "utc_breaks", "new_york_breaks", "printed")


def end_of_day(day: pl.Expr) -> pl.Expr:
    """Return the last microsecond of ``day`` in New York, in UTC: ``p3.clock.end_of_day`` over a column."""
    next_midnight = day.cast(pl.Datetime("us")).dt.offset_by("1d").dt.replace_time_zone(clock.NEW_YORK.key)
    return next_midnight.dt.convert_time_zone("UTC") - pl.duration(microseconds=1)


def _without_time(utc: pl.Expr) -> pl.Expr:
    local = utc.dt.convert_time_zone(_NEW_YORK)
    bare = utc.dt.time().is_in(_NO_TIME) | (local.dt.time() == time(0, 0))
    return (utc.is_null() | bare).fill_null(True)


def _breaks_rules(local: pl.Expr) -> pl.Expr:
    clock_time, same_day = local.dt.time(), local.dt.date() == pl.col("filed")
    closed = (clock_time < _OPENS) | (clock_time > _CLOSES) | (local.dt.weekday() > 5)
    wrong_day = pl.when(clock_time <= _CUT_OFF).then(~same_day).otherwise(same_day)
    evening_form = pl.col("form").str.contains(_EVENING_FORM)
    commission = pl.col("form").is_in(_COMMISSION_FORMS)
    return ((closed | (wrong_day & ~evening_form)) & ~commission).fill_null(True)
