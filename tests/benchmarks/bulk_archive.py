"""An archive of invented companies' XBRL facts in EDGAR's shape, as compressible as EDGAR's own (about 13 to 1)."""

import random
import zipfile
from datetime import date, timedelta
from pathlib import Path

_QUARTERS = 24
_CONCEPTS = 153
_WORDS = (
    "amount",
    "assets",
    "cash",
    "debt",
    "equity",
    "fair",
    "goods",
    "held",
    "income",
    "net",
    "of",
    "sold",
    "tax",
    "value",
)
_UNITS = ("USD",) * 9 + ("shares",)


def write(path: Path, companies: int) -> None:
    """Write the archive: CIKs from 1 on, about 75 KB compressed and 1 MB of JSON each; the same at every call."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for cik in range(1, companies + 1):
            archive.writestr(f"CIK{cik:010d}.json", company(cik))


def company(cik: int) -> str:
    """Return the companyfacts of a company: each value stands in its own filing and, compared with, a year later."""
    dice = random.Random(cik)
    ends = [date(2018, 3, 31) + timedelta(days=91 * number) for number in range(_QUARTERS + 4)]
    marks = [_mark(cik, number, end) for number, end in enumerate(ends)]
    concepts = ",".join(_concept(dice, number, ends, marks) for number in range(_CONCEPTS))
    return f'{{"cik":{cik},"entityName":"COMPANY {cik} INC","facts":{{"us-gaap":{{{concepts}}}}}}}'


def accessions(cik: int) -> list[str]:
    """Return the accessions of a company's filings."""
    return [_accession(cik, number) for number in range(_QUARTERS + 4)]


def _accession(cik: int, number: int) -> str:
    return f"{cik:010d}-{18 + number // 4:02d}-{number * 37 % 999999:06d}"


def _mark(cik: int, number: int, end: date) -> str:
    """Return what stands behind each value of a filing."""
    form, period = ("10-K", "FY") if number % 4 == 3 else ("10-Q", f"Q{number % 4 + 1}")
    filed = end + timedelta(days=35)
    accession = _accession(cik, number)
    return f'"accn":"{accession}","fy":{end.year},"fp":"{period}","form":"{form}","filed":"{filed}"'


def _concept(dice: random.Random, number: int, ends: list[date], marks: list[str]) -> str:
    name = "".join(word.capitalize() for word in dice.sample(_WORDS, 4)) + str(number)
    lasts = number % 5 > 1
    rows = []
    value = dice.randrange(10**8, 10**11)
    for place in range(_QUARTERS):
        value += dice.randrange(-(10**10), 10**10)
        rows += _rows(value, ends[place], lasts, (marks[place], marks[place + 4]), place)
    told = " ".join(dice.choices(_WORDS, k=60))
    return (
        f'"{name}":{{"label":"{name}","description":"{told}","units":{{"{dice.choice(_UNITS)}":[{",".join(rows)}]}}}}'
    )


def _rows(value: int, end: date, lasts: bool, marks: tuple[str, str], place: int) -> list[str]:
    start = f'"start":"{end - timedelta(days=90)}",' if lasts else ""
    frame = f',"frame":"CY{end.year}Q{place % 4 + 1}{"" if lasts else "I"}"'
    first = f'{{{start}"end":"{end}","val":{value},{marks[0]}}}'
    return [first, f'{{{start}"end":"{end}","val":{value},{marks[1]}{frame}}}']
