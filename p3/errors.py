"""The errors of p3, each with the exit code that scripts see and the remedy that people read.

P3Error                      exit  raised when
├── UsageError                 2   an argument makes no sense: unknown scope or ticker, malformed date, empty question
├── ConfigurationError         3   a setting, identity, key or configuration file is missing or malformed
├── InputMissingError          4   a command needs what another command makes, and it is not there
├── UpstreamError              5   a service did not answer, or refused for now; trying later may help
├── BusyError                  6   another process holds what this one needs to write
├── DataError                  7   data broke a promise: a wrong shape, a failed check, a corrupt store
├── RefusedError               8   a risk limit or safety gate said no
└── (any other exception)     70   a bug in p3

Not an error class, but an exit code: 1 done in part, the failures are listed; 130 interrupted.
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process returns; cron retries on UPSTREAM and BUSY alone."""

    DONE = 0
    PARTIAL = 1
    USAGE = 2
    CONFIGURATION = 3
    INPUT_MISSING = 4
    UPSTREAM = 5
    BUSY = 6
    DATA = 7
    REFUSED = 8
    BUG = 70
    INTERRUPTED = 130


class P3Error(Exception):
    """An error with one line that says what is wrong and one that says what to do."""

    exit_code: ExitCode = ExitCode.BUG

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class UsageError(P3Error):
    """An argument makes no sense as given."""

    exit_code = ExitCode.USAGE


class ConfigurationError(P3Error):
    """A setting, identity, key or configuration file is missing or malformed."""

    exit_code = ExitCode.CONFIGURATION


class InputMissingError(P3Error):
    """What another command makes is not there yet; the remedy names that command."""

    exit_code = ExitCode.INPUT_MISSING


class UpstreamError(P3Error):
    """A service did not answer or refused for now; ``for_all`` where it would refuse whatever is asked next too."""

    exit_code = ExitCode.UPSTREAM
    for_all: bool = False


class BusyError(P3Error):
    """Another process is writing; the message names it."""

    exit_code = ExitCode.BUSY


class DataError(P3Error):
    """Data broke a promise."""

    exit_code = ExitCode.DATA


class RefusedError(P3Error):
    """A risk limit or safety gate refused."""

    exit_code = ExitCode.REFUSED
