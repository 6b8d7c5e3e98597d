"""One process of several that fetch at once: ``python fetching_process.py PACE RATE FREEZE_SECONDS BASE PATH…``.

Asks for each path with a client that is paced by the state at PACE, and prints as JSON how that ended: ``bodies``
(the SHA-256 of each), ``told`` (what its governor said) and ``error`` (the name of the error that ended it).
"""

import hashlib
import json
import sys
from pathlib import Path

from p3.errors import P3Error
from p3.sec.net.client import EdgarClient
from p3.sec.net.governor import SharedWindow


def main() -> None:
    pace, rate, freeze_seconds, base, *paths = sys.argv[1:]
    bodies: list[str] = []
    told: list[str] = []
    error = None
    governor = SharedWindow(Path(pace), float(rate), freeze_seconds=float(freeze_seconds), notify=told.append)
    with EdgarClient("Ann Example ann@example.com", f"{base}/data.sec.gov", f"{base}/www.sec.gov", governor) as client:
        try:
            bodies.extend(hashlib.sha256(client.get(base + path).content).hexdigest() for path in paths)
        except P3Error as failure:
            error = type(failure).__name__
    sys.stdout.write(json.dumps({"bodies": bodies, "told": told, "error": error}))


if __name__ == "__main__":
    main()
