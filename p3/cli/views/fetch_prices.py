"""The view of `p3 fetch-prices`: the stage that ran."""

from p3.cli.views.stages import render_run as render

__all__ = ["render"]
