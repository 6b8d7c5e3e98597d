"""Sentences of filings that address a language model rather than a reader: they are neither quoted nor shown to a
model.

A screen cannot recognise every such sentence. What protects an answer is that numbers come from facts alone and that
`gate` withholds whatever does not stand in a cited span; the screen only keeps plain attempts out of sight.
"""

import re

_ADDRESSED = re.compile(
    r"""(?<!not\s)(?<!to\s)\b(?:ignore|disregard|forget|override|skip)\b
        [^.?!]{0,40}\b(?:instruction|prompt|previous|prior|above|context|rule|question|quer(?:y|ie)|request|user)s?\b
    |\b(?:system|developer)\s+(?:prompt|message)\b
    |\bnew\s+instructions?\s*:
    |\byou\s+are\s+(?:now\s+)?(?:an?\s+)?(?:ai|assistant|language\s+model|chatbot|chatgpt)\b
    |\bas\s+an\s+ai\b
    |\b(?:ai|llm|language\s+model|assistant)s?\b[^.?!]{0,30}
        \b(?:must|should|shall)\s+(?:now\s+)?(?:answer|respond|reply|say|output|report)\b
    |\b(?:answer|respond|reply)\s+(?:only\s+)?with\b
    |\byou\s+(?:must|should|shall|will)\s+(?:now\s+|only\s+|always\s+)?(?:answer|respond|reply|say|output)\b
    |\b(?:answer|respond|reply|say|output|print|recommend|state)\b(?:\s+(?:only|just|that\s+it\s+is|a|an))*
        [\s:"'“‘]+(?-i:BUY|SELL|HOLD|STRONG\s+BUY)\b
    |<\|?(?:system|im_start|im_end|endoftext)|\[/?inst\]""",
    re.IGNORECASE | re.VERBOSE,
)


def addresses_a_model(sentence: str) -> bool:
    """Return whether ``sentence`` gives orders to a model that reads it."""
    return bool(_ADDRESSED.search(sentence))
