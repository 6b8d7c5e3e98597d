"""Companies of the tree that share a company's industry, as they were known at a moment."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import log

import polars as pl

from p3.data.tables import COMPANIES
from p3.valuation.evidence import Evidence
from p3.valuation.peer_readings import peer
from p3.valuation.peers import Peer
from p3.valuation.rules import ClaimsRules, Rules
from p3.workflow.session import Session

_DIGITS = (4, 3, 2)  # of the SIC code: the narrowest group that has enough companies


@dataclass
class Industries:
    """The tree's companies by industry. ``gather`` gives the evidence about one, which is read anew and not kept."""

    session: Session
    gather: Callable[[str], Evidence]
    _companies: pl.DataFrame | None = None
    _sizes: dict[int, tuple[pl.Series, pl.Series]] | None = None
    _found: dict[tuple[str, datetime, ClaimsRules], Peer | None] = field(default_factory=dict)

    def peers(self, cik: int, sic: str | None, as_of: datetime, rules: Rules) -> Sequence[Peer]:
        """Return the peers nearest in total assets, up to the rules' most; those that tell no beta are left out."""
        if sic is None:
            return ()
        near = self._nearest(cik, self._group(cik, sic, rules.capital.beta_least_peers, as_of), as_of)
        found = (self._peer(other, as_of, rules) for other in near[: rules.capital.beta_most_peers])
        return [each for each in found if each is not None]

    def _peer(self, ticker: str, as_of: datetime, rules: Rules) -> Peer | None:
        asked = (ticker, as_of, rules.claims)
        if asked not in self._found:
            self._found[asked] = peer(self.gather(ticker), as_of, rules)
        return self._found[asked]

    def _group(self, cik: int, sic: str, least: int, as_of: datetime) -> list[tuple[str, int]]:
        """Return the others of the narrowest group; a company counts from when its accounts are known."""
        known = [each for each in self._all()["cik"] if each != cik and self._size(each, as_of) is not None]
        others = self._all().filter(pl.col("cik").is_in(known))
        groups = (others.filter(pl.col("sic").str.starts_with(sic[:digits])) for digits in _DIGITS)
        found = next((group for group in groups if group.height >= least), others.clear())
        return found.select("ticker", "cik").rows()

    def _nearest(self, cik: int, group: Sequence[tuple[str, int]], as_of: datetime) -> list[str]:
        """Return the tickers of a group by nearness in size; of a company without a size the smallest come first."""
        own = log(self._size(cik, as_of) or 1.0)
        sizes = [(ticker, self._size(other, as_of)) for ticker, other in group]
        distances = [(abs(log(size) - own), ticker) for ticker, size in sizes if size is not None]
        return [ticker for _, ticker in sorted(distances)]

    def _all(self) -> pl.DataFrame:
        if self._companies is None:
            self._companies = self.session.store.rows(COMPANIES).select("ticker", "cik", "sic").sort("ticker")
        return self._companies

    def _size(self, cik: int, as_of: datetime) -> float | None:
        """Return the newest total assets known at ``as_of``; None where none are."""
        if self._sizes is None:
            self._sizes = _assets(self.session)
        if cik not in self._sizes:
            return None
        moments, values = self._sizes[cik]
        at = int(moments.search_sorted(as_of, "right"))
        return float(values[at - 1]) if at else None


def _assets(session: Session) -> dict[int, tuple[pl.Series, pl.Series]]:
    """Return each company's total assets by the moment from which they were the newest known."""
    asked = "SELECT cik, \"end\", known_from, value FROM line_items WHERE item = 'total_assets' AND value > 0"
    rows = session.store.query(session.as_of).sql(asked, {})
    newest = rows.sort("known_from", "end").filter(pl.col("end") == pl.col("end").cum_max().over("cik"))
    return {cik: (group["known_from"], group["value"]) for (cik,), group in newest.group_by("cik")}
