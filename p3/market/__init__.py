"""Prices as they traded, corporate actions, rates and sessions.

Every row carries the moment at which it became known. Prices are never stored adjusted: an adjusted series is
derived for an as-of, from the actions that had taken effect by then (``basis``).
"""
