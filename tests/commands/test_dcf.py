"""`p3 dcf` on the sample: the user's assumptions, and a value for each date at which figures changed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

P3 = Callable[..., Any]


def inputs(ended: Any, ticker: str) -> dict[str, dict[str, Any]]:
    found = next(each for each in json.loads(ended.out)["valuations"] if each["ticker"] == ticker)
    return {item["name"]: item for item in found["inputs"]}


def assumed(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "my.toml"
    path.write_text(text, "utf-8")
    return path


def test_each_input_is_a_fact_a_rule_or_yours_and_a_fact_has_a_source(p3: P3, tree: Path) -> None:
    ended = p3("dcf", "f2", "--json", "--data-dir", tree)
    assert ended.code == 0, ended.err
    for valuation in json.loads(ended.out)["valuations"]:
        assert valuation["detail"]["reason"]
        assert 0 < valuation["detail"]["terminal_share"] < 1
        assert {item["assumption"] for item in valuation["inputs"]} == {"fact", "rule"}
        assert all(item["sources"] for item in valuation["inputs"] if item["assumption"] == "fact")


def test_assumptions_hold_for_all_or_for_one(p3: P3, tree: Path, tmp_path: Path) -> None:
    path = assumed(tmp_path, "risk_free_rate = 0.031\n[msft]\ngrowth = 0.123\n")
    ended = p3("dcf", "f2", "--assumptions", path, "--json", "--data-dir", tree)
    assert ended.code == 0, ended.err
    microsoft, nvidia = inputs(ended, "MSFT"), inputs(ended, "NVDA")
    assert (microsoft["growth"]["value"], microsoft["growth"]["assumption"]) == (0.123, "yours")
    assert nvidia["growth"]["assumption"] == "rule"
    for found in (microsoft, nvidia):
        assert (found["risk_free_rate"]["value"], found["risk_free_rate"]["assumption"]) == (0.031, "yours")
    plain = p3("dcf", "f2", "--json", "--data-dir", tree)
    assert inputs(plain, "MSFT")["growth"]["assumption"] == "rule"


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("growht = 0.1", 2, ("growht", "Did you mean growth?")),
        ('growth = "fast"', 2, ("growth", "fast")),
        ("[MSFT]\nbeta = true", 2, ("beta", "True")),
        ("[AAPL]\nbeta = 1.0", 2, ("AAPL", "MSFT, NVDA")),
        ("growth = ", 3, ("my.toml", "growth = 0.05")),
    ],
)
def test_bad_assumptions_are_named(p3: P3, tree: Path, tmp_path: Path, text: str, code: int, said: Any) -> None:
    ended = p3("dcf", "f2", "--assumptions", assumed(tmp_path, text), "--data-dir", tree)
    assert ended.code == code, ended.err
    assert ended.out == ""
    assert all(words in ended.err for words in said), ended.err


def test_a_file_of_assumptions_that_is_not_there_is_a_usage_error(p3: P3, tree: Path, tmp_path: Path) -> None:
    ended = p3("dcf", "f2", "--assumptions", tmp_path / "none.toml", "--data-dir", tree)
    assert ended.code == 2
    assert "none.toml" in ended.err


def test_growth_for_ever_above_the_risk_free_rate_refuses_the_company_and_not_the_other(
    p3: P3, tree: Path, tmp_path: Path
) -> None:
    path = assumed(tmp_path, "[MSFT]\nterminal_growth = 0.09\n")
    ended = p3("dcf", "f2", "--assumptions", path, "--json", "--data-dir", tree)
    refused = {each["ticker"]: each["refused"] for each in json.loads(ended.out)["valuations"]}
    assert refused["NVDA"] is None
    assert "above the risk-free rate" in refused["MSFT"]


def test_history_is_made_once_and_agrees_with_a_valuation_of_that_moment(p3: P3, tree: Path) -> None:
    first = p3("dcf", "-t", "MSFT", "--history", "--json", "--data-dir", tree)
    assert first.code == 0, first.err
    series = json.loads(first.out)["valuations"]
    moments = [each["as_of"] for each in series]
    assert len(moments) > 1
    assert moments == sorted(set(moments))
    last = series[-1]
    alone = p3("dcf", "-t", "MSFT", "--as-of", last["as_of"], "--json", "--data-dir", tree)
    assert json.loads(alone.out)["valuations"][0]["value_per_share"] == last["value_per_share"]
    again = p3("dcf", "-t", "MSFT", "--history", "--force", "--json", "--data-dir", tree)
    assert json.loads(again.out)["valuations"] == series
    count = p3("sql", "SELECT count(*) AS n, count(DISTINCT as_of) AS d FROM valuations", "--json", "--data-dir", tree)
    assert json.loads(count.out)["rows"][0]["n"] == len(series) + 1


def test_the_terminal_says_why_and_how_sure(p3: P3, tree: Path) -> None:
    ended = p3("dcf", "f2", "--data-dir", tree, COLUMNS="200")
    for words in ("because:", "terminal value:", "scenarios: pessimistic", "one deviation of", "cross-checks:"):
        assert words in ended.out
    series = p3("dcf", "-t", "MSFT", "--history", "--data-dir", tree, COLUMNS="200")
    assert "known from" in series.out


def test_the_report_is_a_page_for_the_scope_and_one_for_each_company_with_every_source(p3: P3, tree: Path) -> None:
    series = p3("dcf", "-t", "MSFT", "--history", "--report", "--json", "--data-dir", tree)
    whole = Path(json.loads(series.out)["report"])
    assert 'href="dcf-MSFT.html"' in whole.read_text("utf-8")
    for page in (whole, whole.parent / "dcf-MSFT.html"):
        assert "Value and price, on today" in page.read_text("utf-8")
    ended = p3("dcf", "f2", "--report", "--json", "--data-dir", tree)
    assert ended.code == 0, ended.err
    made = json.loads(ended.out)
    summary = Path(made["report"])
    for valuation in made["valuations"]:
        page = f"dcf-{valuation['ticker']}.html"
        assert f'href="{page}"' in summary.read_text("utf-8")
        html = (summary.parent / page).read_text("utf-8")
        sources = [source for item in valuation["inputs"] for source in item["sources"] if source["accession"]]
        assert sources
        for source in sources:
            folder = source["accession"].replace("-", "")
            assert f"/Archives/edgar/data/{valuation['cik']}/{folder}/{source['accession']}-index.htm" in html
        assert f"{valuation['value_per_share']:,.2f} a share" in html
        assert "Simulated values" in html
        assert ("Value against price over time" in html) == (valuation["ticker"] == "MSFT")
        assert "<script" not in html
        assert 'src="' not in html


def test_research_becomes_an_asset_where_the_user_says_so(p3: P3, tree: Path, tmp_path: Path) -> None:
    path = assumed(tmp_path, "[MSFT]\ncapitalise_research = true\n")
    ended = p3("dcf", "f2", "--assumptions", path, "--json", "--data-dir", tree)
    assert ended.code == 0, ended.err
    assert "research_asset" in inputs(ended, "MSFT")
    assert "research_asset" not in inputs(ended, "NVDA")


def test_the_rate_says_which_it_is(p3: P3, tree: Path) -> None:
    ended = p3("dcf", "f2", "--data-dir", tree, COLUMNS="200")
    assert "% WACC" in ended.out
    shown = json.loads(p3("dcf", "f2", "--json", "--data-dir", tree).out)["valuations"][0]
    assert shown["discount_rate"] == shown["wacc"]
    assert shown["cost_of_equity"] > shown["wacc"]
