"""Definitions that a question brings along, such as "ROA is defined as: FY2022 net income / average total assets".

`take` cuts them out of the question; `honour` puts them into the vocabulary, in the place of the usual meaning where
the name has one. A definition that is not understood whole raises `UnreadableDefinitionError`.

Grammar of a definition, over words: numbers, terms, ``+ - * /`` in signs or words, brackets, "average X" and "change
in X", each alone (this year and the one before), "between P and P", "of P and P", or with the years before X; a year
before or after a term.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from p3.answer import periods
from p3.answer.expression import Binary, Expression, Number, Operand, mean, operands, shift, transform
from p3.answer.lexicon import Lexicon, Term
from p3.answer.tokens import Token, tokens_of

_MOST_NESTED = 8
_VERB = r"(?:defined|calculated|computed|measured|expressed)"
_AS = rf"(?:is|are|was|were|being)?\s*(?:here\s+)?{_VERB}\s+(?:here\s+)?(?:as|by|to\s+be)\s*:?"
_SENTENCE = re.compile(r"(?<=[.?!;])\s+")
_DEFINE = re.compile(
    r"\W*(?:please\s+)?(?:define|defining|let)\s+(?P<name>.+?)\s+(?:as|to\s+be|be)\s*:?\s+(?P<body>.+)", re.DOTALL
)
_DEFINED = re.compile(rf"\W*(?P<name>.+?)\s+(?:{_AS}|equals|means)\s*(?P<body>.+)", re.DOTALL)
_EQUATION = re.compile(r"\W*(?P<name>[^=?]+?)\s*:?=\s*(?P<body>[^=]+)", re.DOTALL)
_INLINE = re.compile(
    rf"\(\s*(?:{_AS}|i\.e\.,?)\s*(?P<bracket>(?:[^()]|\([^()]*\))*)\)"
    rf"|,?\s*\b(?:where|with)\s+(?P<name>[^,?=]+?)\s+(?:{_AS}|equals|means|=)\s*(?P<where>[^?]+)"
    rf"|,\s*{_AS}\s*(?P<clause>[^,?]+)"
    r"|,\s*(?P<equal>[a-z][a-z&/ -]*?)\s*:?=\s*(?P<equation>[^?=]+)"
)
_YEAR = r"\b(?:fy|fiscal)?\s*'?(?:(?:19|20)\d\d|(?<=fy)\d\d)\b"
_TRAILING = re.compile(rf"(?:\s*,?\s*(?:\b(?:in|for|at|of|the|end|year-end)\b|@\S+|{_YEAR}))+\s*\Z")
_INPUTS = re.compile(r"\(\s*(?:using|based\s+on|from)\s+(?P<inputs>[^()]*)\)")
_ASKS = re.compile(r"\b(?:what|how|which|calculate|compute|give|find|tell)\b")
_LEADING = re.compile(r"^(?:(?:where|here|and|with|the|a|an|note\s+that|assume|assuming|that)\s+)+|\s+here$")
_DAYS = re.compile(r"(?<=\d)\s+days\b")


class UnreadableDefinitionError(ValueError):
    """A definition holds something that is not understood; the message says what."""


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
        found.append((_cleaned(name), match["bracket"] or match["where"] or match["clause"] or match["equation"]))
        return " "

    def noted(match: re.Match[str]) -> str:
        inputs.append(match["inputs"])
        return " "

    kept: list[str] = []
    for sentence in _SENTENCE.split(_INPUTS.sub(noted, text)):
        rest = _INLINE.sub(inline, sentence)
        definition = _definition(rest)
        if definition:
            found.append(definition)
        else:
            kept.append(rest)
    return " ".join(kept), Told(tuple(found), tuple(inputs))


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
    words = _TRAILING.sub("", text).split()
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
    bodies = {named.phrases[name][1]: _body(text, named, year) for name, text in told.definitions}
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
    used = {operand.item for operand in operands(expression)}
    for text in told.inputs:
        for token in tokens_of(text, lexicon):
            wanted = token.kind == "term" and {each.item for each in operands(lexicon.terms[token.name].expression)}
            if token.kind == "unknown" or (wanted and not wanted <= used):
                return False
    return True


def _body(text: str, lexicon: Lexicon, year: int | None) -> Expression:
    reader = _Reader(tokens_of(_DAYS.sub("", periods.mark(text)), lexicon), year)
    tree = reader.sum()
    reader.expect_end()
    return tree


class _Reader:
    """Reads the tokens of one definition from left to right."""

    def __init__(self, tokens: Sequence[Token], year: int | None) -> None:
        self._tokens = [token for token in tokens if token.kind != "company"]
        self._at = 0
        self._year = year

    def sum(self) -> Expression:
        """Read terms that are added and subtracted."""
        tree = self._product()
        while self._next() in ("plus", "minus"):
            symbol = "+" if self._pop().kind == "plus" else "-"
            tree = Binary(symbol, tree, self._product())
        return tree

    def expect_end(self) -> None:
        """Raise UnreadableDefinitionError where something is left."""
        if self._at < len(self._tokens):
            raise UnreadableDefinitionError(f"{self._tokens[self._at].text!r} is not understood in the definition")

    def _product(self) -> Expression:
        tree = self._factor()
        while self._next() in ("times", "divided"):
            symbol = "*" if self._pop().kind == "times" else "/"
            tree = Binary(symbol, tree, self._factor())
        return tree

    def _factor(self) -> Expression:
        token = self._pop()
        match token.kind:
            case "number":
                return Number(float(token.text))
            case "open":
                inner = self.sum()
                if self._pop().kind != "close":
                    raise UnreadableDefinitionError("a bracket is left open in the definition")
                return self._at_years(inner, self._years())
            case "average" | "change":
                return self._over_years(token.kind)
            case "period":
                self._at -= 1
                return self._at_years(self._factor_after(self._years()), ())
            case "term":
                return self._at_years(Operand(token.name), self._years())
        raise UnreadableDefinitionError(f"{token.text!r} is not understood in the definition")

    def _factor_after(self, years: tuple[int, ...]) -> Expression:
        return self._at_years(self._factor(), years)

    def _over_years(self, kind: str) -> Expression:
        """Read "average X between P and P" and its like."""
        years = self._years()
        token = self._pop()
        if token.kind == "open":
            inner = self.sum()
            if self._pop().kind != "close":
                raise UnreadableDefinitionError("a bracket is left open in the definition")
        elif token.kind == "term":
            inner = Operand(token.name)
        else:
            raise UnreadableDefinitionError(f"{token.text!r} is not understood in the definition")
        steps = [shift(inner, year) for year in sorted(years or self._years() or (-1, 0))]
        if kind == "average":
            return mean(steps)
        if len(steps) != 2:
            raise UnreadableDefinitionError("a change needs two years")
        return Binary("-", steps[1], steps[0])

    def _at_years(self, tree: Expression, years: tuple[int, ...]) -> Expression:
        if len(years) > 1:
            raise UnreadableDefinitionError("two years stand beside one amount in the definition")
        return shift(tree, years[0]) if years else tree

    def _years(self) -> tuple[int, ...]:
        """Read the periods that come next, with the words between them, as years from the one asked for."""
        found: list[int] = []
        while True:
            ahead = self._at
            while ahead < len(self._tokens) and self._tokens[ahead].kind == "link":
                ahead += 1
            if ahead >= len(self._tokens) or self._tokens[ahead].kind != "period":
                break
            for key in self._tokens[ahead].keys:
                if key.fiscal_year is None or key.quarter is not None or self._year is None:
                    raise UnreadableDefinitionError("a definition may name fiscal years alone")
                found.append(key.fiscal_year - self._year)
            self._at = ahead + 1
        if not found:
            self._skip_links()
        return tuple(dict.fromkeys(found))

    def _skip_links(self) -> None:
        while self._next() == "link":
            self._at += 1

    def _next(self) -> str | None:
        return self._tokens[self._at].kind if self._at < len(self._tokens) else None

    def _pop(self) -> Token:
        if self._at >= len(self._tokens):
            raise UnreadableDefinitionError("the definition breaks off")
        self._at += 1
        return self._tokens[self._at - 1]
