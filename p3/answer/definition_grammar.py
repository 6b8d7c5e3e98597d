"""The grammar of a definition that a question brings along.

Grammar of a definition, over words: numbers, terms, ``+ - * /`` in signs or words, brackets, "average X" and "change
in X", each alone (this year and the one before), "between P and P", "of P and P", or with the years before X; a year
before or after a term.
"""

import re
from collections.abc import Sequence

from p3.answer import periods
from p3.answer.expression import Binary, Expression, Number, Operand, mean, shift
from p3.answer.lexicon import Lexicon
from p3.answer.tokens import Token, tokens_of

_DAYS = re.compile(r"(?<=\d)\s+days\b")


class UnreadableDefinitionError(ValueError):
    """A definition holds something that is not understood; the message says what."""


def parse_definition(text: str, lexicon: Lexicon, year: int | None) -> Expression:
    """Return what lower-case ``text`` spells; years are relative to ``year``. Raises UnreadableDefinitionError."""
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
        symbol = ""
        while self._next() in ("plus", "minus") or (symbol and self._goes_on()):
            if self._next() != "term":
                symbol = "+" if self._pop().kind == "plus" else "-"
            tree = Binary(symbol, tree, self._product())
        return tree

    def _goes_on(self) -> bool:
        """Say whether "and" leads to another term of "debt less cash and investments"."""
        return self._next() == "term" and self._tokens[self._at - 1].text == "and"

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
