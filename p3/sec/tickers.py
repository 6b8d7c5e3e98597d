"""A ticker's CIK, from EDGAR's list of all tickers."""

from p3.errors import DataError
from p3.sec import urls
from p3.sec.client import EdgarClient
from p3.sec.jsonbody import as_object, load_object
from p3.sec.store import FOUND, RawStore

_WHAT = "the list of tickers"


def find_cik(client: EdgarClient, raw: RawStore, ticker: str) -> int:
    """Return the CIK of ``ticker``, from the list in ``raw`` if it is there, else from EDGAR's newest.

    Shares of several classes are found under either spelling, BRK.B or BRK-B. Raises DataError for a ticker that the
    newest list does not have: delisted companies are not in it.
    """
    url = urls.company_tickers(client.www_url)
    kept = raw.find(url)
    if kept is not None and kept.status == FOUND:
        known = parse(kept.content).get(_spelled(ticker))
        if known is not None:
            return known
    reply = client.get(url)
    raw.put(url, reply.content, reply.status, reply.headers, reply.fetched)
    found = parse(reply.content).get(_spelled(ticker))
    if found is None:
        raise DataError(f"EDGAR lists no company with the ticker {ticker}", "Give its CIK in the scope file.")
    return found


def parse(body: bytes) -> dict[str, int]:
    """Return CIKs by ticker, as EDGAR spells them; raises DataError for a misshapen list."""
    entries = (as_object(entry, _WHAT) for entry in load_object(body, _WHAT).values())
    try:
        return {str(entry["ticker"]): int(entry["cik_str"]) for entry in entries}
    except (KeyError, TypeError, ValueError) as failure:
        raise DataError(f"{_WHAT} is malformed", "Fetch again; if it stays, report it.") from failure


def _spelled(ticker: str) -> str:
    return ticker.upper().replace(".", "-")
