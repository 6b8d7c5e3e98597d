"""What EDGAR answers when something is wrong, and what may go wrong: chosen by a test or drawn by lot."""

import random
from collections.abc import Callable, Sequence
from enum import StrEnum

UNDECLARED = (
    b"<!DOCTYPE html><html><head>"
    b"<title>SEC.gov | Your Request Originates from an Undeclared Automated Tool</title></head>"
    b"<body><h1>Undeclared automated tool</h1><p>Declare your traffic.</p></body></html>"
)
TOO_FAST = (
    b"<!DOCTYPE html><html><head><title>SEC.gov | Request Rate Threshold Exceeded</title></head>"
    b"<body><h1>Traffic limit exceeded</h1><p>Access is limited for 10 minutes.</p></body></html>"
)
UNAVAILABLE = b"<html><head><title>SEC.gov | File Unavailable</title></head><body>Down for maintenance.</body></html>"
NO_SUCH_KEY = b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code><Key>%s</Key></Error>'
ACCESS_DENIED = b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code></Error>'


class Fault(StrEnum):
    """What may go wrong with one answer."""

    UNAVAILABLE = "503"
    TOO_MANY = "429"
    RESET = "reset"
    TRUNCATED = "truncated"
    TRUNCATED_GZIP = "truncated gzip"
    EMPTY = "empty"
    REDIRECT = "redirect"
    RATE_PAGE = "rate page"
    RATE_PAGE_AS_200 = "rate page as 200"
    STALL = "stall"


Faults = Callable[[str, int], Fault | None]
"""Given a path and how many requests for it came before, the fault of this answer."""

PASSING = (Fault.UNAVAILABLE, Fault.RESET, Fault.TRUNCATED, Fault.STALL)
"""Those that another attempt, or patience, cures."""


def no_faults(path: str, before: int) -> None:
    """A good day."""


def random_faults(rate: float, seed: int, kinds: Sequence[Fault] = PASSING) -> Faults:
    """Return faults that strike the share ``rate`` of the answers, by lot; equal seeds, equal faults, in any order."""

    def drawn(path: str, before: int) -> Fault | None:
        lot = random.Random(f"{seed} {before} {path}")
        return lot.choice(kinds) if lot.random() < rate else None

    return drawn
