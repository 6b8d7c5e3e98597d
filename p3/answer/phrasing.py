"""A computed number in words: the sentence, its citations, the steps that led to it, and what each open choice costs
in confidence.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from p3.answer.expression import RATIO, Operand, Quantity, render
from p3.answer.figures import Figure, Figures
from p3.answer.numeric import Computed, Figured
from p3.answer.presentation import write
from p3.answer.reading import Request
from p3.answer.result import Citation
from p3.answer.tables.source import RowSource
from p3.facts.view import Period
from p3.provenance import FactSource

# How far a computed number is trusted to be the one that was meant, by what had to be decided. Judged, not yet
# calibrated.
SIGNALS = {
    "computed_from_facts": 0.97,
    "newest_period": 0.95,
    "only_company": 0.95,
    "bare_year": 0.9,
    "open_wording": 0.9,
    "derived_line_item": 0.97,
    "read_from_statements": 0.95,
    "statement_disagrees": 0.8,
}


@dataclass(frozen=True, slots=True)
class Sources:
    """Citations numbered from 1 in order of first use; a fact that is used twice is cited once."""

    citations: tuple[Citation, ...]
    numbers: Mapping[FactSource, int]

    def marks(self, figures: Iterable[Figure]) -> str:
        """Return "[1][2]" for the facts behind ``figures``."""
        used = {self.numbers[source] for figure in figures for source in figure.item.sources}
        return "".join(f"[{n}]" for n in sorted(used))


def gather(figures: Iterable[Figure], documents: Mapping[str, str]) -> Sources:
    """Return the citations of ``figures``; ``documents`` names each accession's document."""
    sources = list(dict.fromkeys(source for figure in figures for source in figure.item.sources))
    citations = tuple(_cite(n, source, documents) for n, source in enumerate(sources, start=1))
    return Sources(citations, {source: n for n, source in enumerate(sources, start=1)})


def _cite(n: int, source: FactSource, documents: Mapping[str, str]) -> Citation:
    period = source.end.isoformat() if source.start is None else f"{source.start.isoformat()}/{source.end.isoformat()}"
    if isinstance(source, RowSource):
        return Citation(
            n,
            source.accession,
            document=source.document,
            page=source.page,
            start=source.first,
            end=source.last,
            quote=source.quote,
            concept=source.concept,
            period=period,
            value=source.value,
            unit=source.unit,
        )
    concept = f"{source.taxonomy}:{source.concept}"
    return Citation(
        n,
        source.accession,
        document=documents.get(source.accession),
        concept=concept,
        period=period,
        value=source.value,
        unit=source.unit,
    )


def described(request: Request) -> dict[str, Any]:
    """Return what was understood of a question, ready for JSON; a year before the period is written ``item[-1]``."""
    return {
        "operation": request.operation,
        "measure": request.measure.label,
        "formula": render(request.measure.expression, _shifted),
        "ciks": list(request.ciks),
        "periods": [key.describe() for key in request.periods],
        "assumptions": [each.text for each in request.assumptions],
    }


def _shifted(operand: Operand) -> str:
    return f"{operand.item}[{operand.years}]" if operand.years else operand.item


def sentence(request: Request, computed: Computed, sources: Sources, names: Mapping[int, str]) -> str:
    """Return the answer in words, each number with the marks of its sources."""
    owners = " and ".join(names[cik] for cik in request.ciks)
    what = _what(request)
    if len(computed.parts) > 1:
        parts = "; ".join(_part(part, request, sources) for part in computed.parts)
        return f"{owners} {what}: {parts}{_difference(computed, request)}."
    part = computed.parts[0]
    periods = spans(figure.period for figure in part.figures)
    write_part = _write_difference if request.operation == "change" else _write
    formula = "" if part.formula == request.measure.label else f" = {part.formula}"
    return f"{owners} {what}, {periods}: {write_part(part.quantity, request)}{formula} {sources.marks(part.figures)}."


def _what(request: Request) -> str:
    label = request.measure.label.replace("_", " ")
    prefixes = {
        "average": "average",
        "growth": "growth of",
        "change": "change of",
        "compound": "compound annual growth of",
        "combined": "combined",
        "multiple": "multiple of",
    }
    return f"{prefixes[request.operation]} {label}" if request.operation in prefixes else label


def _part(part: Figured, request: Request, sources: Sources) -> str:
    return f"{part.subject} {_write(part.quantity, request)} {sources.marks(part.figures)}"


def _difference(computed: Computed, request: Request) -> str:
    if request.operation in ("greatest", "least"):
        wanted = computed.value
        chosen = next(part for part in computed.parts if part.quantity == wanted)
        return f"; {request.operation}: {chosen.subject}"
    return "" if computed.value is None else f"; difference {_write_difference(computed.value, request)}"


def _write(quantity: Quantity, request: Request) -> str:
    percent = request.measure.percent or request.operation in ("growth", "compound") or request.presentation.percent
    return write(quantity.value, quantity.unit or RATIO, replace(request.presentation, percent=percent))


def _write_difference(quantity: Quantity, request: Request) -> str:
    return _write(quantity, request).replace("%", " percentage points")


def spans(periods: Iterable[Period]) -> str:
    """Return each period's label with its first and last day, oldest first, each once."""
    rows = sorted({(period.end, period.start, period.label) for period in periods})
    return ", ".join(f"{label} ({start.isoformat()} to {end.isoformat()})" for end, start, label in rows)


def steps(request: Request, computed: Computed, names: Mapping[int, str]) -> tuple[str, ...]:
    """Return what was read, assumed and looked up, with the operands unrounded."""
    operands = (_operand(figure, names) for figure in computed.figures)
    result = () if computed.value is None else (f"{computed.formula} = {computed.value.value!r} {computed.value.unit}",)
    read = f"read as: {request.operation} of {request.measure.label}"
    return (read, *(assumption.text for assumption in request.assumptions), *operands, *result)


def _operand(figure: Figure, names: Mapping[int, str]) -> str:
    owner = names[figure.operand.cik] if figure.operand.cik is not None else ""
    name = f"{owner} {figure.operand.item}[{figure.period.label}]"
    return f"{name} = {figure.item.value!r} {figure.item.unit} ({_origin(figure)})"


def _origin(figure: Figure) -> str:
    facts = ", ".join(f"{source.concept} in {_place(source)}" for source in figure.item.sources)
    return f"{figure.item.formula}: {facts}" if figure.item.formula else facts


def _place(source: FactSource) -> str:
    if not isinstance(source, RowSource):
        return source.accession
    page = "" if source.page is None else f", page {source.page}"
    return f"{source.document}{page}, column {source.column}"


def disagreements(used: Iterable[Figure], figures: Figures, names: Mapping[int, str]) -> tuple[str, ...]:
    """Return a sentence for each fact of which the filing's statement prints another amount; the fact was used."""
    found = []
    for figure in used:
        printed = figures.printed_otherwise(figure)
        if printed is not None and figure.operand.cik is not None:
            name = f"{names[figure.operand.cik]} {figure.operand.item}[{figure.period.label}]"
            found.append(
                f"Reported otherwise: {name} is {printed.value!r} {printed.unit} in {_place(printed.sources[0])};"
                f" the fact, {figure.item.value!r} {figure.item.unit}, was used."
            )
    return tuple(found)


def signals(request: Request, figures: Sequence[Figure]) -> dict[str, float]:
    """Return the factors of the confidence, by name."""
    found = {"computed_from_facts": SIGNALS["computed_from_facts"]}
    for assumption in request.assumptions:
        calendar = all(figure.period.end.month == 12 for figure in figures)
        if assumption.signal != "bare_year" or not calendar:
            found[assumption.signal] = SIGNALS[assumption.signal]
    if any(isinstance(source, RowSource) for figure in figures for source in figure.item.sources):
        found["read_from_statements"] = SIGNALS["read_from_statements"]
    if any(figure.item.formula for figure in figures):
        found["derived_line_item"] = SIGNALS["derived_line_item"]
    return found
