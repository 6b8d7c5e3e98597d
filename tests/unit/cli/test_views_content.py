"""What each view is for: the order of its parts, and how figures are written."""

import io
import re
from datetime import date, timedelta

import pytest
from rich.console import Console
from view_shapes import make

from p3 import shapes
from p3.cli.views import ask, backtest, dcf, e2e, env_status, facts, fetch_sec, search, trace, trade
from p3.cli.views.parts import trend
from p3.cli.views.stages import failures, render_run


def shown(parts, width=120):
    file = io.StringIO()
    console = Console(file=file, width=width, color_system=None)
    for part in parts:
        console.print(part, crop=False)
    return file.getvalue()


def in_order(text, *words):
    place = 0
    for word in words:
        place = text.find(word, place) + len(word)
        if place < len(word):
            return False
    return True


def with_(document, **changes):
    return document.model_copy(update=changes)


def value(amount, unit="USD", derived=None):
    return shapes.ItemValue(value=amount, unit=unit, sources=[], derived=derived, known_from="2024-01-01T00:00:00Z")


def statements(years=12):
    periods = []
    for year in range(years):
        end = date(2012, 6, 30) + timedelta(days=364 * year)
        items = {"revenue": value(1e9 * 2**year), "eps_diluted": value(1.5, "USD/shares"), "equity": value(-5e6)}
        if year == years - 1:
            items["total_liabilities"] = value(7e8, derived="total_assets - equity")
        growth = {"revenue": 1.0} if year else {}
        periods.append(shapes.FactsPeriod(start=None, end=end, label=f"FY{2012 + year}", items=items, growth=growth))
    data = with_(make(shapes.Facts, "XYZ", 0), periods=periods, currency="USD", name="XYZ CORP")
    return with_(data, splits_from=None, splits_until=None)


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_facts_show_the_newest_periods_that_fit_the_newest_right(width):
    text = shown(facts.render(statements()), width)
    head = next(line for line in text.splitlines() if "FY2023" in line)
    labels = [word for word in head.split() if word.startswith("FY")]
    assert labels == [f"FY{year}" for year in range(2024 - len(labels), 2024)]
    assert len(labels) < 12 or width == 200
    assert (f"The newest {len(labels)} of 12 periods" in " ".join(text.split())) == (len(labels) < 12)


def test_facts_are_grouped_in_millions_with_growth_minus_and_missing():
    text = shown(facts.render(statements(3)))
    assert in_order(
        text, "USD millions", "Income statement", "Revenue", "growth on the year", "Balance sheet", "Per share"
    )
    rows = [re.split(r"\s{2,}", line.strip()) for line in text.splitlines() if line.startswith("  ")]
    cells = {label: row for label, *row in rows}
    assert cells["Revenue"][:3] == ["1,000", "2,000", "4,000"]
    assert cells["growth on the year"] == ["–", "100.0%", "100.0%"]
    assert cells["Equity"][:3] == ["-5", "-5", "-5"]
    assert cells["Total liabilities"][:3] == ["–", "–", "700*"]
    assert cells["EPS, diluted"][:3] == ["1.50", "1.50", "1.50"]
    assert "a split parts the years" in text and "* follows from" in text


@pytest.mark.parametrize(
    ("amount", "scale", "written"), [(5e9, "millions", "5,000"), (4e6, "thousands", "4,000"), (900.0, "USD", "900")]
)
def test_the_scale_follows_the_size_and_is_stated(amount, scale, written):
    period = shapes.FactsPeriod(start=None, end=date(2024, 1, 1), label="FY", items={"revenue": value(amount)})
    text = shown(facts.render(with_(statements(), periods=[period])))
    assert scale in text and f" {written} " in text


def test_what_is_small_is_not_written_as_nothing():
    items = {"revenue": value(5e9), "cash": value(3e5), "inventory": value(0.0)}
    period = shapes.FactsPeriod(start=None, end=date(2024, 1, 1), label="FY", items=items)
    lines = shown(facts.render(with_(statements(), periods=[period]))).splitlines()
    assert next(line for line in lines if "Cash" in line and line.startswith("  ")).split()[1] == "0.3"
    assert next(line for line in lines if "Inventory" in line).split()[1] == "0"


def test_an_unknown_item_is_listed_too():
    period = shapes.FactsPeriod(start=None, end=date(2024, 1, 1), label="FY", items={"odd_thing": value(5e9)})
    assert in_order(shown(facts.render(with_(statements(), periods=[period]))), "Other", "odd thing")


@pytest.mark.parametrize(
    ("values", "line"),
    [([], ""), ([None], ""), ([1.0, 1.0], "▄▄"), ([0.0, None, 7.0], "▁ █"), ([-3.0, 0.0, 4.0], "▁▄█")],
)
def test_a_trend_runs_from_the_lowest_to_the_highest(values, line):
    assert trend(values) == line


def failure(unit, reason, what="10-K"):
    return shapes.FailureShape(unit=unit, what=what, reason=reason)


def test_failures_alike_are_one_entry_and_others_are_not():
    found = [("fetch-sec", failure(f"T{at}", f"no document of T{at} at 000{at}")) for at in range(50)]
    found.append(("facts", failure("ODD", "units are missing", what="revenue")))
    text = shown(failures(found))
    assert (
        "Failed or missing: 51" in text
        and "fetch-sec 50 times" in text
        and "T0, T1, T2, T3, T4, T5 and 44 more" in text
    )
    assert "facts ODD revenue" in text and "units are missing" in text
    assert len(text.splitlines()) == 6
    assert failures([]) == []


def test_every_name_in_a_group_of_failures_is_told():
    both = [("ingest", failure("ACME", f"{name}: no text in it", what=name)) for name in ("bin.txt", "nul.txt")]
    assert "ingest 2 times ACME: bin.txt, nul.txt\n" in shown(failures(both))
    apart = [
        ("fetch-sec", failure(unit, f"no {what}", what=what)) for unit, what in (("AAA", "10-K 1"), ("BBB", "10-K 2"))
    ]
    assert "fetch-sec 2 times AAA 10-K 1, BBB 10-K 2\n" in shown(failures(apart))
    many = [("ingest", failure("ACME", f"{at}.txt: empty", what=f"{at}.txt")) for at in range(9)]
    assert "5.txt and 3 more\n" in shown(failures(many))


@pytest.mark.parametrize(
    ("units", "status", "title"),
    [
        ({"_market": "fresh", "ZZZZ": "failed"}, "fresh", "failed"),
        ({"AAA": "fresh", "ZZZZ": "failed"}, "fresh", "partial"),
        ({"AAA": "ran", "BBB": "fresh"}, "ran", "ran, because"),
        ({"_market": "fresh"}, "fresh", "fresh, because"),
        ({}, "blocked", "blocked, because"),
    ],
)
def test_a_stage_is_headed_by_what_became_of_its_companies(units, status, title):
    stage = with_(make(shapes.StageShape, "prices", 0), name="prices", why="because", status=status, units=units)
    run = with_(make(shapes.StageRun, "f2", 0), scope="f2", stage=stage)
    assert shown(render_run(run)).splitlines()[0] == f"prices f2: {title}"


def test_a_run_shows_stages_then_failures_then_the_whole_path_of_the_report():
    stage = with_(make(shapes.StageShape, "dcf", 0), failures=[failure("XYZ", "no price")])
    path = f"/{'long/' * 40}report.html"
    text = shown(e2e.render(with_(make(shapes.E2E, "f2", 0), stages=[stage], report=path)), 60)
    assert in_order(text, "stage", "dcf", "Failed or missing: 1", "no price", path)


def test_a_plan_puts_units_treated_alike_on_one_row():
    steps = [shapes.PlanStep(stage="facts", unit=f"T{at}", action="run", why="never ran") for at in range(100)]
    steps.append(shapes.PlanStep(stage="facts", unit="_market", action="blocked", why="needs prices"))
    lines = shown(e2e.render(shapes.Plan(scope="n100", as_of="2025-01-01T00:00:00Z", steps=steps))).splitlines()
    assert sum(line.startswith("facts") for line in lines) == 2
    assert any("and 94 more" in line for line in lines)
    assert any(" market " in line and "blocked" in line for line in lines)


def test_an_answer_comes_before_its_formula_and_its_sources():
    citation = with_(make(shapes.Citation, "-", 0, bare=True), n=1, accession="0001", page=4, quote="so it stands")
    answer = with_(make(shapes.Ask, "-", 0), answer="THE ANSWER", formula="a / b", citations=[citation])
    assert in_order(
        shown(ask.render(answer)), "THE ANSWER", "a / b", "Sources", "[1]", "page 4", "0001", "so it stands"
    )
    assert "formula" not in shown(ask.render(with_(answer, formula=None)))


def test_a_passage_is_trimmed_and_says_where_it_is_and_why():
    passage = with_(
        make(shapes.Passage, "-", 0), rank=3, score=1.234, ticker="XYZ", section="Item 7", page=None, why=["words"]
    )
    passage = with_(passage, text=f"begin {'word ' * 500}end")
    text = shown(search.render(with_(make(shapes.Search, "q", 0), passages=[passage])))
    assert in_order(text, "3", "XYZ", "Item 7", "score 1.23", "begin", "…", "words")
    assert "end" not in text.split("…")[0].split() and "page" not in text


def test_valuations_come_first_then_refusals_then_inputs():
    source = with_(make(shapes.Source, "-", 0), taxonomy="us-gaap", concept="Revenues", accession="0001-24", start=None)
    given = shapes.ValuationInput(
        name="risk_free_rate", value=0.04, unit="fraction", sources=[source] * 3, assumption="fact"
    )
    valued = with_(make(shapes.ValuationShape, "-", 0), ticker="AAA", upside=-0.25, inputs=[given], refused=None)
    refused = with_(make(shapes.ValuationShape, "-", 0, bare=True), ticker="BBB", refused="a bank")
    text = shown(dcf.render(with_(make(shapes.Dcf, "-", 0), valuations=[refused, valued])))
    assert in_order(text, "AAA", "-25.0%", "Not valued", "BBB", "a bank", "Inputs of AAA", "risk free rate", "4.00%")
    assert "us-gaap:Revenues" in text and "0001-24 and 2 more" in text
    many = shown(dcf.render(with_(make(shapes.Dcf, "-", 0), valuations=[valued] * 9)))
    assert "Inputs of" not in many and "-t TICKER" in many


def test_a_narrow_table_says_which_columns_it_leaves_out():
    valued = with_(make(shapes.ValuationShape, "-", 0), ticker="AAA", price=10.0, value_per_share=9.0, refused=None)
    text = shown(dcf.render(with_(make(shapes.Dcf, "-", 0), valuations=[valued])), 60)
    assert "price implies" not in text.split("Too narrow for")[0] and "price implies" in text.split("Too narrow for")[1]
    assert "Too narrow" not in shown(dcf.render(with_(make(shapes.Dcf, "-", 0), valuations=[valued])), 200)


def test_a_backtest_shows_both_columns_of_metrics_and_the_last_decisions():
    decided = [shapes.Decision(date=date(2024, 1, at), weights={"AAA": at / 100}) for at in range(1, 21)]
    data = with_(make(shapes.Backtest, "value", 0), metrics={"cagr": 0.125, "costs": 1234.6}, decisions=decided)
    text = shown(backtest.render(with_(data, benchmark={"cagr": None}, report="/a/b.html")))
    row = next(line for line in text.splitlines() if line.startswith("return a year"))
    assert row.split()[-2:] == ["12.5%", "–"]
    assert "1,235" in text and "2024-01-20" in text and "AAA 20.0%" in text and "2024-01-14" not in text
    assert in_order(text, "benchmark", "The last 6 of 20 decisions", "report: /a/b.html")


def test_trades_show_orders_refusals_positions_and_cash():
    order = with_(
        make(shapes.OrderShape, "-", 0), client_order_id="p3-abc", ticker="AAA", quantity=1200.0, average_price=None
    )
    refusal = shapes.RefusalShape(rule="max_weight", detail="too much")
    data = with_(make(shapes.Trade, "-", 0), orders=[order], refused=[refusal], positions={"AAA": 2.5}, cash=1e6)
    text = shown(trade.render(data))
    assert in_order(
        text, "1,200", "p3 trace p3-abc", "Refused", "max_weight", "too much", "Account", "2.5", "1,000,000.00"
    )


def test_a_chain_is_indented_and_each_link_has_its_query_whole_once():
    sql = f"SELECT * FROM facts WHERE \"end\" = '2024-01-28' AND concept = '{'C' * 90}'"
    kinds = ["order", "decision", "valuation", "input", "fact", "filing", "sentence"]
    links = [shapes.Link(kind=kind, title=f"the {kind}", detail={"a": None}, sql=f"{sql} -- {kind}") for kind in kinds]
    again = shapes.Link(kind="fact", title="again", detail={}, sql=f"{sql} -- fact")
    text = shown(trace.render(shapes.Trace(order="p3-1", origin="edgar", links=[*links, again], audit_entries=4)), 60)
    lines = text.splitlines()
    indents = [next(len(x) - len(x.lstrip()) for x in lines if x.strip() == f"{kind} the {kind}") for kind in kinds]
    assert indents == sorted(set(indents))
    assert text.count("-- fact") == 1 and text.count("p3 sql") == len(kinds)
    assert f'p3 sql "{sql} -- fact"'.replace('"end"', '\\"end\\"') in text
    assert "None" not in text and "4 entries" in text


def test_checks_that_failed_come_first_with_their_remedy():
    checks = [
        shapes.CheckShape(part="fine", ok=True, detail="works", remedy=""),
        shapes.CheckShape(part="broken", ok=False, detail="does not", remedy="do this"),
    ]
    setting = shapes.SettingShape(name="a.b", value="", source="defaults")
    text = shown(env_status.render(with_(make(shapes.EnvStatus, "-", 0), checks=checks, settings=[setting])))
    assert in_order(text, "no", "broken", "do this", "ok", "fine", "Settings", "a.b", "–", "defaults")


def test_a_company_that_failed_or_lacks_documents_says_so():
    failed = with_(
        make(shapes.FetchedCompany, "-", 0), ticker="AAA", cik=None, error="EDGAR did not answer", status="failed"
    )
    lacking = with_(
        make(shapes.FetchedCompany, "-", 0), ticker="BBB", error=None, missing=[f"doc {at}" for at in range(9)]
    )
    text = shown(fetch_sec.render(with_(make(shapes.FetchSec, "-", 0), companies=[failed, lacking])))
    assert in_order(text, "failed", "Failed or missing", "EDGAR did not answer", "BBB", "doc 0", "and 6 more")
