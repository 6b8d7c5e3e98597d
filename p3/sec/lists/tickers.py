"""A ticker's CIK, from EDGAR's list of all tickers."""

from datetime import datetime

from p3.errors import DataError, UsageError
from p3.scope import Listed
from p3.sec import urls
from p3.sec.lists.jsonbody import as_object, load_object
from p3.sec.store import FOUND, RawStore
from p3.sec.visit import Asks

_WHAT = "the list of tickers"


def find_cik(client: Asks, raw: RawStore, ticker: str, refresh_before: datetime) -> int:
    """Return the CIK of ``ticker``, from the list in ``raw`` if it has it, else from EDGAR's newest.

    A list kept before ``refresh_before`` is not taken: a ticker may be another company's since. Shares of several
    classes are found under either spelling, BRK.B or BRK-B. Raises UsageError for a ticker that the newest list does
    not have: delisted companies are not in it.
    """
    url = urls.company_tickers(client.www_url)
    kept = raw.find(url)
    if kept is not None and kept.status == FOUND and kept.fetched >= refresh_before:
        known = parse(kept.content).get(_spelled(ticker))
        if known is not None:
            return known
    found = parse(_refreshed(client, raw, url)).get(_spelled(ticker))
    if found is None:
        raise UsageError(
            f"EDGAR lists no company with the ticker {ticker}",
            "Check its spelling; name a delisted company by its CIK, as in -t CIK0001731289.",
        )
    return found


def parse(body: bytes) -> dict[str, int]:
    """Return CIKs by ticker, as EDGAR spells them; raises DataError for a misshapen list."""
    entries = (as_object(entry, _WHAT) for entry in load_object(body, _WHAT).values())
    try:
        return {str(entry["ticker"]): int(entry["cik_str"]) for entry in entries}
    except (KeyError, TypeError, ValueError) as failure:
        raise DataError(f"{_WHAT} is malformed", "Fetch again; if it stays, report it.") from failure


def refresh_listing(client: Asks, raw: RawStore) -> None:
    """Fetch EDGAR's list of tickers and exchanges into ``raw``, if it changed."""
    _refreshed(client, raw, urls.company_tickers_exchange(client.www_url))


def listing(raw: RawStore, www_url: str) -> list[Listed]:
    """Return EDGAR's list of tickers and exchanges as kept in ``raw``, largest company first; empty if never fetched.

    Raises DataError for a misshapen list.
    """
    kept = raw.find(urls.company_tickers_exchange(www_url))
    if kept is None or kept.status != FOUND:
        return []
    content = load_object(kept.content, _WHAT)
    try:
        columns = {name: at for at, name in enumerate(content["fields"])}
        at = [columns[name] for name in ("ticker", "cik", "name", "exchange")]
        rows = ([row[each] for each in at] for row in content["data"])
        return [Listed(str(ticker), int(cik), str(name), str(exchange or "")) for ticker, cik, name, exchange in rows]
    except (KeyError, IndexError, TypeError, ValueError) as failure:
        raise DataError(f"{_WHAT} is malformed", "Fetch again; if it stays, report it.") from failure


def _refreshed(client: Asks, raw: RawStore, url: str) -> bytes:
    kept = raw.find(url)
    if kept is None or kept.status != FOUND:
        reply = client.get(url)
    else:
        reply = client.get(url, kept.headers.get("etag"), kept.headers.get("last-modified"))
        if reply.status != FOUND:
            raw.confirm(url, reply.fetched)
            return kept.content
    raw.put(url, reply.content, reply.status, reply.headers, reply.fetched)
    return reply.content


def _spelled(ticker: str) -> str:
    return ticker.upper().replace(".", "-")
