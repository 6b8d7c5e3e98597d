"""Definitions that a question brings along, such as "ROA is defined as: FY2022 net income / average total assets".

`take` cuts them out of the question; `honour` puts them into the vocabulary, in the place of the usual meaning where
the name has one. A definition that is not understood whole raises `UnreadableDefinitionError`.
"""

import re
from dataclasses import dataclass, replace

from p3.answer import periods
from p3.answer.definition_grammar import UnreadableDefinitionError, parse_definition
from p3.answer.expression import Expression, Operand, operands, shift, transform
from p3.answer.lexicon import Lexicon, Term
from p3.answer.tokens import tokens_of

_MOST_NESTED = 8
_VERB = r"(?:defined|calculated|computed|measured|expressed)"
_AS = rf"(?:is|are|was|were|being)?\s*(?:here\s+)?{_VERB}\s+(?:here\s+)?(?:as|by|to\s+be)\s*:?"
_SENTENCE = re.compile(r"(?<=[.?!;])(?<!\bi\.e\.)\s+")
_DEFINE = re.compile(
    r"\W*(?:please\s+)?(?:define|defining|let)\s+(?P<name>.+?)\s+(?:as|to\s+be|be)\s*:?\s+(?P<body>.+)", re.DOTALL
)
_DEFINED = re.compile(rf"\W*(?P<name>.+?)\s+(?:{_AS}|equals|means)\s*(?P<body>.+)", re.DOTALL)
_EQUATION = re.compile(r"\W*(?P<name>[^=?]+?)\s*:?=\s*(?P<body>[^=]+)", re.DOTALL)
_INLINE = re.compile(
    rf"\(\s*(?:{_AS}|i\.e\.,?)\s*(?P<bracket>(?:[^()]|\([^()]*\))*)\)"
    rf"|,?\s*\b(?:where|with)\s+(?P<name>[^,?=]+?)\s+(?:{_AS}|equals|means|=)\s*(?P<where>[^?]+)"
    rf"|,\s*{_AS}\s*(?P<clause>[^,?]+)"
    r"|,?\s*\b(?:i\.e\.|that\s+is|namely),?\s+(?P<same>[^?]+)"
    r"|,\s*(?P<equal>[a-z][a-z&/ -]*?)\s*:?=\s*(?P<equation>[^?=]+)"
)
_FORMULA = re.compile(
    r"\((?P<formula>(?:[^()]|\([^()]*\))*)\)(?!\s*(?:[-+*/÷]|(?:divided|over|times|plus|minus|less)\b))"
)
_OPERATIONS = frozenset({"divided", "times", "plus", "minus"})
_YEAR = r"\b(?:fy|fiscal)?\s*'?(?:(?:19|20)\d\d|(?<=fy)\d\d)\b"
_TRAILING = re.compile(rf"(?:\s*,?\s*(?:\b(?:in|for|on|at|as|by|of|the|end|year-end)\b|@\S+|{_YEAR}))+\s*\Z")
_INPUTS = re.compile(
    r"\(\s*(?:using|based\s+on|from)\s+(?P<inputs>[^()]*)\)"
    r"|,\s*(?:using|based\s+on|with)\s+(?P<stated>[a-z&' -]+?)(?=\s*(?:[?.;()]|$))"
    r"|(?:,\s*(?:using|based\s+on|on)|\s(?:using|based\s+on))\s+(?:an\s+|the\s+)?"
    r"(?P<averages>average\s+[a-z&' -]+?)(?=\s*(?:[?.,;()]|$|\b(?:in|for)\b))"
)
_ASKS = re.compile(r"\b(?:what|how|which|calculate|compute|give|find|tell)\b")
_LEADING = re.compile(r"^(?:(?:where|here|and|with|the|a|an|note\s+that|assume|assuming|that)\s+)+|\s+here$")


@dataclass(frozen=True, slots=True)
class Told:
    """What a question says of its own words: (name, definition) each, and which inputs it wants to be used."""

    definitions: tuple[tuple[str, str], ...]
    inputs: tuple[str, ...]


def take(text: str, lexicon: Lexicon) -> tuple[str, Told]:
    """Split lower-case ``text`` into the question and the definitions in it."""
    found: list[tuple[str, str]] = []
    inputs: list[str] = []

    def inline(match: re.Match[str]) -> str:
        name = match["name"] or match["equal"] or _last_term(match.string[: match.start()], lexicon)
        if name is None:
            return match[0]
        bodies = (match[group] for group in ("bracket", "where", "clause", "same", "equation"))
        found.append((_cleaned(name), next(filter(None, bodies))))
        return " "

    def formula(match: re.Match[str]) -> str:
        name = _only_term(match.string[: match.start()], lexicon)
        if name is None or not _is_formula(match["formula"], lexicon):
            return match[0]
        found.append((name, match["formula"]))
        return " "

    def noted(match: re.Match[str]) -> str:
        said = match["inputs"] or match["averages"] or match["stated"]
        if match["stated"] and all(token.kind != "term" for token in tokens_of(said, lexicon)):
            return match[0]
        inputs.append(said)
        return " "

    kept: list[str] = []
    for sentence in _SENTENCE.split(_INPUTS.sub(noted, _without_inner_commas(text, lexicon))):
        rest = _INLINE.sub(inline, sentence)
        definition = _definition(rest)
        if definition:
            found.append(definition)
        else:
            kept.append(_FORMULA.sub(formula, rest))
    return " ".join(kept), Told(tuple(found), tuple(inputs))


def _without_inner_commas(text: str, lexicon: Lexicon) -> str:
    """Return ``text`` with the known phrases that hold commas written without, so that a comma ends a clause."""
    for phrase in sorted((phrase for phrase in lexicon.phrases if "," in phrase), key=len, reverse=True):
        text = text.replace(phrase, phrase.replace(",", ""))
    return text


def _only_term(text: str, lexicon: Lexicon) -> str | None:
    """Return the one term that ``text`` names, None for none and for several."""
    terms = [token.text for token in tokens_of(text, lexicon) if token.kind == "term"]
    return terms[0] if len(terms) == 1 else None


def _is_formula(text: str, lexicon: Lexicon) -> bool:
    kinds = [token.kind for token in tokens_of(text, lexicon)]
    return kinds.count("term") > 1 and bool(_OPERATIONS & set(kinds)) and "unknown" not in kinds


def _definition(sentence: str) -> tuple[str, str] | None:
    for pattern in (_DEFINE, _DEFINED, _EQUATION):
        match = pattern.fullmatch(sentence.strip().rstrip(".;"))
        if match and not _ASKS.search(match["name"]):
            return _cleaned(match["name"]), match["body"]
    return None


def _cleaned(name: str) -> str:
    """Return the name that is defined, without the company, remarks in brackets and words that lead to it."""
    bare = re.sub(r"\([^()]*\)|@\S+", " ", name).strip()
    return " ".join(_LEADING.sub("", bare).split())


def _last_term(text: str, lexicon: Lexicon) -> str | None:
    """Return the longest known name that ends ``text``."""
    words = _TRAILING.sub("", periods.mark(text)).split()
    for length in range(min(lexicon.longest, len(words)), 0, -1):
        phrase = " ".join(words[-length:])
        if lexicon.phrases.get(phrase, ("", ""))[0] == "term":
            return phrase
    return None


def honour(told: Told, lexicon: Lexicon, year: int | None) -> Lexicon:
    """Return the vocabulary with the definitions.

    ``year`` is the fiscal year asked for, to which others are relative.
    """
    if not told.definitions:
        return lexicon
    named = lexicon
    for name, _ in told.definitions:
        named = _named(name, named)
    bodies = {named.phrases[name][1]: parse_definition(text, named, year) for name, text in told.definitions}
    terms = dict(named.terms)
    for name, body in bodies.items():
        terms[name] = replace(terms[name], expression=_expanded(body, bodies, terms, _MOST_NESTED))
    return replace(named, terms=terms)


def _named(name: str, lexicon: Lexicon) -> Lexicon:
    """Return the vocabulary with ``name`` in it, as a term of its own where it is new."""
    if lexicon.phrases.get(name, ("", ""))[0] == "term":
        return lexicon
    if name in lexicon.phrases or not re.search(r"[a-z]", name):
        raise UnreadableDefinitionError(f"{name!r} cannot be defined")
    own = re.sub(r"\W+", "_", name).strip("_")
    return replace(
        lexicon,
        terms={**lexicon.terms, own: Term(own, Operand(own))},
        phrases={**lexicon.phrases, name: ("term", own)},
        longest=max(lexicon.longest, len(name.split())),
    )


def _expanded(tree: Expression, bodies: dict[str, Expression], terms: dict[str, Term], depth: int) -> Expression:
    if depth == 0:
        raise UnreadableDefinitionError("the definitions go round in a circle")

    def meaning(leaf: Operand) -> Expression:
        if leaf.item in bodies:
            return shift(_expanded(bodies[leaf.item], bodies, terms, depth - 1), leaf.years)
        return shift(terms[leaf.item].expression, leaf.years)

    return transform(tree, meaning)


def inputs_are_used(told: Told, expression: Expression, lexicon: Lexicon) -> bool:
    """Say whether ``expression`` uses every line item that the question wants to be used."""
    used = {(operand.item, operand.years) for operand in operands(expression)}
    for text in told.inputs:
        tokens = tokens_of(text, lexicon)
        years = (-1, 0) if any(token.kind == "average" for token in tokens) else (0,)
        for token in tokens:
            wanted = operands(lexicon.terms[token.name].expression) if token.kind == "term" else []
            inputs = {(each.item, each.years + year) for each in wanted for year in years}
            if token.kind == "unknown" or not inputs <= used:
                return False
    return True
