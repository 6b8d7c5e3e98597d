"""Small filings, companies and an embedder whose vectors can be worked out by hand."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
import polars as pl

from p3.retrieval.passages import DocumentMeta, split

DIMENSION = 16


@dataclass(frozen=True)
class Section:
    name: str
    start: int
    end: int


class LetterEmbedder:
    """Counts letters, by place in the alphabet modulo the dimension, as a unit vector."""

    name = "letters"
    dimension = DIMENSION

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        counts = np.full((len(texts), DIMENSION), 0.01, dtype=np.float32)
        for row, text in enumerate(texts):
            for letter in text.lower():
                if letter.isascii() and letter.isalpha():
                    counts[row, (ord(letter) - 97) % DIMENSION] += 1
        return (counts / np.linalg.norm(counts, axis=1, keepdims=True)).astype(np.float32)


COMPANIES = pl.DataFrame(
    {
        "cik": [1, 2, 3, 4],
        "ticker": ["MSFT", "NVDA", "AXP", "XYZ"],
        "name": ["MICROSOFT CORP", "NVIDIA CORP", "American Express Company", "Block, Inc."],
        "former_names": [[], [], [], ["Square, Inc."]],
    },
    schema={"cik": pl.Int64, "ticker": pl.String, "name": pl.String, "former_names": pl.List(pl.String)},
)


def meta(cik: int, form: str, period: date, accepted: datetime, name: str) -> DocumentMeta:
    ticker = COMPANIES.filter(pl.col("cik") == cik)["ticker"][0]
    sha = hashlib.sha256(name.encode()).hexdigest()
    return DocumentMeta(
        cik, ticker, f"company {cik}", form, f"acc-{name}", f"{name}.htm", sha, period, accepted, "test"
    )


def passages(
    text: str, about: DocumentMeta, embedder: LetterEmbedder | None = None, pages: Sequence[int] | None = None
) -> pl.DataFrame:
    frame = split(text, [], pages, about)
    vectors = (embedder or LetterEmbedder()).encode(frame["text"].to_list())
    return frame.with_columns(pl.Series("vector", vectors, dtype=pl.Array(pl.Float32, DIMENSION)))


def moment(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 21, 30, tzinfo=UTC)


def statement(title: str, lines: Sequence[str]) -> str:
    rows = "\n".join(f"{line} | {1000 + at} | {900 + at}" for at, line in enumerate(lines))
    return f"{title}\n(In millions)\nYear Ended June 30, | 2024 | 2023\n{rows}\n"


INCOME = statement(
    "CONSOLIDATED STATEMENTS OF INCOME",
    ["Revenue", "Cost of revenue", "Operating income", "Provision for income taxes", "Net income", "Diluted"],
)
BALANCE = statement(
    "CONSOLIDATED BALANCE SHEETS",
    [
        "Cash and cash equivalents",
        "Inventories",
        "Total current assets",
        "Total liabilities",
        "Retained earnings",
        "Total stockholders’ equity",
    ],
)
CASH_FLOW = statement(
    "CONSOLIDATED STATEMENTS OF CASH FLOWS",
    [
        "Net cash from operating activities",
        "Depreciation",
        "Purchases of property and equipment",
        "Net cash used in investing activities",
        "Net cash used in financing activities",
        "Cash, end of year",
    ],
)
