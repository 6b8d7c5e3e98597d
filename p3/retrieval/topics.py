"""The vocabulary of prose: which Items of a report tell of what a question asks, and the words that filings use.

Items are those of Forms 10-K, 10-Q (in parts) and 8-K, as Regulation S-K orders their contents.
"""

import re
from dataclasses import dataclass

_BUSINESS = ("Item 1",)
_RISKS = ("Item 1A", "Part II Item 1A")
_LEGAL = ("Item 3", "Part II Item 1")
_DISCUSSION = ("Item 7", "Part I Item 2")
_MARKET = ("Item 7A", "Part I Item 3")
_NOTES = ("Item 8", "Item 15", "Part I Item 1")
_OWNERS = ("Item 5", "Part II Item 2")


@dataclass(frozen=True, slots=True)
class Topic:
    """Something that questions ask of prose; ``sections`` treat it, ``words`` are how filings name it."""

    pattern: re.Pattern[str]
    sections: tuple[str, ...]
    words: str


def _topic(pattern: str, sections: tuple[str, ...], words: str) -> Topic:
    return Topic(re.compile(rf"\b(?:{pattern})\b", re.I), sections, words)


TOPICS: tuple[Topic, ...] = (
    _topic(r"risks?|threat\w*|vulnerab\w+|go(?:es)? wrong|harm|hurt|worr\w+|exposed", _RISKS, "risks adversely affect"),
    _topic(
        r"legal|litigat\w+|lawsuits?|sue[sd]?|suing|courts?|class actions?|antitrust",
        (*_LEGAL, "Item 8", "Part I Item 1"),
        "legal proceedings litigation",
    ),
    _topic(r"compet\w+|rivals?", _BUSINESS, "competition competitors compete"),
    _topic(r"customers?|clients?|buyers?", (*_BUSINESS, *_RISKS), "customers"),
    _topic(
        r"suppliers?|supply chain|raw materials?|vendors?|sourc\w+",
        (*_BUSINESS, *_RISKS),
        "suppliers raw materials",
    ),
    _topic(
        r"employees?|workforce|headcount|staff\w*|workers?|unions?|unioni[sz]ed|people work",
        _BUSINESS,
        "employees human capital",
    ),
    _topic(
        r"propert(?:y|ies)(?!,? plant)|headquarter\w*|square f(?:ee|oo)t\w*|floor space|real estate",
        ("Item 2",),
        "properties square feet owned leased headquarters",
    ),
    _topic(r"regulat\w+", (*_BUSINESS, *_RISKS), "regulation laws"),
    _topic(r"cyber\w*|hack\w*|data breach\w*|information security", ("Item 1C", *_RISKS), "cybersecurity breach"),
    _topic(r"patents?|trademarks?|intellectual property", _BUSINESS, "intellectual property patents trademarks"),
    _topic(r"seasonal\w*", (*_BUSINESS, *_DISCUSSION), "seasonal quarter"),
    _topic(
        r"interest rates?|exchange rates?|currenc\w+|fx|commodit\w+|basis points?|sensitiv\w+",
        _MARKET,
        "market risk hypothetical change",
    ),
    _topic(r"hedg\w+|derivatives?|swaps?", (*_MARKET, *_NOTES), "derivative hedge"),
    _topic(
        r"share(?:holder)?s? (?:of record|price)|stockholders of record|repurchase program|buy ?backs?|bought back",
        _OWNERS,
        "repurchase program holders of record",
    ),
    _topic(r"critical accounting|judg\w+|estimates", _DISCUSSION, "critical accounting policies estimates"),
    _topic(
        r"accounting (?:standards?|changes?|pronouncements?|guidance|rules?)|asu",
        _NOTES,
        "recently adopted issued accounting pronouncements standards",
    ),
    _topic(r"guidance|outlook|forecast\w*|expect\w*|plans? to|targets?|anticipat\w+", _DISCUSSION, "expect outlook"),
    _topic(
        r"drove|driv\w+|why|explain\w*|attribut\w+|caus\w+|reasons?|behind|due to|factors",
        _DISCUSSION,
        "primarily due driven",
    ),
    _topic(
        r"liquidity|credit (?:facilit\w+|lines?|agreements?)|revolv\w+|covenants?",
        (*_DISCUSSION, *_NOTES),
        "liquidity credit facility",
    ),
    _topic(r"bonds?|matur\w+|coupons?|debt", _NOTES, "notes due maturities debt"),
    _topic(r"segments?|divisions?|business units?", (*_NOTES, *_DISCUSSION), "segment"),
    _topic(r"geograph\w+|regions?|countr(?:y|ies)|abroad|overseas|outside", (*_NOTES, *_DISCUSSION), "geographic"),
    _topic(r"acqui\w+|bought|takeovers?|merge[rd]s?|purchase price", (*_NOTES, *_DISCUSSION), "acquisition acquired"),
    _topic(r"divest\w*|disposals?|spin\w*|sold off|discontinued", (*_NOTES, *_DISCUSSION), "divestiture sale"),
    _topic(r"pensions?|retirement|postretirement", _NOTES, "pension benefit obligation plan assets"),
    _topic(r"leas\w+|rent\w*", _NOTES, "lease operating"),
    _topic(
        r"stock options?|rsus?|restricted stock|share[- ]based|stock[- ]based", _NOTES, "stock awards granted vested"
    ),
    _topic(r"impair\w*|write[- ]?(?:downs?|offs?)", _NOTES, "impairment"),
    _topic(r"restructuring|layoffs?|laid off|severance", _NOTES, "restructuring severance"),
    _topic(r"audit\w*", ("Item 8", "Item 15", "Item 14"), "independent registered public accounting firm auditor"),
    _topic(r"internal controls?|material weakness\w*", ("Item 9A", "Part I Item 4"), "internal control"),
    _topic(r"subsequent events?|after (?:the )?(?:year|period|balance sheet)\w*", _NOTES, "subsequent events"),
    _topic(
        r"ceo|cfo|chief \w+ officer|executives?|directors?|chair\w*|board|management team",
        ("Item 10", "Item 5.02", *_BUSINESS),
        "executive officer director",
    ),
    _topic(r"votes?|voted|voting|nominees?|annual meeting", ("Item 5.07",), "votes against abstentions"),
    _topic(
        r"registered|listed|national securities exchange|ticker|trading symbol",
        ("",),
        "title of each class trading symbol name of each exchange on which registered",
    ),
)


def topics(question: str) -> tuple[Topic, ...]:
    """Return the topics that ``question`` asks of."""
    return tuple(topic for topic in TOPICS if topic.pattern.search(question))
