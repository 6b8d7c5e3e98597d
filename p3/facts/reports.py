"""What each filing says of each item and period, and what is known of it by then."""

from typing import NamedTuple

import numpy as np

from p3.facts.arrays import Flags, Floats, Ints, begins, find, ordinal, spread
from p3.facts.filed import Filed, Stated
from p3.facts.items import Items
from p3.facts.rounding import roundings

_PLACES = 64  # more than a set of bits has


class Cells(NamedTuple):
    """The facts that items read, one a row, by (line, filing, place).

    ``place`` is that of the concept among the names of the item's choices, ``fact`` that of the fact in what is stated.
    """

    line: Ints
    filing: Ints
    place: Ints
    fact: Ints

    def take(self, places: Ints | Flags) -> "Cells":
        """Return the cells at ``places``."""
        return Cells(*(column[places] for column in self))


def cells(items: Items, filed: Filed) -> Cells:
    """Return the facts that the items read."""
    codes = {name: code for code, name in enumerate(items.concepts)}
    named = enumerate(items.choices)
    read = [(codes[name], item, place) for item, choices in named for place, name in enumerate(choices.names)]
    concept, item, place = np.array(sorted(read), dtype=np.int64).reshape(-1, 3).T
    stated = filed.stated
    first, last = np.searchsorted(concept, stated.concept), np.searchsorted(concept, stated.concept, side="right")
    fact, reader = spread(first, last)
    line = stated.line[fact] + item[reader] * filed.grid.size
    found = Cells(line, stated.filing[fact], place[reader], fact)
    return found.take(np.lexsort((found.place, found.filing, found.line)))


class Reports:
    """What filings say of an item and period, one a row, by (line, filing); ``bits`` are the concepts that are told."""

    def __init__(self, found: Cells, filings: int) -> None:
        self.filings = filings
        key = found.line * filings + found.filing
        opens = np.flatnonzero(begins(key))
        self.line, self.filing = found.line[opens], found.filing[opens]
        self.bits = np.bitwise_or.reduceat(1 << found.place, opens) if len(opens) else opens
        self._cell, self._fact = key * _PLACES + found.place, found.fact

    def fact(self, report: Ints, place: Ints) -> Ints:
        """Return the facts that reports state at places of the item's names; each must be there."""
        key = (self.line[report] * self.filings + self.filing[report]) * _PLACES + place
        return self._fact[find(self._cell, key)]


class Newest:
    """What is known of each report's item and period once it is out: by concept the newest fact.

    A fact that only repeats the one before in a coarser unit is no news.
    """

    def __init__(self, found: Cells, reports: Reports, stated: Stated) -> None:
        self._reports = reports
        key = (found.line * _PLACES + found.place) * reports.filings + found.filing
        order = np.argsort(key)
        self._key, fact = key[order], found.fact[order]
        self._fact = fact[_standing(self._key // reports.filings, stated.value[fact])]
        self.bits = _accumulated(reports.bits, ordinal(reports.line))

    def fact(self, report: Ints, place: Ints) -> Ints:
        """Return the newest facts at places of the item's names; each must be there."""
        reports = self._reports
        key = (reports.line[report] * _PLACES + place) * reports.filings + reports.filing[report]
        return self._fact[np.searchsorted(self._key, key, side="right") - 1]


def _standing(chain: Ints, value: Floats) -> Ints:
    """Return for each fact of a chain, in order, the place of the newest by then that is no rounding of the one before.

    Whether one is depends on which stood before it; that settles from the front of each chain.
    """
    places, follows = np.arange(len(chain)), chain[1:] == chain[:-1]
    standing = places
    while True:
        coarser = roundings(value[1:], value[standing[:-1]]) & follows
        again = np.maximum.accumulate(np.where(np.append(False, coarser)[: len(chain)], 0, places))
        if np.array_equal(again, standing):
            return standing
        standing = again


def _accumulated(bits: Ints, number: Ints) -> Ints:
    """Return the bits of each report and those before it of the same line; ``number`` counts them within it."""
    known, step = bits.copy(), 1
    while step <= number.max(initial=0):
        known[step:] |= np.where(number[step:] >= step, known[:-step], 0)
        step *= 2
    return known
