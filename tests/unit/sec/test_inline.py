"""Inline XBRL 1.1, rule by rule, and real reports against companyfacts.

Sections are those of "Inline XBRL Part 1: Specification 1.1" (XBRL International, 2013-11-18); transformations those of
the Transformation Rules Registries 3 to 5 and of the Commission's own registry.
"""

import re
from datetime import date
from pathlib import Path

import inline_document as made
import polars as pl
import pytest
from inline_document import document, member, tag
from shared_data import shared
from tiny_mirror import CIK

from p3.errors import DataError
from p3.sec.documents import inline
from p3.sec.documents.inline import InlineFacts
from p3.sec.lists import companyfacts

KEY = ["taxonomy", "concept", "unit", "start", "end"]


def parsed(*body: str, **more: str) -> InlineFacts:
    return inline.parse(document(*body, **more), CIK)


def value(*body: str, **more: str) -> float | None:
    found = parsed(*body, **more).facts["value"].to_list()
    assert len(found) <= 1
    return found[0] if found else None


def test_a_fact_has_its_taxonomy_concept_unit_and_period() -> None:
    found = parsed(
        tag("1,234", format="ixt:num-dot-decimal", scale="6"),
        tag("17", "us-gaap:Assets", at="day"),
        tag("0.52", "us-gaap:EarningsPerShareBasic", "usdPerShare"),
        tag("21", "ifrs-full:AverageEffectiveTaxRate", "pure", scale="-2"),
        tag("5", "dei:EntityCommonStockSharesOutstanding", "shares", "day"),
    )
    assert found.facts.rows() == [
        ("dei", "EntityCommonStockSharesOutstanding", "shares", None, date(2023, 12, 31), 5.0),
        ("ifrs-full", "AverageEffectiveTaxRate", "pure", date(2023, 1, 1), date(2023, 12, 31), 0.21),
        ("us-gaap", "Assets", "USD", None, date(2023, 12, 31), 17.0),
        ("us-gaap", "EarningsPerShareBasic", "USD/shares", date(2023, 1, 1), date(2023, 12, 31), 0.52),
        ("us-gaap", "Revenues", "USD", date(2023, 1, 1), date(2023, 12, 31), 1_234_000_000.0),
    ]
    assert found.facts.schema == inline.SCHEMA
    assert found.by_class.schema == inline.BY_CLASS_SCHEMA
    assert found.ignored == {}


@pytest.mark.parametrize(
    ("name", "printed", "number"),
    [
        ("ixt:num-dot-decimal", "1,234,567.89", 1234567.89),
        ("ixt:num-dot-decimal", "1 234.5", 1234.5),
        ("ixt:num-dot-decimal", "1\u00a0234", 1234.0),
        ("ixt:num-dot-decimal", ".5", 0.5),
        ("ixt:numdotdecimal", "12,34,567", 1234567.0),
        ("ixt:numdotdecimalin", "12,34,567.5", 1234567.5),
        ("ixt:num-dot-decimal-apos", "1'234.5", 1234.5),
        ("ixt:num-comma-decimal", "1.234.567,89", 1234567.89),
        ("ixt:numcommadecimal", "1 234,5", 1234.5),
        ("ixt:num-comma-decimal-apos", "1’234,5", 1234.5),
        ("ixt:num-unit-decimal", "5 dollars 5 cents", 5.05),
        ("ixt:numunitdecimal", "1,250 dollars, 25 cents", None),  # the registry knows no comma there
        ("ixt:zerodash", "—", 0.0),
        ("ixt:zerodash", "5", None),
        ("ixt:fixed-zero", "None", 0.0),
        ("ixt:fixed-zero", "", 0.0),
        ("ixt-sec:numwordsen", "None", 0.0),
        ("ixt-sec:numwordsen", "no", 0.0),
        ("ixt-sec:numwordsen", "Three", 3.0),
        ("ixt-sec:numwordsen", "twenty-one", 21.0),
        ("ixt-sec:numwordsen", "two hundred and five thousand, three hundred", 205_300.0),
        ("ixt-sec:numwordsen", "One billion two million", 1_002_000_000.0),
        ("ixt-sec:numwordsen", "hundred", None),
        ("ixt-sec:numwordsen", "one two", None),
        ("ixt-sec:numwordsen", "several", None),
        ("ixt-sec:numwordsen", "", None),
        ("ixt-sec:numnan", "n/a", None),
        ("ixt-sec:duryear", "5", None),
        ("ixt:date-month-day", "5", None),
        ("", "860", 860.0),
        ("", "8.60", 8.6),
        ("", "8,60", None),
        ("", "-860", None),  # a sign is an attribute (10.1.3)
        ("", "١٢", None),
        ("", "1e5", None),
        ("", "NaN", None),
        ("", "", None),
        ("", "9" * 500, None),
    ],
)
def test_numbers_are_read_as_their_transformation_says(name: str, printed: str, number: float | None) -> None:
    found = parsed(tag(printed, format=name))
    assert found.facts["value"].to_list() == ([] if number is None else [number])
    assert found.ignored == ({"not a number": 1} if number is None else {})


@pytest.mark.parametrize(
    ("attributes", "number"),
    [
        ({"scale": "3"}, 24_400.0),
        ({"scale": "-2"}, 0.244),
        ({"scale": "+9"}, 24_400_000_000.0),
        ({"sign": "-"}, -24.4),
        ({"sign": "-", "scale": "6"}, -24_400_000.0),
        ({"sign": "+"}, None),
        ({"scale": "six"}, None),
        ({"scale": "999"}, None),
    ],
)
def test_scale_and_sign_apply_exactly(attributes: dict[str, str], number: float | None) -> None:
    """Sections 10.1.2 and 10.1.3: the number times ten to the scale, negative where the sign says so."""
    assert value(tag("24.4", **attributes)) == number


def test_a_negative_zero_is_zero() -> None:
    assert str(value(tag("0", sign="-"))) == "0.0"


def test_nested_elements_are_facts_of_their_own_with_the_same_text() -> None:
    """Section 10.1.1."""
    found = parsed(tag(tag("12", "us-gaap:NetIncomeLoss", scale="3"), "us-gaap:ProfitLoss", scale="3"))
    assert found.facts.select("concept", "value").rows() == [("NetIncomeLoss", 12_000.0), ("ProfitLoss", 12_000.0)]


def test_markup_inside_a_number_is_no_part_of_it_and_what_is_excluded_neither() -> None:
    """Section 6 for ix:exclude, such as a page number in the middle of a table."""
    text = "<span>1,</span><ix:exclude>Page <b>7</b></ix:exclude><b>234</b><!-- 9 --><?pi 8?>"
    assert value(tag(text, format="ixt:num-dot-decimal")) == 1234.0


def test_characters_that_html_names_are_read() -> None:
    assert value("A&amp;B &lt;&nbsp;&ldquo;", tag("1&nbsp;234", format="ixt:num-dot-decimal")) == 1234.0


def test_hidden_facts_count() -> None:
    """Section 9: facts in ix:hidden are facts of the document."""
    assert value(hidden=tag("7")) == 7.0


@pytest.mark.parametrize("nil", ["true", "1"])
def test_nil_facts_are_left_out(nil: str) -> None:
    found = parsed(tag("", xsi_nil=nil, decimals=""))
    assert found.facts.is_empty()
    assert found.ignored == {}


def test_a_fact_said_not_to_be_nil_counts() -> None:
    assert value(tag("5", xsi_nil="false")) == 5.0


def test_facts_of_the_company_s_own_taxonomy_and_of_other_targets_are_left_out() -> None:
    found = parsed(
        tag("1", "tiny:Revenues"),
        tag("2", "unknown:Revenues"),
        tag("3", "Revenues"),
        tag("4", target="other"),
        tag("5", "srt:NumberOfProducts", "pure"),
    )
    assert found.facts["taxonomy"].to_list() == ["srt"]
    assert found.ignored == {}


def test_a_namespace_declared_on_the_way_counts() -> None:
    inner = tag("5", "gaap:Revenues").replace(
        "<ix:nonFraction", '<ix:nonFraction xmlns:gaap="http://fasb.org/us-gaap/2023"'
    )
    assert parsed(inner).facts["taxonomy"].to_list() == ["us-gaap"]


def test_what_happened_on_one_day_is_listed_as_an_instant() -> None:
    day = "<xbrli:startDate>2023-06-01</xbrli:startDate><xbrli:endDate>2023-06-01</xbrli:endDate>"
    found = parsed(tag("20", at="one"), resources=made.context("one", day))
    assert found.facts.select("start", "end").rows() == [(None, date(2023, 6, 1))]


@pytest.mark.parametrize(
    "where",
    [
        {"dimensions": member("us-gaap:ProductMember", "srt:ProductOrServiceAxis")},
        {"dimensions": member("us-gaap:CommonClassAMember")},
        {"dimensions": member("tiny:A") + member("tiny:B", "srt:ProductOrServiceAxis")},
        {"dimensions": '<xbrldi:typedMember dimension="tiny:Axis"><tiny:id>1</tiny:id></xbrldi:typedMember>'},
        {"scenario": member("tiny:ForecastMember", "tiny:ScenarioAxis")},
        {"dimensions": member("", made.CLASS_AXIS)},
    ],
)
def test_dimensional_facts_are_left_out(where: dict[str, str]) -> None:
    found = parsed(tag("5", at="part"), tag("6"), resources=made.context("part", **where))
    assert found.facts["value"].to_list() == [6.0]
    assert found.by_class.is_empty()
    assert found.ignored == {}


def test_share_counts_of_a_class_of_stock_are_told_apart() -> None:
    found = inline.parse(made.by_class(2_000, 300, weighted=2_250), CIK)
    assert found.by_class.select("concept", "end", "value", "member").rows() == [
        ("EntityCommonStockSharesOutstanding", date(2024, 1, 31), 300.0, "tiny:Class1Member"),
        ("EntityCommonStockSharesOutstanding", date(2024, 1, 31), 2_000.0, "tiny:Class0Member"),
    ]
    assert found.facts["value"].to_list() == [2_250.0]


def test_facts_of_another_company_are_ignored_with_a_count() -> None:
    """As in a report that a parent files for its subsidiaries too."""
    found = parsed(tag("5", at="parent"), resources=made.context("parent", cik=99))
    assert found.facts.is_empty()
    assert found.ignored == {"other company": 1}


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        (("1,234", "6", "-6"), ("1.2", "9", "-8"), 1_234e6),
        (("1.2", "9", "-8"), ("1,234", "6", "-6"), 1_234e6),
        (("1,234", "6", "-6"), ("1,234", "6", "-6"), 1_234e6),
        (("1,234", "6", "-6"), ("1,234.4", "6", "-5"), 1_234.4e6),
        (("1,234", "6", "INF"), ("1,234", "6", "-6"), 1_234e6),
        (("1,234", "6", "-6"), ("1,236", "6", "-6"), None),
        (("1,234", "6", "INF"), ("1,235", "6", "INF"), None),
    ],
)
def test_of_facts_that_repeat_each_other_the_most_precise_stays(
    first: tuple[str, str, str], second: tuple[str, str, str], kept: float | None
) -> None:
    """Facts are consistent where the intervals that they were rounded from overlap; else neither is believed."""
    tags = [
        tag(text, format="ixt:num-dot-decimal", scale=scale, decimals=decimals)
        for text, scale, decimals in (first, second)
    ]
    found = parsed(*tags, tag("9", "us-gaap:Assets", at="day"))
    assert found.facts.filter(concept="Revenues")["value"].to_list() == ([] if kept is None else [kept])
    assert found.facts.filter(concept="Assets")["value"].to_list() == [9.0]
    assert found.ignored == ({"conflicting": 2} if kept is None else {})


UNIT = "<xbrli:unit id='odd'>{}</xbrli:unit>"
DOLLARS = "<xbrli:measure>iso4217:USD</xbrli:measure>"


@pytest.mark.parametrize(
    ("unit", "spelt"),
    [
        ("<xbrli:measure>tiny:segment</xbrli:measure>", "segment"),
        ("<xbrli:measure>iso4217:EUR</xbrli:measure>", "EUR"),
        (DOLLARS * 2, None),
        ("", None),
        ("<xbrli:measure> </xbrli:measure>", None),
        (f"<xbrli:divide><xbrli:unitNumerator>{DOLLARS}</xbrli:unitNumerator></xbrli:divide>", None),
    ],
)
def test_units_are_spelt_as_companyfacts_spell_them(unit: str, spelt: str | None) -> None:
    found = parsed(tag("5", unit="odd"), resources=UNIT.format(unit))
    assert found.facts["unit"].to_list() == ([] if spelt is None else [spelt])
    assert found.ignored == ({"malformed": 1} if spelt is None else {})


@pytest.mark.parametrize(
    ("period", "reason"),
    [
        ("<xbrli:forever/>", "malformed"),
        ("", "malformed"),
        ("<xbrli:instant>2023-02-30</xbrli:instant>", "malformed"),
        ("<xbrli:instant>2023-12-31T00:00:00</xbrli:instant>", "malformed"),
        ("<xbrli:endDate>2023-12-31</xbrli:endDate>", "malformed"),
        (
            "<xbrli:startDate>2024-01-01</xbrli:startDate><xbrli:endDate>2023-12-31</xbrli:endDate>",
            "end before start",
        ),
    ],
)
def test_contexts_without_a_period_are_ignored_with_a_count(period: str, reason: str) -> None:
    found = parsed(tag("5", at="odd"), tag("6"), resources=made.context("odd", period))
    assert found.facts["value"].to_list() == [6.0]
    assert found.ignored == {reason: 1}


@pytest.mark.parametrize(
    "attributes",
    [
        {"at": "nowhere"},
        {"unit": "none"},
        {"decimals": ""},
        {"decimals": "many"},
        {"decimals": "-999999999"},
    ],
)
def test_facts_that_refer_to_nothing_are_ignored_with_a_count(attributes: dict[str, str]) -> None:
    found = parsed(tag("5", **attributes), tag("6"))
    assert found.facts["value"].to_list() == [6.0]
    assert found.ignored == {"malformed": 1}


@pytest.mark.parametrize("content", [b"", b"<html><p>FORM 10-K</p></html>", b"\xff\xfe\x00", b"%PDF-1.4"])
def test_other_documents_tag_nothing(content: bytes) -> None:
    found = inline.parse(content, CIK)
    assert found.facts.is_empty()
    assert found.facts.schema == inline.SCHEMA


BOMB = b'<!DOCTYPE html [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    "content",
    [
        document(tag("5"))[:-40],
        document(tag("5")).replace(b"</ix:nonFraction>", b""),
        document(tag("5")).replace(b"<html", BOMB + b"<html"),
        document(tag("5"), "&unheardof;"),
        document("<p>" * 5_000 + "</p>" * 5_000),
        b"http://www.xbrl.org/2013/inlineXBRL",
    ],
    ids=["truncated", "unclosed", "entities", "unknown name", "too deep", "no markup"],
)
def test_a_document_that_cannot_be_read_whole_says_so(content: bytes) -> None:
    with pytest.raises(DataError):
        inline.parse(content, CIK)


def test_a_document_type_and_blank_lines_before_the_declaration_do_no_harm() -> None:
    content = document(tag("5")).replace(b"<html", b'<!DOCTYPE html PUBLIC "x" "http://127.0.0.1:9/x.dtd"><html')
    assert inline.parse(b"\n\n" + content, CIK).facts["value"].to_list() == [5.0]


def accession_of(path: Path) -> str:
    folder = path.parent.name
    return f"{folder[:10]}-{folder[10:12]}-{folder[12:]}"


REPORTS = [
    ("1018724", "amzn-20241231.htm"),
    ("1045810", "nvda-20250126.htm"),
    ("1045810", "nvda-20250727.htm"),
    ("1318605", "tsla-20241231.htm"),
    ("1326801", "meta-20241231.htm"),
    ("1652044", "goog-20241231.htm"),
    ("320187", "nke-20250531.htm"),
    ("320193", "aapl-20230930.htm"),
    ("320193", "aapl-20240928.htm"),
    ("320193", "aapl-20250628.htm"),
]
NO_FILINGS = pl.DataFrame(schema={"accession": pl.String, "accepted": pl.Datetime("us", "UTC")})


@pytest.mark.parametrize(("cik", "name"), REPORTS)
def test_real_reports_tell_what_companyfacts_list(cik: str, name: str) -> None:
    """Every fact, 4,555 of 4,555 in all; of Nike the mirror's companyfacts hold some concepts only."""
    mirror = shared("edgar-mirror")
    (path,) = mirror.glob(f"www.sec.gov/Archives/edgar/data/{cik}/*/{name}")
    body = (mirror / f"data.sec.gov/api/xbrl/companyfacts/CIK{int(cik):010d}.json").read_bytes()
    facts, _ = companyfacts.parse(body, NO_FILINGS, int(cik), "edgar")
    listed = facts.filter(accession=accession_of(path)).select(*KEY, "value")
    found = inline.parse(path.read_bytes(), int(cik))
    told = found.facts.filter(pl.col("concept").is_in(facts["concept"].unique().to_list())).select(*KEY, "value")
    assert listed.height > 100
    assert told.sort(KEY).equals(listed.sort(KEY))
    assert found.ignored == {}


def test_a_real_report_cut_anywhere_is_an_error_and_never_less_facts() -> None:
    (path,) = shared("edgar-mirror").glob("www.sec.gov/Archives/edgar/data/320193/*/aapl-20250628.htm")
    content = path.read_bytes()
    for share in (0.1, 0.5, 0.9, 0.999):
        with pytest.raises(DataError):
            inline.parse(content[: int(len(content) * share)], 320193)


def test_a_real_current_report_tags_no_numbers() -> None:
    (path,) = shared("edgar-mirror").glob("www.sec.gov/Archives/edgar/data/320193/*/aapl-20241031.htm")
    content = path.read_bytes()
    assert re.search(rb"inlineXBRL", content)
    assert inline.parse(content, 320193).facts.is_empty()
