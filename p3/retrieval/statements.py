"""Which regions of a filing are its primary statements, by title, canonical lines and density of numbers.

A region is a page or a titled table. The first with the right title is nearly always a table of contents or selected
data, so each is scored, and the statements are taken from the run of a dozen regions where the three together score
highest.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

KINDS = ("income", "balance", "cash_flow")
WINDOW = 12  # regions: the primary statements follow one another within about a dozen pages
THRESHOLD = 1.5  # of at most 3: title, canonical lines, density of numbers

TITLE_LINE = 120  # characters: a longer line is prose that mentions a statement
_HEAD = 700  # characters in which a statement's title stands
_NUMBER = re.compile(r"\(?\$?\d[\d,]*(?:\.\d+)?\)?")
_WORD = re.compile(r"[a-z]{2,}")
_TITLES = {
    "income": re.compile(
        r"(?:statements?|results) of (?:consolidated )?(?:\(?loss\)? )?(?:operations|income|earnings|profit)"
    ),
    "balance": re.compile(r"balance sheets?|statements? of (?:consolidated )?financial (?:position|condition)"),
    "cash_flow": re.compile(r"statements? of (?:consolidated )?cash flows?|cash flows? statements?"),
}
_LINES = {
    "income": (
        r"net (?:sales|revenues?)|total (?:net )?(?:sales|revenues?)|^revenues?",
        r"costs? of (?:sales|revenues?|goods|products|services)|total (?:costs|expenses)",
        r"operating (?:income|profit|\(?loss|earnings)|(?:income|earnings|loss) from operations|pretax",
        r"(?:provision|benefit) for (?:\(benefit from\) )?(?:income )?tax|income tax(?:es| expense| provision)",
        r"net (?:income|earnings|loss|\(loss)",
        r"(?:earnings|income|loss|\(loss\)|net).{0,30}per (?:common )?share|basic|diluted",
    ),
    "balance": (
        r"cash and (?:cash equivalents|due from banks)",
        r"total current assets|total assets",
        r"inventor(?:y|ies)|receivable|loans",
        r"total (?:current )?liabilities",
        r"retained earnings|accumulated deficit|reinvested earnings",
        r"total (?:liabilities and )?.{0,40}(?:equity|deficit)",
    ),
    "cash_flow": (
        r"operating activities",
        r"investing activities",
        r"financing activities",
        r"depreciation",
        r"(?:purchases?|acquisitions?|additions?|payments?).{0,40}(?:property|equipment|premises)"
        r"|capital expenditures",
        r"cash.{0,60}(?:end|beginning) of (?:the )?(?:period|year|quarter)"
        r"|effect of (?:foreign )?(?:currency )?exchange",
    ),
}
_LINE_PATTERNS = {kind: [re.compile(line, re.M) for line in lines] for kind, lines in _LINES.items()}
_NOT_PRIMARY = re.compile(
    r"index to|selected (?:consolidated )?financial data|notes to (?:the )?(?:consolidated )?financial statements"
    r"|parent (?:company|only)|condensed financial information of|non-gaap|quarterly (?:financial|results)"
    r"|percent(?:age)? of (?:net )?(?:sales|revenue)"
)


@dataclass(frozen=True, slots=True)
class Region:
    """A span of a document's text, in characters."""

    start: int
    end: int


def score(text: str, kind: str) -> float:
    """Return how much ``text`` looks like the primary statement ``kind``: from 0 to 3."""
    body = text.lower().replace("\u00a0", " ")
    share = sum(1 for pattern in _LINE_PATTERNS[kind] if pattern.search(body)) / len(_LINE_PATTERNS[kind])
    if share < 0.5:
        return 0.0
    head = [" ".join(line.split()) for line in body[:_HEAD].splitlines()]
    title = 1.0 if any(_is_title(line, _TITLES[kind]) for line in head) else 0.0
    if _NOT_PRIMARY.search(" ".join(head)):
        title -= 0.75
    return max(0.0, title + share + min(1.0, _density(body) / 0.35))


def _is_title(line: str, title: re.Pattern[str]) -> bool:
    """Say whether a line is a title, and not prose that mentions one."""
    return len(line) <= TITLE_LINE and not line.endswith(".") and title.search(line) is not None


def _density(text: str) -> float:
    numbers, words = len(_NUMBER.findall(text)), len(_WORD.findall(text))
    return numbers / max(1, numbers + words)


def classify(texts: Sequence[str]) -> list[str | None]:
    """Return the kind of each region of one document, in order; None for all but primary statements."""
    scores = [{kind: score(text, kind) for kind in KINDS} for text in texts]
    best = max(
        range(len(texts)),
        key=lambda first: (_window_score(scores[first : first + WINDOW]), -first),
        default=0,
    )
    return [_kind(scores[at]) if best <= at < best + WINDOW else None for at in range(len(texts))]


def _window_score(window: Sequence[dict[str, float]]) -> float:
    return sum(max(region[kind] for region in window) for kind in KINDS)


def _kind(scores: dict[str, float]) -> str | None:
    kind = max(KINDS, key=lambda name: scores[name])
    return kind if scores[kind] >= THRESHOLD else None


_ANY_TITLE = re.compile("|".join(pattern.pattern for pattern in _TITLES.values()), re.I)
_LEAD = 12  # lines between a title and the first row of its table
_GAP = 4  # lines without a cell that end a table


def table_regions(text: str) -> list[Region]:
    """Return the titled tables of a text without pages; a row is a "label | column | column" line."""
    lines = _lines(text)
    regions: list[Region] = []
    at = 0
    while at < len(lines):
        start, _, line = lines[at]
        if "|" not in line and _is_title(line, _ANY_TITLE):
            last = _table_end(lines, at)
            if last is not None:
                regions.append(Region(start, lines[last][1]))
                at = last
        at += 1
    return regions


def _lines(text: str) -> list[tuple[int, int, str]]:
    """Return (start, end, line) of each line of ``text`` that is not blank."""
    return [(m.start(), m.end(), m.group()) for m in re.finditer(r"[^\n]*\S[^\n]*", text)]


def _table_end(lines: Sequence[tuple[int, int, str]], title: int) -> int | None:
    """Return the index of the last row of the table under the title; None where no table follows."""
    last, gap = None, 0
    for at in range(title + 1, len(lines)):
        if "|" in lines[at][2]:
            last, gap = at, 0
            continue
        gap += 1
        if gap > (_LEAD if last is None else _GAP) or (last is not None and _ANY_TITLE.search(lines[at][2])):
            break
    return last
