"""An answer worded by a language model from passages, claim by claim; a claim that the gate does not pass is
withheld.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from p3.answer.gate import find_quotation, unsupported_numbers
from p3.answer.models import LanguageModel, load_settings
from p3.answer.result import Passage
from p3.answer.sentences import Sentence, sentences
from p3.errors import DataError

MAX_CLAIMS = 5
MAX_CHARACTERS = 12_000  # of passages shown to a model
MIN_QUOTED_WORDS = 4  # a shorter quotation supports nothing
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "claims": {
            "type": "array",
            "maxItems": MAX_CLAIMS,
            "items": {
                "type": "object",
                "properties": {
                    "sentence": {"type": "string", "maxLength": 400},
                    "passage": {"type": "integer"},
                    "quotation": {"type": "string", "maxLength": 600},
                },
                "required": ["sentence", "passage", "quotation"],
            },
        }
    },
    "required": ["claims"],
}


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of the model and the span that it rests on."""

    sentence: str
    source: Sentence


@dataclass(frozen=True, slots=True)
class Worded:
    """The claims let through, and why others were withheld."""

    claims: tuple[Claim, ...]
    withheld: tuple[str, ...]


def word(question: str, passages: Sequence[Passage], model: LanguageModel) -> Worded:
    """Return what ``model`` says that stands in ``passages``. Raises UpstreamError where the model does not answer.

    A reply that is cut short or is not JSON withholds everything.
    """
    shown = _shown(passages)
    try:
        claims = _claims(model.complete(load_settings().instructions, _prompt(question, shown), SCHEMA))
    except DataError as error:
        return Worded((), (error.message,))
    checked = [_check(claim, shown) for claim in claims[:MAX_CLAIMS]]
    return Worded(
        tuple(claim for claim in checked if isinstance(claim, Claim)),
        tuple(reason for reason in checked if isinstance(reason, str)),
    )


def _shown(passages: Sequence[Passage]) -> list[list[Sentence]]:
    """Return each passage's sentences, as many passages as the limit holds; sentences that address a model are left
    out.
    """
    shown: list[list[Sentence]] = []
    size = 0
    for passage in passages:
        size += len(passage.text)
        if shown and size > MAX_CHARACTERS:
            break
        shown.append(list(sentences([passage])))
    return shown


def _prompt(question: str, shown: list[list[Sentence]]) -> str:
    passages = {str(n): "\n".join(sentence.text for sentence in group) for n, group in enumerate(shown, start=1)}
    return json.dumps({"question": question, "passages": passages}, ensure_ascii=False)


def _claims(reply: str) -> list[Any]:
    try:
        claims = json.loads(reply)["claims"]
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise DataError("the model's reply is not the JSON asked for") from error
    if not isinstance(claims, list):
        raise DataError("the model's reply is not the JSON asked for")
    return claims


def _check(claim: Any, shown: list[list[Sentence]]) -> Claim | str:
    """Return the claim with its source, or the reason to withhold it."""
    match claim:
        case {"sentence": str(sentence), "passage": int(n), "quotation": str(quotation)} if 1 <= n <= len(shown):
            pass
        case _:
            return "a claim names no passage"
    if len(quotation.split()) < MIN_QUOTED_WORDS:
        return "a quotation is too short to support anything"
    source = _locate(quotation, shown[n - 1])
    if source is None:
        return "a quotation does not stand in its passage"
    if numbers := unsupported_numbers(sentence, [source.text]):
        return f"numbers that do not stand in the quotation: {', '.join(numbers)}"
    return Claim(sentence.strip(), source) if sentence.strip() else "an empty claim"


def _locate(quotation: str, group: list[Sentence]) -> Sentence | None:
    """Return the span of the document that the quotation covers: one sentence shown or several, or a part of them."""
    if not group:
        return None
    passage = group[0].passage
    span = find_quotation(quotation, passage.text)
    if span is None or not _is_shown(range(*span), group):
        return None
    first, last = span
    return Sentence(passage, passage.start + first, passage.start + last, passage.text[first:last])


def _is_shown(span: range, group: list[Sentence]) -> bool:
    passage = group[0].passage
    places = (at + passage.start for at in span if not passage.text[at].isspace())
    return all(any(sentence.start <= place < sentence.end for sentence in group) for place in places)
