"""p3: from a company's own SEC filings to facts, cited answers, valuations, backtests and orders.

Point in time: nothing learned after the as-of touches a result. One chain: each number walks back to a filing.
"""

from pathlib import Path as _Path

__version__ = "0.1.0"

# An installed p3 carries p3.commands, p3.common and p3.scopes inside the package. In a checkout they are folders
# beside it.
_CHECKOUT = _Path(__file__).resolve().parent.parent
if (_CHECKOUT / "commands" / "__init__.py").is_file():
    __path__.append(str(_CHECKOUT))
