"""What the tree knows of one company, and what all companies share, for a valuation."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl

from p3.data.tables import ACTIONS, LINE_ITEMS, PRICES, RATES
from p3.errors import UsageError
from p3.scope import Company
from p3.tasks.companies import row_of
from p3.tasks.dcf_peers import Industries
from p3.valuation import assumptions, evidence
from p3.valuation.assumptions import Assumptions
from p3.valuation.evidence import Evidence, RateSeries
from p3.valuation.price_history import PriceHistory, price_history
from p3.valuation.rules import rules
from p3.workflow.session import Session
from p3.workflow.single import company_of
from p3.workflow.stage import Job

CODE = (
    "p3.valuation",
    "p3.facts.view",
    "p3.facts.shares",
    "config/valuation.toml",
    "config/synthetic_ratings.toml",
    "p3.tasks.dcf",
    "p3.tasks.dcf_rows",
    "p3.tasks.dcf_evidence",
    "p3.tasks.dcf_peers",
)


@dataclass(frozen=True)
class Shared:
    """The benchmark's prices and actions, and the rates, as known at the as-of; and the tree's industries."""

    prices: pl.DataFrame
    actions: pl.DataFrame
    rates: pl.DataFrame
    market: PriceHistory
    risk_free: RateSeries
    industries: Industries


@dataclass(frozen=True)
class Known:
    """The frames about one company, and the evidence that they make; ``origin`` names where they came from."""

    frames: tuple[pl.DataFrame, ...]
    evidence: Evidence
    origin: str


@contextmanager
def shared(session: Session, parameters: Mapping[str, Any]) -> Iterator[Shared]:
    """Yield what all companies share."""
    benchmark = parameters["benchmark"]
    prices, actions = _market(session, benchmark)
    rates = session.store.rows(RATES, "known_from <= ?", [session.as_of])
    market = price_history(prices, actions, benchmark)
    risk_free = evidence.rate_series(rates, rules().capital.risk_free_series)

    @lru_cache(maxsize=rules().capital.beta_most_peers)  # one company's peers are asked about at many moments
    def gather(ticker: str) -> Evidence:
        company = row_of(session, Company(ticker, None))
        return _evidence(company, (_line_items(session, company["cik"]), *_market(session, ticker)), market, risk_free)

    yield Shared(prices, actions, rates, market, risk_free, Industries(session, gather))


def parameters(session: Session) -> dict[str, Any]:
    """Return the settings and the user's assumptions, all that shapes a valuation but the as-of."""
    chosen = session.settings.valuation
    return {
        "scenarios": chosen.scenarios,
        "seed": chosen.seed,
        "benchmark": session.settings.prices.benchmark,
        "assumptions": _read(session.choices.get("assumptions")),
    }


def assumptions_of(job: Job) -> Assumptions:
    """Return the rules with what the user set for the job's company."""
    return assumptions.load(assumptions.of(job.unit, job.parameters["assumptions"]))


def known_of(job: Job) -> Known:
    """Return what is known of the job's company at the as-of."""
    session, company, common = job.session, row_of(job.session, company_of(job)), job.resource
    items, (prices, actions) = _line_items(session, company["cik"]), _market(session, job.unit)
    found = _evidence(company | {"ticker": job.unit}, (items, prices, actions), common.market, common.risk_free)
    chosen = assumptions_of(job).rules
    found = replace(found, peers=lambda at: common.industries.peers(company["cik"], company["sic"], at, chosen))
    origins = {company["origin"], *prices["origin"], *common.prices["origin"], *common.rates["origin"]}
    frames = (items, prices, actions, common.prices, common.actions, common.rates)
    return Known(frames, found, ", ".join(sorted(origins)))


def _evidence(
    company: Mapping[str, Any], frames: tuple[pl.DataFrame, ...], market: PriceHistory, risk_free: RateSeries
) -> Evidence:
    named = {name: company[name] for name in ("ticker", "cik", "sic")}
    return evidence.gather(*frames, **named, market=market, risk_free=risk_free)


def _line_items(session: Session, cik: int) -> pl.DataFrame:
    return session.store.rows(LINE_ITEMS, "cik = ? AND known_from <= ?", [cik, session.as_of])


def _market(session: Session, ticker: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    known = ("ticker = ? AND known_from <= ?", [ticker, session.as_of])
    return session.store.rows(PRICES, *known), session.store.rows(ACTIONS, *known)


def _read(named: str | None) -> dict[str, dict[str, float]]:
    if named is None:
        return {}
    try:
        text = Path(named).read_text("utf-8")
    except OSError as error:
        raise UsageError(f"{named}: {error.strerror}", "Name a TOML file of assumptions.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{named} is no text in UTF-8", "Name a TOML file of assumptions.") from error
    return assumptions.parse(text, named)
