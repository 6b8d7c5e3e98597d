"""Companies named in a question, by ticker, name or former name.

`mark` rewrites each mention into one word, ``@C`` and the CIK, so that no word of a name is taken for a metric.
"""

import re
from collections.abc import Iterator

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


def mark(text: str, companies: pl.DataFrame) -> str:
    """Rewrite the companies that ``text`` names, longest alias first; ``text`` keeps its case otherwise."""
    for alias, cik, as_written in sorted(_aliases(companies), key=lambda row: (-len(row[0]), row[0], row[1])):
        flags = re.NOFLAG if as_written else re.IGNORECASE
        pattern = rf"(?<![\w@&.$-])\$?{re.escape(alias)}(?:['’]s|['’])?(?![\w&-])"
        text = re.sub(pattern, f" @C{cik} ", text, flags=flags)
    return _drop_repeats(text)


def without(text: str, companies: pl.DataFrame) -> str:
    """Return ``text`` with "the company" for each company that it names."""
    return " ".join("the company" if read(word) is not None else word for word in mark(text, companies).split())


def read(word: str) -> int | None:
    """Return the CIK of a marked ``word``, None for any other word."""
    match = _MARK.match(word)
    return int(match[1]) if match else None


def _aliases(companies: pl.DataFrame) -> Iterator[tuple[str, int, bool]]:
    """Yield (alias, CIK, whether its case counts): tickers count as written, names do not."""
    for row in companies.select("cik", "ticker", "name", "former_names").iter_rows(named=True):
        if row["ticker"]:
            yield row["ticker"], row["cik"], True
        for name in (row["name"], *(row["former_names"] or ())):
            for alias in _name_aliases(name or ""):
                yield alias, row["cik"], False


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
