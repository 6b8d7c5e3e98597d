"""An inverted index over texts, as files that are mapped into memory: which text holds which word how often.

Words are kept as they stand, in lower case, and compound ones by their parts too; the caller says which of them are
forms of what is looked for.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

K1, B = 1.2, 0.75  # Robertson & Zaragoza 2009, "The probabilistic relevance framework"

_WORD = r"[a-z0-9](?:[a-z0-9&.-]*[a-z0-9])?"
_COMPOUND, _PART_OF_WORD = r"[&.-]", r"[a-z0-9]+"
_LEXICON, _TEXTS, _COUNTS = "words.arrow", "word-rows.npy", "word-counts.npy"
_MOST = 255  # of one word in one text: what is above counts as this
_LAST = "\U0010ffff"
_ROW_BITS = 32


class Term(Protocol):
    """What to look for: words that begin with ``stem`` and that ``is_form`` takes for one of its forms."""

    @property
    def stem(self) -> str:
        """What every form begins with, in lower case."""

    @property
    def weight(self) -> float:
        """How much it counts."""

    def is_form(self, word: str) -> bool:
        """Say whether ``word`` is a form of the term."""


@dataclass(frozen=True, slots=True)
class _Part:
    """What some texts hold: numbers of words, rows of texts, counts; by row."""

    words: NDArray[np.uint32]
    rows: NDArray[np.uint32]
    counts: NDArray[np.uint8]


class PostingsWriter:
    """Takes texts some at a time, and writes one index of all."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._parts: list[_Part] = []

    def add(self, first: int, texts: pl.Series) -> None:
        """Take the texts of the rows from ``first`` on; call it in the order of the rows."""
        rows = pl.int_range(first, first + len(texts), dtype=pl.UInt64, eager=True)
        found = pl.DataFrame({"row": rows, "word": texts.str.to_lowercase().str.extract_all(_WORD)})
        found = found.explode("word").drop_nulls()
        compound = found.filter(pl.col("word").str.contains(_COMPOUND))
        parts = compound.with_columns(pl.col("word").str.extract_all(_PART_OF_WORD)).explode("word").drop_nulls()
        found = pl.concat([found, parts])
        numbers = {word: self._numbers.setdefault(word, len(self._numbers)) for word in found["word"].unique()}
        words = found["word"].replace_strict(numbers, return_dtype=pl.UInt64).to_numpy()
        pairs, counts = np.unique((found["row"].to_numpy() << _ROW_BITS) | words, return_counts=True)
        self._parts.append(
            _Part(
                (pairs & (2**_ROW_BITS - 1)).astype(np.uint32),
                (pairs >> _ROW_BITS).astype(np.uint32),
                np.minimum(counts, _MOST).astype(np.uint8),
            )
        )

    def write(self, folder: Path) -> None:
        """Write the index into ``folder``."""
        lexicon = sorted(self._numbers)
        places = np.empty(len(lexicon), dtype=np.uint32)
        places[[self._numbers[word] for word in lexicon]] = np.arange(len(lexicon), dtype=np.uint32)
        words = places[_joined([part.words for part in self._parts], np.uint32)]
        order = np.argsort(words, kind="stable")
        ends = np.cumsum(np.bincount(words, minlength=len(lexicon)))
        frame = pl.DataFrame({"word": lexicon, "end": ends}, schema={"word": pl.String, "end": pl.Int64})
        frame.write_ipc(folder / _LEXICON)
        np.save(folder / _TEXTS, _joined([part.rows for part in self._parts], np.uint32)[order])
        np.save(folder / _COUNTS, _joined([part.counts for part in self._parts], np.uint8)[order])


class Postings:
    """The index in ``folder``; raises FileNotFoundError where there is none."""

    def __init__(self, folder: Path) -> None:
        lexicon = pl.read_ipc(folder / _LEXICON)
        self._words, self._ends = lexicon["word"], lexicon["end"].to_numpy()
        self._rows = mapped(folder / _TEXTS)
        self._counts = mapped(folder / _COUNTS)

    def bm25(
        self, terms: Iterable[Term], lengths: NDArray[np.float32], among: NDArray[np.bool_]
    ) -> NDArray[np.float32]:
        """Return the BM25 score of each text, zero for those not ``among`` the ones asked for.

        Word frequencies are taken over these alone; ``lengths`` are the texts', in any one unit.
        """
        scores = np.zeros(len(among), dtype=np.float32)
        total = int(among.sum())
        if not total:
            return scores
        norm = K1 * (1 - B + B * lengths / max(float(lengths[among].mean()), 1.0))
        for term in terms:
            rows, counts = self._occurrences(term, among)
            idf = np.log(1 + (total - len(rows) + 0.5) / (len(rows) + 0.5))
            scores[rows] += term.weight * idf * counts * (K1 + 1) / (counts + norm[rows])
        return scores

    def _occurrences(self, term: Term, among: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """Return the rows that hold a form of ``term``, each once, and how often."""
        tally = np.zeros(len(among), dtype=np.float32)
        for at in self._forms(term):
            span = slice(int(self._ends[at - 1]) if at else 0, int(self._ends[at]))
            tally[self._rows[span]] += self._counts[span]
        rows = np.flatnonzero(among & (tally > 0))
        return rows, tally[rows]

    def _forms(self, term: Term) -> list[int]:
        first = int(self._words.search_sorted(term.stem))
        last = int(self._words.search_sorted(term.stem + _LAST))
        return [at for at, word in enumerate(self._words[first:last], first) if term.is_form(word)]


def mapped(file: Path) -> NDArray[np.generic]:
    """Return the array of a .npy file, mapped into memory where it holds anything."""
    found: NDArray[np.generic] = np.load(file, mmap_mode="r") if file.stat().st_size > _EMPTY else np.load(file)
    return found.view(np.ndarray)  # a memmap's every slice would cost ten times an array's


def _joined(parts: list[NDArray[np.generic]], kind: type[np.generic]) -> NDArray[np.generic]:
    return np.concatenate([np.empty(0, dtype=kind), *parts])


_EMPTY = 128  # bytes of a header without an array
