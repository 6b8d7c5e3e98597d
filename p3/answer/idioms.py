"""Phrases whose meaning hangs on the words beside them: "per share", "how much cash", "divided by average X"."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from p3.answer.lexicon import Lexicon
from p3.answer.tokens import Token

_BEFORE_AVERAGE = ("divided", "times", "plus", "minus")
_OPERATORS = frozenset(_BEFORE_AVERAGE)
_SHARES = {"per_diluted_share": "shares_diluted", "per_basic_share": "shares_basic"}
_CASH = "cash"
_OWNED = ("company", "period", "link")
_BETWEEN_COMPANIES = {"divided": "multiple", "minus": "change"}


class MixedAmountsError(ValueError):
    """One formula is asked for over amounts of different companies or periods."""


def spelt_out(tokens: Sequence[Token], lexicon: Lexicon) -> list[Token]:
    """Return the tokens with each such phrase replaced by the terms, operators and markers that it stands for.

    Raises MixedAmountsError for "A's X divided by B's Y".
    """
    return _with_averages(_with_shares(_between_companies(_with_sums(_with_cash(tokens, lexicon.cash_flows)))))


def _with_cash(tokens: Sequence[Token], cash_flows: frozenset[str]) -> list[Token]:
    """Read "how much cash" as the cash held, but beside what is paid or received in cash as "how much"."""
    named = {token.name for token in tokens if token.kind == "term"}
    if named and named <= cash_flows:
        return [token for token in tokens if token.kind != "how_much_cash"]
    cash = Token("term", _CASH, _CASH)
    return [cash if token.kind == "how_much_cash" else token for token in tokens]


def _with_sums(tokens: Sequence[Token]) -> list[Token]:
    """Read "X and Y combined" as X + Y."""
    kinds = [token.kind for token in tokens]
    at = next((n for n in range(len(kinds)) if kinds[n : n + 3] == ["term", "link", "term"]), None)
    if "combined" not in kinds or at is None or tokens[at].name == tokens[at + 2].name:
        return list(tokens)
    added = [*tokens[: at + 1], Token("plus", "+"), *tokens[at + 2 :]]
    return [token for token in added if token.kind != "combined"]


def _between_companies(tokens: Sequence[Token]) -> list[Token]:
    """Read "A's X divided by B's X" as the multiple, and "A's X minus B's X" as the difference, of X."""
    for at, token in enumerate(tokens):
        owners = list(takewhile(lambda each: each.kind in _OWNED, tokens[at + 1 :]))
        rest = tokens[at + 1 + len(owners) :]
        compares = token.text == "over" and all(each.kind != "term" for each in rest)  # "growth in 2024 over 2023"
        if token.kind not in _OPERATORS or compares or not _are_others(owners, tokens[:at]):
            continue
        if not _is_same_measure(token, tokens[:at], owners, rest):
            raise MixedAmountsError("amounts of different companies or periods stand in one formula")
        marker = Token(_BETWEEN_COMPANIES[token.kind], token.text)
        return [*tokens[:at], marker, *owners, *(each for each in rest if each.kind != "term")]
    return list(tokens)


def _are_others(owners: Sequence[Token], before: Sequence[Token]) -> bool:
    """Say whether ``owners`` are other companies or periods than those named ``before``."""
    for kind in ("company", "period"):
        here, there = ({(each.cik, each.keys) for each in side if each.kind == kind} for side in (owners, before))
        if there and not here <= there:
            return True
    return False


def _is_same_measure(operator: Token, before: Sequence[Token], owners: Sequence[Token], rest: Sequence[Token]) -> bool:
    names = {each.name for each in (*before, *rest) if each.kind == "term"}
    periods = any(each.kind == "period" for each in owners)
    operators = _OPERATORS & {each.kind for each in (*before, *rest)}
    return operator.kind in _BETWEEN_COMPANIES and len(names) == 1 and not periods and not operators


def _with_shares(tokens: Sequence[Token]) -> list[Token]:
    found: list[Token] = []
    for token in tokens:
        shares = _SHARES.get(token.kind)
        found.extend([token] if shares is None else [Token("divided", "/"), Token("term", token.text, shares)])
    return found


def _with_averages(tokens: Sequence[Token]) -> list[Token]:
    """Read "divided by average X" as one term: the mean of X now and a year before."""
    found: list[Token] = []
    for token in tokens:
        average = [each.kind for each in found[-2:]] in [[operator, "average"] for operator in _BEFORE_AVERAGE]
        if average and token.kind == "term":
            found[-1] = replace(token, name=f"avg({token.name})")
        else:
            found.append(token)
    return found
