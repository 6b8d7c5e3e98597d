"""What a question may draw on: the tables and passages of one moment, whatever is committed after it."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import cached_property

import polars as pl

from p3.answer.companies import with_known_names
from p3.answer.result import Context, Passage
from p3.data.store import PASSAGES
from p3.data.tables import ACTIONS, COMPANIES, FILINGS, IS_PRIMARY, LINE_ITEMS, PRICES
from p3.facts.shares import ShareBasis
from p3.retrieval.embedding import Embedder, Vectors
from p3.retrieval.filters import Filters
from p3.retrieval.search import search
from p3.retrieval.understand import parse
from p3.tasks.ask_tables import StatementReader
from p3.tasks.embedders import question_embedder
from p3.tasks.splits import share_bases
from p3.workflow.session import Session

_READ = (*(table.name for table in (ACTIONS, COMPANIES, FILINGS, LINE_ITEMS, PRICES)), PASSAGES)


def versions_read(session: Session) -> dict[str, int]:
    """Return the versions that the tables and passages which an answer stands on have now."""
    return {name: at for name, at in session.store.versions().items() if name in _READ}


class AskData:
    """The data at ``versions``, read once for all questions asked of it."""

    def __init__(self, session: Session, versions: dict[str, int]) -> None:
        self.versions = versions
        self._session = replace(session, store=session.store.at(versions))

    @cached_property
    def companies(self) -> pl.DataFrame:
        """The table of companies."""
        return with_known_names(self._session.store.filtered(COMPANIES))

    def asked_of(self, ciks: Sequence[int]) -> pl.DataFrame:
        """Return the companies that a question may be about: ``ciks``, or all where none are given."""
        return self.companies.filter(pl.col("cik").is_in(ciks)) if ciks else self.companies

    def origins(self, accessions: Collection[str]) -> list[str]:
        """Return where the filings cited came from; of an answer without any, where everything did."""
        cited = self._session.store.filtered(FILINGS, pl.col("accession").is_in(accessions)) if accessions else None
        rows = self.companies if cited is None or cited.is_empty() else cited
        return rows["origin"].unique().sort().to_list()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text, by the model of the passages."""
        return self._embedder.encode(texts)

    def context(self, question: str, ciks: Sequence[int]) -> Context:
        """Return what a question about ``ciks``, or else about whom it names, may draw on."""
        store, as_of = self._session.store, self._session.as_of
        about = list(ciks) or list(parse(question, self.companies).ciks)
        mine = pl.col("cik").is_in(about)
        line_items = store.filtered(LINE_ITEMS, mine, pl.col("known_from") <= as_of)
        documents = store.filtered(FILINGS, mine, IS_PRIMARY).select("accession", "document")
        return Context(
            companies=self.asked_of(ciks),
            line_items=line_items,
            search=lambda text, k: self._search(text, k, ciks),
            as_of=as_of,
            documents=dict(documents.iter_rows()),
            similarity=self._similarity,
            statements=StatementReader(self._session, line_items),
            bases=self._basis,
        )

    def _basis(self, cik: int) -> ShareBasis | None:
        """Return the share basis of the as-of, from what was fetched with the prices."""
        tickers = self.companies.filter(pl.col("cik") == cik)["ticker"].drop_nulls().to_list()
        return next(iter(share_bases(self._session, tickers).values()), None)

    @cached_property
    def _embedder(self) -> Embedder:
        return question_embedder(self._session)

    def _search(self, text: str, k: int, ciks: Sequence[int]) -> Sequence[Passage]:
        index = self._session.store.index
        if index.is_empty():
            return []
        return search(text, k, index, self._embedder, self.companies, Filters(self._session.as_of, tuple(ciks)))

    def _similarity(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return the cosine of each text to the question."""
        vectors = self.encode([question, *texts])
        nearness: list[float] = (vectors[1:] @ vectors[0]).tolist()
        return nearness
