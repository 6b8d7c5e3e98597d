"""The pages of a valuation: whole, linked, and safe whatever a company is called."""

import json
import threading
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from typing import Any, cast
from xml.etree import ElementTree

import pytest
from loopback_model import model_server

from p3 import settings
from p3.answer.models.protocol import Attempt, Listener, NoReplyError, Reply, T, Task
from p3.errors import DataError
from p3.shapes import Source, ValuationInput, ValuationShape
from p3.tasks import dcf_charts, dcf_company_page
from p3.tasks.dcf_thesis import thesis, with_theses
from p3.tasks.page import render
from p3.workflow.session import Session

HOSTILE = '<script>alert("x")</script>'
GRID = {"wacc": [0.08, 0.09], "terminal_growth": [0.02, 0.03], "value_per_share": [[50.0, None], [130.0, 220.0]]}


def valuation(
    ticker: str = "ACME", reason: str = "it earns", accession: str = "0000000042-24-000001"
) -> ValuationShape:
    source = Source(
        taxonomy="us-gaap",
        concept="LongTermDebt",
        unit="USD",
        start=None,
        end=date(2023, 12, 31),
        value=4e8,
        accession=accession,
        accepted="2024-02-20T22:00:00Z",
    )
    detail: dict[str, Any] = {
        "reason": reason,
        "forecast": [{"year": 1, "revenue": 1e9, "cash_flow": 1e8}],
        "terminal_share": 0.6,
        "operations": 1.2e9,
        "excess_cash": 1e8,
        "debt": 4e8,
        "equity": 9e8,
        "shares": 1e7,
        "implied": {"growth": 0.12},
        "scenarios": {"pessimistic": 70.0, "optimistic": 120.0},
        "tornado": [{"driver": "growth", "inputs": ["growth"], "below": 80.0, "above": 101.0}],
        "sensitivity": GRID,
        "cross_checks": {"price_to_earnings": 15.0},
        "histogram": {"edges": [60.0, 80.0, 100.0, 120.0], "counts": [10, 70, 20]},
    }
    return ValuationShape(
        valuation_id="val-1",
        ticker=ticker,
        model="fcff_three_stage",
        value_per_share=90.0,
        price=100.0,
        price_date=date(2024, 5, 31),
        upside=-0.1,
        wacc=0.09,
        terminal_growth=0.03,
        distribution={"p5": 65.0, "p95": 115.0},
        probability_undervalued=0.2,
        implied_growth=0.12,
        inputs=[ValuationInput(name="debt", value=4e8, unit="USD", sources=[source], assumption="fact")],
        refused=None,
        origin="edgar",
        as_of="2024-06-01T03:59:59Z",
        cik=42,
        discount_rate=0.09,
        detail=detail,
    )


def html(shown: ValuationShape) -> str:
    return render(f"p3: value of {shown.ticker}", [], dcf_company_page.sections(shown, []), sample=False)


class Links(HTMLParser):
    """Collects what a page links to and what can be linked to in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.anchors: set[str] = set()
        self.tones: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.targets += [found["href"] or ""] if "href" in found else []
        self.anchors |= {found["id"] or ""} if "id" in found else set()
        self.tones += (found.get("class") or "").split() if tag == "td" else []


def test_numbers_link_to_their_inputs_and_these_to_their_filings() -> None:
    links = Links(html(valuation()))
    assert (
        "https://www.sec.gov/Archives/edgar/data/42/000000004224000001/0000000042-24-000001-index.htm" in links.targets
    )
    assert "#input-debt" in links.targets
    assert {"input-debt", "forecast"} <= links.anchors


def test_the_heat_map_is_red_below_the_price_and_green_above() -> None:
    tones = [tone for tone in Links(html(valuation())).tones if tone.startswith(("under", "over"))]
    assert tones == ["under2", "over2", "over3"]


@pytest.mark.parametrize("given", [{"ticker": HOSTILE}, {"reason": HOSTILE}, {"accession": f"{HOSTILE}-24"}])
def test_hostile_words_stay_words(given: dict[str, str]) -> None:
    page = html(valuation(**given))
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert all(target.startswith(("https://www.sec.gov/", "#")) for target in Links(page).targets)


def test_a_refusal_is_a_page_too() -> None:
    refused = valuation().model_copy(update={"refused": f"no price {HOSTILE}", "detail": {}})
    assert "no price &lt;script" in html(refused)


@pytest.fixture(params=["spread", "flat", "bridge", "nothing left"])
def drawing(request: pytest.FixtureRequest) -> Iterator[str]:
    charts = {
        "spread": lambda: dcf_charts.histogram({"edges": [1.0, 2.0, 3.0], "counts": [4, 5]}, 9.0, 2.0),
        "flat": lambda: dcf_charts.histogram({"edges": [2.0, 2.0], "counts": [0]}, 2.0, 2.0),
        "bridge": lambda: dcf_charts.waterfall([("operations", 9e9), ("debt & more", -4e9)], 5e9),
        "nothing left": lambda: dcf_charts.waterfall([("operations", 0.0)], 0.0),
    }
    return charts[request.param]()


def test_charts_are_whole_and_stay_inside_of_their_frame(drawing: str) -> None:
    root = ElementTree.fromstring(drawing)
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    for box in root.iter("{http://www.w3.org/2000/svg}rect"):
        left, top, wide, high = (float(box.attrib[name]) for name in ("x", "y", "width", "height"))
        assert left >= 0
        assert left + wide <= width
        assert top >= 0
        assert top + high <= height


class Says:
    """A model that says what it is told to."""

    name = "says"

    def __init__(self, *claims: dict[str, Any]) -> None:
        self._reply = json.dumps({"claims": list(claims)})

    def complete(self, task: Task[T], listen: Listener | None = None) -> Reply[T]:
        try:
            return Reply(task.draft(4000).read(self._reply), (Attempt("q4", self.name),))
        except DataError as error:
            raise NoReplyError((Attempt("q4", self.name, error.message),)) from error


QUOTED = "In the pessimistic scenario a share of ACME is worth 70.00."


def test_a_thesis_keeps_the_claims_whose_numbers_stand_and_withholds_the_others() -> None:
    right = {
        "sentence": "In the pessimistic scenario a share of ACME is worth 70.00.",
        "passage": 1,
        "quotation": QUOTED,
    }
    wrong = right | {"sentence": "In the pessimistic scenario a share of ACME is worth 75.00."}
    advice = right | {"sentence": "Buy: in the pessimistic scenario a share is worth 70.00."}
    told = thesis(valuation(), Says(right, wrong, advice))
    assert [(claim.sentence, claim.quotation) for claim in told.claims] == [(QUOTED, QUOTED)]
    assert len(told.withheld) == 2
    assert "75.00" in " ".join(told.withheld)
    page = html(valuation().model_copy(update={"thesis": told}))
    assert "2 claims were withheld" in page
    assert page.count(QUOTED) == 2


def test_the_models_are_open_while_theses_are_written_and_closed_when_they_are_read() -> None:
    watching: list[bool] = []

    def read() -> Iterator[ValuationShape]:
        watching.append(any(thread.name == "p3-models-health" for thread in threading.enumerate()))
        yield valuation()
        yield valuation("NONE").model_copy(update={"valuation_id": "val-2", "refused": "it has no price"})

    with model_server() as server:
        chosen = settings.load({"language_model": {"url": server.address}})
        told = list(with_theses(cast(Session, chosen), read)())
    assert watching == [True, False]
    assert len(server.asked) == 1
    assert told[0].thesis is not None and told[1].thesis is None
    assert all(claim.quotation in claim.sentence for claim in told[0].thesis.claims)


def test_where_nothing_passes_the_page_says_so() -> None:
    invented = {"sentence": "A share of ACME is worth 999.", "passage": 1, "quotation": QUOTED}
    told = thesis(valuation(), Says(invented))
    assert (told.claims, told.tier) == ([], None)
    assert "No language model gave a thesis" in html(valuation().model_copy(update={"thesis": told}))
