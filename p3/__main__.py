"""``python -m p3`` is ``p3``."""

from p3.cli.main import main

main()
