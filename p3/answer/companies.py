"""Companies named in a question, by ticker, name or former name.

`mark` rewrites each mention into one word, ``@C`` and the CIK, so that no word of a name is taken for a metric.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

import polars as pl

_SUFFIX = re.compile(
    r"(?:a|ag|class|co|com|company|corp|corporation|de|group|holdings?|inc|incorporated|limited|llc|lp|ltd|nv|plc|sa|the|trust)\.?",
    re.IGNORECASE,
)
# First words of names that say nothing alone: General Mills is not "general".
_COMMON = re.compile(
    r"""american|bank|best|capital|energy|first|foot|general|global|health|home|international|micro|national|north|pacific
    |public|south|standard|state|technology|texas|union|united|west|western|world""",
    re.IGNORECASE | re.VERBOSE,
)
_MARK = re.compile(r"@C(-?\d+)\Z")
_PARENTHESIS = re.compile(r"\(\s*(?:formerly|f/k/a|previously|now|nasdaq|nyse|ticker)?[^()]*?\)", re.IGNORECASE)


class _Alias(NamedTuple):
    """A way to write a company's name; ``folded`` is it without regard to case, ``as_written`` whether case counts."""

    text: str
    cik: int
    as_written: bool
    folded: str


@cache
def _known_names() -> Mapping[int, Sequence[str]]:
    text = (files("p3.common") / "config" / "company_names.toml").read_text(encoding="utf-8")
    return {int(cik): names for cik, names in tomllib.loads(text)["names"].items()}


def with_known_names(companies: pl.DataFrame) -> pl.DataFrame:
    """Return ``companies`` with the names that they go by and EDGAR does not tell, among their ``former_names``."""
    named = _known_names()
    rows = zip(companies["cik"], companies["former_names"].to_list(), strict=True)
    names = [list(dict.fromkeys([*(former or ()), *named.get(cik, ())])) for cik, former in rows]
    return companies.with_columns(pl.Series("former_names", names, dtype=pl.List(pl.String)))


def mark(text: str, companies: pl.DataFrame) -> str:
    """Rewrite the companies that ``text`` names, longest alias first; ``text`` keeps its case otherwise."""
    former = pl.col("former_names").list.join("\n")
    rows = companies.select("cik", "ticker", "name", former).rows()
    folded = text.casefold()
    for alias in _aliases(tuple(rows)):
        if alias.folded in folded:  # a pattern for each of ten thousand names would take most of a second
            flags = re.NOFLAG if alias.as_written else re.IGNORECASE
            pattern = rf"(?<![\w@&.$-])\$?{re.escape(alias.text)}(?:['’]s|['’])?(?![\w&-])"
            text = re.sub(pattern, f" @C{alias.cik} ", text, flags=flags)
    return _drop_repeats(text)


def without(text: str, companies: pl.DataFrame) -> str:
    """Return ``text`` with "the company" for each company that it names."""
    return " ".join("the company" if read(word) is not None else word for word in mark(text, companies).split())


def read(word: str) -> int | None:
    """Return the CIK of a marked ``word``, None for any other word."""
    match = _MARK.match(word)
    return int(match[1]) if match else None


@lru_cache(maxsize=2)  # of a process that asks many questions, of one tree or two
def _aliases(rows: tuple[tuple[int, str | None, str | None, str | None], ...]) -> list[_Alias]:
    """Return the aliases of companies (CIK, ticker, name, former names by line), the longest first."""
    found = (alias for row in rows for alias in _aliases_of(*row))
    return sorted(found, key=lambda alias: (-len(alias.text), alias.text, alias.cik))


def _aliases_of(cik: int, ticker: str | None, name: str | None, former: str | None) -> Iterator[_Alias]:
    """Yield a company's aliases: tickers count as written, names do not."""
    if ticker:
        yield _Alias(ticker, cik, True, ticker.casefold())
    for each in (name or "", *(former or "").split("\n")):
        for alias in _name_aliases(each):
            yield _Alias(alias, cik, False, alias.casefold())


def _name_aliases(name: str) -> set[str]:
    words = re.sub(r"/\w+/?$", "", name).replace(",", " ").split()
    core = [word for word in words if not _SUFFIX.fullmatch(word)]
    aliases = {" ".join(words), " ".join(core)}
    if core:
        first = re.sub(r"\.com$", "", core[0], flags=re.IGNORECASE).strip(".")
        aliases.add(" ".join([first, *core[1:]]))
        if len(first) > 3 and not _COMMON.fullmatch(first):
            aliases.add(first)
    return {alias for alias in aliases if len(alias) > 1}


def _drop_repeats(text: str) -> str:
    """Leave out an apposition: "Block (formerly known as Square)", "NVIDIA (NVDA)", "NVIDIA Corporation"."""
    text = _PARENTHESIS.sub(lambda match: "" if "@C" in match[0] else match[0], text)
    return re.sub(
        r"(@C-?\d+)\s+(?:(?:inc|corp|corporation|company|co|ltd|plc)\b\.?\s*|\1\b\s*)+",
        r"\1 ",
        text,
        flags=re.IGNORECASE,
    )
