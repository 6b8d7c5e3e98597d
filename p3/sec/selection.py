"""Which filings of a company to read: its annual, quarterly and current reports known at a moment.

Form types are EDGAR's (https://www.sec.gov/submit-filings/forms-index); those of small businesses and the spellings
without a hyphen ended in 2009.
"""

from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from p3.errors import UsageError

ANNUAL = ("10-K", "10-K405", "10-KSB", "10-KT", "20-F", "40-F", "10-KSB40", "10KSB", "10KSB40", "10KT405")
QUARTERLY = ("10-Q", "10-QT", "10-QSB", "10QSB")
CURRENT = ("8-K", "6-K")
KNOWN_FORMS = ANNUAL + QUARTERLY + CURRENT
# Results of operations and financial condition: item 2.02 of Form 8-K, item 12 until 22 August 2004.
_RESULTS_ITEMS = ("2.02", "12")


@dataclass(frozen=True, slots=True)
class FetchPolicy:
    """How many of the newest filings to take of each kind; their later amendments come along.

    ``forms`` narrows the choice to these forms, members of ``KNOWN_FORMS``, and their amendments; None means all of
    them. ``since`` takes every such filing filed on or after that day instead of counting.
    """

    annual: int = 3
    quarterly: int = 4
    current: int = 4
    forms: frozenset[str] | None = None
    since: date | None = None


def parse_forms(text: str) -> frozenset[str]:
    """Return the forms in ``text``, a list with commas such as ``10-K,8-K``, in EDGAR's spelling.

    Raises UsageError for an empty list and for a form that is not fetched.
    """
    named = frozenset(part.strip().upper() for part in text.split(",") if part.strip())
    strangers = sorted(named.difference(KNOWN_FORMS))
    if strangers or not named:
        what = f"{strangers[0][:40]!r} is not a form that p3 fetches" if strangers else "no form is named"
        raise UsageError(what, f"Forms: {', '.join(KNOWN_FORMS)}; amendments come along with theirs.")
    return named


def choose(filings: pl.DataFrame, policy: FetchPolicy, as_of: datetime) -> pl.DataFrame:
    """Return the rows of ``filings`` to fetch, newest first, none accepted after ``as_of``.

    ``filings`` has one row a filing, with ``accession``, ``form``, ``filed``, ``items`` and ``accepted``. Of each kind
    the newest originals are taken, and every amendment accepted since the oldest of them; with ``policy.since`` all
    that were filed since then. An 8-K counts only where it announces results (item 2.02), unless ``policy.forms``
    names it; a 6-K has no items and always counts.
    """
    known = filings.filter(pl.col("accepted") <= as_of)
    if policy.forms is None:
        known = known.filter(~pl.col("form").is_in(["8-K", "8-K/A"]) | _announces_results())
    kinds = ((ANNUAL, policy.annual), (QUARTERLY, policy.quarterly), (CURRENT, policy.current))
    chosen = []
    for kind, count in kinds:
        forms = [form for form in kind if policy.forms is None or form in policy.forms]
        chosen.append(_newest(known, forms, count) if policy.since is None else _since(known, forms, policy.since))
    return pl.concat(chosen).sort("accepted", "accession", descending=True)


def _announces_results() -> pl.Expr:
    return pl.col("items").fill_null("").str.split(",").list.eval(pl.element().is_in(_RESULTS_ITEMS)).list.any()


def _newest(known: pl.DataFrame, forms: list[str], count: int) -> pl.DataFrame:
    originals = known.filter(pl.col("form").is_in(forms)).sort("accepted", "accession", descending=True).head(count)
    if originals.is_empty():
        return originals
    amended = pl.col("form").is_in(_amendments(forms))
    amendments = known.filter(amended & (pl.col("accepted") > originals["accepted"].min()))
    return pl.concat([originals, amendments])


def _since(known: pl.DataFrame, forms: list[str], since: date) -> pl.DataFrame:
    return known.filter(pl.col("form").is_in([*forms, *_amendments(forms)]) & (pl.col("filed") >= since))


def _amendments(forms: list[str]) -> list[str]:
    return [f"{form}/A" for form in forms]
