"""An answer worded by a language model from passages, claim by claim: each is shown as it is, replaced by the sentences
that it quotes, or withheld, as the gate says.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from p3.answer.gate import Refusal, check, find_quotation
from p3.answer.models.complexity import Complexity, measure
from p3.answer.models.config import ModelsConfig, load_config
from p3.answer.models.protocol import Attempt, Draft, LanguageModel, Listener, NoReplyError, Prompt, Task
from p3.answer.packing import Packed, pack, tokens_in
from p3.answer.prompts import Template, load_template
from p3.answer.result import Passage
from p3.answer.sentences import Sentence
from p3.errors import DataError

MAX_CLAIMS = 5
MIN_QUOTED_WORDS = 4  # a shorter quotation supports nothing


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)


class _Stated(_Part):
    sentence: str = Field(max_length=400)
    passage: int
    quotation: str = Field(max_length=600)


class _Stating(_Part):
    claims: list[_Stated] = Field(max_length=MAX_CLAIMS)


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of the model, or where it is ``quoted`` what stands in its place, and the span that it rests on."""

    sentence: str
    source: Sentence
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Worded:
    """The claims let through and why others were withheld, with the models asked for them and the prompt's template.

    ``tier`` is the one that answered, None where none did; its ``claims`` may still be none: it found no answer.
    ``kept`` is the share of that one's own claims that passed; ``withheld`` are those of all that were asked.
    """

    claims: tuple[Claim, ...]
    withheld: tuple[Refusal, ...]
    tier: str | None
    attempts: tuple[Attempt, ...]
    complexity: Complexity
    template: str
    kept: float = 0.0

    @property
    def counted(self) -> dict[str, int]:
        """How many claims passed the gate, in how many the source is quoted, and how many each rule withheld."""
        quoted = sum(claim.quoted for claim in self.claims)
        shown = {"passed": len(self.claims)} | ({"quoted": quoted} if quoted else {})
        return shown | {str(rule): n for rule, n in Counter(refusal.rule for refusal in self.withheld).items()}

    def as_dict(self) -> dict[str, Any]:
        """Return how the words came about, ready for JSON: the asking, every attempt, and what the gate did."""
        return {
            "tier": self.tier,
            "template": self.template,
            "complexity": {"score": self.complexity.score, **self.complexity.parts},
            "attempts": [attempt.as_dict() for attempt in self.attempts],
            "gate": self.counted,
            "withheld": [refusal.detail for refusal in self.withheld],
        }


class _AllWithheldError(DataError):
    def __init__(self, withheld: Sequence[Refusal]) -> None:
        reasons = "; ".join(dict.fromkeys(refusal.detail for refusal in withheld))
        super().__init__(f"all {len(withheld)} claims withheld: {reasons}")


def word(
    question: str,
    passages: Sequence[Passage],
    model: LanguageModel,
    owners: Mapping[str, str] | None = None,
    listen: Listener | None = None,
    template: str | None = None,
) -> Worded:
    """Return what ``model`` says that stands in ``passages``, best first.

    ``owners`` gives each ticker's company name; ``listen`` hears drafts before the gate. A model whose reply is cut
    short, is not the JSON asked for, or holds no claim that passes is followed by the next one.
    """
    config = load_config()
    words = load_template(config.request.template if template is None else template)
    complexity = measure(question, len({passage.ticker for passage in passages}), config.complexity)
    withheld: list[Refusal] = []
    draft = partial(_draft, question, passages, words, config, owners or {}, withheld)
    task = Task(complexity.score, _least_tokens(question, passages, words, config), draft)
    try:
        reply = model.complete(task, listen)
    except NoReplyError as error:
        return Worded((), tuple(withheld), None, error.attempts, complexity, words.reference)
    claims, kept = reply.value
    return Worded(claims, tuple(withheld), reply.tier, reply.attempts, complexity, words.reference, kept)


def _least_tokens(question: str, passages: Sequence[Passage], words: Template, config: ModelsConfig) -> int:
    """Return what the words around, the question and the best few passages take."""
    needed = [passage.text for passage in passages[: config.request.passages_needed]]
    text = "".join([words.instructions, words.text, question, *needed])
    return tokens_in(text, config.request.characters_per_token)


def _draft(
    question: str,
    passages: Sequence[Passage],
    words: Template,
    config: ModelsConfig,
    owners: Mapping[str, str],
    withheld: list[Refusal],
    tokens: int,
) -> Draft[tuple[tuple[Claim, ...], float]]:
    """Return the prompt of ``tokens`` and the reader of its reply, which adds what it refuses to ``withheld``."""
    ratio = config.request.characters_per_token
    around = tokens_in(words.instructions + words.text + question, ratio)
    shown = pack(passages, tokens - around, ratio)
    numbered = {str(n): packed.text for n, packed in enumerate(shown, start=1)}
    text = words.fill(json.dumps(numbered, ensure_ascii=False, indent=0), question)
    prompt = Prompt(words.instructions, text, _Stating.model_json_schema(), words.reference)
    return Draft(prompt, partial(_read, shown, owners, withheld))


def _read(
    shown: Sequence[Packed], owners: Mapping[str, str], withheld: list[Refusal], reply: str
) -> tuple[tuple[Claim, ...], float]:
    """Return the claims of a reply that pass, and their share of all.

    Raises DataError where it is not the JSON asked for, or none passes.
    """
    try:
        stated = _Stating.model_validate_json(reply).claims
    except ValidationError as error:
        raise DataError("the reply is not the JSON asked for") from error
    checked = [_check(claim, shown, owners) for claim in stated]
    refused = [reason for reason in checked if isinstance(reason, Refusal)]
    withheld += refused
    claims = tuple({claim.sentence: claim for claim in checked if isinstance(claim, Claim)}.values())
    if refused and not claims:
        raise _AllWithheldError(refused)
    return claims, 1 - len(refused) / len(checked) if checked else 0.0


def _check(claim: _Stated, shown: Sequence[Packed], owners: Mapping[str, str]) -> Claim | Refusal:
    """Return the claim with its source, or the reason to withhold it."""
    sentence = " ".join(claim.sentence.split())
    if not sentence:
        return Refusal("shape", "an empty claim")
    if not 1 <= claim.passage <= len(shown):
        return Refusal("passage", f"a claim names passage {claim.passage} of {len(shown)}")
    if len(claim.quotation.split()) < MIN_QUOTED_WORDS:
        return Refusal("quotation", "a quotation is too short to support anything")
    packed = shown[claim.passage - 1]
    passage = packed.passage
    span = find_quotation(claim.quotation, passage.text)
    whole = _shown_around(span, packed) if span else None
    if whole is None:
        return Refusal("quotation", "a quotation does not stand in its passage")
    said = check(sentence, passage.text, whole, f"{passage.ticker} {owners.get(passage.ticker, '')}")
    first, last = whole
    source = Sentence(passage, passage.start + first, passage.start + last, passage.text[first:last])
    return said if isinstance(said, Refusal) else Claim(said, source, quoted=said != sentence)


def _shown_around(span: tuple[int, int], packed: Packed) -> tuple[int, int] | None:
    """Return the whole sentences around a quotation, None where not all of it was shown.

    A part of a sentence may say what the sentence does not: "our products are unsafe", of what critics claim.
    """
    passage = packed.passage
    around = [
        each for each in packed.shown if each.start < passage.start + span[1] and passage.start + span[0] < each.end
    ]
    places = (at + passage.start for at in range(*span) if not passage.text[at].isspace())
    if not all(any(each.start <= place < each.end for each in around) for place in places):
        return None
    return around[0].start - passage.start, around[-1].end - passage.start
