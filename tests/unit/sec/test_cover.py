"""What a cover page says: worded here as the forms word it, and on the real filings."""

import json
from datetime import date

import pytest
from shared_data import shared

from p3.sec.cover import Cover, cover
from p3.sec.documents import reading

TOP = "UNITED STATES\nSECURITIES AND EXCHANGE COMMISSION\nWashington, D.C. 20549\n"
CHARTER = "\nCommission File Number 1-234\nACME, INC.\n_____\n(Exact name of registrant as specified in its charter)\n"


def of(text: str) -> Cover:
    return cover(reading.to_text(text.encode(), "a.txt"))


@pytest.mark.parametrize(
    ("body", "form", "period"),
    [
        ("FORM 10-K\nFor the fiscal year ended December 31, 2022", "10-K", date(2022, 12, 31)),
        ("Form 10-K/A\nFOR THE FISCAL YEAR ENDED\nMAY 29, 2022", "10-K/A", date(2022, 5, 29)),
        ("FORM 10-K\n(Amendment No. 1)\nFor the fiscal year ended: June 30 2022", "10-K/A", date(2022, 6, 30)),
        ("____FORM 10-K405☒ANNUAL REPORT\nFor the year ended June 30, 1999-OR-", "10-K405", date(1999, 6, 30)),
        ("FORM 10-Q\nFor the quarterly period ended | July 2, 2023", "10-Q", date(2023, 7, 2)),
        ("FORM 20-F\nFor the fiscal year ended 31 March 2023", "20-F", date(2023, 3, 31)),
        ("FORM 6-K\nFor the month of March 2023\nunder cover of Form 20-F", "6-K", None),
        ("FORM 8-K\nDate of Report (Date of earliest event reported): May 20,\n2022", "8-K", date(2022, 5, 20)),
        (
            "FORM 8-K\nDate of report (Date of earliest event reported): May 20, 2022 (May 18, 2022)",
            "8-K",
            date(2022, 5, 18),
        ),
        ("FORM 8-K\nOctober 31, 2024\nDate of Report\n(Date of earliest event reported)", "8-K", date(2024, 10, 31)),
        ("FORM 10-K\nFor the fiscal year ended February 30, 2022", "10-K", None),
        ("FORM 10-K\nFor the transition period from June 1, 2022 to December 31, 2022", "10-K", None),
    ],
)
def test_form_and_period(body: str, form: str, period: date | None) -> None:
    assert of(TOP + body + CHARTER) == Cover(form, period, "ACME, INC.")


@pytest.mark.parametrize(
    "text",
    [
        "Our Form 10-K for the fiscal year ended December 31, 2022 says more.",
        TOP + "FORM S-1\nREGISTRATION STATEMENT\nour annual report on Form 10-K",
        TOP + "FORM 10-KSB\nFor the fiscal year ended December 31, 2002",
        "Item,2022",
    ],
)
def test_other_texts_say_nothing(text: str) -> None:
    assert of(text) == Cover()


@pytest.mark.parametrize(
    ("lines", "company"),
    [
        ("Commission file number: 001-1\n3M COMPANY\n", "3M COMPANY"),
        ("Commission file number: 001-1\nTHE ACME\u00a0BANK\nGROUP, INC.\n", None),
        ("Commission file number 1-12291THE ACME CORPORATION", None),
        ("\n\nAcme\u00a0 Inc.\n\n", "Acme Inc."),
    ],
)
def test_a_name_that_may_have_begun_further_up_is_unknown(lines: str, company: str | None) -> None:
    text = f"{TOP}FORM 10-K\n\n{lines}(Exact Name of Registrant as Specified in Its Charter)"
    assert of(text).company == company


def test_covers_of_real_filings() -> None:
    """By the names of the files: ADOBE_2015_10K, BESTBUY_2024Q2_10Q, FOOTLOCKER_2022_8K_dated_2022-08-19."""
    files = sorted(shared("financebench-dev", "pages").glob("*.jsonl"))
    assert files
    for file in files:
        pages = [json.loads(line)["text"] for line in file.read_text(encoding="utf-8").splitlines()]
        document = reading.to_text("\f".join(pages).encode(), f"{file.stem}.txt")
        found = cover(document)
        assert document.pages is not None
        assert len(document.pages) == len(pages) - (not pages[-1].strip())
        assert (found.form or "").replace("-", "") == file.stem.split("_")[2]
        assert found.period_end is not None
        assert abs(found.period_end.year - int(file.stem.split("_")[1][:4])) <= 1


def test_covers_of_the_mirror_agree_with_its_filing_lists() -> None:
    mirror = shared("edgar-mirror")
    rows = {}
    for file in sorted((mirror / "data.sec.gov" / "submissions").glob("CIK*.json")):
        whole = json.loads(file.read_text(encoding="utf-8"))
        recent = whole["filings"]["recent"] if "filings" in whole else whole
        keys = zip(recent["accessionNumber"], recent["primaryDocument"], strict=True)
        named = zip(recent["form"], recent["reportDate"], strict=True)
        rows |= dict(zip(((number.replace("-", ""), document) for number, document in keys), named, strict=True))
    seen = 0
    for file in sorted(mirror.glob("www.sec.gov/Archives/edgar/data/*/*/*.htm")):
        listed = rows.get((file.parent.name, file.name))
        if listed is None:
            continue
        found = cover(reading.to_text(file.read_bytes(), file.name))
        assert (found.form, str(found.period_end)) == listed, file.name
        seen += 1
    assert seen >= 15
