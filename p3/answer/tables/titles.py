"""Where a statement begins and ends on its page, and which pages with its title are not the company's own of a year."""

import re
from collections.abc import Iterator

from p3.retrieval.statements import TITLE_LINE

_TITLES = {
    "income": re.compile(
        r"(?:statements?|results) of (?:consolidated )?(?:comprehensive )?"
        r"(?:\(?loss(?:es)?\)? )?(?:operations|income|earnings|profit|\(?loss)|(?:income|profit and loss) statements?",
        re.IGNORECASE,
    ),
    "balance": re.compile(
        r"balance sheets?|statements? of (?:consolidated )?(?:financial (?:position|condition)|condition)",
        re.IGNORECASE,
    ),
    "cash_flow": re.compile(r"statements? of (?:consolidated )?cash flows?|cash flows? statements?", re.IGNORECASE),
}
_NEXT = re.compile(
    r"[\s|]*(?:(?:condensed|consolidated|combined|unaudited|audited|selected|quarterly|supplemental|pro forma) )*"
    r"(?:(?:statements?|results) of (?:consolidated )?(?:operations|income|earnings|comprehensive (?:income|loss)|loss"
    r"|cash flows?|financial (?:position|condition|data)|(?:changes in )?(?:stockholders|shareholders|equity).*)"
    r"|balance sheets?|(?:financial|operating|quarterly) data)(?: and comprehensive (?:income|loss))?"
    r"[\s:.–—-]*(?:\([^()]*\)[\s:.–—-]*)*",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"pro[- ]forma|\bparent(?:[- ]company)?(?:[- ]only|\))|\bregistrant only|condensed financial information of"
    r"|\bquarterly\b|\bselected\b|previously reported|originally reported|\bpredecessor\b|\bsuccessor\b"
    r"|debtor[- ]in[- ]possession|\bguarantors?\b|\bnon-gaap\b",
    re.IGNORECASE,
)
_HEADING = 70  # characters: a longer line above a title is prose
_ABOVE = 6  # lines above a title that may say whose statement it is


def begins(text: str, kind: str) -> list[int]:
    """Return where the lines stand that may be a statement's title."""
    return [start for start, line in _lines(text) if _may_be_title(line) and _TITLES[kind].search(line)]


def ends(text: str, after: int) -> int:
    """Return where another table's title stands behind ``after``, else the end of the page."""
    return next((start for start, line in _lines(text) if start > after and _NEXT.fullmatch(line)), len(text))


def is_other(text: str, start: int, end: int) -> bool:
    """Say whether a head, or a heading right above its title, names a statement that is not the company's own."""
    above = [line for place, line in _lines(text) if place < start][-_ABOVE:]
    headings = [line for line in above if len(line) <= _HEADING and not line.endswith((".", ",", ";"))]
    return any(_OTHERS.search(line) for line in (*headings, text[start:end]))


def _may_be_title(line: str) -> bool:
    return len(line) <= TITLE_LINE and not line.endswith(".")


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield where each line begins, and its words."""
    for match in re.finditer(r"[^\n]*\S[^\n]*", text):
        yield match.start(), " ".join(match[0].split())
