"""What a company's facts cost to read and to resolve, against reading the same JSON with the standard library."""

import json
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Line, call

from p3.facts.resolve import resolve
from p3.facts.rules import load_rules
from p3.sec.lists import companyfacts, submissions

_CIK = 789019


def lines(mirror: Path) -> Iterator[Line]:
    """Yield the costs for Microsoft, whose companyfacts a mirror of EDGAR at ``mirror`` holds."""
    data = mirror / "data.sec.gov"
    body = (data / "api" / "xbrl" / "companyfacts" / f"CIK{_CIK:010d}.json").read_bytes()
    main = (data / "submissions" / f"CIK{_CIK:010d}.json").read_bytes()
    _, filings = submissions.parse(main, [], "edgar")
    base = call(lambda: json.loads(body))
    named = f"json.loads of the same {len(body) / 1e6:.1f} MB, CPU"
    parsed = call(lambda: companyfacts.parse(body, filings, _CIK, "edgar"))
    yield Line("companyfacts to a frame of facts, CPU", parsed.cpu, named, base.cpu)
    facts, _ = companyfacts.parse(body, filings, _CIK, "edgar")
    rules = load_rules()
    resolved = call(lambda: resolve(facts, rules, "7372"))
    yield Line("facts to line items, CPU", resolved.cpu, named, base.cpu)
