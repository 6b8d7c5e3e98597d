"""From an order back to the sentence in the filing: each link with the query that opens it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from p3 import clock
from p3.data.tables import DECISIONS, FILINGS, PRIMARY, VALUATIONS
from p3.errors import UsageError
from p3.retrieval.evidence import sentence_with
from p3.shapes import Link, Trace
from p3.tasks.dcf_rows import discount_rate
from p3.wording import amount
from p3.workflow.result import Result
from p3.workflow.session import Session

_FEW = 4  # sources of an input that are all shown; the input's query lists every one


def trace(session: Session, order_id: str) -> Result:
    """Return the chain of one order, after checking that the audit log is whole.

    Raises UsageError for an unknown order, DataError where the audit chain was tampered with.
    """
    entries = session.store.ledger.verify_audit()
    order = _order(session, order_id)
    decision, valuation = _decision(session, order), None
    links = [_order_link(order), *_audit_links(session, order), _decision_link(order, decision)]
    if decision is not None and decision["valuation_id"] is not None:
        valuation = session.store.rows(VALUATIONS, "valuation_id = ?", [decision["valuation_id"]]).row(0, named=True)
        links.append(_valuation_link(valuation))
        links += _inputs(session, valuation)
    origin = valuation["origin"] if valuation else ""
    return Result(Trace(order=order["client_order_id"], origin=origin, links=links, audit_entries=entries))


def _order(session: Session, order_id: str) -> dict[str, Any]:
    row = session.store.ledger.order(order_id)
    if row is None:
        raise UsageError(
            f"no order {order_id[:60]!r}", 'List them with `p3 sql "SELECT client_order_id, ticker FROM orders"`.'
        )
    return row


def _decision(session: Session, order: Mapping[str, Any]) -> dict[str, Any] | None:
    rows = session.store.rows(DECISIONS, "decision_id = ? AND ticker = ?", [order["decision_id"], order["ticker"]])
    return None if rows.is_empty() else rows.row(0, named=True)


def _order_link(order: Mapping[str, Any]) -> Link:
    title = f"{order['side']} {order['quantity']} {order['ticker']}: {order['status']}"
    kept = ("account_id", "type", "limit", "reference_price", "filled_quantity", "average_price", "updated")
    detail = {name: order[name] for name in kept} | {"reasons": json.loads(order["reasons"])}
    return Link(
        kind="order", title=title, detail=detail, sql=_open("orders", "client_order_id", order["client_order_id"])
    )


def _audit_links(session: Session, order: Mapping[str, Any]) -> list[Link]:
    """Return what the audit log says of the order and of the risk limits on its decision, oldest first."""
    return [
        Link(
            kind="audit",
            title=row["kind"],
            detail={"seq": row["seq"], "at": row["at"], "digest": row["digest"]},
            sql=f"SELECT * FROM audit WHERE seq = {row['seq']}",
        )
        for row in session.store.ledger.audit_entries((order["client_order_id"], order["decision_id"]))
    ]


def _decision_link(order: Mapping[str, Any], decision: Mapping[str, Any] | None) -> Link:
    if decision is None:
        return Link(kind="decision", title="not recorded yet: run `p3 trade` again", detail={}, sql=None)
    title = f"hold {decision['weight']:.1%} of {decision['ticker']} by strategy {decision['strategy']}"
    detail = {
        "decision_id": decision["decision_id"],
        "as_of": clock.iso(decision["as_of"]),
        "upside": decision["upside"],
    }
    where = f"SELECT * FROM decisions WHERE decision_id = '{decision['decision_id']}' AND ticker = '{order['ticker']}'"
    return Link(kind="decision", title=title, detail=detail, sql=where)


def _valuation_link(row: Mapping[str, Any]) -> Link:
    value = (
        "refused"
        if row["value_per_share"] is None
        else f"{row['value_per_share']:,.2f} a share against {row['price']:,.2f}"
    )
    which, rate = discount_rate(row)
    detail = {
        "model": row["model"],
        which: rate,
        "terminal_growth": row["terminal_growth"],
        "refused": row["refused"],
        "as_of": clock.iso(row["as_of"]),
    }
    sql = _open("valuations", "valuation_id", row["valuation_id"])
    return Link(kind="valuation", title=f"{row['ticker']}: {value}", detail=detail, sql=sql)


def _inputs(session: Session, valuation: Mapping[str, Any]) -> list[Link]:
    """Return each input of the valuation, followed by its newest facts, their filings and sentences."""
    links: list[Link] = []
    for row in valuation["inputs"]:
        title = f"{row['name']} = {amount(row['value'], row['unit'])} ({row['assumption']})"
        where = f"valuation_id = '{valuation['valuation_id']}'"
        sql = f"SELECT unnest(inputs, recursive := true) FROM valuations WHERE {where}"
        links.append(Link(kind="input", title=title, detail={"sources": len(row["sources"])}, sql=sql))
        for source in _worth_showing(session, row["sources"]):
            links += _source(session, valuation["cik"], source)
    return links


def _worth_showing(session: Session, sources: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return all sources where they are few; else the newest, and the newest whose filing is held as a document."""
    if len(sources) <= _FEW:
        return list(sources)
    newest = sorted(sources, key=lambda source: (source["accepted"], source["end"]), reverse=True)
    held = [source for source in newest if source["accession"] in _held(session)]
    return list({id(source): source for source in [*newest[:1], *held[:1]]}.values())


def _held(session: Session) -> set[str]:
    where = f"status = 'stored' AND {PRIMARY}"
    return session.shared("accessions held", lambda: set(session.store.rows(FILINGS, where)["accession"]))


def _source(session: Session, cik: int, source: Mapping[str, Any]) -> Sequence[Link]:
    if not source["accession"]:
        return [_market_link(source)]
    links = [_fact_link(cik, source)]
    filings = session.store.rows(FILINGS, f"cik = ? AND accession = ? AND {PRIMARY}", [cik, source["accession"]])
    if filings.is_empty():
        links.append(_unlisted_link(source))
    for filing in filings.iter_rows(named=True):
        links.append(_filing_link(filing))
        if filing["status"] == "stored":
            links += _sentence_links(session, filing, source)
    return links


def _unlisted_link(source: Mapping[str, Any]) -> Link:
    """Return the filing of a fact as companyfacts names it, where the list of filings does not have it."""
    accession = source["accession"]
    sql = f"SELECT DISTINCT accession, form, filed FROM facts WHERE accession = '{accession}'"
    return Link(kind="filing", title=f"{accession}, not in EDGAR's list of filings as fetched", detail={}, sql=sql)


def _market_link(source: Mapping[str, Any]) -> Link:
    kind, _, name = source["concept"].rpartition(" ")  # as in "close NVDA", or a series of rates
    table, column = ("prices", "ticker") if kind else ("rates", "series")
    sql = f"SELECT * FROM {table} WHERE {column} = '{name}' AND date = '{source['end']}'"
    title = f"{source['concept']} on {source['end']}: {amount(source['value'], source['unit'])}"
    return Link(kind="market", title=title, detail={"known_from": clock.iso(source["accepted"])}, sql=sql)


def _fact_link(cik: int, source: Mapping[str, Any]) -> Link:
    period = f"{source['start']} to {source['end']}" if source["start"] else f"at {source['end']}"
    start = f"= '{source['start']}'" if source["start"] else "IS NULL"
    sql = (
        f"SELECT * FROM facts WHERE cik = {cik} AND concept = '{source['concept']}' AND \"start\" {start}"
        f" AND \"end\" = '{source['end']}' AND accession = '{source['accession']}'"
    )
    title = f"{source['taxonomy']}:{source['concept']} {period}: {amount(source['value'], source['unit'])}"
    return Link(kind="fact", title=title, detail={"accepted": clock.iso(source["accepted"])}, sql=sql)


def _filing_link(filing: Mapping[str, Any]) -> Link:
    title = f"{filing['form']} {filing['accession']}, accepted {clock.iso(filing['accepted'])}"
    detail = {"url": filing["url"], "document_sha": filing["document_sha"], "status": filing["status"]}
    return Link(kind="filing", title=title, detail=detail, sql=_open("filings", "accession", filing["accession"]))


def _sentence_links(session: Session, filing: Mapping[str, Any], source: Mapping[str, Any]) -> list[Link]:
    passages = session.store.index.passages(f"document_sha = '{filing['document_sha']}' AND cik = {filing['cik']}")
    found = sentence_with(passages, source["value"], source["concept"])
    if found is None:
        return []
    detail = {"section": found.section, "page": found.page, "start": found.start, "end": found.end}
    return [
        Link(kind="sentence", title=found.text, detail=detail, sql=_open("passages", "passage_id", found.passage_id))
    ]


def _open(table: str, column: str, value: str) -> str:
    return f"SELECT * FROM {table} WHERE {column} = '{value}'"
